"""The values of the language: JSON-like data, dates, durations, ranges and functions.

Data come in as JSON and stay as they are until read: ``normal`` turns each value read from
outside into a value of the language (numbers become Decimal), one level at a time.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from typing import Any, Final

from workflows.feel.errors import FeelEvaluationError
from workflows.feel.temporal import YearsMonths
from workflows.feel.temporal_texts import text_of
from workflows.feel.wide import WIDE, WideDate, WideMoment, WideTime

NUMBERS: Final = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    capitals=1,
    clamp=0,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
TEMPORAL: Final = frozenset({date, datetime, time, timedelta, YearsMonths, *WIDE})
_MAX_INT_BITS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Range:
    """An interval. An end that is None is open to infinity (as in ``< 5``)."""

    start: Any
    end: Any
    start_included: bool
    end_included: bool


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function value: ``call(run, arguments)`` gives its result, ``signature()`` its type."""

    name: str
    parameters: tuple[str, ...]
    call: Callable[[Any, list[Any]], Any]
    signature: Callable[[], Any] | None = None


PLAIN: Final = frozenset(
    {str, bool, type(None), Decimal, dict, list, *TEMPORAL, Range, Function},
)


def normal(value: Any) -> Any:
    """Return the value of the language for one value from outside; contents stay raw.

    Raises FeelEvaluationError for anything that is not data.
    """
    kind = type(value)
    if kind in PLAIN:
        return value
    if kind is int:
        return _whole(value)
    if kind is float:
        return NUMBERS.create_decimal(repr(value)) if math.isfinite(value) else None
    return _unusual(value)


def _whole(value: int) -> Decimal:
    if value.bit_length() > _MAX_INT_BITS:
        raise FeelEvaluationError("a number in the data is too large", "数据中的数字过大")
    return NUMBERS.create_decimal(value)


def _unusual(value: Any) -> Any:
    """Accept subclasses and read-only views of the JSON types."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return _whole(int(value))
    if isinstance(value, list | tuple):
        return list(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise FeelEvaluationError(
        "the data contain something that is not data", "数据中含有不受支持的内容"
    )


def type_name(value: Any) -> str:
    """Return the language's name for the type of a value."""
    return TYPE_NAMES.get(type(value), "unknown")


TYPE_NAMES: Final[dict[type, str]] = {
    type(None): "null",
    bool: "boolean",
    Decimal: "number",
    str: "string",
    list: "list",
    dict: "context",
    WideDate: "date",
    WideMoment: "date and time",
    WideTime: "time",
    date: "date",
    datetime: "date and time",
    time: "time",
    timedelta: "days and time duration",
    YearsMonths: "years and months duration",
    Range: "range",
    Function: "function",
}

TYPE_NAMES_ZH: Final = {
    "null": "空值",
    "boolean": "是/否",
    "number": "数字",
    "string": "文本",
    "list": "列表",
    "context": "对象",
    "date": "日期",
    "date and time": "日期时间",
    "time": "时间",
    "days and time duration": "天数时长",
    "years and months duration": "年月时长",
    "range": "区间",
    "function": "函数",
    "unknown": "未知类型",
}


def type_name_zh(value: Any) -> str:
    """Return the Chinese name for the type of a value."""
    return TYPE_NAMES_ZH[type_name(value)]


def number_text(value: Decimal) -> str:
    """Return a number without an exponent where that stays readable."""
    if value == value.to_integral_value() and value.adjusted() < 40:
        return str(int(value))
    plain = value.normalize(NUMBERS)
    return format(plain, "f") if plain.adjusted() > -40 else str(plain)


def text(value: Any) -> str:
    """Return what ``string(value)`` shows; a string is shown as it is."""
    return value if isinstance(value, str) else literal(value)


def literal(value: Any) -> str:
    """Return the value as it would be written; the value must be settled."""
    kind = type(value)
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if kind is bool or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if kind is Decimal:
        return number_text(value)
    if kind is list:
        return "[" + ", ".join(literal(item) for item in value) + "]"
    if kind is dict:
        return "{" + ", ".join(f"{key}: {literal(item)}" for key, item in value.items()) + "}"
    if kind is Range:
        return _range_text(value)
    return text_of(value) if kind in TEMPORAL else "function"


def _range_text(value: Range) -> str:
    opening = "[" if value.start_included else "("
    closing = "]" if value.end_included else ")"
    start = "" if value.start is None else literal(value.start)
    end = "" if value.end is None else literal(value.end)
    return f"{opening}{start}..{end}{closing}"
