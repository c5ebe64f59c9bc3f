"""A running time limit moved for a reason: proposed by one person, decided by another.

What a regulation says binds the agency too: only limits that rest on an assumption may be moved,
both ways (ASM-P-61). A limit that stops and runs on (a named clock) is computed anew when it runs
on; several that end together are moved by nobody.
"""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import audit, notifications, policies, procedures, suspensions
from services.actors import Actor
from services.cases.environment import CaseWorld
from services.cases.projection import project
from services.cases.steps import advance
from services.db.models import Case, Deadline, LimitChange, Task
from services.errors import ConflictError, NotFoundError
from services.lookup import lock_case
from services.operations import limit_rules, limit_views, scope
from services.runtime import Runtime
from workflows import engine
from workflows.calendar import TIME_ZONE
from workflows.errors import TaskNotWaitingError

MOVED = "moved"  # kind of the ledger's line that says so


def propose(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    case_id: UUID,
    *,
    deadline_id: UUID,
    last_day: date,
    reason: str,
) -> dict[str, Any]:
    """Propose another last day for a running limit; nothing moves before somebody else agrees.

    Raises NotFoundError, NotAllowedError, InvalidError (the day), ConflictError (the rule is hard,
    or a proposal is open already).
    """
    case = scope.lock(session, actor, case_id)
    suspensions.refuse_step(session, case)
    limit = _limit(session, case, deadline_id)
    verdict = limit_rules.judge(limit)
    if not verdict.is_allowed:
        raise ConflictError(verdict.reason, "LIMIT_NOT_CHANGEABLE")
    if _open(session, limit.id) is not None:
        raise ConflictError("这一期限已有变更等待批准", "CHANGE_PENDING")
    row = LimitChange(
        case_id=case.id,
        deadline_id=limit.id,
        node_id=limit.node_id,
        old_due_at=limit.due_at,
        new_due_at=limit_rules.end_of(last_day, limit, runtime.now(case)),
        reason=reason,
        proposed_by=actor.person_id,
        proposed_at=runtime.now(case),
    )
    session.add(row)
    session.flush()
    _seal(session, runtime, case, actor, row, "limit.proposed")
    return limit_views.shown(row, actor.name, None)


def _limit(session: Session, case: Case, deadline_id: UUID) -> Deadline:
    limit = session.get(Deadline, deadline_id)
    if limit is None or limit.case_id != case.id:
        raise NotFoundError("没有这个期限")
    return limit


def _open(session: Session, deadline_id: UUID) -> LimitChange | None:
    return session.scalars(
        select(LimitChange).where(
            LimitChange.deadline_id == deadline_id, LimitChange.decided_at.is_(None)
        )
    ).first()


def decide(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    change_id: UUID,
    *,
    is_approved: bool,
    reason: str | None,
) -> dict[str, Any]:
    """Approve or refuse a proposal of somebody else's; approved, the limit moves at once.

    By a process owner or a leader of an agency that holds the case. Raises NotFoundError,
    NotAllowedError (one's own proposal), ConflictError (decided, or the limit is over).
    """
    case_id = session.scalar(select(LimitChange.case_id).where(LimitChange.id == change_id))
    if case_id is None:
        raise NotFoundError("没有这项期限变更")
    case = lock_case(session, case_id)
    policies.see_case(session, actor, case)
    row = session.get_one(LimitChange, change_id, populate_existing=True)
    limit_rules.may_decide(session, actor, case, row).require()
    if row.decided_at is not None:
        raise ConflictError("这项期限变更已经有人决定", "CHANGE_DECIDED")
    suspensions.refuse_step(session, case)
    row.decided_by, row.decided_at = actor.person_id, runtime.now(case)
    row.is_approved, row.decision_reason = is_approved, reason
    session.flush()
    if is_approved:
        _move(session, runtime, actor, case, row)
    else:
        _seal(session, runtime, case, actor, row, "limit.refused")
    return limit_views.shown(row, limit_views.name(session, row.proposed_by), actor.name)


def _move(session: Session, runtime: Runtime, actor: Actor, case: Case, row: LimitChange) -> None:
    limit = session.get_one(Deadline, row.deadline_id)
    verdict = limit_rules.judge(limit)
    if not verdict.is_allowed:
        raise ConflictError(verdict.reason, "LIMIT_NOT_CHANGEABLE")
    ready = procedures.ready(session, case.bundle_hash)
    world = CaseWorld(session, runtime, case, ready, actor)
    try:
        step = advance(
            world,
            lambda program, env, state, document: engine.move_limit(
                program, env, state, document, limit.task_id, row.new_due_at
            ),
        )
    except TaskNotWaitingError as error:
        text = "这一期限不能单独变更：环节已经办理，或者与其他人的期限一同计算"
        raise ConflictError(text, "LIMIT_NOT_CHANGEABLE") from error
    _write(session, limit, row)
    project(world, step, what="limit.changed", payload=_payload(row))
    _tell(world, limit, row)


def _write(session: Session, limit: Deadline, row: LimitChange) -> None:
    last_day = (row.new_due_at - timedelta(seconds=1)).astimezone(TIME_ZONE).date()
    before = (row.old_due_at - timedelta(seconds=1)).astimezone(TIME_ZONE).date()
    limit.due_at = row.new_due_at
    said = f"末日由 {before} 变更：{row.reason}"
    limit.ledger = [*limit.ledger, [last_day.isoformat(), MOVED, said]]
    task = session.get(Task, limit.task_id)
    if task is not None:
        task.due_at = row.new_due_at
    session.flush()


def _tell(world: CaseWorld, limit: Deadline, row: LimitChange) -> None:
    task = world.session.get(Task, limit.task_id)
    if task is None or task.party_id is None:
        return
    people = notifications.people_of(world, [], [task.party_id])
    data = {
        "task_name": task.name,
        "due_at": row.new_due_at.isoformat(),
        "reason": row.reason,
    }
    key = f"limit:{row.id}"
    notifications.notify(world, people, "limit_changed", data, key=key, task_id=task.id)


def _payload(row: LimitChange) -> dict[str, Any]:
    return {
        "change": str(row.id),
        "node": row.node_id,
        "from": row.old_due_at.isoformat(),
        "to": row.new_due_at.isoformat(),
        "reason": row.reason,
        "proposed_by": str(row.proposed_by),
    }


def _seal(
    session: Session, runtime: Runtime, case: Case, actor: Actor, row: LimitChange, what: str
) -> None:
    audit.append(
        session,
        case,
        at=runtime.now(case),
        actor=actor.key,
        what=what,
        payload=_payload(row),
    )
    session.flush()
