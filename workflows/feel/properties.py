"""``value.name``: entries of contexts, parts of dates, times, durations and ranges.

Only these tables are consulted; no attribute of a Python object is ever looked up by name.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from workflows.feel import wide
from workflows.feel.runtime import Run
from workflows.feel.temporal import YearsMonths
from workflows.feel.values import Range, normal, type_name, type_name_zh
from workflows.feel.wide import WideDate, WideMoment, WideTime

_Property = Callable[[Any], Any]


def get(run: Run, at: int, value: Any, name: str) -> Any:
    """Return a property; of a list, the list of it from every item; null when there is none."""
    kind = type(value)
    if kind is dict:
        if name in value:
            return normal(value[name])
        return run.null(at, f"there is no entry {name}", f"没有名为“{name}”的条目")
    if value is None:
        return None
    if kind is list:
        run.spend(len(value) + 1)
        return [get(run, at, normal(item), name) for item in value if type(item) is not list]
    found = _PROPERTIES.get(kind, {}).get(name)
    if found is not None:
        return found(value)
    return run.null(
        at, f"{type_name(value)} has no property {name}", f"{type_name_zh(value)}没有属性“{name}”"
    )


def _zone(value: datetime | time) -> str | None:
    return value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None


def _part(select: Callable[[Any], int]) -> _Property:
    return lambda value: Decimal(select(value))


def _of_clock(part: _Property) -> _Property:
    return lambda value: part(
        wide.clock_of(value.at if isinstance(value, WideMoment) else value),
    )


def _of_length(select: Callable[[timedelta], int]) -> _Property:
    """Read a part of a duration; all parts of a negative one are negative."""
    return lambda value: Decimal(
        -select(-value) if value < timedelta(0) else select(value),
    )


def _of_months(select: Callable[[int], int]) -> _Property:
    return lambda value: Decimal(
        -select(-value.months) if value.months < 0 else select(value.months),
    )


_DATE: Final[dict[str, _Property]] = {
    "year": _part(lambda value: value.year),
    "month": _part(lambda value: value.month),
    "day": _part(lambda value: value.day),
    "weekday": _part(lambda value: value.isoweekday()),
}
_TIME: Final[dict[str, _Property]] = {
    "hour": _part(lambda value: value.hour),
    "minute": _part(lambda value: value.minute),
    "second": _part(lambda value: value.second),
    "time offset": wide.offset,
    "timezone": _zone,
}
_WIDE_DATE: Final[dict[str, _Property]] = {
    **_DATE,
    "weekday": _part(lambda value: (wide.ordinal(wide.date_of(value)) - 1) % 7 + 1),
}
_WIDE_TIME: Final[dict[str, _Property]] = {
    **{name: _of_clock(part) for name, part in _TIME.items()},
    "time offset": wide.offset,
}
_PROPERTIES: Final[dict[type, dict[str, _Property]]] = {
    date: _DATE,
    time: _TIME,
    datetime: {**_DATE, **_TIME},
    WideDate: _WIDE_DATE,
    WideTime: _WIDE_TIME,
    WideMoment: {**_WIDE_DATE, **_WIDE_TIME},
    timedelta: {
        "days": _of_length(lambda value: value.days),
        "hours": _of_length(lambda value: value.seconds // 3600),
        "minutes": _of_length(lambda value: value.seconds // 60 % 60),
        "seconds": _of_length(lambda value: value.seconds % 60),
    },
    YearsMonths: {
        "years": _of_months(lambda months: months // 12),
        "months": _of_months(lambda months: months % 12),
    },
    Range: {
        "start": lambda value: value.start,
        "end": lambda value: value.end,
        "start included": lambda value: value.start_included,
        "end included": lambda value: value.end_included,
    },
}
PHRASES: Final = frozenset({"time offset", "start included", "end included"})
