"""Results that leave an expression: cut loose from the data, bounded in size, and as JSON."""

import math
from decimal import Decimal
from typing import Any, Final

from workflows.feel.errors import FeelBudgetError, FeelEvaluationError
from workflows.feel.limits import MAX_DEPTH, MAX_RESULT_CHARACTERS, MAX_RESULT_VALUES
from workflows.feel.temporal_texts import text_of
from workflows.feel.values import PLAIN, TEMPORAL, Range, normal, text

_MAX_EXACT_INT: Final = 2**53


def settle(value: Any) -> Any:
    """Return a result cut loose from the data: a deep copy of normal values.

    Raises FeelBudgetError when it is too deep or too large to hand on.
    """
    kind = type(value)
    if kind is not dict and kind is not list:
        return normal(value) if kind not in PLAIN else value
    return _Copy().of(value, 0)


class _Copy:
    __slots__ = ("characters", "left")

    def __init__(self) -> None:
        self.left = MAX_RESULT_VALUES
        self.characters = MAX_RESULT_CHARACTERS

    def of(self, value: Any, depth: int) -> Any:
        self.left -= 1
        if type(value) is str:
            self.characters -= len(value)
        if self.left < 0 or self.characters < 0:
            raise FeelBudgetError("the result is too large", "表达式的结果过大")
        if type(value) not in PLAIN:
            value = normal(value)
        if type(value) is list:
            deeper = _deeper(depth)
            return [self.of(item, deeper) for item in value]
        if type(value) is dict:
            deeper = _deeper(depth)
            self.characters -= sum(map(len, value))
            return {key: self.of(item, deeper) for key, item in value.items()}
        return value


def _deeper(depth: int) -> int:
    if depth >= MAX_DEPTH:
        raise FeelBudgetError("the value is nested too deeply", "数据嵌套层数过多")
    return depth + 1


def to_json(value: Any) -> Any:
    """Return the JSON value: numbers become int or float, dates and durations ISO strings.

    A whole number below 2**53 becomes an int, any other a float. Raises FeelEvaluationError
    for what JSON cannot hold (a function, a number beyond the floats), and FeelBudgetError.
    """
    return _json(settle(value))


def _json(value: Any) -> Any:
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return value
    if kind is Decimal:
        return _json_number(value)
    if kind is list:
        return [_json(item) for item in value]
    if kind is dict:
        return {str(key): _json(item) for key, item in value.items()}
    if kind in TEMPORAL:
        return text_of(value)
    if kind is Range:
        return text(value)
    raise FeelEvaluationError("a function cannot be a result", "结果不能是函数")


def _json_number(value: Decimal) -> int | float:
    if value.is_finite():
        if abs(value) < _MAX_EXACT_INT and value == value.to_integral_value():
            return int(value)
        number = float(value)
        if math.isfinite(number):
            return number
    raise FeelEvaluationError("the number is too large to be stored", "数字过大,无法保存")
