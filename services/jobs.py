"""Jobs: claiming what is due and running it, exactly once where a case moves.

The table is the truth. A claim is a short transaction that takes a lease and counts the attempt;
the attempt number is the fencing token. A case's transition and the job's end are one
transaction. What touches the outside runs between two and may run again with the same key.
"""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, true, update
from sqlalchemy.orm import Session

from services import cases, incidents, logs, suspensions, tracing
from services.db.engine import unit_of_work
from services.db.models import Job, JobFailure, JobKind
from services.errors import ConflictError
from services.lookup import lock_case
from services.notifications import sending
from services.operations import bulk
from services.runtime import Runtime
from services.service_tasks.catalogue import CATALOGUE, DeferredCall
from workflows.errors import (
    BusinessError,
    IncidentError,
    NoReceiverError,
    RetryableError,
    TaskNotWaitingError,
)

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 8
FIRST_RETRY_SECONDS = 30
LONGEST_RETRY_SECONDS = 6 * 3600
REST = timedelta(days=1)  # of a message whose case does not wait for it yet
MAX_RESTS = 400


@dataclass(frozen=True, slots=True)
class Claim:
    """A job this worker holds until the lease ends. ``attempt`` is the fencing token.

    ``forgiven`` attempts lie before a person had it tried anew; they do not count.
    """

    id: UUID
    kind: JobKind
    case_id: UUID | None
    payload: dict[str, Any]
    attempt: int
    request_id: str | None = None
    forgiven: int = 0

    @property
    def tries(self) -> int:
        """Return how often it has been tried, this time included."""
        return self.attempt - self.forgiven


def claim(
    session: Session,
    now: datetime,
    worker: str,
    only_case: UUID | None = None,
    lease: timedelta = LEASE,
) -> Claim | None:
    """Take the job that has been due longest, or None. A short transaction of its own."""
    due = (
        select(Job.id)
        .where(
            Job.done_at.is_(None),
            Job.failed_at.is_(None),
            Job.due_at <= now,
            or_(Job.lease_until.is_(None), Job.lease_until < now),
            true() if only_case is None else Job.case_id == only_case,
            ~suspensions.holds_back(),
        )
        .order_by(Job.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)  # nothing on SQLite, where BEGIN IMMEDIATE serialises
    )
    row = session.execute(
        update(Job)
        .where(Job.id == due.scalar_subquery())
        .values(lease_until=now + lease, attempts=Job.attempts + 1, claimed_by=worker)
        .returning(
            Job.id, Job.kind, Job.case_id, Job.payload, Job.attempts, Job.request_id, Job.forgiven
        )
        .execution_options(synchronize_session=False)
    ).first()
    return None if row is None else Claim(*row)


def run_due(runtime: Runtime, worker: str, limit: int = 1000, only_case: UUID | None = None) -> int:
    """Run what is due, at most ``limit`` jobs; how many ran. Runs its own transactions."""
    for count in range(limit):
        claimed = claim_next(runtime, worker, only_case)
        if claimed is None:
            return count
        run(runtime, claimed)
    return limit


def claim_next(runtime: Runtime, worker: str, only_case: UUID | None = None) -> Claim | None:
    """Take the job that has been due longest, in a transaction of its own."""
    lease = timedelta(seconds=runtime.settings.lease_seconds)
    with unit_of_work(runtime.sessions) as session:
        return claim(session, runtime.clock.now(), worker, only_case, lease)


def run(runtime: Runtime, claimed: Claim) -> None:
    """Run one claimed job. Never raises for what a job may do: it retries or opens an incident.

    A job that ends its worker each time, by the hard limit say, cannot count its own failures:
    the attempts of its claims tell.
    """
    ids = {"job_id": str(claimed.id)}
    if claimed.case_id is not None:
        ids["case_id"] = str(claimed.case_id)
    with (
        logs.about(request_id=claimed.request_id, **ids),
        tracing.span(f"job {claimed.kind.value}", attempt=claimed.attempt, **ids),
    ):
        _run(runtime, claimed)


def _run(runtime: Runtime, claimed: Claim) -> None:
    try:
        if claimed.tries > _most_attempts(claimed.kind):
            raise IncidentError("JOB", claimed.kind.value, "每次运行都被中断，没有留下结果")  # noqa: TRY301
        _RUNNERS[claimed.kind](runtime, claimed)
    except RetryableError as error:
        _retry(runtime, claimed, error)
    except IncidentError as error:
        _fail(runtime, claimed, error)
    except Exception as error:  # a process boundary: a worker survives any job
        log.exception("job.failed")
        _retry(runtime, claimed, RetryableError(type(error).__name__))


def _finish(session: Session, claimed: Claim, now: datetime) -> bool:
    """Mark the job done if this claim still holds it; tell whether it did."""
    found = session.execute(
        update(Job)
        .where(Job.id == claimed.id, Job.attempts == claimed.attempt, Job.done_at.is_(None))
        .values(done_at=now, lease_until=None)
        .execution_options(synchronize_session=False)
        .returning(Job.id)
    ).first()
    return found is not None


def _run_timer(runtime: Runtime, claimed: Claim) -> None:
    assert claimed.case_id is not None
    with unit_of_work(runtime.sessions) as session:
        case = lock_case(session, claimed.case_id)
        now = runtime.clock.now()
        if case.suspended_at is not None or not _is_due(session, claimed, now):
            _held(session, claimed)
        elif _finish(session, claimed, now):
            cases.fire_timers(session, runtime, case_id=claimed.case_id)


