"""Built-ins on strings. Positions count characters from 1."""

from decimal import Decimal
from typing import Any

from workflows.feel.errors import FeelBudgetError
from workflows.feel.limits import MAX_STRING_CHARACTERS
from workflows.feel.runtime import Run
from workflows.feel.signatures import Registry
from workflows.feel.values import normal

FUNCTIONS = Registry()


@FUNCTIONS.add("substring", "string: string, start position: number, length: number?=")
def _substring(run: Run, value: str, start: Decimal, length: Decimal | None = None) -> Any:
    position = _position(start)
    count = len(value) if length is None else _position(length)
    if position == 0 or count < 1:
        return run.null(0, "no such position in the string", "文本中没有该位置")
    first = position - 1 if position > 0 else max(len(value) + position, 0)
    return value[first : first + count]


def _position(number: Decimal) -> int:
    """Return a position without its fraction; one beyond any string is one just beyond any."""
    return int(max(min(number, Decimal(10**9)), Decimal(-(10**9))))


@FUNCTIONS.add("string length", "string: string")
def _string_length(_run: Run, value: str) -> Decimal:
    return Decimal(len(value))


@FUNCTIONS.add("upper case", "string: string")
def _upper_case(_run: Run, value: str) -> str:
    return within_budget(value.upper())


@FUNCTIONS.add("lower case", "string: string")
def _lower_case(_run: Run, value: str) -> str:
    return within_budget(value.lower())


@FUNCTIONS.add("trim", "string: string")
def _trim(_run: Run, value: str) -> str:
    return value.strip()


@FUNCTIONS.add("substring before", "string: string, match: string")
def _substring_before(_run: Run, value: str, match: str) -> str:
    before, found, _ = value.partition(match) if match else ("", "", "")
    return before if found else ""


@FUNCTIONS.add("substring after", "string: string, match: string")
def _substring_after(_run: Run, value: str, match: str) -> str:
    return value.partition(match)[2] if match else value


@FUNCTIONS.add("contains", "string: string, match: string")
def _contains(_run: Run, value: str, match: str) -> bool:
    return match in value


@FUNCTIONS.add("starts with", "string: string, match: string")
def _starts_with(_run: Run, value: str, match: str) -> bool:
    return value.startswith(match)


@FUNCTIONS.add("ends with", "string: string, match: string")
def _ends_with(_run: Run, value: str, match: str) -> bool:
    return value.endswith(match)


@FUNCTIONS.add("string join", "list: list, delimiter: string?=")
def _string_join(run: Run, items: list[Any], delimiter: str | None = None) -> Any:
    parts = [normal(item) for item in items]
    texts = [part for part in parts if part is not None]
    if not all(type(part) is str for part in texts):
        return run.null(0, "only strings can be joined", "只能连接文本")
    gap = delimiter or ""
    length = sum(len(part) for part in texts) + len(gap) * len(texts)
    run.spend(length >> 8)
    if length > MAX_STRING_CHARACTERS + len(gap):
        raise FeelBudgetError("a string grows too long", "文本过长")
    return gap.join(texts)


def within_budget(value: str) -> str:
    """Return a string that a function made, or raise FeelBudgetError if it is too long."""
    if len(value) > MAX_STRING_CHARACTERS:
        raise FeelBudgetError("a string grows too long", "文本过长")
    return value
