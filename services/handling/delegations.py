"""委派: a colleague prepares a task and hands it back; whoever delegated it decides."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services import duties, files, procedures
from services.actors import Actor
from services.db.models import Delegation, Draft, Person, Task
from services.errors import ConflictError, InvalidError, NotAllowedError
from services.handling import acts
from services.runtime import Runtime
from services.tasks import refuse_oversized
from workflows.bundles.handling import Act


def delegate(
    session: Session, runtime: Runtime, actor: Actor, task_id: UUID, *, to: UUID, note: str
) -> Delegation:
    """Let a colleague of the same party prepare a task. Until it is back nobody decides it.

    Raises NotFoundError, TaskTakenError, NotAllowedError, InvalidError.
    """
    desk = acts.take_up(session, runtime, actor, task_id, Act.DELEGATE)
    acts.colleague(session, actor, desk.task, to)
    done = duties.earlier_doers(session, desk.task).get(to)
    if done:
        text = f"按职责分离要求，对方已办理过“{done}”，不能准备这项任务"
        raise InvalidError(text, {"to": [text]})
    acts.hold(desk)
    row = Delegation(
        case_id=desk.case.id,
        task_id=desk.task.id,
        from_id=actor.person_id,
        to_id=to,
        note=note,
        at=desk.world.now,
    )
    session.add(row)
    session.flush()
    acts.note(desk, "task.delegated", to=str(to), note=note)
    acts.tell(desk, to, "task_delegated", f"delegation:{row.id}", note=note)
    return row


def take_back(session: Session, runtime: Runtime, actor: Actor, task_id: UUID) -> Delegation:
    """End a delegation unanswered. Only whoever made it. Raises NotAllowedError, ConflictError."""
    desk, row = _open(session, runtime, actor, task_id)
    if row.from_id != actor.person_id:
        raise NotAllowedError("只有委派人可以收回")
    row.ended_at = desk.world.now
    session.flush()
    acts.note(desk, "task.delegation_ended", to=str(row.to_id))
    acts.tell(desk, row.to_id, "delegation_ended", f"delegation-ended:{row.id}")
    return row


def hand_back(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    task_id: UUID,
    *,
    answers: dict[str, Any],
    note: str,
) -> Delegation:
    """Hand back what was prepared. It becomes the delegator's draft where they have none.

    The answers are checked only when the delegator decides; uploads they name become part of
    the case. Raises NotAllowedError, ConflictError, InvalidError, TooLargeError.
    """
    refuse_oversized(answers)
    desk, row = _open(session, runtime, actor, task_id)
    if row.to_id != actor.person_id:
        raise NotAllowedError("这项任务不是委派给您准备的")
    answers = procedures.ready(session, desk.case.bundle_hash).form_of(desk.task).typed(answers)
    files.attach_named(session, actor, desk.case, answers)
    row.answers, row.reply, row.ended_at = answers, note, desk.world.now
    if session.get(Draft, (desk.task.id, row.from_id)) is None:
        session.add(
            Draft(
                task_id=desk.task.id,
                person_id=row.from_id,
                answers=answers,
                saved_at=desk.world.now,
            )
        )
    session.flush()
    acts.note(desk, "task.delegation_returned", **{"from": str(row.from_id), "note": note})
    acts.tell(desk, row.from_id, "delegation_returned", f"delegation-back:{row.id}", note=note)
    return row


def _open(
    session: Session, runtime: Runtime, actor: Actor, task_id: UUID
) -> tuple[acts.Desk, Delegation]:
    desk = acts.lay_out(session, runtime, actor, task_id)
    row = duties.open_delegation(session, task_id)
    if row is None:
        raise ConflictError("这项任务目前没有委派，可能已经交回或者收回", "NOT_DELEGATED")
    return desk, row


def of_task(session: Session, task: Task) -> list[dict[str, Any]]:
    """Return the delegations of a task, oldest first."""
    rows = session.query(Delegation).filter_by(task_id=task.id).order_by(Delegation.at)
    return [shown(session, row) for row in rows]


def shown(session: Session, row: Delegation) -> dict[str, Any]:
    """Return a delegation as those of the agency see it."""
    return {
        "id": row.id,
        "case_id": row.case_id,
        "task_id": row.task_id,
        "by": session.get_one(Person, row.from_id).name,
        "to": session.get_one(Person, row.to_id).name,
        "note": row.note,
        "at": row.at,
        "reply": row.reply,
        "answers": row.answers,
        "ended_at": row.ended_at,
    }
