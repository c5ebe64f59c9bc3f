"""What a task still waits for from others before anybody may decide it or give it back."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import duties
from services.db.models import Countersign, Person, Task
from services.errors import ConflictError

ASKED = (Countersign.given_at.is_(None), Countersign.withdrawn_at.is_(None))


def countersigns(session: Session, task_id: UUID) -> list[Countersign]:
    """Return the opinions on a task that are asked and not given."""
    return list(session.scalars(select(Countersign).where(Countersign.task_id == task_id, *ASKED)))


def refuse_while_asked(session: Session, task: Task) -> None:
    """Raise ConflictError while an opinion on the task is outstanding."""
    waiting = countersigns(session, task.id)
    if waiting:
        names = "、".join(session.get_one(Person, row.person_id).name for row in waiting)
        raise ConflictError(
            f"{names}的加签意见还没有答复，请等待答复或者先减签", "COUNTERSIGN_OPEN"
        )


def refuse_while_delegated(session: Session, task: Task) -> None:
    """Raise ConflictError while somebody else prepares the task."""
    held = duties.open_delegation(session, task.id)
    if held is not None:
        name = session.get_one(Person, held.to_id).name
        raise ConflictError(f"已委派{name}准备，请等待交回或者先收回", "DELEGATION_OPEN")
