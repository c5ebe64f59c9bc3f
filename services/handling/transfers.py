"""转办: a task handed on to a colleague who holds its role; the decision becomes theirs."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services import colleagues, duties
from services.actors import Actor
from services.db.models import Task, Transfer
from services.errors import InvalidError
from services.handling import acts
from services.runtime import Runtime
from workflows.bundles.handling import Act


def transfer(
    session: Session, runtime: Runtime, actor: Actor, task_id: UUID, *, to: UUID, reason: str
) -> Task:
    """Hand a task on to a colleague of the same party with the same role.

    Duties stay separate: whoever did what the task must be separate from cannot receive it.
    Raises NotFoundError, TaskTakenError, NotAllowedError, InvalidError.
    """
    desk = acts.take_up(session, runtime, actor, task_id, Act.TRANSFER)
    task = desk.task
    acts.colleague(session, actor, task, to)
    fit = {row["id"]: row["refused"] for row in receivers(session, actor, task)}
    if fit.get(to, "对方没有这项任务的角色"):
        text = fit.get(to) or "对方没有这项任务的角色，不能转办"
        raise InvalidError(text, {"to": [text]})
    row = Transfer(
        case_id=desk.case.id,
        task_id=task.id,
        from_id=actor.person_id,
        to_id=to,
        reason=reason,
        at=desk.world.now,
    )
    before, task.claimed_by = task.claimed_by, to
    session.add(row)
    session.flush()
    acts.note(
        desk,
        "task.transferred",
        **{"from": str(before or actor.person_id), "to": str(to), "reason": reason},
    )
    acts.tell(desk, to, "task_transferred", f"transfer:{row.id}", reason=reason)
    return task


def receivers(session: Session, actor: Actor, task: Task, text: str = "") -> list[dict[str, Any]]:
    """Return the colleagues who hold the task's role, ``refused`` saying who may not have it."""
    if task.party_id is None:
        return []
    earlier = duties.earlier_doers(session, task)
    return [
        row | {"refused": refused(earlier.get(row["id"]))}
        for row in colleagues.members(session, task.party_id, text)
        if task.role in row["roles"] and row["id"] != actor.person_id
    ]


def refused(done: str | None) -> str:
    """Return why somebody who did what a task must be separate from may not have it."""
    return f"按职责分离要求，对方已办理过“{done}”，不能再办理" if done else ""
