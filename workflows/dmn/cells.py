"""Static check of single cells: constants of the wrong type, results that are not allowed.

Only constants are judged; what a formula gives is not known before it is evaluated.
"""

from collections.abc import Iterator
from typing import Any, Final

from workflows.dmn.atoms import constants_of
from workflows.dmn.findings import Finding
from workflows.dmn.model import DecisionTable, Input, Output, Rule
from workflows.feel import Expression
from workflows.feel.types import CLASSES
from workflows.feel.values import TYPE_NAMES_ZH, literal, type_name_zh

_DATES: Final = frozenset({"date", "date and time"})  # comparable with each other


def cell_findings(table: DecisionTable) -> Iterator[Finding]:
    """Yield what is wrong with the cells of a table, row by row."""
    for rule in table.rules:
        for column, head in enumerate(table.inputs):
            yield from _condition(rule, column, head)
        for output, cell in zip(table.outputs, rule.results, strict=True):
            yield from _result(rule, output, cell)


def _condition(rule: Rule, column: int, head: Input) -> Iterator[Finding]:
    cell = rule.tests[column]
    values = [value for test in cell.tree.tests for value in constants_of(test, cell.source)]
    for value in values:
        if not _is_of(head.base, value):
            yield _wrong_type(rule, head.label, str(head.base), value)
            return


def _result(rule: Rule, output: Output, cell: Expression) -> Iterator[Finding]:
    for value in constants_of(cell.tree, cell.source):
        if not _is_of(output.base, value):
            yield _wrong_type(rule, output.name, str(output.base), value)
        elif value is not None and not _is_allowed(output, value):
            text = f"第 {rule.number} 行“{output.name}”的结果 {literal(value)} 不在允许取值内"
            yield Finding("value", text, (rule.id,), {})


def _is_of(base: str | None, value: Any) -> bool:
    if base is None or value is None or type(value) is CLASSES[base]:
        return True
    return base in _DATES and type(value) in {CLASSES[each] for each in _DATES}


def _is_allowed(output: Output, value: Any) -> bool:
    return output.allowed is None or output.allowed.evaluate(value, {}) is not False


def _wrong_type(rule: Rule, label: str, base: str, value: Any) -> Finding:
    wanted, found = TYPE_NAMES_ZH[base], type_name_zh(value)
    text = f"第 {rule.number} 行“{label}”应为{wanted},写的却是{found} {literal(value)}"
    return Finding("type", text, (rule.id,), {})
