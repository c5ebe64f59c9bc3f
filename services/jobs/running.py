"""Running what is due: each claimed job ends done, given back for later, or as an incident."""

import logging
from uuid import UUID

from services import logs, tracing
from services.jobs import claiming
from services.jobs.claiming import Claim
from services.jobs.failing import fail, retry
from services.jobs.kinds import RUNNERS, most_attempts
from services.runtime import Runtime
from workflows.errors import IncidentError, RetryableError

log = logging.getLogger(__name__)


def run_due(runtime: Runtime, worker: str, limit: int = 1000, only_case: UUID | None = None) -> int:
    """Run what is due, at most ``limit`` jobs; how many ran. Runs its own transactions."""
    for count in range(limit):
        claimed = claiming.claim_next(runtime, worker, only_case)
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
