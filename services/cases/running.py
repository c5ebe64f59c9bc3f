"""What moves a case without a person: timers, settled services, a changed calendar."""

from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import policies, procedures
from services.actors import Actor
from services.cases.environment import CaseWorld
from services.cases.projection import project
from services.cases.steps import advance
from services.db.models import Case, CaseStatus, Job
from services.errors import ConflictError
from services.lookup import lock_case
from services.runtime import Runtime
from services.service_tasks import notices
from workflows import engine
from workflows.engine import Document
from workflows.errors import BusinessError


def fire_timers(session: Session, runtime: Runtime, *, case_id: UUID) -> Case:
    """Fire what is due in a case by its own clock. Nothing due, or case finished: no change."""
    case = lock_case(session, case_id)
    if case.engine_state is None or case.suspended_at is not None:
        return case
    world = CaseWorld(session, runtime, case, procedures.ready(session, case.bundle_hash))
    step = advance(world, engine.fire_timers)
    if step.passages:
        project(world, step, what="timer.fired", payload={})
    return case


def recompute_deadlines(
    session: Session, runtime: Runtime, *, case_id: UUID, actor: Actor | None = None
) -> Case:
    """Compute a case's running limits anew by today's calendar, in one audited step.

    For when a year's arrangement is loaded or a day corrected. Limits and notices only ever move
    later; the second time changes nothing. A suspended case is
    left as it is until it is resumed.
    """
    case = lock_case(session, case_id)
    if case.engine_state is None or case.suspended_at is not None:
        return case
    ready = procedures.ready(session, case.bundle_hash)
    world = CaseWorld(session, runtime, case, ready, actor)
    step = advance(world, engine.recompute)
    notices.extend(session, case, world.calendar)
    moved = [
        [d.node.id, d.deadline.due_at.isoformat()] for d in step.deadlines if d.deadline.due_at
    ]
    if moved or step.passages:
        payload = {"calendar": world.calendar.version, "moved": moved}
        project(world, step, what="deadlines.recomputed", payload=payload)
    return case


def settle_service(
    session: Session,
    runtime: Runtime,
    *,
    case_id: UUID,
    task_id: UUID,
    outcome: Document | BusinessError,
) -> Case:
    """Take in the outcome of a deferred service task.

    Raises TaskNotWaitingError when it is in already, IncidentError when the diagram has no way
    out for a BusinessError.
    """
    case = lock_case(session, case_id)
    if case.status is CaseStatus.FINISHED:
        return case
    world = CaseWorld(session, runtime, case, procedures.ready(session, case.bundle_hash))
    step = advance(
        world,
        lambda program, env, state, document: engine.settle(
            program, env, state, document, task_id, outcome
        ),
    )
    refused = outcome.code if isinstance(outcome, BusinessError) else None
    payload = {"task": str(task_id), "refused": refused}
    project(world, step, what="service.settled", payload=payload)
    return case


def advance_rehearsal(
    session: Session, runtime: Runtime, actor: Actor, *, case_id: UUID, to: datetime
) -> Case:
    """Move a rehearsal's clock forward; its jobs become due accordingly.

    Raises ConflictError for a production case or a step back in time.
    """
    case = lock_case(session, case_id)
    policies.see_case(session, actor, case)
    if not case.is_rehearsal:
        raise ConflictError("只有演练办件可以调整时间", "NOT_A_REHEARSAL")
    seconds = ceil((to - runtime.now(case)).total_seconds())
    if seconds < 0:
        raise ConflictError("演练的时间只能前进", "CLOCK_BACKWARDS")
    case.clock_offset_seconds += seconds
    for job in session.scalars(select(Job).where(Job.case_id == case.id, Job.done_at.is_(None))):
        job.due_at -= timedelta(seconds=seconds)
    session.flush()
    return case
