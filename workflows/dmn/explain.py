"""Why a decision table says what it says: every rule, hit or not, and what it looked at."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workflows import feel
from workflows.dmn.errors import DmnError
from workflows.dmn.model import DecisionTable, Input, Rule


@dataclass(frozen=True, slots=True)
class Explained:
    """One rule. ``labels`` and ``names`` are of the columns it looks at, ``-`` cells left out.

    ``in_filters`` may be names of the list's items, or free.
    ``is_hit`` None: an input has no value yet, or none that the rule can judge. ``outputs`` are
    what it gives, or would give.
    """

    rule_id: str
    is_hit: bool | None
    outputs: dict[str, Any]
    labels: tuple[str, ...]
    names: frozenset[tuple[str, ...]]
    in_filters: frozenset[tuple[str, ...]]
    has_gap: bool


def explain(
    table: DecisionTable, scope: Mapping[str, Any], context: feel.Context = feel.DEFAULT
) -> list[Explained]:
    """Judge every rule of a table by itself, whatever its hit policy. Raises FeelBudgetError."""
    run = feel.Run(context)
    values = [_value(column, scope, run) for column in table.inputs]
    return [_explained(table, rule, values, scope, run) for rule in table.rules]


def _explained(
    table: DecisionTable, rule: Rule, values: list[Any], scope: Mapping[str, Any], run: feel.Run
) -> Explained:
    cells = [
        (column, test, value)
        for column, test, value in zip(table.inputs, rule.tests, values, strict=True)
        if test.source.strip() != "-"
    ]
    verdicts = [test.evaluate_within(run, value, scope) for _column, test, value in cells]
    names: frozenset[tuple[str, ...]] = frozenset(
        path for column, test, _value in cells for path in _reads(column, test)
    )
    return Explained(
        rule.id,
        None if None in verdicts and False not in verdicts else all(verdicts),
        _outputs(table, rule, scope, run),
        tuple(column.label for column, _test, _value in cells),
        names,
        frozenset(
            path for column, _test, _value in cells for path in column.expression.filter_names()
        ),
        any(value is None for _column, _test, value in cells),
    )


def _reads(column: Input, test: feel.UnaryTests) -> frozenset[tuple[str, ...]]:
    return column.expression.names() | test.names()


def _value(column: Input, scope: Mapping[str, Any], run: feel.Run) -> Any:
    try:
        return column.expression.evaluate_within(run, scope)
    except feel.FeelBudgetError:
        raise
    except feel.FeelError:
        return None


def _outputs(
    table: DecisionTable, rule: Rule, scope: Mapping[str, Any], run: feel.Run
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for output, cell in zip(table.outputs, rule.results, strict=True):
        try:
            found[output.name] = feel.to_json(cell.evaluate_within(run, scope))
        except (feel.FeelError, DmnError):
            found[output.name] = None
    return found
