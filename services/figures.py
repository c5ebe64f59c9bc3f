"""Figures on how the work stands, for the monitoring and the doctor: numbers only, no case."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from services import suspensions, sweeps
from services.db.models import Incident, Job

WAITING, DUE, RUNNING, FAILED = "waiting", "due", "running", "failed"


@dataclass(frozen=True, slots=True)
class Figures:
    """``jobs`` by kind and state; ages in seconds, None where there is nothing that has one."""

    jobs: dict[tuple[str, str], int]
    oldest_due_seconds: float
    open_incidents: int
    last_sweep_seconds: float | None

    def in_state(self, state: str) -> int:
        """Return how many jobs are in a state."""
        return sum(number for (_kind, each), number in self.jobs.items() if each == state)


def read(session: Session, now: datetime) -> Figures:
    """Count what is open."""
    state = _state(now)
    open_jobs = select(Job.kind, state, func.count()).where(Job.done_at.is_(None))
    counted = session.execute(open_jobs.group_by(Job.kind, state)).all()
    oldest = session.scalar(
        select(func.min(Job.due_at)).where(
            Job.done_at.is_(None),
            Job.failed_at.is_(None),
            Job.due_at <= now,
            ~suspensions.holds_back(),
        )
    )
    incidents = select(func.count()).select_from(Incident).where(Incident.resolved_at.is_(None))
    last = sweeps.last(session)
    return Figures(
        jobs={(kind.value, name): number for kind, name, number in counted},
        oldest_due_seconds=(now - oldest).total_seconds() if oldest else 0.0,
        open_incidents=session.scalar(incidents) or 0,
        last_sweep_seconds=(now - last).total_seconds() if last else None,
    )


def _state(now: datetime) -> ColumnElement[str]:
    return case(
        (Job.failed_at.is_not(None), FAILED),
        (Job.lease_until > now, RUNNING),
        (Job.due_at > now, WAITING),
        (suspensions.holds_back(), WAITING),
        else_=DUE,
    ).label("state")