def _is_due(session: Session, claimed: Claim, now: datetime) -> bool:
    """Tell whether a timer is still due: its limit may have been moved, or the clock set back."""
    due_at = session.scalar(select(Job.due_at).where(Job.id == claimed.id))
    return due_at is None or due_at <= now


def _run_service(runtime: Runtime, claimed: Claim) -> None:
    assert claimed.case_id is not None
    task_id = UUID(claimed.payload["task_id"])
    try:
        outcome = _perform(runtime, claimed)
    except TaskNotWaitingError:
        return  # the case moved on; the step that did so has closed this job
    with unit_of_work(runtime.sessions) as session:
        if lock_case(session, claimed.case_id).suspended_at is not None:
            _held(session, claimed)  # what it did stands; its outcome is taken in later
            return
        if not _finish(session, claimed, runtime.clock.now()):
            return
        try:
            cases.settle_service(
                session, runtime, case_id=claimed.case_id, task_id=task_id, outcome=outcome
            )
        except TaskNotWaitingError:
            log.info("job.superseded")


def _perform(runtime: Runtime, claimed: Claim) -> Any:
    """Run the handler between two transactions: a result, or the BusinessError it raised."""
    operation = CATALOGUE[claimed.payload["operation"]]
    assert claimed.case_id is not None
    call = DeferredCall(claimed.payload["task_id"], claimed.case_id, runtime)
    try:
        return operation.run(call, **operation.checked(claimed.payload["inputs"]))
    except BusinessError as refusal:
        return refusal


def _run_mail(runtime: Runtime, claimed: Claim) -> None:
    def finish(session: Session) -> bool:
        return _finish(session, claimed, runtime.clock.now())

    is_last = claimed.tries >= MAX_ATTEMPTS
    sending.run(runtime, claimed.payload, claimed.id, is_last=is_last, finish=finish)


def _run_message(runtime: Runtime, claimed: Claim) -> None:
    """Give a case a message of another; a finished one drops it.

    For one that does not wait for it yet it rests: whatever moves the case on wakes it
    (``posting.wake``). Raises IncidentError when it has rested for too long.
    """
    try:
        _deliver(runtime, claimed)
    except (ConflictError, NoReceiverError, TaskNotWaitingError):
        _rest(runtime, claimed)


def _deliver(runtime: Runtime, claimed: Claim) -> None:
    """Deliver in the addressee's own transaction. Raises when it does not wait for the message."""
    assert claimed.case_id is not None
    with unit_of_work(runtime.sessions) as session:
        case = lock_case(session, claimed.case_id)
        if not _finish(session, claimed, runtime.clock.now()) or case.engine_state is None:
            return
        given = claimed.payload
        cases.send_message(
            session,
            runtime,
            case=case,
            name=given["name"],
            payload=given["content"],
            key=str(claimed.id),
        )


def _rest(runtime: Runtime, claimed: Claim) -> None:
    if claimed.tries > MAX_RESTS:
        raise IncidentError("MESSAGE", claimed.payload["name"], "办件长期没有等待此消息")
    with unit_of_work(runtime.sessions) as session:
        due_at = runtime.clock.now() + REST
        _held(session, claimed, due_at=due_at, last_error="办件尚未等待此消息")


def _run_retries(runtime: Runtime, claimed: Claim) -> None:
    bulk.run(runtime, UUID(claimed.payload["run"]))
    with unit_of_work(runtime.sessions) as session:
        _finish(session, claimed, runtime.clock.now())


_RUNNERS: dict[JobKind, Callable[[Runtime, Claim], None]] = {
    JobKind.TIMER: _run_timer,
    JobKind.SERVICE: _run_service,
    JobKind.MAIL: _run_mail,
    JobKind.MESSAGE: _run_message,
    JobKind.RETRIES: _run_retries,
}


def _most_attempts(kind: JobKind) -> int:
    return MAX_ATTEMPTS + (MAX_RESTS if kind is JobKind.MESSAGE else 0)


def _retry(runtime: Runtime, claimed: Claim, error: Exception) -> None:
    """Try again later, twice as late each time, with jitter; after the last, an incident."""
    if claimed.tries >= MAX_ATTEMPTS:
        _fail(runtime, claimed, IncidentError("JOB", claimed.kind.value, str(error)))
        return
    seconds = min(FIRST_RETRY_SECONDS * 2 ** (claimed.tries - 1), LONGEST_RETRY_SECONDS)
    delay = timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311 - jitter
    now = runtime.clock.now()
    with unit_of_work(runtime.sessions) as session:
        session.add(_failure(claimed, error, now))
        _held(session, claimed, due_at=now + delay, last_error=str(error)[:500])


def _fail(runtime: Runtime, claimed: Claim, error: IncidentError) -> None:
    now = runtime.clock.now()
    with unit_of_work(runtime.sessions) as session:
        incidents.open_incident(session, error, now, case_id=claimed.case_id, job_id=claimed.id)
        session.add(_failure(claimed, error, now))
        _held(session, claimed, failed_at=now, last_error=str(error)[:500])


def _failure(claimed: Claim, error: Exception, at: datetime) -> JobFailure:
    said = error.message if isinstance(error, IncidentError) else str(error)
    return JobFailure(job_id=claimed.id, attempt=claimed.attempt, error=said[:500], at=at)


def _held(session: Session, claimed: Claim, **values: Any) -> None:
    """Change the job only while this claim holds it, and give up the lease."""
    session.execute(
        update(Job)
        .where(Job.id == claimed.id, Job.attempts == claimed.attempt, Job.done_at.is_(None))
        .values(lease_until=None, **values)
        .execution_options(synchronize_session=False)
    )
