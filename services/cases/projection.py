"""Writes what an engine step found into tables: tasks, deadlines, jobs, access, the case row."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from services import audit, lawful, notifications, posting
from services.cases import gate
from services.cases.environment import CaseWorld
from services.db import writing
from services.db.models import (
    Case,
    CaseStatus,
    Deadline,
    Job,
    JobKind,
    Task,
    TaskStatus,
)
from services.documents import issuing
from services.handoffs import access
from services.lookup import open_tasks
from workflows.bundles.handling import Act
from workflows.engine import DeadlineSet, Step, Wait

NO_LIMIT = datetime(9999, 1, 1, tzinfo=UTC)
ACKNOWLEDGEMENT = "A-ACK"  # the case has not come to whom it is handed over: not before the receipt

# made once, because every step asks them
_UNDONE = select(Job).where(
    Job.case_id == bindparam("case"),
    Job.done_at.is_(None),
    Job.kind.in_([JobKind.TIMER, JobKind.SERVICE]),
)
_LIMITS = Deadline.__table__
_ENDING = (
    update(_LIMITS)  # type: ignore[arg-type]
    .where(
        _LIMITS.c.case_id == bindparam("case"),
        _LIMITS.c.task_id.in_(bindparam("tasks", expanding=True)),
        _LIMITS.c.ended_at.is_(None),
    )
    .values(ended_at=bindparam("now"))
)


def project(
    world: CaseWorld, step: Step, *, what: str, payload: dict[str, Any], done: UUID | None = None
) -> None:
    """Make the tables say what the step says, and seal it in the audit chain.

    ``done`` is the task just completed; others that vanished were cancelled. The case's row is
    locked by the caller; its version check refuses a stale write.
    """
    case = world.case
    opened = _tasks(world, step, done)
    _deadlines(world, step, {task.id for task in opened})
    _jobs(world, step)
    posting.post(world, step.thrown)
    if set(step.messages) - set(case.messages):
        posting.wake(world)
    gate.let_pass(world, step)  # what it notes is written with the rest of the case, once
    case.document = step.document
    flag_modified(case, "document")  # the engine changes it in place
    world.keep_facts()
    case.engine_state = step.state
    case.messages = sorted(step.messages)
    case.state = step.case_state or case.state
    if step.is_finished:
        case.status = CaseStatus.FINISHED
        case.outcome = step.outcome
        case.finished_at = world.now
    issued = issuing.issue(world, step)
    if issued:
        payload = payload | {
            "documents": [[d.template, d.number, d.content_sha256] for d in issued]
        }
    audit.append(
        world.session,
        case,
        at=world.now,
        actor=world.actor.key if world.actor else "system",
        what=what,
        payload={**payload, **_fired(world), "passed": _passed(step), "state": case.state},
    )
    world.session.flush()
    notifications.tasks_opened(world, opened)


def _fired(world: CaseWorld) -> dict[str, Any]:
    """Hand over the rules that decided in this step: [decision, rule, row]; none, no entry."""
    fired = world.fired.copy()
    world.fired.clear()
    return {"rules": fired} if fired else {}


def _passed(step: Step) -> list[list[str]]:
    """Return the nodes passed, compactly: [node, event letter, item key]."""
    return [
        [p.node.id, p.event[0], *([p.item_key] if p.item_key is not None else [])]
        for p in step.passages
    ]


def _tasks(world: CaseWorld, step: Step, done: UUID | None) -> list[Task]:
    session, case = world.session, world.case
    known = world.open_tasks if world.open_tasks is not None else _open_tasks(session, case)
    waiting = {wait.task_id: wait for wait in step.waits}
    due = {d.task_id: d.deadline.due_at for d in step.deadlines}
    for task_id, task in known.items():
        if task_id in due:
            task.due_at = due[task_id] or task.due_at
        if task_id not in waiting:
            task.status = TaskStatus.DONE if task_id == done else TaskStatus.CANCELLED
            task.closed_at = world.now
    opened = [
        _new_task(world, wait, due.get(task_id))
        for task_id, wait in waiting.items()
        if task_id not in known
    ]
    writing.insert(session, opened)
    addressed = {t.party_id for t in opened if t.party_id and t.activity_code != ACKNOWLEDGEMENT}
    access.grant_all(session, case, addressed, world.now)
    return opened


def _open_tasks(session: Session, case: Case) -> dict[UUID, Task]:
    return {task.id: task for task in open_tasks(session, case.id)}


def _new_task(world: CaseWorld, wait: Wait, due_at: datetime | None) -> Task:
    node = wait.node
    party_id = world.party_for(wait.role, wait.party) if wait.person is None else None
    task = Task(
        id=wait.task_id,
        case_id=world.case.id,
        node_id=node.id,
        process_id=node.process_id,
        activity_code=node.activity_code,
        name=node.name,
        form_id=wait.form,
        role=wait.role,
        party_id=party_id,
        person_id=UUID(wait.person) if wait.person else None,
        item_key=_item_key(wait),
        separate_from=list(node.separate_from),
        opened_at=world.now,
        due_at=due_at or NO_LIMIT,
    )
    substitute = lawful.rule(world.session, world.case, task, Act.SUBSTITUTE)
    task.admits_substitute = substitute.is_allowed
    return task


def _item_key(wait: Wait) -> str | None:
    """Return the key of the item a task is about: its own, or that of the loop around it."""
    return next((key for _data_key, key in reversed(wait.data_path) if key is not None), None)


def _deadlines(world: CaseWorld, step: Step, new: set[UUID]) -> None:
    ended = {p.task_id for p in step.passages if p.event != "entered" and p.node.due is not None}
    if ended:
        which = {"case": world.case.id, "tasks": list(ended), "now": world.now}
        writing.change(world.session, Deadline, _ENDING, which, {"ended_at": None})
    made = []
    for each in step.deadlines:
        row = None if each.task_id in new else _known_deadline(world, each)
        if row is None:
            row = Deadline(case_id=world.case.id, task_id=each.task_id)
            made.append(row)
        _set_limit(row, each)
        row.ended_at = world.now if each.task_id in ended else None
    writing.insert(world.session, made)


def _set_limit(row: Deadline, each: DeadlineSet) -> None:
    """Make a limit's row say what was computed."""
    assert each.deadline.due_at is not None  # the engine sets no limit while a pause is open
    row.node_id, row.activity_code = each.node.id, each.node.activity_code
    row.clock, row.basis = each.clock, each.rule.basis
    row.amount, row.unit = each.rule.amount, each.rule.unit
    row.started_at, row.due_at = each.started_at, each.deadline.due_at
    row.ledger = [[d.date.isoformat(), d.kind, d.reason] for d in each.deadline.ledger]
    row.calendar_version = each.deadline.calendar_version
    row.is_provisional = each.deadline.provisional


