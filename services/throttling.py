"""Counting what strangers do, so that none does too much of it in an hour."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from services.db.engine import insert_into
from services.db.models import LoginAttempt
from services.errors import TooManyAttemptsError

WINDOW = timedelta(hours=1)


def count(session: Session, what: str, address: str, now: datetime, limit: int) -> None:
    """Count one act of an address; an hour of peace forgives. Raises TooManyAttemptsError."""
    key = f"{what}:{address}"[:120]
    session.execute(
        insert_into(session, LoginAttempt)
        .values(key=key, failures=0, last_at=now)
        .on_conflict_do_nothing()
    )
    row = session.get_one(LoginAttempt, key, with_for_update=True, populate_existing=True)
    if now - row.last_at > WINDOW:
        row.failures = 0
    if row.failures >= limit:
        seconds = int((row.last_at + WINDOW - now).total_seconds()) + 1
        raise TooManyAttemptsError(
            "操作过于频繁，请一小时后再试，或者按公示所列的联系方式书面提出",
            retry_after_seconds=max(seconds, 1),
        )
    row.failures, row.last_at = row.failures + 1, now
    session.flush()
