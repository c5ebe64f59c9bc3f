"""The dead-man's signal: each sweeper signs in the database that it is at work."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from services.db.engine import insert_into
from services.db.models import Sweep

ALARM_AFTER = timedelta(minutes=2)
KEPT = timedelta(days=1)


def record(
    session: Session, worker: str, now: datetime, *, skew_seconds: float, has_acted: bool
) -> None:
    """Sign for a worker. One whose clock is not trusted is seen, but has not swept."""
    values: dict[str, Any] = {"seen_at": now, "skew_seconds": round(skew_seconds)}
    if has_acted:
        values["swept_at"] = now
    session.execute(
        insert_into(session, Sweep)
        .values(worker=worker, **values)
        .on_conflict_do_update(index_elements=["worker"], set_=values)
    )


def last(session: Session) -> datetime | None:
    """Return when anybody last swept, None if nobody has signed since long."""
    return session.scalar(select(func.max(Sweep.swept_at)))


def forget(session: Session, now: datetime) -> None:
    """Drop the signatures of workers that are long gone."""
    session.execute(delete(Sweep).where(Sweep.seen_at < now - KEPT))
