"""撤回: whoever completed a task takes it back while nobody has acted on what came of it.

The case is put back exactly as it was: document, engine state, tasks, limits, jobs, access. Where
that cannot be guaranteed it is refused.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from services import audit, lawful, policies, posting, procedures
from services.actors import Actor
from services.cases.environment import CaseWorld
from services.db.models import (
    AuditEntry,
    Case,
    CaseHold,
    CaseSnapshot,
    CaseStatus,
    Channel,
    Decision,
    Delivery,
    DeliveryState,
    Draft,
    Job,
    Task,
    TaskStatus,
)
from services.errors import ConflictError, NotAllowedError
from services.handling import recording
from services.lookup import get_task, lock_case_of
from services.policies import YES, Verdict
from services.runtime import Runtime
from workflows.bundles.handling import Act

HARMLESS = frozenset({"case.reminded", "case.copied", "comment.added"})  # entries that move nothing
_ACTED = "下一环节已经有人办理，不能撤回"
_SENT = "办理后的通知已经发出或者正在对外联系，不能撤回"


def withdraw(
    session: Session, runtime: Runtime, actor: Actor, task_id: UUID, *, reason: str
) -> Task:
    """Take back one's own completion of a task; it is open again, with what was answered as draft.

    The decision stays on record, marked as taken back. There is no time limit: what counts is
    that nobody has acted since (ASM-P-51). Raises NotFoundError, NotAllowedError, ConflictError.
    """
    case = lock_case_of(session, task_id)
    task = get_task(session, task_id)
    policies.see_task(session, actor, case, task)
    decision = _own(session, actor, task)
    if decision is None:
        raise NotAllowedError("只有办结这项任务的本人可以撤回")
    verdict = judge(session, runtime, actor, case, task)
    if not verdict.is_allowed:
        raise ConflictError(verdict.reason, "NOT_WITHDRAWABLE")
    snapshot = session.get_one(CaseSnapshot, case.id)
    _drop_jobs(session, snapshot)
    _restore(session, case, snapshot)
    _reopen(session, runtime, case, task, decision)
    ready = procedures.ready(session, case.bundle_hash)
    world = CaseWorld(session, runtime, case, ready, actor)
    posting.wake(world)
    payload = {
        "task": str(task.id),
        "node": task.node_id,
        "decision": str(decision.id),
        "reason": reason,
        "state": case.state,
    }
    audit.append(
        session,
        case,
        at=world.now,
        actor=actor.key,
        party_id=task.party_id,
        what=audit.TASK_WITHDRAWN,
        payload=payload,
    )
    session.flush()
    return task


def _own(session: Session, actor: Actor, task: Task) -> Decision | None:
    return session.scalars(
        select(Decision).where(
            Decision.task_id == task.id,
            Decision.person_id == actor.person_id,
            Decision.withdrawn_at.is_(None),
        )
    ).first()


def is_own(session: Session, actor: Actor, task: Task) -> bool:
    """Tell whether the actor completed the task, and has not taken it back."""
    return task.status is TaskStatus.DONE and _own(session, actor, task) is not None


def judge(session: Session, runtime: Runtime, actor: Actor, case: Case, task: Task) -> Verdict:
    """Judge whether the actor may take back their completion of a task, and if not, why not."""
    if not is_own(session, actor, task):
        return Verdict(False, "只有办结这项任务的本人可以撤回")
    rule = lawful.rule(session, case, task, Act.WITHDRAW)
    if not rule.is_allowed:
        return Verdict(False, rule.reason)
    if not policies.is_addressed_to(actor, task, case.procedure_id):
        return Verdict(False, "您已经没有这项任务的角色，不能撤回")
    snapshot = session.get(CaseSnapshot, case.id, populate_existing=True)
    if snapshot is None or snapshot.task_id != task.id:
        is_over = case.status is CaseStatus.FINISHED
        return Verdict(False, "办件已经办结，不能撤回" if is_over else _ACTED)
    if snapshot.obstacle is not None:
        return Verdict(False, snapshot.obstacle)
    return _since(session, runtime, case, snapshot)


def _since(session: Session, runtime: Runtime, case: Case, snapshot: CaseSnapshot) -> Verdict:
    """Judge whether nothing has happened to the case since the step."""
    if case.status is not CaseStatus.OPEN:
        return Verdict(False, "办件有异常等待处理，不能撤回")
    if case.suspended_at is not None:
        return Verdict(False, "办件已中止，恢复办理后才能撤回")
    if _has_moved(session, case, snapshot) or _is_taken_up(session, snapshot):
        return Verdict(False, _ACTED)
    if case.clock_offset_seconds != snapshot.clock_offset_seconds:
        return Verdict(False, "演练的时间已经调整，不能撤回")
    held = exists().where(CaseHold.item_id == case.id, CaseHold.since >= snapshot.taken_at)
    if session.scalar(select(held)):
        return Verdict(False, "办件已经编入批次，不能撤回")
    return YES if _has_stayed_inside(session, snapshot) else Verdict(False, _SENT)


def _has_moved(session: Session, case: Case, snapshot: CaseSnapshot) -> bool:
    """Tell whether anything that counts was entered in the chain after the completion."""
    entries = session.scalars(
        select(AuditEntry.what).where(
            AuditEntry.case_id == case.id, AuditEntry.seq > snapshot.audit_seq
        )
    )
    return any(what not in HARMLESS for what in entries)


def _is_taken_up(session: Session, snapshot: CaseSnapshot) -> bool:
    """Tell whether a task that the step opened is claimed, drafted or no longer open."""
    opened = [UUID(key["id"]) for key in _added(snapshot, Task)]
    if not opened:
        return False
    untouched = session.scalars(
        select(Task.id).where(
            Task.id.in_(opened),
            Task.status == TaskStatus.OPEN,
            Task.claimed_by.is_(None),
            ~exists().where(Draft.task_id == Task.id),
        )
    )
    return len(untouched.all()) != len(opened)


def _added(snapshot: CaseSnapshot, model: Any) -> list[dict[str, Any]]:
    changes: dict[str, Any] = snapshot.changes or {"added": {}}
    rows: list[dict[str, Any]] = changes["added"].get(model.__tablename__, [])
    return rows


def _job_ids(snapshot: CaseSnapshot) -> list[UUID]:
    return [UUID(key["id"]) for key in _added(snapshot, Job)]


def _has_stayed_inside(session: Session, snapshot: CaseSnapshot) -> bool:
    """Tell whether no job that the step made has been begun, and no delivery gone out."""
    wanted = _job_ids(snapshot)
    rows = session.scalars(select(Job).where(Job.id.in_(wanted))).all()
    is_quiet = all(row.attempts == 0 and row.done_at is None for row in rows)
    sent = select(Delivery.id).where(
        Delivery.id.in_([UUID(key["id"]) for key in _added(snapshot, Delivery)]),
        Delivery.channel != Channel.IN_APP,
        Delivery.state.not_in([DeliveryState.QUEUED, DeliveryState.UNWANTED]),
    )
    return is_quiet and len(rows) == len(wanted) and session.scalars(sent).first() is None


def _drop_jobs(session: Session, snapshot: CaseSnapshot) -> None:
    """Delete the step's jobs, if no worker has begun one meanwhile. Raises ConflictError if so.

    A claim is waited for: it begins the delivery in its own transaction, and then it goes out.
    """
    wanted = _job_ids(snapshot)
    not_begun = delete(Job).where(Job.id.in_(wanted), Job.attempts == 0, Job.done_at.is_(None))
    if len(session.scalars(not_begun.returning(Job.id)).all()) != len(wanted):
        raise ConflictError(_SENT, "NOT_WITHDRAWABLE")


def _restore(session: Session, case: Case, snapshot: CaseSnapshot) -> None:
    document, state = snapshot.document, snapshot.engine_state
    assert snapshot.changes is not None  # there is no obstacle: judged before
    recording.undo(session, snapshot.changes, case)
    case.document, case.engine_state = document, state
    session.delete(snapshot)
    session.flush()


def _reopen(session: Session, runtime: Runtime, case: Case, task: Task, decision: Decision) -> None:
    """Mark the decision and lay its answers out again as a draft."""
    decision.withdrawn_at = runtime.now(case)
    draft = session.get(Draft, (task.id, decision.person_id))
    if draft is None:
        draft = Draft(task_id=task.id, person_id=decision.person_id)
        session.add(draft)
    draft.answers, draft.saved_at = decision.answers, runtime.now(case)
    session.flush()
