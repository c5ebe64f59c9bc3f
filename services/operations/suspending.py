"""中止与恢复: a case that stands still for a reason, a procedure that takes no new cases.

While a case is suspended its timers, service tasks and messages wait; completions, the applicant's
withdrawal and other submissions are refused. Time limits of the law run on (ASM-P-60): what is overdue at the resumption is overdue.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import audit, notifications, policies, posting, procedures, suspensions
from services.actors import Actor
from services.case_pages import visible
from services.cases.environment import CaseWorld
from services.db.models import Case, CaseStatus, Person, Suspension
from services.errors import ConflictError
from services.operations import scope
from services.runtime import Runtime

SUSPENDED, RESUMED = "case.suspended", "case.resumed"


def suspend_case(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    case_id: UUID,
    *,
    reason: str,
    public_reason: str,
) -> dict[str, Any]:
    """Suspend a case; its applicants are told the public reason.

    Raises NotFoundError, NotAllowedError, ConflictError (finished, or suspended already).
    """
    case = scope.lock(session, actor, case_id)
    if case.status is CaseStatus.FINISHED:
        raise ConflictError("办件已经办结，不能中止", "CASE_FINISHED")
    if case.suspended_at is not None:
        raise ConflictError("办件已经中止", "CASE_SUSPENDED")
    row = _row(runtime, actor, reason, public_reason)
    row.case_id, row.suspended_at = case.id, runtime.now(case)
    case.suspended_at = row.suspended_at
    session.add(row)
    session.flush()
    _record(session, runtime, actor, case, row, SUSPENDED, public_reason)
    return _shown(session, row, is_official=True)


def resume_case(
    session: Session, runtime: Runtime, actor: Actor, case_id: UUID, *, reason: str
) -> dict[str, Any]:
    """Let a suspended case go on: what has waited is due now.

    Raises NotFoundError, NotAllowedError, ConflictError (it is not suspended).
    """
    case = scope.lock(session, actor, case_id)
    row = suspensions.of_case(session, case.id)
    if row is None or case.suspended_at is None:
        raise ConflictError("办件没有中止", "NOT_SUSPENDED")
    _end(row, actor, runtime.now(case), reason)
    case.suspended_at = None
    session.flush()
    _record(session, runtime, actor, case, row, RESUMED, reason)
    return _shown(session, row, is_official=True)


def _row(runtime: Runtime, actor: Actor, reason: str, public_reason: str) -> Suspension:
    return Suspension(
        reason=reason,
        public_reason=public_reason,
        suspended_by=actor.person_id,
        suspended_at=runtime.clock.now(),
    )


def _end(row: Suspension, actor: Actor, at: Any, reason: str) -> None:
    row.resumed_by, row.resumed_at, row.resume_reason = actor.person_id, at, reason


def _record(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    case: Case,
    row: Suspension,
    what: str,
    said: str,
) -> None:
    ready = procedures.ready(session, case.bundle_hash)
    world = CaseWorld(session, runtime, case, ready, actor)
    payload = {"suspension": str(row.id), "reason": said}
    audit.append(session, case, at=world.now, actor=actor.key, what=what, payload=payload)
    if what == RESUMED:
        posting.wake(world)
    people = notifications.people_of(world, [], [case.starter_party_id])
    template = what.replace(".", "_")
    notifications.notify(world, people, template, {"reason": said}, key=f"{template}:{row.id}")


def of_case(session: Session, actor: Actor, case_id: UUID) -> dict[str, Any]:
    """Return the suspensions of a case, the newest first, and whether the actor may change that.

    Officials read the reason within the agency, others the public one. Raises NotFoundError.
    """
    case = visible(session, actor, case_id)
    sight = policies.sight_of(session, actor, case)
    is_official = policies.is_official(session, actor, case)
    rows = session.scalars(
        select(Suspension)
        .where(Suspension.case_id == case.id)
        .order_by(Suspension.suspended_at.desc())
    )
    return {
        "is_suspended": case.suspended_at is not None and sight.shows_progress,
        "may_change": scope.keeps(session, actor, case) and case.status != CaseStatus.FINISHED,
        "items": [
            _shown(session, row, is_official=is_official)
            for row in rows
            if sight.covers(row.suspended_at, policies.PROGRESS)
        ],
    }


def _shown(session: Session, row: Suspension, *, is_official: bool) -> dict[str, Any]:
    by = session.get(Person, row.suspended_by)
    return {
        "id": row.id,
        "reason": row.reason if is_official else None,
        "public_reason": row.public_reason,
        "suspended_at": row.suspended_at,
        "suspended_by": by.name if by and is_official else None,
        "resumed_at": row.resumed_at,
        "resume_reason": row.resume_reason,
    }


def suspend_procedure(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    procedure_id: str,
    *,
    reason: str,
    public_reason: str,
) -> dict[str, Any]:
    """Let a procedure take no new cases; those that run go on. The public reason is shown.

    Raises NotFoundError, NotAllowedError, ConflictError (it is suspended already).
    """
    _own(session, actor, procedure_id)
    if suspensions.of_procedure(session, procedure_id) is not None:
        raise ConflictError("本事项已经暂停受理", "PROCEDURE_SUSPENDED")
    row = _row(runtime, actor, reason, public_reason)
    row.procedure_id = procedure_id
    session.add(row)
    session.flush()
    return _shown(session, row, is_official=True)


def resume_procedure(
    session: Session, runtime: Runtime, actor: Actor, procedure_id: str, *, reason: str
) -> dict[str, Any]:
    """Let a procedure take new cases again. Raises NotFoundError, NotAllowedError, ConflictError."""
    _own(session, actor, procedure_id)
    row = suspensions.of_procedure(session, procedure_id)
    if row is None:
        raise ConflictError("本事项没有暂停受理", "NOT_SUSPENDED")
    _end(row, actor, runtime.clock.now(), reason)
    session.flush()
    return _shown(session, row, is_official=True)


def _own(session: Session, actor: Actor, procedure_id: str) -> None:
    procedure = procedures.get(session, procedure_id)
    policies.own_procedures(actor, procedures.agencies(session, procedure.jurisdiction)).require()


def of_procedure(session: Session, actor: Actor, procedure_id: str) -> dict[str, Any]:
    """Return the suspensions of a procedure for whoever keeps it. As ``of_case``."""
    _own(session, actor, procedure_id)
    rows = session.scalars(
        select(Suspension)
        .where(Suspension.procedure_id == procedure_id)
        .order_by(Suspension.suspended_at.desc())
    ).all()
    return {
        "is_suspended": any(row.resumed_at is None for row in rows),
        "may_change": True,
        "items": [_shown(session, row, is_official=True) for row in rows],
    }
