"""The only source of the current time. Everything else is given an instant."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the current instant, aware UTC."""
        ...


class SystemClock:
    """The host's clock."""

    def now(self) -> datetime:
        """Return the host's time."""
        return datetime.now(UTC)


@dataclass
class FakeClock:
    """Stands still until it is moved."""

    at: datetime

    def now(self) -> datetime:
        """Return the instant it was set to."""
        return self.at.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        """Move on by a duration."""
        self.at += by

    def set(self, to: datetime) -> None:
        """Move to an aware instant."""
        if to.tzinfo is None:
            raise ValueError("naive datetime")
        self.at = to
