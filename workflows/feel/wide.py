"""Dates, times and moments that Python's own cannot hold: far years, and nanoseconds.

Years run from -999999999 to 999999999. Whatever Python can hold is never one of these, so two
values of different classes are never equal. Knows no text; ``temporal`` reads and writes them.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

MAX_YEAR: Final = 999_999_999
_CYCLE_YEARS: Final = 400
_CYCLE_DAYS: Final = 146_097
_CYCLE_START: Final = date(2000, 1, 1).toordinal()
_DAY: Final = 86_400 * 10**9  # nanoseconds
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class WideDate:
    """A date outside the years 1 to 9999."""

    year: int
    month: int
    day: int


@dataclass(frozen=True, slots=True)
class WideTime:
    """A time with ``nanos`` (1 to 999) beyond its clock's microseconds."""

    clock: time
    nanos: int

    @property
    def tzinfo(self) -> Any:
        """Return the zone of the clock."""
        return self.clock.tzinfo


@dataclass(frozen=True, slots=True)
class WideMoment:
    """A date and time of which one part is wide."""

    on: date | WideDate
    at: time | WideTime

    @property
    def year(self) -> int:
        """Return the year of the day."""
        return self.on.year

    @property
    def month(self) -> int:
        """Return the month of the day."""
        return self.on.month

    @property
    def day(self) -> int:
        """Return the day of the month."""
        return self.on.day

    @property
    def tzinfo(self) -> Any:
        """Return the zone of the clock."""
        return self.at.tzinfo


AnyDate = date | WideDate
AnyTime = time | WideTime
AnyMoment = datetime | WideMoment
WIDE: Final = frozenset({WideDate, WideTime, WideMoment})


def make_date(year: int, month: int, day: int) -> AnyDate | None:
    """Return the date, or None when there is none."""
    if not 1 <= month <= 12 or not 1 <= day <= days_in(year, month) or abs(year) > MAX_YEAR:
        return None
    return date(year, month, day) if 1 <= year <= 9999 else WideDate(year, month, day)


def days_in(year: int, month: int) -> int:
    """Return the number of days of a month."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in {4, 6, 9, 11} else 31


def make_time(clock: time, nanos: int) -> AnyTime:
    """Return the time of a clock and up to 999 nanoseconds more."""
    return WideTime(clock, nanos) if nanos else clock


def make_moment(on: AnyDate, at: AnyTime) -> AnyMoment:
    """Join a date and a time."""
    if isinstance(on, date) and isinstance(at, time):
        return datetime.combine(on, at)
    return WideMoment(on, at)


def date_of(value: Any) -> AnyDate:
    """Return the date of a date or a moment."""
    if isinstance(value, WideMoment):
        return value.on
    return value.date() if isinstance(value, datetime) else value


def time_of(value: Any) -> AnyTime:
    """Return the time of a moment; a date's is midnight in UTC."""
    if isinstance(value, WideMoment):
        return value.at
    return value.timetz() if isinstance(value, datetime) else time(0, tzinfo=UTC)


def clock_of(at: AnyTime) -> time:
    """Return a time without its nanoseconds."""
    return at.clock if isinstance(at, WideTime) else at


def ordinal(on: AnyDate) -> int:
    """Return the number of a day; 1 January of the year 1 is 1."""
    cycles = (on.year - 2000) // _CYCLE_YEARS
    return (
        date(on.year - cycles * _CYCLE_YEARS, on.month, on.day).toordinal() + cycles * _CYCLE_DAYS
    )


def from_ordinal(number: int) -> AnyDate | None:
    """Return the day of a number."""
    cycles = (number - _CYCLE_START) // _CYCLE_DAYS
    near = date.fromordinal(number - cycles * _CYCLE_DAYS)
    return make_date(near.year + cycles * _CYCLE_YEARS, near.month, near.day)


