"""The texts of dates, times and durations: the canonical forms of ISO 8601."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from workflows.feel import wide
from workflows.feel.temporal import Temporal, YearsMonths
from workflows.feel.wide import WideDate, WideMoment


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
    if isinstance(value, datetime | WideMoment):
        return f"{_date_text(wide.date_of(value))}T{_time_text(wide.time_of(value))}"
    return _date_text(value) if isinstance(value, date | WideDate) else _time_text(value)


def _date_text(value: wide.AnyDate) -> str:
    if isinstance(value, date):
        return value.isoformat()
    sign = "-" if value.year < 0 else ""
    return f"{sign}{abs(value.year):04d}-{value.month:02d}-{value.day:02d}"


def _time_text(value: wide.AnyTime) -> str:
    clock = wide.clock_of(value)
    text = clock.strftime("%H:%M:%S")
    nanos = clock.microsecond * 1000 + (value.nanos if isinstance(value, wide.WideTime) else 0)
    if nanos:
        text += f".{nanos:09d}".rstrip("0")
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
