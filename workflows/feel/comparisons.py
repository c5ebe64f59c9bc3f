"""Equality, order and membership, in three-valued logic: True, False or None."""

import operator
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from workflows.feel import wide
from workflows.feel.errors import FeelBudgetError
from workflows.feel.limits import MAX_DEPTH
from workflows.feel.runtime import Run
from workflows.feel.temporal import YearsMonths, as_date_times
from workflows.feel.values import PLAIN, TEMPORAL, Range, normal, type_name, type_name_zh
from workflows.feel.wide import WIDE

ORDER: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
SCALARS: Final = frozenset({bool, Decimal, date, timedelta, YearsMonths})
_ORDERED: Final = frozenset({Decimal, str, date, datetime, time, timedelta, YearsMonths})
_MOMENTS: Final = TEMPORAL - {timedelta, YearsMonths}
_LONG_TEXT: Final = 4096


def equal(run: Run, at: int, left: Any, right: Any) -> bool | None:
    """Compare two normal values; values of different types give null and a warning."""
    kind = type(left)
    if left is None or right is None:
        return left is right
    if kind is type(right):
        return _same_type_equal(run, left, right, 0)
    if isinstance(left, date) and isinstance(right, date):
        return _moments_equal(*as_date_times(left, right))
    if _is_wide(left, right):
        return wide.order(left, right) == 0
    _warn_types(run, at, "=", left, right)
    return None


def _is_wide(left: Any, right: Any) -> bool:
    """Tell whether two values can be compared only on the wide line of time."""
    kinds = {type(left), type(right)}
    if kinds.isdisjoint(WIDE) or not kinds <= _MOMENTS:
        return False
    return wide.is_time(left) == wide.is_time(right)


def _same_type_equal(run: Run, left: Any, right: Any, depth: int) -> bool:
    kind = type(left)
    if kind in SCALARS:
        return bool(left == right)
    if kind is str:
        return text_equal(run, left, right)
    if kind is list or kind is dict:
        return _contents_equal(run, left, right, depth)
    if kind is datetime or kind is time:
        return _moments_equal(left, right)
    if kind in WIDE:
        return wide.order(left, right) == 0
    if kind is Range:
        return _ranges_equal(run, left, right, depth)
    return left is right


def text_equal(run: Run, left: str, right: str) -> bool:
    """Compare two strings; long ones cost steps."""
    if len(left) != len(right):
        return False
    if len(left) > _LONG_TEXT:
        run.spend(len(left) >> 9)
    return left == right


def _contents_equal(run: Run, left: Any, right: Any, depth: int) -> bool:
    run.spend(2 * len(left) + 2)
    if depth >= MAX_DEPTH:
        raise FeelBudgetError("the value is nested too deeply", "数据嵌套层数过多")
    if len(left) != len(right):
        return False
    if isinstance(left, list):
        return all(
            _part_equal(run, mine, yours, depth) for mine, yours in zip(left, right, strict=True)
        )
    return left.keys() == right.keys() and all(
        _part_equal(run, part, right[key], depth) for key, part in left.items()
    )


def _part_equal(run: Run, left: Any, right: Any, depth: int) -> bool:
    left, right = normal(left), normal(right)
    return type(left) is type(right) and _same_type_equal(run, left, right, depth + 1)


def _ranges_equal(run: Run, left: Range, right: Range, depth: int) -> bool:
    return (
        (left.start_included, left.end_included) == (right.start_included, right.end_included)
        and _part_equal(run, left.start, right.start, depth)
        and _part_equal(run, left.end, right.end, depth)
    )


def _moments_equal(left: Any, right: Any) -> bool:
    """Compare moments as instants; a local one never equals one with a zone."""
    if (left.tzinfo is None) != (right.tzinfo is None):
        return False
    return bool(_instant(left) == _instant(right))


def _instant(value: datetime | time) -> Any:
    if isinstance(value, time):
        offset = wide.offset(value) or timedelta(0)
        elapsed = timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
        return elapsed - offset, value.microsecond
    if value.tzinfo is None:
        return value
    try:
        return value.astimezone(UTC)
    except OverflowError:
        return value.replace(tzinfo=UTC)


def compare(run: Run, at: int, sign: str, left: Any, right: Any) -> bool | None:
    """Order two normal values by ``<``, ``<=``, ``>`` or ``>=``; null when they have no order."""
    kind = type(left)
    if kind is type(right):
        if kind is Decimal or kind is str or kind is date:
            return ORDER[sign](left, right)
        if kind is datetime or kind is time:
            return _order_moments(run, at, sign, left, right)
        if kind in _ORDERED:
            return ORDER[sign](left, right)
    elif isinstance(left, date) and isinstance(right, date):
        return _order_moments(run, at, sign, *as_date_times(left, right))
    if _is_wide(left, right):
        order = wide.order(left, right)
        return ORDER[sign](order, 0) if order is not None else _unlike_zones(run, at)
    _warn_types(run, at, sign, left, right)
    return None


def _order_moments(run: Run, at: int, sign: str, left: Any, right: Any) -> bool | None:
    if (left.tzinfo is None) != (right.tzinfo is None):
        return _unlike_zones(run, at)
    return ORDER[sign](_instant(left), _instant(right))


def _unlike_zones(run: Run, at: int) -> bool | None:
    answer: bool | None = run.null(
        at,
        "a time with a zone cannot be compared with one without",
        "带时区的时间不能与不带时区的时间比较",
    )
    return answer


def _warn_types(run: Run, at: int, sign: str, left: Any, right: Any) -> None:
    run.warn(
        at,
        f"cannot compare {type_name(left)} {sign} {type_name(right)}",
        f"{type_name_zh(left)}与{type_name_zh(right)}不能用“{sign}”比较",
    )


def contains(run: Run, at: int, interval: Range, value: Any) -> bool | None:
    """Tell whether a value lies in an interval."""
    after = before = True if value is not None else None
    if interval.start is not None:
        sign = ">=" if interval.start_included else ">"
        after = compare(run, at, sign, value, normal(interval.start))
    if after is False:
        return False
    if interval.end is not None:
        sign = "<=" if interval.end_included else "<"
        before = compare(run, at, sign, value, normal(interval.end))
    return False if before is False else (None if after is None or before is None else True)


def member(run: Run, at: int, value: Any, test: Any) -> bool | None:
    """Tell whether a value passes a test: equals it, lies in it, or is one of its items."""
    if type(test) is Range:
        return contains(run, at, test, value)
    if type(test) is not list:
        return equal(run, at, value, test)
    run.spend(len(test))
    if type(value) is list and equal(run, at, value, test):
        return True
    return any_of(_item_member(run, at, value, item) for item in test)


def _item_member(run: Run, at: int, value: Any, item: Any) -> bool | None:
    if type(item) not in PLAIN:
        item = normal(item)
    if type(item) is Range:
        return contains(run, at, item, value)
    return type(item) is type(value) and _same_type_equal(run, value, item, 0)


def any_of(results: Any) -> bool | None:
    """Return True if any is true, else None if any is null, else False."""
    answer: bool | None = False
    for result in results:
        if result is True:
            return True
        if result is None:
            answer = None
    return answer
