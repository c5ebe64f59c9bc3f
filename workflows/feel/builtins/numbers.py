"""Built-ins on numbers. What has no result is null."""

from collections.abc import Callable
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
    DecimalException,
)
from typing import Any, Final

from workflows.feel.runtime import Run
from workflows.feel.signatures import Registry
from workflows.feel.temporal import YearsMonths
from workflows.feel.values import NUMBERS, ONE

FUNCTIONS = Registry()
_MIN_SCALE: Final = -6111
_MAX_SCALE: Final = 6176


def _round(run: Run, number: Decimal, scale: Decimal, rounding: str) -> Any:
    if not _MIN_SCALE <= scale <= _MAX_SCALE:
        return run.null(0, "the scale is out of range", "小数位数超出范围")
    exponent = -int(scale)
    if int(number.as_tuple().exponent) >= exponent:
        return number
    return NUMBERS.plus(number.quantize(ONE.scaleb(exponent), rounding, _WIDE))


_WIDE: Final = NUMBERS.copy()
_WIDE.prec = 14_000


def _rounding(name: str, parameters: str, rounding: str, *, default: bool) -> None:
    def apply(run: Run, number: Decimal, scale: Decimal | None = None) -> Any:
        return _round(run, number, Decimal(0) if scale is None else scale, rounding)

    FUNCTIONS.add(name, f"n: number, {parameters}{'=' if default else ''}", steps=20)(apply)


_rounding("decimal", "scale: integer", ROUND_HALF_EVEN, default=False)
_rounding("floor", "scale: integer", ROUND_FLOOR, default=True)
_rounding("ceiling", "scale: integer", ROUND_CEILING, default=True)
_rounding("round up", "scale: integer", ROUND_UP, default=True)
_rounding("round down", "scale: integer", ROUND_DOWN, default=True)
_rounding("round half up", "scale: integer", ROUND_HALF_UP, default=True)
_rounding("round half down", "scale: integer", ROUND_HALF_DOWN, default=True)


@FUNCTIONS.add("abs", "n: number")
def _abs(_run: Run, number: Decimal) -> Decimal:
    return abs(number)


@FUNCTIONS.add("abs", "n: duration")
def _abs_duration(_run: Run, length: Any) -> Any:
    return YearsMonths(abs(length.months)) if type(length) is YearsMonths else abs(length)


@FUNCTIONS.add("modulo", "dividend: number, divisor: number", steps=10)
def _modulo(run: Run, dividend: Decimal, divisor: Decimal) -> Any:
    return _computed(run, lambda: _floored_remainder(dividend, divisor))


def _floored_remainder(dividend: Decimal, divisor: Decimal) -> Decimal:
    rest = NUMBERS.remainder(dividend, divisor)
    if rest and (rest < 0) != (divisor < 0):
        return NUMBERS.add(rest, divisor)
    return rest


@FUNCTIONS.add("sqrt", "number: number", steps=50)
def _sqrt(run: Run, number: Decimal) -> Any:
    return _computed(run, lambda: NUMBERS.sqrt(number))


@FUNCTIONS.add("log", "number: number", steps=150)
def _log(run: Run, number: Decimal) -> Any:
    if number <= 0:
        return run.null(0, "only a positive number has a logarithm", "只有正数才有对数")
    return _computed(run, lambda: NUMBERS.ln(number))


@FUNCTIONS.add("exp", "number: number", steps=150)
def _exp(run: Run, number: Decimal) -> Any:
    return _computed(run, lambda: NUMBERS.exp(number))


def _computed(run: Run, compute: Callable[[], Decimal]) -> Any:
    try:
        return compute()
    except DecimalException:
        return run.null(0, "the function has no result there", "该函数在此处没有结果")


@FUNCTIONS.add("odd", "number: integer")
def _odd(_run: Run, number: Decimal) -> bool:
    return not _is_even(number)


@FUNCTIONS.add("even", "number: integer")
def _even(_run: Run, number: Decimal) -> bool:
    return _is_even(number)


def _is_even(number: Decimal) -> bool:
    """Look at the last digit only: the number may have thousands."""
    exponent = int(number.as_tuple().exponent)
    return exponent > 0 or int(number) % 2 == 0
