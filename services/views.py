"""What is shown of a case as a whole: for scenarios, the CLI and the case page."""

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from services import audit, procedures
from services.db.models import (
    AuditEntry,
    Case,
    Deadline,
    Job,
    JobKind,
    Notice,
    Objection,
    Party,
    Person,
    Task,
    TaskStatus,
)
from services.runtime import Runtime
from workflows.calendar import TIME_ZONE


def open_tasks(session: Session, case_id: UUID) -> list[dict[str, Any]]:
    """Return the open tasks of a case as JSON, oldest first."""
    rows = session.execute(
        select(Task, Party, Person)
        .outerjoin(Party, Party.id == Task.party_id)
        .outerjoin(Person, Person.id == Task.person_id)
        .where(Task.case_id == case_id, Task.status == TaskStatus.OPEN)
        .order_by(Task.opened_at, Task.node_id, Task.item_key)
    )
    return [_task(task, party, person) for task, party, person in rows]


def _task(task: Task, party: Party | None, person: Person | None) -> dict[str, Any]:
    has_limit = task.due_at.year < 9999  # noqa: PLR2004 - stands for no limit
    return {
        "id": str(task.id),
        "case_id": str(task.case_id),
        "node_id": task.node_id,
        "activity_code": task.activity_code,
        "name": task.name,
        "role": task.role,
        "form": task.form_id,
        "party": party.name if party else None,
        "party_code": party.code if party else None,
        "login": person.login if person else None,
        "item_key": task.item_key,
        "due_at": task.due_at.isoformat() if has_limit else None,
    }


def inspect(session: Session, runtime: Runtime, case_id: UUID) -> dict[str, Any]:
    """Return everything about a case, its document too. For those who may see all of it."""
    case = session.scalars(
        select(Case).where(Case.id == case_id).options(undefer(Case.document))
    ).one()
    return {
        "id": str(case.id),
        "number": case.number,
        "procedure": case.procedure_id,
        "status": case.status.value,
        "state": case.state,
        "outcome": case.outcome,
        "now": runtime.now(case).isoformat(),
        "document": case.document,
        "tasks": open_tasks(session, case_id),
        "timers": _timers(session, runtime, case),
        "pending": _pending(session, runtime, case),
        "visited": _with_codes(session, case, visited(session, case_id)),
        "deadlines": deadlines(session, case_id),
        "objections": _objections(session, case_id),
    }


def _objections(session: Session, case_id: UUID) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(Objection)
        .join(Notice, Notice.id == Objection.notice_id)
        .where(Notice.case_id == case_id)
        .order_by(Objection.received_at, Objection.number)
    )
    return [
        {
            "number": row.number,
            "received_at": row.received_at.isoformat(),
            "is_within_period": row.is_within_period,
            "finding": row.finding,
        }
        for row in rows
    ]


def _with_codes(session: Session, case: Case, ids: list[str]) -> list[str]:
    """Return node ids and, after them, the activity codes they stand for."""
    nodes = procedures.ready(session, case.bundle_hash).opened.program.nodes.values()
    codes = {n.id: n.activity_code for process in nodes for n in process.values()}
    return [*ids, *dict.fromkeys(c for i in ids if (c := codes.get(i)))]


def _timers(session: Session, runtime: Runtime, case: Case) -> list[str]:
    offset = runtime.now(case) - runtime.clock.now()
    rows = session.scalars(
        select(Job.due_at).where(
            Job.case_id == case.id, Job.kind == JobKind.TIMER, Job.done_at.is_(None)
        )
    )
    return [(due_at + offset).isoformat() for due_at in rows]


def _pending(session: Session, runtime: Runtime, case: Case) -> int:
    """Count the jobs that are due and still to move the case."""
    return len(
        session.scalars(
            select(Job.id).where(
                Job.case_id == case.id,
                Job.kind != JobKind.MAIL,
                Job.done_at.is_(None),
                Job.failed_at.is_(None),
                Job.due_at <= runtime.clock.now(),
            )
        ).all()
    )


def visited(session: Session, case_id: UUID, until: datetime | None = None) -> list[str]:
    """Return the ids of the nodes entered (by an instant), each once, in order of first entry."""
    rows = session.execute(
        select(AuditEntry.payload, AuditEntry.at)
        .where(AuditEntry.case_id == case_id)
        .order_by(AuditEntry.seq)
    )
    seen: dict[str, None] = {}
    for payload, at in rows:
        if until is not None and at >= until:
            break
        for node_id, event, *_key in (payload or {}).get("passed", ()):
            if event == "e":
                seen.setdefault(node_id)
    return list(seen)


def active(session: Session, case_id: UUID) -> list[str]:
    """Return the ids of the nodes that a case is in: entered as often as not yet left."""
    rows = session.execute(
        select(AuditEntry.what, AuditEntry.payload)
        .where(AuditEntry.case_id == case_id)
        .order_by(AuditEntry.seq)
    )
    steps: list[tuple[str | None, list[list[str]]]] = []
    for what, payload in rows:
        task = (payload or {}).get("task")
        if what == audit.TASK_WITHDRAWN:  # it is as if that step had not been
            steps = [step for step in steps if step[0] != task]
        steps.append((task, (payload or {}).get("passed", [])))
    balance: Counter[str] = Counter()
    for _task, passed in steps:
        for node_id, event, *_key in passed:
            balance[node_id] += 1 if event == "e" else -1
    return [node_id for node_id, times in balance.items() if times > 0]


def deadlines(session: Session, case_id: UUID) -> list[dict[str, Any]]:
    """Return every time limit of a case with its ledger, oldest first."""
    rows = session.scalars(
        select(Deadline).where(Deadline.case_id == case_id).order_by(Deadline.started_at)
    )
    return [_deadline(row) for row in rows]


def _deadline(row: Deadline) -> dict[str, Any]:
    # The limit runs to 24:00: its last day is the one before the due instant.
    last_day = row.due_at.astimezone(TIME_ZONE).date().toordinal() - 1
    return {
        "node_id": row.node_id,
        "activity_code": row.activity_code,
        "amount": row.amount,
        "unit": row.unit,
        "basis": row.basis,
        "started_at": row.started_at.isoformat(),
        "due_at": row.due_at.isoformat(),
        "due_on": type(row.started_at.date()).fromordinal(last_day).isoformat(),
        "calendar_version": row.calendar_version,
        "is_provisional": row.is_provisional,
        "ended_at": row.ended_at and row.ended_at.isoformat(),
        "ledger": row.ledger,
    }
