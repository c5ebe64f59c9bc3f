"""Dates, times and durations: their literals, texts and arithmetic. Null is ``None``.

A date and time is a ``datetime``, a days and time duration a ``timedelta``; the years and
months duration has no Python type and is ``YearsMonths``. Years run from 1 to 9999.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones


@dataclass(frozen=True, slots=True, order=True)
class YearsMonths:
    """A years and months duration; ``months`` counts all of it and may be negative."""

    months: int


Temporal = date | datetime | time | timedelta | YearsMonths

_MAX_MONTHS: Final = 12 * 1_000_000_000
_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_TIME: Final = re.compile(
    r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?"
    r"(Z|[+-][0-9]{2}:[0-9]{2}(?::[0-9]{2})?|@[A-Za-z0-9_+\-/]{1,64})?",
    re.ASCII,
)
_YEARS_MONTHS: Final = re.compile(r"(-)?P(?:([0-9]{1,9})Y)?(?:([0-9]{1,9})M)?", re.ASCII)
_DAYS_TIME: Final = re.compile(
    r"(-)?P(?:([0-9]{1,9})D)?"
    r"(T(?:([0-9]{1,12})H)?(?:([0-9]{1,12})M)?(?:([0-9]{1,12})(?:\.([0-9]{0,9}))?S)?)?",
    re.ASCII,
)


def parse_date(text: str) -> date | None:
    """Read ``2026-09-28``."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        return None


def parse_time(text: str) -> time | None:
    """Read ``09:30:00``, with an optional fraction and ``Z``, offset or ``@Area/City``."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    hour, minute, second, fraction, zone_text = found.groups()
    zone = parse_zone(zone_text) if zone_text else None
    if zone_text and zone is None:
        return None
    try:
        return time(int(hour), int(minute), int(second), _microseconds(fraction), zone)
    except ValueError:
        return None


def parse_date_time(text: str) -> datetime | None:
    """Read ``2026-09-28T09:30:00+08:00``; a date alone is its midnight."""
    day_text, separator, time_text = text.partition("T")
    day = parse_date(day_text)
    moment = parse_time(time_text) if separator else time(0)
    if day is None or moment is None:
        return None
    return datetime.combine(day, moment)


def parse_duration(text: str) -> timedelta | YearsMonths | None:
    """Read an ISO 8601 duration of years and months, or of days and time; never of both."""
    found = _YEARS_MONTHS.fullmatch(text)
    if found is not None and (found[2] or found[3]):
        months = 12 * int(found[2] or 0) + int(found[3] or 0)
        return YearsMonths(-months if found[1] else months)
    found = _DAYS_TIME.fullmatch(text)
    if found is None or found[3] == "T" or not (found[2] or found[3]):
        return None
    try:
        length = timedelta(
            days=int(found[2] or 0),
            hours=int(found[4] or 0),
            minutes=int(found[5] or 0),
            seconds=int(found[6] or 0),
            microseconds=_microseconds(found[7]),
        )
    except OverflowError:
        return None
    return -length if found[1] else length


def parse_literal(text: str) -> Temporal | None:
    """Read what may stand in ``@"…"``."""
    if "P" in text[:2]:
        return parse_duration(text)
    if "T" in text.partition("@")[0]:
        return parse_date_time(text)
    return parse_date(text) or parse_time(text)


def _microseconds(fraction: str | None) -> int:
    return int((fraction or "0").ljust(6, "0")[:6])


@lru_cache(maxsize=256)
def parse_zone(text: str) -> tzinfo | None:
    """Read ``Z``, ``+08:00`` or ``@Asia/Shanghai``; None when there is no such zone."""
    if text == "Z":
        return UTC
    if text.startswith("@"):
        return named_zone(text[1:])
    hours, minutes, *seconds = (int(part) for part in text[1:].split(":"))
    offset = timedelta(hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)
    if hours > 14 or minutes > 59 or offset > timedelta(hours=14):
        return None
    return timezone(-offset if text[0] == "-" else offset)


@lru_cache(maxsize=256)
def named_zone(name: str) -> ZoneInfo | None:
    """Return a zone of the tz database; no file is looked for under any other name."""
    return ZoneInfo(name) if name in _zone_names() else None


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


def duration_text(value: timedelta | YearsMonths) -> str:
    """Return the canonical ISO 8601 text."""
    if type(value) is YearsMonths:
        years, months = divmod(abs(value.months), 12)
        body = (f"{years}Y" if years else "") + (f"{months}M" if months or not years else "")
        return ("-P" if value.months < 0 else "P") + body
    assert isinstance(value, timedelta)
    return _days_time_text(value)


def _days_time_text(value: timedelta) -> str:
    sign, length = ("-", -value) if value < timedelta(0) else ("", value)
    hours, rest = divmod(length.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    fraction = f".{length.microseconds:06d}".rstrip("0") if length.microseconds else ""
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    if seconds or fraction:
        clock += f"{seconds}{fraction}S"
    if not length.days and not clock:
        return "PT0S"
    return f"{sign}P" + (f"{length.days}D" if length.days else "") + (f"T{clock}" if clock else "")


def text_of(value: Temporal) -> str:
    """Return the text from which the value can be read again."""
    if isinstance(value, timedelta | YearsMonths):
        return duration_text(value)
    if type(value) is datetime:
        return f"{value.date().isoformat()}T{_time_text(value.timetz())}"
    if type(value) is time:
        return _time_text(value)
    return value.isoformat()


def _time_text(value: time) -> str:
    text = value.replace(tzinfo=None).isoformat()
    if value.microsecond:
        text = text.rstrip("0")
    zone = value.tzinfo
    if zone is None:
        return text
    if isinstance(zone, ZoneInfo):
        return f"{text}@{zone.key}"
    if zone == UTC:
        return f"{text}Z"
    return text + _offset_text(zone.utcoffset(None) or timedelta(0))


def _offset_text(offset: timedelta) -> str:
    sign = "-" if offset < timedelta(0) else "+"
    minutes, seconds = divmod(abs(offset).seconds, 60)
    tail = f":{seconds:02d}" if seconds else ""
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}{tail}"


def add_months(day: date, months: int) -> date | None:
    """Move a date or a date and time; a day past the month's end becomes its last day."""
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    if not 1 <= year <= 9999:
        return None
    return day.replace(year=year, month=month + 1, day=min(day.day, days_in(year, month + 1)))


