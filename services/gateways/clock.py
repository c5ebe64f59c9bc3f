"""The only source of the current time. Everything else is given an instant.

With several processes on several hosts the database tells the time (``DatabaseClock``): leases
and timers are compared with one clock, whatever a host believes. A host that disagrees with it
runs no jobs until a person has found out which of the two is wrong: a timer that has fired early
cannot be taken back.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

MOST_SKEW_SECONDS = 5.0
_ASK_AGAIN_SECONDS = 1.0


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the current instant, aware UTC."""
        ...

    def skew_seconds(self) -> float:
        """Return how far the host's clock is ahead of this one; behind it is negative."""
        ...


class SystemClock:
    """The host's clock."""

    def now(self) -> datetime:
        """Return the host's time."""
        return datetime.now(UTC)

    def skew_seconds(self) -> float:
        """Return 0: there is no other clock."""
        return 0.0


def is_trusted(clock: Clock) -> bool:
    """Tell whether host and database agree on the time well enough to act on it."""
    return abs(clock.skew_seconds()) <= MOST_SKEW_SECONDS


class DatabaseClock:
    """The database's clock: asked now and then, in between carried on by the steady clock.

    It is never ahead of the database, and behind it by no more than one question takes; when the
    host's clock is set, it does not notice. While the database is away it goes on. Safe to share
    between threads; not across a fork.
    """

    def __init__(self, ask: Callable[[], datetime], *, ask_every_seconds: float = 10) -> None:
        self._ask = ask
        self._every = ask_every_seconds
        self._asking = Lock()
        self._answer: tuple[datetime, float] | None = None  # and the steady clock at its arrival
        self._ask_at = 0.0
        self._skew = 0.0

    def now(self) -> datetime:
        """Return the database's time. Raises the driver's error if it was never reached."""
        is_due = self._answer is None or time.monotonic() >= self._ask_at
        if is_due and self._asking.acquire(blocking=self._answer is None):
            try:
                self._ask_again()
            finally:
                self._asking.release()
        assert self._answer is not None
        at, arrived = self._answer
        return at + timedelta(seconds=time.monotonic() - arrived)

    def skew_seconds(self) -> float:
        """Return how far the host was ahead when the database was last asked."""
        self.now()
        return self._skew

    def _ask_again(self) -> None:
        try:
            at = self._ask()
        except SQLAlchemyError:
            if self._answer is None:
                raise
            self._ask_at = time.monotonic() + _ASK_AGAIN_SECONDS  # whoever needs it will notice
            return
        arrived = time.monotonic()
        self._answer, self._ask_at = (at, arrived), arrived + self._every
        self._skew = (datetime.now(UTC) - at).total_seconds()


@dataclass
class FakeClock:
    """Stands still until it is moved."""

    at: datetime
    skew: float = 0.0

    def now(self) -> datetime:
        """Return the instant it was set to."""
        return self.at.astimezone(UTC)

    def skew_seconds(self) -> float:
        """Return what it was told."""
        return self.skew

    def advance(self, by: timedelta) -> None:
        """Move on by a duration."""
        self.at += by

    def set(self, to: datetime) -> None:
        """Move to an aware instant."""
        if to.tzinfo is None:
            raise ValueError("naive datetime")
        self.at = to
