"""Named clocks of a case: a time limit that stops while the ball is in another court."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workflows.diagrams import Due


@dataclass(frozen=True, slots=True)
class Span:
    """A pause; both ends aware UTC."""

    from_at: datetime
    to_at: datetime
    reason: str


@dataclass(slots=True)
class Clock:
    """When it began, when it was last left (None while running), and its pauses."""

    started_at: datetime
    left_at: datetime | None = None
    pauses: list[Span] = field(default_factory=list)


class Clocks:
    """All clocks of one case. Only shared (named) clocks are kept between visits."""

    def __init__(self, stored: dict[str, Any] | None = None) -> None:
        self._clocks = {name: _restore(value) for name, value in (stored or {}).items()}

    def start(self, name: str, started_at: datetime, now: datetime, due: Due) -> Clock:
        """Start a clock, or let a shared one run on: the time since it was left is a pause."""
        clock = self._clocks.get(name)
        if clock is None or due.clock is None:
            clock = Clock(started_at)
            if due.clock is not None:
                self._clocks[name] = clock
        elif clock.left_at is not None:
            clock.pauses.append(Span(clock.left_at, now, due.pause_reason))
            clock.left_at = None
        return clock

    def get(self, name: str) -> Clock | None:
        """Return a shared clock, if it has begun."""
        return self._clocks.get(name)

    def stop(self, name: str, now: datetime) -> None:
        """Leave a shared clock; what follows until it is started again is a pause."""
        if clock := self._clocks.get(name):
            clock.left_at = now

    def dump(self) -> dict[str, Any]:
        """Return JSON: name -> [started, left, [[from, to, reason], ...]]."""
        return {name: _dump(clock) for name, clock in self._clocks.items()}


def _dump(clock: Clock) -> list[Any]:
    left = clock.left_at.isoformat() if clock.left_at else None
    pauses = [[p.from_at.isoformat(), p.to_at.isoformat(), p.reason] for p in clock.pauses]
    return [clock.started_at.isoformat(), left, pauses]


def _restore(stored: list[Any]) -> Clock:
    started, left, pauses = stored
    moment = datetime.fromisoformat
    spans = [Span(moment(a), moment(b), reason) for a, b, reason in pauses]
    return Clock(moment(started), moment(left) if left else None, spans)
