"""``+ - * / **`` on everything but two plain numbers, which the compiler does itself."""

from collections.abc import Callable
from datetime import timedelta
from decimal import ROUND_DOWN, ROUND_FLOOR, Decimal, DecimalException
from typing import Any, Final

from workflows.feel import temporal
from workflows.feel.errors import FeelBudgetError
from workflows.feel.limits import MAX_STRING_CHARACTERS
from workflows.feel.runtime import Run
from workflows.feel.temporal import YearsMonths
from workflows.feel.values import NUMBERS, TEMPORAL, type_name, type_name_zh

POWER_STEPS: Final = 100
_MICROSECOND: Final = timedelta(microseconds=1)
_LENGTHS: Final = (timedelta, YearsMonths)
_MOMENTS: Final = TEMPORAL - {timedelta, YearsMonths}


def operate(run: Run, at: int, sign: str, left: Any, right: Any) -> Any:
    """Apply an operator; null with a warning when the operands do not fit or it overflows."""
    if left is None or right is None:
        return run.null(at, f"an operand of {sign} is null", f"“{sign}”的一侧是空值")
    try:
        result = _OPERATIONS[sign](run, left, right)
    except DecimalException:
        return run.null(at, f"{sign} has no result", f"“{sign}”无法得出结果(除以零或数字过大)")
    except OverflowError:
        result = None
    if result is None:
        _warn(run, at, sign, left, right)
    return result


def _warn(run: Run, at: int, sign: str, left: Any, right: Any) -> None:
    run.warn(
        at,
        f"{type_name(left)} {sign} {type_name(right)} has no result",
        f"{type_name_zh(left)} {sign} {type_name_zh(right)} 无法计算",
    )


def negate(run: Run, at: int, value: Any) -> Any:
    """Return ``-value`` of a number or a duration."""
    if type(value) is Decimal:
        return NUMBERS.minus(value)
    if type(value) is timedelta:
        return -value
    if type(value) is YearsMonths:
        return YearsMonths(-value.months)
    return run.null(at, f"-{type_name(value)} has no result", f"不能对{type_name_zh(value)}取负")


def join(run: Run, left: str, right: str) -> str:
    """Concatenate two strings within the budget."""
    length = len(left) + len(right)
    if length > MAX_STRING_CHARACTERS:
        raise FeelBudgetError("a string grows too long", "文本过长")
    run.spend(length >> 8)
    return left + right


def _add(run: Run, left: Any, right: Any) -> Any:
    kinds = type(left), type(right)
    if kinds == (Decimal, Decimal):
        return NUMBERS.add(left, right)
    if kinds == (str, str):
        return join(run, left, right)
    if isinstance(left, _LENGTHS):
        if type(left) is type(right):
            return _add_lengths(left, right)
        left, right = right, left
    if type(left) in _MOMENTS and isinstance(right, _LENGTHS):
        return temporal.plus(left, right)
    return None


def _add_lengths(left: Any, right: Any) -> Any:
    if type(left) is YearsMonths:
        return _bounded(left.months + right.months)
    return left + right


def _bounded(months: int) -> YearsMonths | None:
    value = YearsMonths(months)
    return value if temporal.is_bounded(value) else None


def _subtract(_run: Run, left: Any, right: Any) -> Any:
    if type(left) is Decimal and type(right) is Decimal:
        return NUMBERS.subtract(left, right)
    if isinstance(right, _LENGTHS):
        opposite: Any = YearsMonths(-right.months) if isinstance(right, YearsMonths) else -right
        if type(left) is type(right):
            return _add_lengths(left, opposite)
        return temporal.plus(left, opposite) if type(left) in _MOMENTS else None
    if type(left) in _MOMENTS and type(right) in _MOMENTS:
        return temporal.minus(left, right)
    return None


def _multiply(_run: Run, left: Any, right: Any) -> Any:
    if type(left) is Decimal and type(right) is Decimal:
        return NUMBERS.multiply(left, right)
    if type(left) is Decimal:
        left, right = right, left
    if isinstance(left, _LENGTHS) and type(right) is Decimal:
        return _scaled(left, lambda amount: NUMBERS.multiply(amount, right))
    return None


def _divide(_run: Run, left: Any, right: Any) -> Any:
    if type(right) is Decimal:
        if type(left) is Decimal:
            return NUMBERS.divide(left, right)
        if isinstance(left, _LENGTHS):
            return _scaled(left, lambda amount: NUMBERS.divide(amount, right))
    if type(left) is type(right) and isinstance(left, _LENGTHS):
        return NUMBERS.divide(_amount(left), _amount(right))
    return None


def _amount(length: Any) -> Decimal:
    return Decimal(length.months if type(length) is YearsMonths else length // _MICROSECOND)


def _scaled(length: Any, scale: Callable[[Decimal], Decimal]) -> Any:
    amount = scale(_amount(length))
    if amount.adjusted() > 24:
        return None
    if type(length) is YearsMonths:
        return _bounded(int(amount.to_integral_value(ROUND_DOWN)))
    return timedelta(microseconds=int(amount.to_integral_value(ROUND_FLOOR)))


def _power(run: Run, left: Any, right: Any) -> Any:
    if type(left) is not Decimal or type(right) is not Decimal:
        return None
    run.spend(POWER_STEPS)
    return NUMBERS.power(left, right)


_OPERATIONS: Final[dict[str, Callable[[Run, Any, Any], Any]]] = {
    "+": _add,
    "-": _subtract,
    "*": _multiply,
    "/": _divide,
    "**": _power,
}