def days_in(year: int, month: int) -> int:
    """Return the number of days of a month."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in {4, 6, 9, 11} else 31


def months_between(start: date, end: date) -> YearsMonths:
    """Return the whole months between two days; their times and zones do not count."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        months -= 1
    elif months < 0 and end.day > start.day:
        months += 1
    return YearsMonths(months)


def plus(moment: date | time, length: timedelta | YearsMonths) -> date | time | None:
    """Add a duration to a date, a date and time or a time; None when it cannot be."""
    try:
        if type(length) is YearsMonths:
            return None if isinstance(moment, time) else add_months(moment, length.months)
        assert isinstance(length, timedelta)
        if isinstance(moment, time):
            return _time_plus(moment, length)
        return moment + length
    except OverflowError:
        return None


def _time_plus(moment: time, length: timedelta) -> time:
    day = datetime.combine(date(2000, 1, 1), moment.replace(tzinfo=None))
    return (day + length % timedelta(days=1)).time().replace(tzinfo=moment.tzinfo)


def time_offset(moment: time | datetime) -> timedelta | None:
    """Return the offset to UTC; None for local values.

    A time in a named zone has no date, so its offset is the zone's standard one, never summer's.
    """
    if isinstance(moment, time) and isinstance(moment.tzinfo, ZoneInfo):
        return _standard_offset(moment.tzinfo)
    return moment.utcoffset()


@lru_cache(maxsize=256)
def _standard_offset(zone: ZoneInfo) -> timedelta:
    day = datetime(2000, 1, 1, tzinfo=zone)
    return (day.utcoffset() or timedelta(0)) - (day.dst() or timedelta(0))


def minus(left: date | time, right: date | time) -> timedelta | None:
    """Subtract two dates, two times, or dates and date-times; None when they do not compare."""
    if isinstance(left, time) or isinstance(right, time):
        return _times_apart(left, right)
    if isinstance(left, datetime) or isinstance(right, datetime):
        first, second = (_lift(part, UTC) for part in (left, right))
        if (first.tzinfo is None) != (second.tzinfo is None):
            return None
        return first.astimezone(UTC) - second.astimezone(UTC) if first.tzinfo else first - second
    return left - right


def _times_apart(left: date | time, right: date | time) -> timedelta | None:
    if not (isinstance(left, time) and isinstance(right, time)):
        return None
    first, second = time_offset(left), time_offset(right)
    if (left.tzinfo is None) != (right.tzinfo is None):
        return None
    gap = _since_midnight(left) - _since_midnight(right)
    return gap - ((first or timedelta(0)) - (second or timedelta(0)))


def _since_midnight(value: time) -> timedelta:
    return timedelta(
        hours=value.hour,
        minutes=value.minute,
        seconds=value.second,
        microseconds=value.microsecond,
    )


def as_date_times(left: date, right: date) -> tuple[datetime, datetime]:
    """Lift dates to midnight: local next to a local date and time, else UTC."""
    zone_left = left.tzinfo if isinstance(left, datetime) else None
    zone_right = right.tzinfo if isinstance(right, datetime) else None
    return _lift(left, zone_right), _lift(right, zone_left)


def _lift(value: date, other_zone: tzinfo | None) -> datetime:
    if isinstance(value, datetime):
        return value
    return datetime.combine(value, time(0), UTC if other_zone is not None else None)


def is_bounded(value: YearsMonths) -> bool:
    """Tell whether a computed duration is within the language's range."""
    return abs(value.months) <= _MAX_MONTHS
