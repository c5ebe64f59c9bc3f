"""Static check of single cells: constants and formulas of the wrong type, results not allowed.

Of a formula only what holds whatever the data is judged: names from outside may be anything.
"""

from collections.abc import Iterator
from typing import Any, Final

from workflows.dmn.atoms import constants_of
from workflows.dmn.findings import Finding
from workflows.dmn.model import DecisionTable, Input, Output, Rule
from workflows.feel import Expression, UnaryTests
from workflows.feel.types import ANY, NULL, Type, is_subtype
from workflows.feel.values import TYPE_NAMES_ZH, literal, type_name, type_name_zh

_DATES: Final = frozenset({"date", "date and time"})  # comparable with each other


def cell_findings(table: DecisionTable) -> Iterator[Finding]:
    """Yield what is wrong with the columns and cells of a table, row by row."""
    for head in table.inputs:
        yield from _column(head)
    for rule in table.rules:
        for column, head in enumerate(table.inputs):
            yield from _condition(rule, head, rule.tests[column])
        for output, cell in zip(table.outputs, rule.results, strict=True):
            yield from _result(rule, output, cell)


def _column(head: Input) -> Iterator[Finding]:
    given = head.expression.type(_anything(head.expression)).type
    if not _fits(head.base, given):
        text = f"输入“{head.label}”写明为{_named(head.base)},表达式得到的却是{_named(given.name)}"
        yield Finding("type", text, (), {})


def _condition(rule: Rule, head: Input, cell: UnaryTests) -> Iterator[Finding]:
    tests = cell.tree.tests
    for value in (value for test in tests for value in constants_of(test, cell.source)):
        if not _fits(head.base, _type_of(value)):
            yield _wrong_type(
                rule, head.label, head.base, f"{type_name_zh(value)} {literal(value)}"
            )
            return
    kind = ANY if head.base is None else Type(head.base)
    for warning in cell.type(_anything(cell), kind).findings[:1]:
        text = f"第 {rule.number} 行“{head.label}”的条件不可能成立:{warning.message_zh}"
        yield Finding("type", text, (rule.id,), {})


def _result(rule: Rule, output: Output, cell: Expression) -> Iterator[Finding]:
    given = cell.type(_anything(cell)).type
    for value in constants_of(cell.tree, cell.source):
        if not _fits(output.base, _type_of(value)):
            found = f"{type_name_zh(value)} {literal(value)}"
            yield _wrong_type(rule, output.name, output.base, found)
            return
        if value is not None and not _is_allowed(output, value):
            text = f"第 {rule.number} 行“{output.name}”的结果 {literal(value)} 不在允许取值内"
            yield Finding("value", text, (rule.id,), {})
            return
    if not _fits(output.base, given):
        yield _wrong_type(rule, output.name, output.base, f"{_named(given.name)}:{cell.source}")


def _anything(parsed: Expression | UnaryTests) -> dict[str, Type]:
    """Return every name that is read from outside, each of any type."""
    names = {path[0] for path in parsed.names() | parsed.filter_names()}
    return dict.fromkeys(names | parsed.functions(), ANY)


def _type_of(value: Any) -> Type:
    return NULL if value is None else Type(type_name(value))


def _fits(base: str | None, given: Type) -> bool:
    """Tell whether a value of a type may stand in a column of a base type."""
    if base is None or given in {ANY, NULL}:
        return True
    if given.name == "list":
        return _fits(base, given.item or ANY)  # of one item, it is that item
    return is_subtype(given, Type(base)) or (base in _DATES and given.name in _DATES)


def _is_allowed(output: Output, value: Any) -> bool:
    return output.allowed is None or output.allowed.evaluate(value, {}) is not False


def _named(base: str | None) -> str:
    return TYPE_NAMES_ZH.get(base or "", TYPE_NAMES_ZH["unknown"])


def _wrong_type(rule: Rule, label: str, base: str | None, found: str) -> Finding:
    text = f"第 {rule.number} 行“{label}”应为{_named(base)},写的却是{found[:200]}"
    return Finding("type", text, (rule.id,), {})
