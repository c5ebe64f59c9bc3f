"""Moving one case to another version, and undoing it while nothing has happened since.

What no text of the law says of a case under way follows ASM-P-63: who has a task keeps it, a limit
that has begun stays, a form is asked as the new version asks it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services import audit, lawful, policies, procedures
from services.actors import Actor
from services.cases import gate
from services.cases.environment import CaseWorld
from services.cases.steps import of_case
from services.db.models import Bundle, Case, CaseMigration, CaseSnapshot, CaseStatus, Task
from services.errors import ConflictError, NotFoundError
from services.lookup import lock_case, open_tasks
from services.migrating import keeping, planning, proving, reporting, standings
from services.runtime import Runtime
from workflows import engine
from workflows.bundles.handling import Act
from workflows.engine import Passage, Plan, Step, Wait

MIGRATED, UNDONE = "case.migrated", "case.migration_undone"


@dataclass(frozen=True)
class Wanted:
    """A move as it is asked for: the version, which step takes over which, and why.

    ``rehearsed`` is the digest of the standing that a rehearsal came to: the move is refused where
    it would come to another one.
    """

    to: str
    mapping: Mapping[str, str]
    reason: str
    rehearsed: str | None = None


def migrate(
    session: Session, runtime: Runtime, actor: Actor, case_id: UUID, wanted: Wanted
) -> dict[str, Any]:
    """Move a running case to the version that new cases start with, which ``wanted`` must name.

    By its process owner and on record, as C-INV-13 of the specification wants it, and as ASM-P-63
    assumes: limits and timers that run keep their instants, answers and signatures stay as they
    are, which is proved and kept with the move. The last completion can no longer be taken back.
    Under the case lock. Raises NotFoundError, NotAllowedError, ConflictError (it cannot move, with
    why; it would come out otherwise than rehearsed; another version came meanwhile), IncidentError
    (the law does not let it stand there).
    """
    case = _locked(session, actor, case_id)
    _refuse(session, case, wanted.to)
    planned = _planned(session, case, wanted)
    before = proving.fixed(session, case)
    row = keeping.keep(
        session,
        actor,
        case,
        to=wanted.to,
        mapping=wanted.mapping,
        reason=wanted.reason,
        at=runtime.clock.now(),
    )
    begun = _move(session, runtime, actor, case, wanted.to, planned)
    session.flush()
    after = standings.of_case(session, case)
    proof = _proved(session, case, row, before, begun)
    _compare(wanted, after)
    told = _told(session, row, planned) | {"proof_sha256": proving.seal(proof)}
    _record(session, runtime, actor, case, MIGRATED, told)
    session.flush()
    row.case_version, row.audit_seq = case.version, case.audit_seq
    row.rehearsed = wanted.rehearsed
    session.flush()
    return reporting.shown(session, row) | {"after": after.told, "digest": after.digest}


def _planned(session: Session, case: Case, wanted: Wanted) -> Plan:
    planned = planning.judge(session, case, wanted.to, wanted.mapping)
    reasons = planning.reasons_of(session, case, wanted.to, planned)
    if reasons:
        text = "；".join(each["message"] for each in reasons)
        raise ConflictError(f"办件 {case.number} 不能迁移：{text}", "NOT_MIGRATABLE")
    return planned


def _proved(
    session: Session, case: Case, row: CaseMigration, before: dict[str, Any], begun: list[str]
) -> dict[str, Any]:
    after = proving.fixed(session, case)
    if not proving.is_whole(before, after):
        raise ConflictError(
            "迁移会改变已经开始的期限或者已有的办理意见，没有迁移", "NOT_MIGRATABLE"
        )
    ready = procedures.ready(session, row.to_hash)
    row.proof = found = proving.proof(before, after, ready, begun)
    return found


def _compare(wanted: Wanted, after: standings.Standing) -> None:
    if wanted.rehearsed is not None and wanted.rehearsed != after.digest:
        raise ConflictError("迁移的结果与演练时不一致，没有迁移：请重新演练", "DIFFERS")


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


def _move(
    session: Session, runtime: Runtime, actor: Actor, case: Case, to: str, planned: Plan
) -> list[str]:
    """Put the case on the new version; return the ids of the steps that begin with it."""
    _apply(session, case, to, planned)
    session.execute(delete(CaseSnapshot).where(CaseSnapshot.case_id == case.id))
    return _look(session, _world(session, runtime, actor, case), planned)


def _apply(session: Session, case: Case, to: str, planned: Plan) -> None:
    case.engine_state = engine.move(planning.version(session, to), planned)
    case.bundle_hash = to
    becomes = {a.id: b for a, b in planned.moves}
    for limit in keeping.running(session, case):
        if limit.node_id in becomes:
            limit.activity_code = becomes[limit.node_id].activity_code
            limit.node_id = becomes[limit.node_id].id
    for job in keeping.timers(session, case):
        start, _, node_id = job.dedupe_key.rpartition(":")
        job.dedupe_key = f"{start}:{becomes[node_id].id if node_id in becomes else node_id}"


def _look(session: Session, world: CaseWorld, planned: Plan) -> list[str]:
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
    begun = _begun(case, planned, step)
    gate.let_pass(world, replace(step, passages=begun))
    waits = {wait.task_id: wait for wait in step.waits}
    for task in open_tasks(session, case.id):
        _put_on(session, case, task, waits[task.id])
    case.messages = sorted(step.messages)
    world.keep_facts()
    return [passage.node.id for passage in begun]


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
    keeping.restore(session, case, row)
    row.undone_at, row.undone_by = runtime.clock.now(), actor.person_id
    _world(session, runtime, actor, case).keep_facts()
    told = {"from_hash": row.to_hash, "to_hash": row.from_hash, "reason": reason}
    _record(session, runtime, actor, case, UNDONE, told)
    session.flush()
    row.undone_seq = case.audit_seq
    session.flush()
    return reporting.shown(session, row)
