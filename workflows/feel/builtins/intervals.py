"""``range("[1..5)")``: an interval out of its text, whose ends must be literal."""

import re
from typing import Any, Final

from workflows.feel import temporal
from workflows.feel.builtins.conversions import FUNCTIONS as CONVERSIONS
from workflows.feel.runtime import Run
from workflows.feel.signatures import Registry, call_builtin
from workflows.feel.tokens import text_value
from workflows.feel.values import NUMBERS, Range, type_name

FUNCTIONS = Registry()
_STRING: Final = r'"(?:[^"\\]|\\.)*"'
_END: Final = rf"""
      (?P<number{{0}}>-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+))
    | (?P<string{{0}}>{_STRING})
    | @\s*(?P<at{{0}}>{_STRING})
    | (?P<call{{0}}>date\s+and\s+time|date|time|duration)\s*\(\s*(?P<argument{{0}}>{_STRING})\s*\)
"""
_RANGE: Final = re.compile(
    r"\s*(?P<opening>[\[(\]])\s*(?:"
    + _END.replace("{0}", "1")
    + r")?\s*\.\.\s*(?:"
    + _END.replace("{0}", "2")
    + r")?\s*(?P<closing>[\])\[])\s*",
    re.VERBOSE | re.DOTALL,
)
_MAX_CHARACTERS: Final = 500
_FAULTY: Final = object()  # an end that is written but has no value


@FUNCTIONS.add("range", "from: string", steps=20)
def _range(run: Run, source: str) -> Any:
    found = _RANGE.fullmatch(source) if len(source) <= _MAX_CHARACTERS else None
    made = _interval(run, found) if found is not None else None
    return run.null(0, "this text is not a range", "该文本不是区间") if made is None else made


def _interval(run: Run, found: re.Match[str]) -> Range | None:
    start, end = (_end(run, found, number) for number in "12")
    if _FAULTY in {start, end}:
        return None
    start_included, end_included = found["opening"] == "[", found["closing"] == "]"
    if (start is None and start_included) or (end is None and end_included):
        return None
    if type_name(start) != type_name(end) and start is not None and end is not None:
        return None
    return (
        None if start is None and end is None else Range(start, end, start_included, end_included)
    )


def _end(run: Run, found: re.Match[str], number: str) -> Any:
    """Return the value of one end; None when it is left out or has no value."""
    if found[f"number{number}"]:
        return NUMBERS.create_decimal(found[f"number{number}"])
    if found[f"string{number}"]:
        return text_value(found[f"string{number}"])
    if found[f"at{number}"]:
        return _or_faulty(temporal.parse_literal(text_value(found[f"at{number}"])))
    if not found[f"call{number}"]:
        return None
    builtin = CONVERSIONS[" ".join(found[f"call{number}"].split())]
    return _or_faulty(call_builtin(run, 0, builtin, [text_value(found[f"argument{number}"])]))


def _or_faulty(value: Any) -> Any:
    return _FAULTY if value is None else value
