"""Dropping what nobody will ask for again: old answers, ended sessions, finished jobs, snapshots."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services import evidence, sweeps
from services.db.models import (
    Case,
    CaseSnapshot,
    CaseStatus,
    IdempotencyKey,
    Incident,
    Job,
    LoginAttempt,
    LoginSession,
    Notification,
    Task,
)

ANSWERS_KEPT = timedelta(days=1)
JOBS_KEPT = timedelta(days=1)
CALLS_KEPT = timedelta(days=1)  # calls to a task that has been done meanwhile
ATTEMPTS_KEPT = timedelta(days=1)


def tidy(session: Session, now: datetime) -> None:
    """Delete what is past its time. Official records are never touched."""
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.at < now - ANSWERS_KEPT))
    session.execute(delete(LoginSession).where(LoginSession.expires_at < now))
    session.execute(delete(LoginAttempt).where(LoginAttempt.last_at < now - ATTEMPTS_KEPT))
    told_of = select(Incident.job_id).where(Incident.job_id.is_not(None))
    session.execute(delete(Job).where(Job.done_at < now - JOBS_KEPT, Job.id.not_in(told_of)))
    finished = select(Case.id).where(Case.status == CaseStatus.FINISHED)
    session.execute(delete(CaseSnapshot).where(CaseSnapshot.case_id.in_(finished)))
    closed = select(Task.id).where(Task.closed_at < now - CALLS_KEPT)
    session.execute(delete(Notification).where(Notification.task_id.in_(closed)))
    sweeps.forget(session, now)
    evidence.forget_unused(session, now)
