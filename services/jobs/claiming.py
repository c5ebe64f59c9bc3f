"""Claims: a job is taken for a while, held under a fencing token, and ended only by who holds it.

A claim is a short transaction that takes a lease and counts the attempt; the attempt number is the
token. Whoever lost the lease ends nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, true, update
from sqlalchemy.orm import Session

from services import suspensions
from services.db.engine import unit_of_work
from services.db.models import Job, JobKind
from services.runtime import Runtime

LEASE = timedelta(seconds=60)


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


def claim_next(runtime: Runtime, worker: str, only_case: UUID | None = None) -> Claim | None:
    """Take the job that has been due longest, in a transaction of its own."""
    lease = timedelta(seconds=runtime.settings.lease_seconds)
    with unit_of_work(runtime.sessions) as session:
        return claim(session, runtime.clock.now(), worker, only_case, lease)


def finish(session: Session, claimed: Claim, now: datetime) -> bool:
    """Mark the job done if this claim still holds it; tell whether it did."""
    found = session.execute(
        update(Job)
        .where(Job.id == claimed.id, Job.attempts == claimed.attempt, Job.done_at.is_(None))
        .values(done_at=now, lease_until=None)
        .execution_options(synchronize_session=False)
        .returning(Job.id)
    ).first()
    return found is not None


def give_up(session: Session, claimed: Claim, **values: Any) -> None:
    """Change the job only while this claim holds it, and give up the lease."""
    session.execute(
        update(Job)
        .where(Job.id == claimed.id, Job.attempts == claimed.attempt, Job.done_at.is_(None))
        .values(lease_until=None, **values)
        .execution_options(synchronize_session=False)
    )
