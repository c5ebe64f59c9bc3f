"""Claims: a job is taken for a while, held under a fencing token, and ended only by who holds it.

A claim is a short transaction that takes a lease and counts the attempt; the attempt number is the
token. Whoever lost the lease ends nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Table, Update, bindparam, or_, select, true, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from services import suspensions
from services.db.engine import at_once, unit_of_work
from services.db.models import Job, JobKind
from services.runtime import Runtime

LEASE = timedelta(seconds=60)
_JOBS: Table = Job.__table__  # type: ignore[assignment]
_CLAIMED = ("id", "kind", "case_id", "payload", "attempts", "request_id", "forgiven")
_FINISHING = (  # made once, as that of a claim
    update(_JOBS)
    .where(
        _JOBS.c.id == bindparam("job"),
        _JOBS.c.attempts == bindparam("token"),
        _JOBS.c.done_at.is_(None),
    )
    .values(done_at=bindparam("now"), lease_until=None)
    .returning(_JOBS.c.id)
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A job this worker holds until the lease ends. ``attempt`` is the fencing token.

    ``forgiven`` attempts lie before a person had it tried anew; they do not count. ``begun`` is
    what the transaction of the claim has begun already, for its kind to go on with.
    """

    id: UUID
    kind: JobKind
    case_id: UUID | None
    payload: dict[str, Any]
    attempt: int
    request_id: str | None = None
    forgiven: int = 0
    begun: Any = None

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
    given = {"now": now, "until": now + lease, "worker": worker}
    if only_case is not None:
        given["only_case"] = only_case
    row = (
        session.connection().execute(_claiming(is_of_one_case=only_case is not None), given).first()
    )
    return None if row is None else Claim(*row)


@cache
def _claiming(*, is_of_one_case: bool) -> ReturningUpdate[Any]:
    """Return the statement of a claim, made once: every job asks it."""
    due = (
        select(_JOBS.c.id)
        .where(
            _JOBS.c.done_at.is_(None),
            _JOBS.c.failed_at.is_(None),
            _JOBS.c.due_at <= bindparam("now"),
            or_(_JOBS.c.lease_until.is_(None), _JOBS.c.lease_until < bindparam("now")),
            _JOBS.c.case_id == bindparam("only_case") if is_of_one_case else true(),
            ~suspensions.holds_back(),
        )
        .order_by(_JOBS.c.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)  # nothing on SQLite, where BEGIN IMMEDIATE serialises
    )
    return (
        update(_JOBS)
        .where(_JOBS.c.id == due.scalar_subquery())
        .values(
            lease_until=bindparam("until"),
            attempts=_JOBS.c.attempts + 1,
            claimed_by=bindparam("worker"),
        )
        .returning(*(_JOBS.c[name] for name in _CLAIMED))
    )


def finish(session: Session, claimed: Claim, now: datetime) -> bool:
    """Mark the job done if this claim still holds it; tell whether it did."""
    found = session.connection().execute(_FINISHING, _held(claimed, now)).first()
    return found is not None


def finish_with(runtime: Runtime, claimed: Claim, statement: Update, given: dict[str, Any]) -> None:
    """Mark the job done and run an UPDATE with it, if this claim still holds the job.

    In a transaction of its own: on PostgreSQL one statement, so that a worker can only die before
    it is sent, or after all is done. The UPDATE is one made once; ``given`` are its parameters.
    """
    held = _held(claimed, runtime.clock.now())
    if runtime.sessions.kw["bind"].dialect.name == "postgresql":
        with at_once(runtime.sessions) as connection:
            connection.execute(_together(statement), held | given)
        return
    with unit_of_work(runtime.sessions) as session:
        connection = session.connection()
        if connection.execute(_FINISHING, held).first() is not None:
            connection.execute(statement, given)


def _held(claimed: Claim, now: datetime) -> dict[str, Any]:
    return {"job": claimed.id, "token": claimed.attempt, "now": now}


@cache
def _together(statement: Update) -> Update:
    finished = _FINISHING.cte("finished")
    return statement.where(select(finished.c.id).exists())


def give_up(session: Session, claimed: Claim, **values: Any) -> None:
    """Change the job only while this claim holds it, and give up the lease."""
    session.execute(
        update(Job)
        .where(Job.id == claimed.id, Job.attempts == claimed.attempt, Job.done_at.is_(None))
        .values(lease_until=None, **values)
        .execution_options(synchronize_session=False)
    )
