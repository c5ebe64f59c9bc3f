"""Claiming several tasks at once: each under its case's lock, each with an answer of its own."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import tasks
from services.actors import Actor
from services.db.models import Person, Task
from services.errors import NotAllowedError, NotFoundError, TaskTakenError
from services.runtime import Runtime

MAX_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Claimed:
    """What became of one task: claimed, taken (``by`` whom), refused or missing, and why."""

    task: UUID
    outcome: str
    message: str
    by: str | None = None


def claim_all(
    session: Session, runtime: Runtime, actor: Actor, task_ids: list[UUID]
) -> list[Claimed]:
    """Claim each task that may be claimed; what is refused leaves the others alone.

    The cases are locked in one order, so that two batches never wait for each other. Asking
    again gives the same answer.
    """
    wanted = list(dict.fromkeys(task_ids))
    rows = session.execute(select(Task.id, Task.case_id).where(Task.id.in_(wanted)))
    case_of: dict[UUID, UUID] = dict(rows.all())
    ordered = sorted(wanted, key=lambda each: (str(case_of.get(each, "")), str(each)))
    found = {each: _claim(session, runtime, actor, each) for each in ordered}
    return [found[each] for each in wanted]


def _claim(session: Session, runtime: Runtime, actor: Actor, task_id: UUID) -> Claimed:
    try:
        tasks.claim(session, runtime, actor, task_id)
    except NotFoundError as error:
        return Claimed(task_id, "missing", error.message)
    except TaskTakenError as error:
        return Claimed(task_id, "taken", error.message, _holder(session, task_id))
    except NotAllowedError as error:
        return Claimed(task_id, "refused", error.message)
    session.flush()
    return Claimed(task_id, "claimed", "已签收")


def _holder(session: Session, task_id: UUID) -> str | None:
    query = select(Person.name).join(Task, Task.claimed_by == Person.id)
    return session.scalar(query.where(Task.id == task_id))
