"""The types that ``instance of`` and function parameters name, and who conforms to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from workflows.feel.temporal import YearsMonths
from workflows.feel.values import Function, Range, normal


@dataclass(frozen=True, slots=True)
class Type:
    """A type: its canonical name, the types of its items or entries, if it names them."""

    name: str
    item: Type | None = None
    entries: tuple[tuple[str, Type], ...] = ()


CLASSES: Final[dict[str, type]] = {
    "number": Decimal,
    "string": str,
    "boolean": bool,
    "date": date,
    "time": time,
    "date and time": datetime,
    "days and time duration": timedelta,
    "years and months duration": YearsMonths,
    "list": list,
    "context": dict,
    "range": Range,
    "function": Function,
}
ALIASES: Final = {
    "dateTime": "date and time",
    "date time": "date and time",
    "day time duration": "days and time duration",
    "dayTimeDuration": "days and time duration",
    "year month duration": "years and months duration",
    "yearMonthDuration": "years and months duration",
    "any": "Any",
}
NAMES: Final = frozenset({*CLASSES, *ALIASES, "Any", "Null"})


def conforms(value: Any, wanted: Type) -> bool:
    """Tell whether a value is of a type. Null is only of the type Null."""
    value = normal(value)
    if wanted.name == "Null":
        return value is None
    if wanted.name == "Any":
        return value is not None
    if type(value) is not CLASSES[wanted.name]:
        return False
    if wanted.item is not None:
        return _items_conform(value, wanted.item)
    return _entries_conform(value, wanted.entries)


def _entries_conform(value: Any, entries: tuple[tuple[str, Type], ...]) -> bool:
    return all(key in value and conforms(value[key], kind) for key, kind in entries)


def _items_conform(value: Any, item: Type) -> bool:
    if type(value) is Range:
        ends = [end for end in (value.start, value.end) if end is not None]
        return all(conforms(end, item) for end in ends)
    return all(conforms(part, item) for part in value) if type(value) is list else True
