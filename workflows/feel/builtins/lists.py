"""Built-ins on lists. Positions count from 1, or from the end with -1."""

from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from workflows.feel import comparisons
from workflows.feel.errors import FeelBudgetError
from workflows.feel.limits import MAX_DEPTH, MAX_LIST_ITEMS
from workflows.feel.runtime import Run
from workflows.feel.signatures import Registry
from workflows.feel.values import Function, normal

FUNCTIONS = Registry()
_HASHABLE = comparisons.SCALARS | {str, type(None)}


def within_budget(items: list[Any]) -> list[Any]:
    """Return a list that a function made, or raise FeelBudgetError if it is too long."""
    if len(items) > MAX_LIST_ITEMS:
        raise FeelBudgetError("the list grows too long", "列表过长")
    return items


def same(run: Run, left: Any, right: Any) -> bool:
    """Tell whether two items are equal; items of different types are not."""
    left, right = normal(left), normal(right)
    run.spend(2)
    if type(left) is not type(right):
        return False
    return comparisons.equal(run, 0, left, right) is True


class _Seen:
    """The different items met so far; scalars are found by hash, others one by one."""

    __slots__ = ("_others", "_run", "_scalars")

    def __init__(self, run: Run) -> None:
        self._run = run
        self._scalars: set[tuple[type, Any]] = set()
        self._others: list[Any] = []

    def is_new(self, item: Any) -> bool:
        """Tell whether an equal item was not met before, and keep it."""
        item = normal(item)
        kind = type(item)
        if kind in _HASHABLE:
            self._run.spend(1)
            before = len(self._scalars)
            self._scalars.add((kind, item))
            return len(self._scalars) > before
        if any(same(self._run, item, known) for known in self._others):
            return False
        self._others.append(item)
        return True


@FUNCTIONS.add("list contains", "list: list, element: any")
def _list_contains(run: Run, items: list[Any], element: Any) -> bool:
    return any(same(run, item, element) for item in items)


@FUNCTIONS.add("count", "list: list")
def _count(_run: Run, items: list[Any]) -> Decimal:
    return Decimal(len(items))


@FUNCTIONS.add("count", "c: any*")
def _count_arguments(_run: Run, items: list[Any]) -> Decimal:
    return Decimal(len(items))


@FUNCTIONS.add("sublist", "list: list, start position: integer, length: integer?=")
def _sublist(run: Run, items: list[Any], start: Decimal, length: Decimal | None = None) -> Any:
    index = _index(items, start)
    count = len(items) if length is None else int(min(length, Decimal(len(items) + 1)))
    if index is None or count < 1 or (length is not None and index + count > len(items)):
        return run.null(0, "the list has no such part", "列表中没有该区段")
    return items[index : index + count]


def _index(items: list[Any], position: Decimal) -> int | None:
    if not 1 <= abs(position) <= len(items):
        return None
    number = int(position)
    return number - 1 if number > 0 else len(items) + number


@FUNCTIONS.add("append", "list: list, item: any")
def _append(_run: Run, items: list[Any], item: Any) -> list[Any]:
    return within_budget([*items, item])


@FUNCTIONS.add("append", "list: any*")
def _append_all(_run: Run, arguments: list[Any]) -> list[Any] | None:
    first, *rest = arguments
    if first is None:
        return None
    return within_budget([*(first if type(first) is list else [first]), *rest])


@FUNCTIONS.add("concatenate", "list: list*")
def _concatenate(_run: Run, lists: list[list[Any]]) -> list[Any]:
    return within_budget([item for items in lists for item in items])


@FUNCTIONS.add("insert before", "list: list, position: integer, newItem: any")
def _insert_before(run: Run, items: list[Any], position: Decimal, item: Any) -> Any:
    index = _index(items, position)
    if index is None:
        return run.null(0, "the list has no such position", "列表中没有该位置")
    return within_budget([*items[:index], item, *items[index:]])


@FUNCTIONS.add("remove", "list: list, position: integer")
def _remove(run: Run, items: list[Any], position: Decimal) -> Any:
    index = _index(items, position)
    if index is None:
        return run.null(0, "the list has no such position", "列表中没有该位置")
    return [*items[:index], *items[index + 1 :]]


@FUNCTIONS.add("list replace", "list: list, position: integer, newItem: any")
def _list_replace(run: Run, items: list[Any], position: Decimal, item: Any) -> Any:
    index = _index(items, position)
    if index is None:
        return run.null(0, "the list has no such position", "列表中没有该位置")
    return [*items[:index], item, *items[index + 1 :]]


@FUNCTIONS.add("list replace", "list: list, match: function, newItem: any")
def _list_replace_where(run: Run, items: list[Any], match: Function, item: Any) -> Any:
    replaced = []
    for old in items:
        chosen = match.call(run, [normal(old), item])
        if type(chosen) is not bool:
            return run.null(0, "the function must give true or false", "函数的结果应为“是/否”")
        replaced.append(item if chosen else old)
    return replaced


@FUNCTIONS.add("reverse", "list: list")
def _reverse(_run: Run, items: list[Any]) -> list[Any]:
    return items[::-1]


@FUNCTIONS.add("index of", "list: list, match: any")
def _index_of(run: Run, items: list[Any], match: Any) -> list[Decimal]:
    return [Decimal(n) for n, item in enumerate(items, 1) if same(run, item, match)]


@FUNCTIONS.add("distinct values", "list: list")
def _distinct_values(run: Run, items: list[Any]) -> list[Any]:
    seen = _Seen(run)
    return [item for item in items if seen.is_new(item)]


@FUNCTIONS.add("union", "list: list*")
def _union(run: Run, lists: list[list[Any]]) -> Any:
    return _distinct_values(run, _concatenate(run, lists))


@FUNCTIONS.add("duplicate values", "list: list")
def _duplicate_values(run: Run, items: list[Any]) -> list[Any]:
    """Return each item that occurs more than once, once."""
    seen, told = _Seen(run), _Seen(run)
    return [item for item in items if not seen.is_new(item) and told.is_new(item)]


@FUNCTIONS.add("flatten", "list: list")
def _flatten(run: Run, items: list[Any]) -> list[Any]:
    flat: list[Any] = []
    _flatten_into(run, flat, items, 0)
    return within_budget(flat)


def _flatten_into(run: Run, flat: list[Any], items: list[Any], depth: int) -> None:
    if depth > MAX_DEPTH:
        raise FeelBudgetError("the list is nested too deeply", "列表嵌套层数过多")
    run.spend(len(items) + 1)
    for item in items:
        if isinstance(item, list):
            _flatten_into(run, flat, item, depth + 1)
        else:
            flat.append(item)


@FUNCTIONS.add("sort", "list: list")
def _sort(run: Run, items: list[Any]) -> Any:
    run.spend(4 * len(items))
    values = [normal(item) for item in items]
    kinds = {type(value) for value in values}
    if len(kinds) > 1 or (kinds and not kinds & {Decimal, str}):
        return run.null(0, "these items need a function that orders them", "这些条目需要排序函数")
    return sorted(values)


@FUNCTIONS.add("sort", "list: list, precedes: function")
def _sort_by(run: Run, items: list[Any], precedes: Function) -> list[Any]:
    def order(left: Any, right: Any) -> int:
        run.spend(2)
        if precedes.call(run, [left, right]) is True:
            return -1
        return 1 if precedes.call(run, [right, left]) is True else 0

    return sorted((normal(item) for item in items), key=cmp_to_key(order))
