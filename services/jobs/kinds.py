"""How each kind of job is run. What touches the outside runs between two transactions."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import cases
from services.db.engine import unit_of_work
from services.db.models import Job, JobKind
from services.errors import ConflictError
from services.jobs.claiming import Claim, finish, finish_with, give_up
from services.jobs.failing import MAX_ATTEMPTS
from services.lookup import lock_case
from services.notifications import sending
from services.notifications.deliveries import Outgoing
from services.operations import bulk
from services.runtime import Runtime
from services.service_tasks.catalogue import CATALOGUE, DeferredCall
from workflows.errors import BusinessError, IncidentError, NoReceiverError, TaskNotWaitingError

log = logging.getLogger(__name__)

REST = timedelta(days=1)  # of a message whose case does not wait for it yet
MAX_RESTS = 400


def _run_timer(runtime: Runtime, claimed: Claim) -> None:
    assert claimed.case_id is not None
    with unit_of_work(runtime.sessions) as session:
        case = lock_case(session, claimed.case_id)
        now = runtime.clock.now()
        if case.suspended_at is not None or not _is_due(session, claimed, now):
            give_up(session, claimed)
        elif finish(session, claimed, now):
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
            give_up(session, claimed)  # what it did stands; its outcome is taken in later
            return
        if not finish(session, claimed, runtime.clock.now()):
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


def _begin_mail(session: Session, claimed: Claim) -> Outgoing | None:
    """Mark the delivery as being sent; None: running it sees to what it is."""
    return sending.begin(session, claimed.payload)


def _run_mail(runtime: Runtime, claimed: Claim) -> None:
    order = sending.Order(
        claimed.id,
        claimed.payload,
        begun=claimed.begun,
        is_last=claimed.tries >= MAX_ATTEMPTS,
        finish=lambda session: finish(session, claimed, runtime.clock.now()),
        finish_with=partial(finish_with, runtime, claimed),
    )
    sending.run(runtime, order)


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
        if not finish(session, claimed, runtime.clock.now()) or case.engine_state is None:
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
        give_up(session, claimed, due_at=due_at, last_error="办件尚未等待此消息")


def _run_retries(runtime: Runtime, claimed: Claim) -> None:
    bulk.run(runtime, UUID(claimed.payload["run"]))
    with unit_of_work(runtime.sessions) as session:
        finish(session, claimed, runtime.clock.now())


Beginner = Callable[[Session, Claim], Any]
BEGINNERS: dict[JobKind, Beginner] = {JobKind.MAIL: _begin_mail}
RUNNERS: dict[JobKind, Callable[[Runtime, Claim], None]] = {
    JobKind.TIMER: _run_timer,
    JobKind.SERVICE: _run_service,
    JobKind.MAIL: _run_mail,
    JobKind.MESSAGE: _run_message,
    JobKind.RETRIES: _run_retries,
}


def most_attempts(kind: JobKind) -> int:
    """Return how often a job may be claimed in vain; a message also rests."""
    return MAX_ATTEMPTS + (MAX_RESTS if kind is JobKind.MESSAGE else 0)
