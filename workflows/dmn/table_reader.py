"""From XML to one decision table. Every cell is parsed here."""

from collections.abc import Iterator
from typing import Any, Final

from workflows import feel
from workflows.dmn.elements import Element, Elements, faulty, words
from workflows.dmn.errors import DmnError
from workflows.dmn.itemtypes import ANY, ItemType, built_in
from workflows.dmn.model import (
    Aggregation,
    DecisionTable,
    HitPolicy,
    Input,
    Output,
    Rule,
)

MAX_RULES: Final = 1000
MAX_COLUMNS: Final = 60
MAX_NOTE: Final = 500  # characters
Types = dict[str, ItemType]


def read_table(source: Elements, types: Types, element: Element, owner_id: str) -> DecisionTable:
    """Return the table. Raises DmnError, naming the cell, column or rule that is at fault."""
    return _TableReader(source, types, owner_id).table(element)


class _TableReader:
    def __init__(self, source: Elements, types: Types, owner_id: str) -> None:
        self._source = source
        self._types = types
        self._owner_id = owner_id

    def table(self, element: Element) -> DecisionTable:
        table_id = self._source.id(element, f"{self._owner_id}_table"[-64:])
        policy, aggregation = _policy(element, table_id)
        rows = list(self._source.all(element, "rule"))
        if len(rows) > MAX_RULES:
            raise DmnError("the table is too large", "决策表过大", table_id)
        inputs = tuple(self._inputs(element, table_id))
        outputs = tuple(self._outputs(element, table_id))
        rules = tuple(self._rules(rows, table_id, len(inputs), len(outputs)))
        table = DecisionTable(table_id, policy, aggregation, inputs, outputs, rules)
        _check_table(table)
        self._source.tables.append((self._owner_id, table))
        return table

    def _inputs(self, element: Element, table_id: str) -> Iterator[Input]:
        for number, column in enumerate(self._source.all(element, "input"), 1):
            input_id = self._source.id(column, f"{table_id}_input_{number}")
            source = self._source.one(column, "inputExpression")
            if source is None:
                raise DmnError("the input has no expression", "输入列没有表达式", input_id)
            yield Input(
                input_id,
                column.get("label") or self._source.text(source),
                self._source.expression(source, input_id),
                source.get("typeRef"),
                self._allowed(column, "inputValues", source.get("typeRef"), input_id),
                self._base(source.get("typeRef")),
            )

    def _outputs(self, element: Element, table_id: str) -> Iterator[Output]:
        for number, column in enumerate(self._source.all(element, "output"), 1):
            output_id = self._source.id(column, f"{table_id}_output_{number}")
            default = self._source.one(column, "defaultOutputEntry")
            allowed = self._allowed(column, "outputValues", column.get("typeRef"), output_id)
            yield Output(
                output_id,
                column.get("name") or self._owner_id,
                column.get("typeRef"),
                None if allowed is None else self._listed(allowed, output_id),
                self._source.expression(default, output_id)
                if default is not None and self._source.text(default)
                else None,
                allowed,
                self._base(column.get("typeRef")),
            )

    def _base(self, type_name: str | None) -> str | None:
        if type_name is None:
            return None
        kind = self._types.get(words(type_name))
        name = built_in(type_name) if kind is None else kind.plain()
        return None if name == ANY else name

    def _allowed(
        self, column: Element, tag: str, type_name: str | None, column_id: str
    ) -> feel.UnaryTests | None:
        """Return the column's allowed values: its own, else those of its type."""
        values = self._source.one(column, tag)
        if values is not None and self._source.text(values):
            return self._source.tests(values, column_id)
        kind = self._types.get(type_name or "")
        return kind.values() if kind is not None else None

    def _listed(self, allowed: feel.UnaryTests, output_id: str) -> tuple[Any, ...] | None:
        """Return the allowed values in their order; None when they are not a list of values."""
        if allowed.tree.negated or not allowed.tree.tests:
            return None
        try:
            return tuple(
                feel.Expression(allowed.source, test).evaluate({}) for test in allowed.tree.tests
            )
        except feel.FeelError as error:
            raise faulty(error, output_id) from error

    def _rules(
        self, rows: list[Element], table_id: str, inputs: int, outputs: int
    ) -> Iterator[Rule]:
        source = self._source
        for number, row in enumerate(rows, 1):
            rule_id = source.id(row, f"{table_id}_rule_{number}")
            cells = list(source.all(row, "inputEntry"))
            results = list(source.all(row, "outputEntry"))
            if (len(cells), len(results)) != (inputs, outputs):
                raise DmnError(
                    "the rule has too few or too many cells", "规则的单元格数不符", rule_id
                )
            yield Rule(
                rule_id,
                number,
                tuple(source.tests(cell, cell.get("id") or rule_id) for cell in cells),
                tuple(
                    source.expression(cell, cell.get("id") or rule_id, empty="null")
                    for cell in results
                ),
                self._note(row),
            )

    def _note(self, row: Element) -> str:
        """Return a rule's description and annotations, at most 500 characters."""
        description = self._source.one(row, "description")
        notes = [] if description is None else [description.text or ""]
        notes += [self._source.text(each) for each in self._source.all(row, "annotationEntry")]
        return " ".join(words(each) for each in notes if each)[:MAX_NOTE]


def _policy(element: Element, table_id: str) -> tuple[HitPolicy, Aggregation | None]:
    name, aggregation = element.get("hitPolicy", "UNIQUE"), element.get("aggregation")
    try:
        return HitPolicy(name), Aggregation(aggregation) if aggregation else None
    except ValueError:
        raise DmnError(
            f"unknown hit policy {name} {aggregation or ''}", f"未知的命中策略:{name}", table_id
        ) from None


def _check_table(table: DecisionTable) -> None:
    if len(table.inputs) + len(table.outputs) > MAX_COLUMNS:
        raise DmnError("the table is too large", "决策表过大", table.id)
    if not table.outputs:
        raise DmnError("the table has no output", "决策表没有输出列", table.id)
    if len({output.name for output in table.outputs}) < len(table.outputs):
        raise DmnError("two outputs have one name", "输出列重名", table.id)
    if table.aggregation and table.hit_policy is not HitPolicy.COLLECT:
        raise DmnError("only COLLECT can aggregate", "只有 COLLECT 可以汇总", table.id)
    if table.aggregation and len(table.outputs) > 1:
        raise DmnError("only one output can be aggregated", "只有一个输出列时才能汇总", table.id)
    by_priority = table.hit_policy in {HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER}
    if by_priority and not any(output.values for output in table.outputs):
        raise DmnError(
            "priorities need output values",
            "按优先级命中时,输出列须列出取值(按优先级排列)",
            table.id,
        )
