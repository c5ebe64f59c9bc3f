"""Dates, times and durations: their literals, texts and arithmetic. Null is ``None``.

A date and time is a ``datetime``, a days and time duration a ``timedelta``; the years and
months duration has no Python type and is ``YearsMonths``. What Python cannot hold is in ``wide``.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from workflows.feel import wide


@dataclass(frozen=True, slots=True, order=True)
class YearsMonths:
    """A years and months duration; ``months`` counts all of it and may be negative."""

    months: int


Temporal = wide.AnyDate | wide.AnyMoment | wide.AnyTime | timedelta | YearsMonths

_MAX_MONTHS: Final = 12 * 1_000_000_000
_DATE: Final = re.compile(r"(-?(?:[0-9]{4}|[1-9][0-9]{4,8}))-([0-9]{2})-([0-9]{2})", re.ASCII)
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


def parse_date(text: str) -> wide.AnyDate | None:
    """Read ``2026-09-28``."""
    found = _DATE.fullmatch(text)
    return wide.make_date(*(int(part) for part in found.groups())) if found else None


def parse_time(text: str) -> wide.AnyTime | None:
    """Read ``09:30:00``, with an optional fraction and ``Z``, offset or ``@Area/City``."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    hour, minute, second, fraction, zone_text = found.groups()
    zone = parse_zone(zone_text) if zone_text else None
    if zone_text and zone is None:
        return None
    micros, nanos = divmod(int((fraction or "0").ljust(9, "0")), 1000)
    try:
        return wide.make_time(time(int(hour), int(minute), int(second), micros, zone), nanos)
    except ValueError:
        return None


def parse_date_time(text: str) -> wide.AnyMoment | None:
    """Read ``2026-09-28T09:30:00+08:00``; a date alone is its midnight."""
    day_text, separator, time_text = text.partition("T")
    day = parse_date(day_text)
    moment = parse_time(time_text) if separator else time(0)
    return None if day is None or moment is None else wide.make_moment(day, moment)


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


def months_between(start: wide.AnyDate, end: wide.AnyDate) -> YearsMonths:
    """Return the whole months between two days; their times and zones do not count."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        months -= 1
    elif months < 0 and end.day > start.day:
        months += 1
    return YearsMonths(months)


def plus(moment: Any, length: timedelta | YearsMonths) -> Any:
    """Add a duration to a date, a date and time or a time; None when it cannot be."""
    if isinstance(length, YearsMonths):
        return None if wide.is_time(moment) else wide.plus_months(moment, length.months)
    if type(moment) is date or type(moment) is datetime:
        try:
            return moment + length
        except OverflowError:
            pass
    return wide.plus(moment, length)


def minus(left: Any, right: Any) -> timedelta | None:
    """Subtract two dates, two times, or dates and date-times; None when they do not compare.

    A date next to a date and time is midnight in UTC.
    """
    return left - right if type(left) is type(right) is date else wide.minus(left, right)


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