def _known_deadline(world: CaseWorld, each: DeadlineSet) -> Deadline | None:
    return world.session.scalars(
        select(Deadline).where(Deadline.case_id == world.case.id, Deadline.task_id == each.task_id)
    ).first()


def _jobs(world: CaseWorld, step: Step) -> None:
    """Keep one job for each running timer and each deferred service task."""
    if step.is_due_as_before:
        return
    wanted: dict[str, tuple[JobKind, dict[str, Any], datetime]] = {}
    offset = timedelta(seconds=world.case.clock_offset_seconds)
    for timer in step.timers:
        key = f"timer:{timer.task_id}:{timer.node.id}"
        wanted[key] = (JobKind.TIMER, {}, timer.due_at - offset)
    for call in step.services:
        payload = {
            "task_id": str(call.task_id),
            "operation": call.node.operation,
            "inputs": call.inputs,
        }
        wanted[f"service:{call.task_id}"] = (JobKind.SERVICE, payload, world.now - offset)
    rows = world.session.scalars(_UNDONE, {"case": world.case.id})
    known = {job.dedupe_key: job for job in rows}
    for key, job in known.items():
        if key not in wanted:
            job.done_at = world.now - offset
        elif job.kind is JobKind.TIMER:
            job.due_at = wanted[key][2]
    fresh = [
        Job(kind=kind, case_id=world.case.id, dedupe_key=key, payload=payload, due_at=due_at)
        for key, (kind, payload, due_at) in wanted.items()
        if key not in known
    ]
    writing.insert(world.session, fresh)
