"""Dropping what nobody will ask for again: old answers, ended sessions, finished jobs."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.db.models import IdempotencyKey, Incident, Job, LoginAttempt, LoginSession

ANSWERS_KEPT = timedelta(days=1)
JOBS_KEPT = timedelta(days=1)
ATTEMPTS_KEPT = timedelta(days=1)


def tidy(session: Session, now: datetime) -> None:
    """Delete what is past its time. Official records are never touched."""
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.at < now - ANSWERS_KEPT))
    session.execute(delete(LoginSession).where(LoginSession.expires_at < now))
    session.execute(delete(LoginAttempt).where(LoginAttempt.last_at < now - ATTEMPTS_KEPT))
    told_of = select(Incident.job_id).where(Incident.job_id.is_not(None))
    session.execute(delete(Job).where(Job.done_at < now - JOBS_KEPT, Job.id.not_in(told_of)))
