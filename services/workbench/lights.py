"""Traffic lights (红黄绿灯): how many working days a task has left, by its party's calendar."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from services.calendars import calendar_of
from services.cases.projection import NO_LIMIT
from workflows.calendar import TIME_ZONE, WorkingCalendar


class Light(StrEnum):
    """What a list shows beside a task; each has a word, never a colour alone."""

    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"
    NONE = "none"


WORDS = {Light.RED: "已超期", Light.YELLOW: "临期", Light.GREEN: "正常", Light.NONE: "无期限"}
_INSTANT = timedelta(microseconds=1)


@dataclass
class Lights:
    """Judges due instants. ``yellow_days``: yellow from that many working days left on.

    Calendars are read once for each party.
    """

    session: Session
    yellow_days: int
    _calendars: dict[UUID | None, WorkingCalendar] = field(default_factory=dict)

    def calendar(self, party_id: UUID | None) -> WorkingCalendar:
        """Return the calendar of a party; of nobody in particular the published one."""
        if party_id not in self._calendars:
            self._calendars[party_id] = calendar_of(self.session, party_id)
        return self._calendars[party_id]

    def remaining(self, party_id: UUID | None, due_at: datetime, now: datetime) -> int | None:
        """Return the working days left after today: 0 on the last day, negative when over."""
        if due_at >= NO_LIMIT:
            return None
        return self.calendar(party_id).working_days_between(_day(now), _day(due_at - _INSTANT))

    def of(self, party_id: UUID | None, due_at: datetime, now: datetime) -> Light:
        """Return the light of a task: red once its limit has passed."""
        left = self.remaining(party_id, due_at, now)
        if left is None:
            return Light.NONE
        if due_at <= now:
            return Light.RED
        return Light.YELLOW if left <= self.yellow_days else Light.GREEN

    def span(
        self, party_id: UUID | None, light: Light, now: datetime
    ) -> tuple[datetime | None, datetime | None]:
        """Return the due instants with that light: after the first, up to the second."""
        if light is Light.RED:
            return None, now
        if light is Light.NONE:
            return NO_LIMIT - _INSTANT, None
        turn = self._green_from(party_id, now)
        return (now, turn) if light is Light.YELLOW else (turn, NO_LIMIT - _INSTANT)

    def _green_from(self, party_id: UUID | None, now: datetime) -> datetime:
        """Return the last due instant that is still yellow: the first moment of a working day."""
        first = self.calendar(party_id).working_days_after(_day(now), self.yellow_days + 1)
        start = datetime.combine(first, datetime.min.time(), TIME_ZONE).astimezone(UTC)
        return max(start, now)


def _day(instant: datetime) -> date:
    return instant.astimezone(TIME_ZONE).date()


def held_days(calendar: WorkingCalendar, opened_at: datetime, now: datetime) -> int:
    """Return the working days since something was opened; 0 on the day itself."""
    return max(0, calendar.working_days_between(_day(opened_at), _day(now)))
