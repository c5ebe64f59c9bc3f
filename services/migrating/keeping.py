"""What moving a case touches: kept as it is before the move, put back when the move is undone."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.actors import Actor
from services.db.models import Case, CaseMigration, Deadline, Job, JobKind, Task
from services.lookup import open_tasks

_TASK = (
    *("node_id", "process_id", "activity_code", "name", "form_id", "separate_from"),
    "admits_substitute",
)


def keep(
    session: Session,
    actor: Actor,
    case: Case,
    *,
    to: str,
    mapping: Mapping[str, str],
    reason: str,
    at: datetime,
) -> CaseMigration:
    """Keep a locked case as it is, so that moving it can be undone. The row is not flushed."""
    row = CaseMigration(
        case_id=case.id,
        from_hash=case.bundle_hash,
        to_hash=to,
        mapping=dict(mapping),
        reason=reason,
        person_id=actor.person_id,
        at=at,
        case_version=case.version,
        engine_state=case.engine_state,
        rows={
            "messages": case.messages,
            "law_notes": case.law_notes,
            "tasks": [_row(task, _TASK) for task in open_tasks(session, case.id)],
            "deadlines": [_row(d, ("node_id", "activity_code")) for d in running(session, case)],
            "jobs": [_row(job, ("dedupe_key",)) for job in timers(session, case)],
        },
    )
    session.add(row)
    return row


def _row(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {"id": str(row.id)} | {name: getattr(row, name) for name in names}


def restore(session: Session, case: Case, row: CaseMigration) -> None:
    """Put a locked case back as it was kept; whoever calls knows that nothing happened since."""
    case.engine_state, case.bundle_hash = row.engine_state, row.from_hash
    case.messages = row.rows["messages"]
    case.law_notes = row.rows.get("law_notes", case.law_notes)
    for model, kept in ((Task, "tasks"), (Deadline, "deadlines"), (Job, "jobs")):
        for before in row.rows[kept]:
            found = session.get_one(model, UUID(before["id"]))
            for name in before.keys() - {"id"}:
                setattr(found, name, before[name])


def running(session: Session, case: Case) -> list[Deadline]:
    """Return the limits that run, in one order always."""
    query = select(Deadline).where(Deadline.case_id == case.id, Deadline.ended_at.is_(None))
    return list(session.scalars(query.order_by(Deadline.id)))


def timers(session: Session, case: Case) -> list[Job]:
    """Return the jobs of timers that wait, in one order always."""
    query = select(Job).where(
        Job.case_id == case.id, Job.kind == JobKind.TIMER, Job.done_at.is_(None)
    )
    return list(session.scalars(query.order_by(Job.id)))
