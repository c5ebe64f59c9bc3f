"""Running what is due: each claimed job ends done, given back for later, or as an incident."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy.exc import InterfaceError, OperationalError

from services import logs, tracing
from services.db.engine import unit_of_work
from services.db.models import JobKind
from services.jobs import claiming
from services.jobs.claiming import Claim
from services.jobs.failing import fail, retry
from services.jobs.kinds import BEGINNERS, RUNNERS, Beginner, most_attempts
from services.runtime import Runtime
from workflows.errors import IncidentError, RetryableError

log = logging.getLogger(__name__)


def claim_next(runtime: Runtime, worker: str, only_case: UUID | None = None) -> Claim | None:
    """Take the job that has been due longest and begin it, in a transaction of its own.

    One that cannot be begun is taken all the same: running it tells why, and counts the try.
    """
    try:
        return _claimed(runtime, worker, only_case, BEGINNERS)
    except (OperationalError, InterfaceError):
        raise  # the database is away
    except Exception:  # a process boundary: no job may hold up those behind it
        log.exception("job.not_begun")
        return _claimed(runtime, worker, only_case, {})


def _claimed(
    runtime: Runtime, worker: str, only_case: UUID | None, beginners: Mapping[JobKind, Beginner]
) -> Claim | None:
    lease = timedelta(seconds=runtime.settings.lease_seconds)
    with unit_of_work(runtime.sessions) as session:
        claimed = claiming.claim(session, runtime.clock.now(), worker, only_case, lease)
        if claimed is None or (begin := beginners.get(claimed.kind)) is None:
            return claimed
        return replace(claimed, begun=begin(session, claimed))


def run_due(runtime: Runtime, worker: str, limit: int = 1000, only_case: UUID | None = None) -> int:
    """Run what is due, at most ``limit`` jobs; how many ran. Runs its own transactions."""
    for count in range(limit):
        claimed = claim_next(runtime, worker, only_case)
        if claimed is None:
            return count
        run(runtime, claimed)
    return limit


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
        if claimed.tries > most_attempts(claimed.kind):
            raise IncidentError("JOB", claimed.kind.value, "每次运行都被中断，没有留下结果")  # noqa: TRY301
        RUNNERS[claimed.kind](runtime, claimed)
    except RetryableError as error:
        retry(runtime, claimed, error)
    except IncidentError as error:
        fail(runtime, claimed, error)
    except Exception as error:  # a process boundary: a worker survives any job
        log.exception("job.failed")
        retry(runtime, claimed, RetryableError(type(error).__name__))
