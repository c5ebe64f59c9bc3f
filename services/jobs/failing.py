"""What becomes of a job that failed: tried again later, or an incident that a person sees."""

import random
from datetime import datetime, timedelta

from services import incidents
from services.db.engine import unit_of_work
from services.db.models import JobFailure
from services.jobs.claiming import Claim, give_up
from services.runtime import Runtime
from workflows.errors import IncidentError

MAX_ATTEMPTS = 8
FIRST_RETRY_SECONDS = 30
LONGEST_RETRY_SECONDS = 6 * 3600


def retry(runtime: Runtime, claimed: Claim, error: Exception) -> None:
    """Try again later, twice as late each time, with jitter; after the last, an incident."""
    if claimed.tries >= MAX_ATTEMPTS:
        fail(runtime, claimed, IncidentError("JOB", claimed.kind.value, str(error)))
        return
    seconds = min(FIRST_RETRY_SECONDS * 2 ** (claimed.tries - 1), LONGEST_RETRY_SECONDS)
    delay = timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311 - jitter
    now = runtime.clock.now()
    with unit_of_work(runtime.sessions) as session:
        session.add(_failure(claimed, error, now))
        give_up(session, claimed, due_at=now + delay, last_error=str(error)[:500])


def fail(runtime: Runtime, claimed: Claim, error: IncidentError) -> None:
    """Set the job aside for a person, with an incident that says why."""
    now = runtime.clock.now()
    with unit_of_work(runtime.sessions) as session:
        incidents.open_incident(session, error, now, case_id=claimed.case_id, job_id=claimed.id)
        session.add(_failure(claimed, error, now))
        give_up(session, claimed, failed_at=now, last_error=str(error)[:500])


def _failure(claimed: Claim, error: Exception, at: datetime) -> JobFailure:
    said = error.message if isinstance(error, IncidentError) else str(error)
    return JobFailure(job_id=claimed.id, attempt=claimed.attempt, error=said[:500], at=at)
