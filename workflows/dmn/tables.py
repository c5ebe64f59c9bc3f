"""Evaluating one decision table under its hit policy. UNIQUE and ANY are really checked."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from workflows import feel
from workflows.dmn.errors import DmnError
from workflows.dmn.model import (
    Aggregation,
    DecisionTable,
    HitPolicy,
    Input,
    Output,
    Result,
    Rule,
)

Row = dict[str, Any]
Hit = tuple[Rule, Row]
LAST: Final = 10_000  # the rank of a value without a place
Chooser = Callable[[DecisionTable, list[Hit]], list[Hit]]


def evaluate_table(table: DecisionTable, scope: Mapping[str, Any], run: feel.Run) -> Result:
    """Return the result for one scope.

    Raises DmnError for a violated hit policy or a value that is not allowed, and FeelError.
    """
    values = [_input_value(column, scope, run) for column in table.inputs]
    matching = [rule for rule in table.rules if _matches(rule, values, scope, run)]
    if table.hit_policy is HitPolicy.UNIQUE and len(matching) > 1:
        raise _collision(table, matching, "UNIQUE allows one", "唯一命中(U)的表有多条规则同时命中")
    if table.hit_policy is HitPolicy.FIRST:
        del matching[1:]
    hits = [(rule, _row(table, rule, scope, run)) for rule in matching]
    if not hits:
        return _no_hit(table, scope, run)
    chosen = _CHOOSERS.get(table.hit_policy, _everything)(table, hits)
    return _result(table, chosen)


def _input_value(column: Input, scope: Mapping[str, Any], run: feel.Run) -> Any:
    value = column.expression.evaluate_within(run, scope)
    if value is None or column.allowed is None:
        return value
    if column.allowed.evaluate_within(run, value, scope) is not True:
        raise DmnError(
            f"the input {column.label} has a value that is not allowed",
            f"输入“{column.label}”的值不在允许范围内",
            column.id,
        )
    return value


def _matches(rule: Rule, values: list[Any], scope: Mapping[str, Any], run: feel.Run) -> bool:
    run.spend(1 + len(values))
    for column, test in rule.conditions:  # the hot loop of every table: no generator here
        if test.evaluate_within(run, values[column], scope) is not True:
            return False
    return True


def _row(table: DecisionTable, rule: Rule, scope: Mapping[str, Any], run: feel.Run) -> Row:
    row: Row = {}
    for output, cell in zip(table.outputs, rule.results, strict=True):
        value = cell.evaluate_within(run, scope)
        if not _is_allowed(output, value, scope, run):
            raise DmnError(
                f"rule {rule.id} gives a value that output {output.name} does not allow",
                f"规则 {rule.id} 的输出“{output.name}”不在允许取值内",
                table.id,
                (rule.id,),
            )
        row[output.name] = value
    return row


def _is_allowed(output: Output, value: Any, scope: Mapping[str, Any], run: feel.Run) -> bool:
    """Tell whether an output may have a value; of a list, every item."""
    if output.allowed is None:
        return True
    items = value if type(value) is list else [value]
    passes = output.allowed.evaluate_within
    return all(item is None or passes(run, item, scope) is True for item in items)


def _no_hit(table: DecisionTable, scope: Mapping[str, Any], run: feel.Run) -> Result:
    defaults = {
        output.name: output.default.evaluate_within(run, scope) if output.default else None
        for output in table.outputs
    }
    has_default = any(output.default for output in table.outputs)
    if table.aggregation is not None and not has_default:
        return _aggregated(table, [])
    if table.gives_list:
        rows = [defaults] if has_default else []
        return Result([_value(table, row) for row in rows], rows, ())
    return Result(_value(table, defaults) if has_default else None, defaults, ())


def _result(table: DecisionTable, hits: list[Hit]) -> Result:
    if table.aggregation is not None:
        return _aggregated(table, hits)
    rules = tuple(rule.id for rule, _ in hits)
    if table.gives_list:
        rows = [row for _, row in hits]
        return Result([_value(table, row) for row in rows], rows, rules)
    return Result(_value(table, hits[0][1]), hits[0][1], rules)


def _value(table: DecisionTable, row: Row) -> Any:
    return row if len(table.outputs) > 1 else row[table.outputs[0].name]


def _aggregated(table: DecisionTable, hits: list[Hit]) -> Result:
    name = table.outputs[0].name
    values = [row[name] for _, row in hits]
    source = _AGGREGATIONS[table.aggregation or Aggregation.COUNT]
    value = feel.evaluate(source, {"hits": values})
    return Result(value, {name: value}, tuple(rule.id for rule, _ in hits))


_AGGREGATIONS: Final = {
    Aggregation.SUM: "sum(hits)",
    Aggregation.MIN: "min(hits)",
    Aggregation.MAX: "max(hits)",
    Aggregation.COUNT: "count(hits)",
}


def _everything(_table: DecisionTable, hits: list[Hit]) -> list[Hit]:
    return hits


def _any(table: DecisionTable, hits: list[Hit]) -> list[Hit]:
    first = hits[0][1]
    if not all(_same(row[name], first[name]) for _, row in hits for name in first):
        raise _collision(
            table,
            [rule for rule, _ in hits],
            "ANY needs equal outputs of them",
            "任一命中(A)的表有多条规则命中且输出不同",
        )
    return hits


def _collision(table: DecisionTable, rules: list[Rule], why: str, why_zh: str) -> DmnError:
    ids = tuple(rule.id for rule in rules)
    named = "、".join(ids)
    return DmnError(f"rules {', '.join(ids)} match: {why}", f"{why_zh}:{named}", table.id, ids)


def _highest(table: DecisionTable, hits: list[Hit]) -> list[Hit]:
    return _by_priority(table, hits)[:1]


def _by_priority(table: DecisionTable, hits: list[Hit]) -> list[Hit]:
    """Sort by the place of the outputs in their lists of values, the first column first."""

    def rank(hit: Hit) -> list[int]:
        places = (_place(output, hit[1][output.name]) for output in table.outputs if output.values)
        return [LAST if place is None else place for place in places]

    return sorted(hits, key=rank)


def _place(output: Output, value: Any) -> int | None:
    """Return where a value stands in the list of an output's values."""
    places = (n for n, known in enumerate(output.values or ()) if _same(known, value))
    return next(places, None)


def _same(left: Any, right: Any) -> bool:
    """Compare without taking true for 1."""
    return type(left) is type(right) and bool(left == right)


_CHOOSERS: Final[dict[HitPolicy, Chooser]] = {
    HitPolicy.ANY: _any,
    HitPolicy.PRIORITY: _highest,
    HitPolicy.OUTPUT_ORDER: _by_priority,
}
