"""Built-ins that make one value of a list: sums, extremes, averages, all and any."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal, DecimalException
from functools import reduce
from typing import Any, Final

from workflows.feel import arithmetic, comparisons
from workflows.feel.runtime import Run
from workflows.feel.signatures import Registry
from workflows.feel.temporal import YearsMonths
from workflows.feel.values import NUMBERS, ONE, TEMPORAL, ZERO, normal

FUNCTIONS = Registry()
_ADDABLE: Final = frozenset({Decimal, timedelta, YearsMonths})
_ORDERED: Final = TEMPORAL | {Decimal, str}


def _on_list_or_arguments(name: str, compute: Callable[[Run, list[Any]], Any]) -> None:
    """Register a function that takes one list, or its items as arguments."""

    def apply(run: Run, items: list[Any]) -> Any:
        run.spend(2 * len(items))
        return compute(run, [normal(item) for item in items])

    FUNCTIONS.add(name, "list: list")(apply)
    FUNCTIONS.add(name, "n: any*")(apply)


def _numbers(run: Run, items: list[Any]) -> list[Decimal] | None:
    if not items:
        return None
    if all(type(item) is Decimal for item in items):
        return items
    run.warn(0, "the list holds something that is not a number", "列表中含有非数字的条目")
    return None


def _extreme(sign: str) -> Callable[[Run, list[Any]], Any]:
    def find(run: Run, items: list[Any]) -> Any:
        if not items:
            return None
        best = items[0]
        if type(best) not in _ORDERED:
            return run.null(0, "the items have no order", "列表中的条目不能比较大小")
        for item in items[1:]:
            better = comparisons.compare(run, 0, sign, item, best)
            if better is None:
                return None
            best = item if better else best
        return best

    return find


def _sum(run: Run, items: list[Any]) -> Any:
    if not items:
        return None
    if not all(type(item) in _ADDABLE for item in items):
        return run.null(
            0, "the list holds something that cannot be added", "列表中含有不能相加的条目"
        )
    return reduce(lambda total, item: arithmetic.operate(run, 0, "+", total, item), items)


def _product(run: Run, items: list[Any]) -> Any:
    numbers = _numbers(run, items)
    if numbers is None:
        return None
    return reduce(lambda total, item: arithmetic.operate(run, 0, "*", total, item), numbers)


def _mean(run: Run, items: list[Any]) -> Any:
    total = _sum(run, items)
    return None if total is None else arithmetic.operate(run, 0, "/", total, Decimal(len(items)))


def _median(run: Run, items: list[Any]) -> Any:
    numbers = _numbers(run, items)
    if numbers is None:
        return None
    ordered, middle = sorted(numbers), len(numbers) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return NUMBERS.divide(NUMBERS.add(ordered[middle - 1], ordered[middle]), Decimal(2))


def _stddev(run: Run, items: list[Any]) -> Any:
    numbers = _numbers(run, items)
    if numbers is None or len(numbers) < 2:
        return None
    run.spend(4 * len(numbers))
    try:
        mean = NUMBERS.divide(reduce(NUMBERS.add, numbers, ZERO), Decimal(len(numbers)))
        squares = [NUMBERS.power(NUMBERS.subtract(number, mean), 2) for number in numbers]
        variance = NUMBERS.divide(reduce(NUMBERS.add, squares, ZERO), Decimal(len(numbers)) - ONE)
        return NUMBERS.sqrt(variance)
    except DecimalException:
        return run.null(0, "the numbers are too large", "数字过大")


def _mode(run: Run, items: list[Any]) -> Any:
    if not items:
        return []
    numbers = _numbers(run, items)
    if numbers is None:
        return None
    counts: dict[Decimal, int] = {}
    for number in numbers:
        counts[number] = counts.get(number, 0) + 1
    most = max(counts.values())
    return sorted(number for number, count in counts.items() if count == most)


def _all(_run: Run, items: list[Any]) -> bool | None:
    if any(item is False for item in items):
        return False
    return True if all(item is True for item in items) else None


def _any(_run: Run, items: list[Any]) -> bool | None:
    if any(item is True for item in items):
        return True
    return False if all(item is False for item in items) else None


_on_list_or_arguments("min", _extreme("<"))
_on_list_or_arguments("max", _extreme(">"))
_on_list_or_arguments("sum", _sum)
_on_list_or_arguments("product", _product)
_on_list_or_arguments("mean", _mean)
_on_list_or_arguments("median", _median)
_on_list_or_arguments("stddev", _stddev)
_on_list_or_arguments("mode", _mode)
_on_list_or_arguments("all", _all)
_on_list_or_arguments("any", _any)
