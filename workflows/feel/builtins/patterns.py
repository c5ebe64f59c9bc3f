"""Built-ins that take a regular expression. A faulty pattern gives null and a warning."""

import re
from collections.abc import Iterator
from typing import Any, Final

from workflows.feel.builtins.strings import within_budget
from workflows.feel.limits import MAX_STRING_CHARACTERS
from workflows.feel.regex import PatternError, Program, Spans, compile_pattern, search
from workflows.feel.runtime import Run
from workflows.feel.signatures import Registry

FUNCTIONS = Registry()
_COMPILE_STEPS: Final = 10
_REFERENCE: Final = re.compile(r"\\([\\$])|\$([0-9])|([^\\$]+)", re.DOTALL)


def _program(run: Run, pattern: str, flags: str | None) -> Program | None:
    run.spend(_COMPILE_STEPS * len(pattern))
    try:
        return compile_pattern(pattern, flags or "")
    except PatternError as error:
        run.warn(0, f"the pattern is faulty: {error}", "正则表达式有误或使用了不支持的写法")
        return None


@FUNCTIONS.add("matches", "input: string, pattern: string, flags: string?=", steps=10)
def _matches(run: Run, value: str, pattern: str, flags: str | None = None) -> bool | None:
    program = _program(run, pattern, flags)
    if program is None:
        return None
    return search(program, value, 0, run.spend) is not None


@FUNCTIONS.add("split", "string: string, delimiter: string", steps=10)
def _split(run: Run, value: str, delimiter: str) -> Any:
    found = _all_spans(run, value, delimiter, None)
    if found is None:
        return None
    parts, at = [], 0
    for start, end in (ends[:2] for ends in found):
        parts.append(value[at:start])
        at = end or 0
    return [*parts, value[at:]]


@FUNCTIONS.add(
    "replace",
    "input: string, pattern: string, replacement: string, flags: string?=",
    steps=10,
)
def _replace(run: Run, value: str, pattern: str, replacement: str, flags: str | None = None) -> Any:
    found = _all_spans(run, value, pattern, flags)
    template = _template(replacement)
    if found is None or template is None:
        return run.null(0, "the text cannot be replaced", "无法替换")
    made, at = "", 0
    for spans in found:
        made = within_budget(made + value[at : spans[0]] + _filled(template, value, spans))
        run.spend(1 + (len(made) >> 8))
        at = spans[1] or 0
    return within_budget(made + value[at:])


def _all_spans(run: Run, value: str, pattern: str, flags: str | None) -> list[Spans] | None:
    """Return all matches; None when the pattern is faulty or also matches nothing at all."""
    program = _program(run, pattern, flags)
    if program is None:
        return None
    if search(program, "", 0, run.spend) is not None:
        run.warn(0, "the pattern matches the empty string", "正则表达式不能匹配空文本")
        return None
    return list(_each_span(run, program, value))


def _each_span(run: Run, program: Program, value: str) -> Iterator[Spans]:
    at = 0
    while at <= min(len(value), MAX_STRING_CHARACTERS):
        spans = search(program, value, at, run.spend)
        if spans is None:
            return
        yield spans
        end = spans[1] or 0
        at = end if end > at else at + 1


def _template(replacement: str) -> list[str | int] | None:
    """Split ``$1`` from text; None when a ``$`` or backslash stands alone."""
    parts: list[str | int] = []
    at = 0
    while at < len(replacement):
        found = _REFERENCE.match(replacement, at)
        if found is None:
            return None
        parts.append(int(found[2]) if found[2] else found[1] or found[3])
        at = found.end()
    return parts


def _filled(template: list[str | int], value: str, spans: Spans) -> str:
    return "".join(
        part if isinstance(part, str) else _group(value, spans, part) for part in template
    )


def _group(value: str, spans: Spans, number: int) -> str:
    if 2 * number + 1 >= len(spans):
        return ""
    start, end = spans[2 * number], spans[2 * number + 1]
    return value[start:end] if start is not None and end is not None else ""
