"""Moving one case to another version, and undoing it while nothing has happened since."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services import audit, lawful, policies, procedures
from services.actors import Actor
from services.cases import gate
from services.cases.environment import CaseWorld
from services.cases.steps import of_case
from services.db.models import (
    Bundle,
    Case,
    CaseMigration,
    CaseSnapshot,
    CaseStatus,
    Deadline,
    Job,
    JobKind,
    Task,
    TaskStatus,
)
from services.errors import ConflictError, NotFoundError
from services.lookup import lock_case
from services.migrating import planning
from services.runtime import Runtime
from workflows import engine
from workflows.bundles.handling import Act
from workflows.engine import Passage, Plan, Step, Wait

MIGRATED, UNDONE = "case.migrated", "case.migration_undone"
_TASK = (
    *("node_id", "process_id", "activity_code", "name", "form_id", "separate_from"),
    "admits_substitute",
)


def migrate(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    case_id: UUID,
    *,
    to: str,
    mapping: Mapping[str, str],
    reason: str,
) -> dict[str, Any]:
    """Move a running case to the version that new cases start with, which ``to`` must name.

    By its process owner and on record, as C-INV-13 of the specification wants it.
    Limits and timers that run keep their instants, answers and signatures stay as they are. The
    last completion can no longer be taken back. Under the case lock. Raises NotFoundError,
    NotAllowedError, ConflictError (it cannot move, with why; or another version came meanwhile).
    """
    case = _locked(session, actor, case_id)
    _refuse(session, case, to)
    planned = planning.judge(session, case, to, mapping)
    reasons = planning.reasons_of(session, case, to, planned)
    if reasons:
        text = "；".join(each["message"] for each in reasons)
        raise ConflictError(f"办件 {case.number} 不能迁移：{text}", "NOT_MIGRATABLE")
    row = _kept(session, runtime, actor, case, to, mapping, reason)
    limits = _limits(session, case)
    _apply(session, case, to, planned)
    _drop_snapshot(session, case)
    _look(session, _world(session, runtime, actor, case), planned)
    _record(session, runtime, actor, case, MIGRATED, _told(session, row, planned))
    session.flush()
    row.case_version = case.version
    if _limits(session, case) != limits:
        raise ConflictError("迁移会改变已经开始的期限，没有迁移", "NOT_MIGRATABLE")
    session.flush()
    return _shown(session, row)


def _locked(session: Session, actor: Actor, case_id: UUID) -> Case:
    """Lock a case of a procedure that the actor owns, whether or not it has come to them."""
    case = lock_case(session, case_id)
    verdict = planning.owns(session, actor, procedures.get(session, case.procedure_id))
    if not verdict.is_allowed:
        policies.see_case(session, actor, case)  # to others it does not exist
    verdict.require()
    return case


def _refuse(session: Session, case: Case, to: str) -> None:
    if case.status is CaseStatus.FINISHED or case.engine_state is None:
        raise ConflictError("办件已经办结，不能迁移", "NOT_MIGRATABLE")
    if procedures.get(session, case.procedure_id).bundle_hash != to:
        raise ConflictError("办理事项又有了新版本，请重新查看迁移方案", "STALE")
    if case.bundle_hash == to:
        raise ConflictError("办件已经在这个版本上", "ALREADY_MIGRATED")


def _kept(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    case: Case,
    to: str,
    mapping: Mapping[str, str],
    reason: str,
) -> CaseMigration:
    """Keep the case as it is, so that moving it can be undone."""
    row = CaseMigration(
        case_id=case.id,
        from_hash=case.bundle_hash,
        to_hash=to,
        mapping=dict(mapping),
        reason=reason,
        person_id=actor.person_id,
        at=runtime.clock.now(),
        case_version=case.version,
        engine_state=case.engine_state,
        rows={
            "messages": case.messages,
            "law_notes": case.law_notes,
            "tasks": [_row(task, _TASK) for task in _tasks(session, case)],
            "deadlines": [_row(d, ("node_id", "activity_code")) for d in _running(session, case)],
            "jobs": [_row(job, ("dedupe_key",)) for job in _timers(session, case)],
        },
    )
    session.add(row)
    return row


def _row(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {"id": str(row.id)} | {name: getattr(row, name) for name in names}


def _apply(session: Session, case: Case, to: str, planned: Plan) -> None:
    case.engine_state = engine.move(planning.version(session, to), planned)
    case.bundle_hash = to
    becomes = {a.id: b for a, b in planned.moves}
    for limit in _running(session, case):
        if limit.node_id in becomes:
            limit.activity_code = becomes[limit.node_id].activity_code
            limit.node_id = becomes[limit.node_id].id
    for job in _timers(session, case):
        start, _, node_id = job.dedupe_key.rpartition(":")
        job.dedupe_key = f"{start}:{becomes[node_id].id if node_id in becomes else node_id}"


def _look(session: Session, world: CaseWorld, planned: Plan) -> None:
    """Make tasks, messages and facts say what the new version says; who has a task keeps it.

    What a mapping puts in the place of another step begins now, and passes the gate as any step.
    """
    case = world.case
    with of_case(case):
        step = engine.look(
            world.ready.opened.program,
            world.environment(),
            case.engine_state or b"",
            case.document,
        )
    gate.let_pass(world, replace(step, passages=_begun(case, planned, step)))
    waits = {wait.task_id: wait for wait in step.waits}
    for task in _tasks(session, case):
        _put_on(session, case, task, waits[task.id])
    case.messages = sorted(step.messages)
    world.keep_facts()


def _begun(case: Case, planned: Plan, step: Step) -> tuple[Passage, ...]:
    paths = {wait.node.id: wait.data_path for wait in step.waits}
    return tuple(
        Passage(b, "entered", case.id, data_path=paths.get(b.id, ()))
        for a, b in planned.moves
        if (a.id, a.activity_code) != (b.id, b.activity_code)
    )


def _put_on(session: Session, case: Case, task: Task, wait: Wait) -> None:
    node = wait.node
    task.node_id, task.process_id = node.id, node.process_id
    task.activity_code, task.name = node.activity_code, node.name
    task.form_id, task.separate_from = wait.form, list(node.separate_from)
    task.admits_substitute = lawful.rule(session, case, task, Act.SUBSTITUTE).is_allowed


def _tasks(session: Session, case: Case) -> list[Task]:
    query = select(Task).where(Task.case_id == case.id, Task.status == TaskStatus.OPEN)
    return list(session.scalars(query.order_by(Task.id)))


def _running(session: Session, case: Case) -> list[Deadline]:
    query = select(Deadline).where(Deadline.case_id == case.id, Deadline.ended_at.is_(None))
    return list(session.scalars(query.order_by(Deadline.id)))


def _timers(session: Session, case: Case) -> list[Job]:
    query = select(Job).where(
        Job.case_id == case.id, Job.kind == JobKind.TIMER, Job.done_at.is_(None)
    )
    return list(session.scalars(query.order_by(Job.id)))


def _limits(session: Session, case: Case) -> list[tuple[UUID, datetime]]:
    """Return when what runs now is due: moving a case moves none of it."""
    deadlines = [(each.id, each.due_at) for each in _running(session, case)]
    return deadlines + [(each.id, each.due_at) for each in _timers(session, case)]


def _drop_snapshot(session: Session, case: Case) -> None:
    session.execute(delete(CaseSnapshot).where(CaseSnapshot.case_id == case.id))


def _world(session: Session, runtime: Runtime, actor: Actor, case: Case) -> CaseWorld:
    ready = procedures.ready(session, case.bundle_hash)
    return CaseWorld(session, runtime, case, ready, actor)


def _record(
    session: Session, runtime: Runtime, actor: Actor, case: Case, what: str, told: dict[str, Any]
) -> None:
    now = runtime.now(case)
    audit.append(session, case, at=now, actor=actor.key, what=what, payload=told)


def _told(session: Session, row: CaseMigration, planned: Plan) -> dict[str, Any]:
    return {
        "from": session.get_one(Bundle, row.from_hash).version,
        "to": session.get_one(Bundle, row.to_hash).version,
        "from_hash": row.from_hash,
        "to_hash": row.to_hash,
        "steps": [[a.id, b.id] for a, b in planned.moves],
        "reason": row.reason,
    }


def undo(
    session: Session, runtime: Runtime, actor: Actor, case_id: UUID, *, reason: str
) -> dict[str, Any]:
    """Put a case back on the version it came from, as it was, while nothing has happened since.

    Raises NotFoundError, NotAllowedError, ConflictError.
    """
    case = _locked(session, actor, case_id)
    row = session.scalars(
        select(CaseMigration)
        .where(CaseMigration.case_id == case.id, CaseMigration.undone_at.is_(None))
        .order_by(CaseMigration.at.desc())
        .limit(1)
    ).first()
    if row is None:
        raise NotFoundError("办件没有迁移过，或者迁移已经撤销")
    if row.case_version != case.version or case.bundle_hash != row.to_hash:
        raise ConflictError("迁移之后办件已有办理，不能撤销迁移", "CASE_MOVED_ON")
    _restore(session, case, row)
    row.undone_at, row.undone_by = runtime.clock.now(), actor.person_id
    _world(session, runtime, actor, case).keep_facts()
    told = {"from_hash": row.to_hash, "to_hash": row.from_hash, "reason": reason}
    _record(session, runtime, actor, case, UNDONE, told)
    session.flush()
    return _shown(session, row)


def _restore(session: Session, case: Case, row: CaseMigration) -> None:
    case.engine_state, case.bundle_hash = row.engine_state, row.from_hash
    case.messages = row.rows["messages"]
    case.law_notes = row.rows.get("law_notes", case.law_notes)
    for model, kept in ((Task, "tasks"), (Deadline, "deadlines"), (Job, "jobs")):
        for before in row.rows[kept]:
            found = session.get_one(model, UUID(before["id"]))
            for name in before.keys() - {"id"}:
                setattr(found, name, before[name])


def _shown(session: Session, row: CaseMigration) -> dict[str, Any]:
    return {
        "case_id": row.case_id,
        "from_version": session.get_one(Bundle, row.from_hash).version,
        "to_version": session.get_one(Bundle, row.to_hash).version,
        "reason": row.reason,
        "at": row.at,
        "undone_at": row.undone_at,
    }
