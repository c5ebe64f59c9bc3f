"""Following a case by its number and code, without login: stage, limits, days left."""

from datetime import timedelta
from secrets import compare_digest
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import procedures, suspensions, views
from services.calendars import calendar_of_case
from services.db.models import Case, Deadline
from services.errors import NotFoundError
from services.runtime import Runtime
from workflows.calendar import TIME_ZONE


def followed(session: Session, runtime: Runtime, number: str, code: str) -> dict[str, Any]:
    """Return how far a case is to whoever holds its code; nothing of what it holds.

    Raises NotFoundError.
    """
    case = session.scalars(select(Case).where(Case.number == number)).first()
    if case is None or not compare_digest(case.progress_code.encode(), code.encode()):
        raise NotFoundError("没有这个办件，或查询码不对")
    return {
        "number": case.number,
        "title": case.title,
        "state": case.state,
        "status": case.status.value,
        "suspension": _suspension(session, case),
        "outcome": case.outcome,
        "started_at": case.started_at,
        "finished_at": case.finished_at,
        "waiting_for": sorted({task["name"] for task in views.open_tasks(session, case.id)}),
        "limits": _limits(session, runtime, case),
        "is_rehearsal": case.is_rehearsal,
    }


def _suspension(session: Session, case: Case) -> dict[str, Any] | None:
    row = suspensions.of_case(session, case.id) if case.suspended_at else None
    return {"since": row.suspended_at, "reason": row.public_reason} if row else None


def _limits(session: Session, runtime: Runtime, case: Case) -> list[dict[str, Any]]:
    """Return the running limits, the nearest first, each step once, with every day's ledger."""
    rows = session.scalars(
        select(Deadline)
        .where(Deadline.case_id == case.id, Deadline.ended_at.is_(None))
        .order_by(Deadline.due_at, Deadline.node_id)
    )
    nodes = procedures.ready(session, case.bundle_hash).opened.program.nodes.values()
    names = {node.id: node.name for process in nodes for node in process.values()}
    today = runtime.now(case).astimezone(TIME_ZONE).date()
    calendar = calendar_of_case(session, case.id)
    found: dict[tuple[str, Any], dict[str, Any]] = {}
    for row in rows:
        due_on = (row.due_at - timedelta(seconds=1)).astimezone(TIME_ZONE).date()
        left = calendar.working_days_between(today, due_on)
        found.setdefault(
            (row.node_id, row.due_at),
            {
                "name": names.get(row.node_id) or row.node_id,
                "amount": row.amount,
                "unit": row.unit,
                "basis": row.basis,
                "due_on": due_on,
                "working_days_left": left,
                "is_provisional": row.is_provisional,
                "ledger": row.ledger,
            },
        )
    return list(found.values())