def nanoseconds(at: AnyTime) -> int:
    """Return the nanoseconds since midnight."""
    clock = clock_of(at)
    seconds = clock.hour * 3600 + clock.minute * 60 + clock.second
    extra = at.nanos if isinstance(at, WideTime) else 0
    return (seconds * 10**6 + clock.microsecond) * 1000 + extra


def at_nanoseconds(number: int, zone: Any) -> AnyTime:
    """Return the time so many nanoseconds after midnight."""
    micros, nanos = divmod(number, 1000)
    clock = (datetime(2000, 1, 1) + micros * _MICROSECOND).time()  # noqa: DTZ001 - a clock only
    return make_time(clock.replace(tzinfo=zone), nanos)


def offset(value: Any) -> timedelta | None:
    """Return the offset to UTC of a time or moment, None for a local one.

    A named zone without a day that Python knows counts with its standard offset, never summer's.
    """
    zone = value.tzinfo
    if not isinstance(zone, ZoneInfo):
        return None if zone is None else zone.utcoffset(None)
    if isinstance(value, datetime):
        return value.utcoffset()
    if isinstance(value, WideMoment) and isinstance(value.on, date):
        return datetime.combine(value.on, clock_of(value.at)).utcoffset()
    return _standard_offset(zone)


@lru_cache(maxsize=256)
def _standard_offset(zone: ZoneInfo) -> timedelta:
    day = datetime(2000, 1, 1, tzinfo=zone)
    return (day.utcoffset() or timedelta(0)) - (day.dst() or timedelta(0))


def is_time(value: Any) -> bool:
    """Tell whether a value is a time without a date."""
    return isinstance(value, time | WideTime)


def instant(value: Any) -> int:
    """Return nanoseconds on one line of time; a date is its midnight."""
    if is_time(value):
        return nanoseconds(value) - _nanos(offset(value))
    if isinstance(value, datetime | WideMoment):
        elapsed = ordinal(date_of(value)) * _DAY + nanoseconds(time_of(value))
        return elapsed - _nanos(offset(value))
    return ordinal(value) * _DAY


def _nanos(length: timedelta | None) -> int:
    return 0 if length is None else (length // _MICROSECOND) * 1000


def plus_months(value: Any, months: int) -> Any:
    """Move a date or moment; a day past the month's end becomes its last day."""
    on = date_of(value)
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    moved = make_date(year, month + 1, min(on.day, days_in(year, month + 1)))
    return moved and (make_moment(moved, time_of(value)) if _has_time(value) else moved)


def plus(value: Any, length: timedelta) -> Any:
    """Add to a date (whole days only), a moment or a time (which goes round the clock)."""
    if is_time(value):
        total = nanoseconds(value) + _nanos(length)
        return at_nanoseconds(total % _DAY, value.tzinfo)
    if not _has_time(value):
        return from_ordinal(ordinal(value) + length.days)
    days, rest = divmod(nanoseconds(time_of(value)) + _nanos(length), _DAY)
    moved = from_ordinal(ordinal(date_of(value)) + days)
    return moved and make_moment(moved, at_nanoseconds(rest, value.tzinfo))


def _has_time(value: Any) -> bool:
    return isinstance(value, datetime | WideMoment)


def minus(left: Any, right: Any) -> timedelta | None:
    """Return the time between two moments, dates (midnight in UTC) or times, or None."""
    if is_time(left) != is_time(right) or _is_local(left) != _is_local(right):
        return None
    try:
        return timedelta(microseconds=(instant(left) - instant(right)) // 1000)
    except OverflowError:
        return None


def _is_local(value: Any) -> bool:
    return (_has_time(value) or is_time(value)) and value.tzinfo is None


def order(left: Any, right: Any) -> int | None:
    """Return -1, 0 or 1; None when one has a zone and the other has none, or is a time."""
    if is_time(left) != is_time(right):
        return None
    is_dated = _has_time(left) == _has_time(right)
    if is_dated and _is_local(left) != _is_local(right):
        return None
    first, second = instant(left), instant(right)
    return (first > second) - (first < second)
