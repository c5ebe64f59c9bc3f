"""催办: whoever takes part urges those who hold a case's tasks, once in 24 hours (ASM-P-53)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import audit, case_pages, duties, notifications, policies, procedures
from services.actors import Actor
from services.cases.environment import CaseWorld
from services.db.models import Case, Membership, Person, Reminder, Task
from services.errors import ConflictError
from services.lookup import lock_case, open_tasks
from services.policies import YES, Verdict
from services.runtime import Runtime
from workflows.calendar import TIME_ZONE

INTERVAL = timedelta(hours=24)


def remind(
    session: Session, runtime: Runtime, actor: Actor, case_id: UUID, note: str | None
) -> dict[str, Any]:
    """Urge those who hold the case's open tasks: logged, and they are notified.

    Raises NotFoundError, NotAllowedError (no part in the case), ConflictError (nothing waits for
    others, or less than 24 hours since one's last; ``again_at`` says when it is possible again).
    """
    case = lock_case(session, case_id)
    policies.see_case(session, actor, case)
    policies.remind(session, actor, case).require()
    waiting = _others_tasks(session, actor, case)
    verdict, again_at = _judge(session, runtime, actor, case, waiting)
    if not verdict.is_allowed:
        code = "REMINDED_RECENTLY" if again_at else "NOTHING_TO_REMIND"
        raise ConflictError(
            verdict.reason, code, again_at=again_at.isoformat() if again_at else None
        )
    world = CaseWorld(session, runtime, case, procedures.ready(session, case.bundle_hash), actor)
    row = Reminder(
        case_id=case.id,
        person_id=actor.person_id,
        note=note,
        task_names=sorted({task.name for task in waiting}),
        at=world.now,
    )
    session.add(row)
    session.flush()
    _tell(world, row, waiting, actor)
    audit.append(
        session,
        case,
        at=world.now,
        actor=actor.key,
        what="case.reminded",
        payload={"tasks": [str(task.id) for task in waiting], "note": note},
    )
    session.flush()
    return _shown(row, actor.name)


def _judge(
    session: Session, runtime: Runtime, actor: Actor, case: Case, waiting: list[Task]
) -> tuple[Verdict, datetime | None]:
    if not waiting:
        return Verdict(False, "办件目前没有等待他人办理的环节，不需要催办"), None
    last = session.scalars(
        select(Reminder.at)
        .where(Reminder.case_id == case.id, Reminder.person_id == actor.person_id)
        .order_by(Reminder.at.desc())
    ).first()
    if last is not None and runtime.now(case) - last < INTERVAL:
        again_at = last + INTERVAL
        local = again_at.astimezone(TIME_ZONE)
        return Verdict(False, f"24小时内已经催办过，{local:%Y-%m-%d %H:%M}后可以再次催办"), again_at
    return YES, None


def _others_tasks(session: Session, actor: Actor, case: Case) -> list[Task]:
    """Return the open tasks of a case that are not the actor's own to do."""
    rows = open_tasks(session, case.id)
    return [task for task in rows if not duties.do_task(session, actor, task).is_allowed]


def _tell(world: CaseWorld, row: Reminder, waiting: list[Task], actor: Actor) -> None:
    for task in waiting:
        people = _holders(world.session, task) - {actor.person_id}
        data = {"task_name": task.name, "task_id": str(task.id), "note": row.note or ""}
        key = f"reminder:{row.id}:{task.id}"
        notifications.notify(world, people, "case_reminded", data, key=key, task_id=task.id)


def _holders(session: Session, task: Task) -> set[UUID]:
    """Return who has the task: by claim, by name, or all who hold its role in its party."""
    one = task.claimed_by or task.person_id
    if one is not None:
        return {one}
    rows = select(Membership.person_id).where(
        Membership.party_id == task.party_id, Membership.role == task.role
    )
    return set(session.scalars(rows))


def of_case(session: Session, runtime: Runtime, actor: Actor, case_id: UUID) -> dict[str, Any]:
    """Return the reminders of a case, newest first, and whether the actor may remind now.

    Officials see all of them, others their own.
    """
    case = case_pages.visible(session, actor, case_id)
    sight = policies.sight_of(session, actor, case)
    is_official = policies.is_official(session, actor, case)
    rows = session.execute(
        select(Reminder, Person.name)
        .join(Person, Person.id == Reminder.person_id)
        .where(Reminder.case_id == case.id)
        .order_by(Reminder.at.desc(), Reminder.id)
    )
    verdict, again_at = policies.remind(session, actor, case), None
    if verdict.is_allowed:
        waiting = _others_tasks(session, actor, case)
        verdict, again_at = _judge(session, runtime, actor, case, waiting)
    return {
        "items": [
            _shown(row, name)
            for row, name in rows
            if sight.covers(row.at) and (is_official or row.person_id == actor.person_id)
        ],
        "may_remind": verdict.is_allowed,
        "reason": verdict.reason,
        "again_at": again_at,
    }


def _shown(row: Reminder, person: str) -> dict[str, Any]:
    return {"id": row.id, "person": person, "note": row.note, "at": row.at}
