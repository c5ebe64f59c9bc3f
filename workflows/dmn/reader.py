"""From XML to a model: DMN 1.3, 1.4 and 1.5 as editors write it. Layout is ignored.

Everything is parsed here, so that a model with a faulty cell is refused before it is used.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from workflows import feel
from workflows.dmn.errors import DmnError
from workflows.dmn.model import (
    Aggregation,
    Decision,
    DecisionTable,
    HitPolicy,
    Input,
    Output,
    Rule,
)
from workflows.xml import UnsafeXmlError, parse_xml

NAMESPACES: Final = frozenset(
    {
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    },
)
MAX_RULES: Final = 1000
MAX_COLUMNS: Final = 60
_ID: Final = re.compile(r"[A-Za-z_][\w.-]{0,63}", re.ASCII)
_REFUSED_LOGIC: Final = frozenset(
    {"context", "invocation", "functionDefinition", "relation", "list", "conditional", "for"}
    | {"every", "some", "filter"},
)
Element = Any  # an lxml element; lxml's own type is not generic over tags


def read(xml: bytes) -> dict[str, Decision]:
    """Return the decisions of a model by id. Raises DmnError."""
    try:
        root = parse_xml(xml)
    except UnsafeXmlError as error:
        raise DmnError("the file is not safe XML", str(error)) from error
    name = etree.QName(root)
    if name.localname != "definitions" or name.namespace not in NAMESPACES:
        raise DmnError("this is not a DMN 1.3, 1.4 or 1.5 model", "不是 DMN 1.3/1.4/1.5 模型文件")
    return _Reader(root, str(name.namespace)).decisions()


class _Reader:
    def __init__(self, root: Element, namespace: str) -> None:
        self._root = root
        self._prefix = f"{{{namespace}}}"
        self._seen: set[str] = set()
        self._names = frozenset(self._known_names())

    def decisions(self) -> dict[str, Decision]:
        if next(self._all(self._root, "businessKnowledgeModel"), None) is not None:
            raise DmnError("business knowledge models are not supported", "不支持业务知识模型(BKM)")
        return {found.id: found for found in map(self._decision, self._all(self._root, "decision"))}

    def _known_names(self) -> Iterator[str]:
        """Yield the names the expressions may use although they have spaces in them."""
        for tag in ("inputData", "decision"):
            for element in self._all(self._root, tag):
                yield _words(element.get("name"))
                for variable in self._all(element, "variable"):
                    yield _words(variable.get("name"))

    def _decision(self, element: Element) -> Decision:
        decision_id = self._id(element, "")
        variable = self._one(element, "variable")
        name = _words(element.get("name")) or decision_id
        return Decision(
            decision_id,
            name,
            _words(variable.get("name")) if variable is not None else name,
            self._logic(element, decision_id),
            tuple(self._required(element)),
        )

    def _required(self, element: Element) -> Iterator[str]:
        for requirement in self._all(element, "informationRequirement"):
            for needed in self._all(requirement, "requiredDecision"):
                yield str(needed.get("href", "")).removeprefix("#")

    def _logic(self, element: Element, decision_id: str) -> DecisionTable | feel.Expression:
        table, literal = (
            self._one(element, "decisionTable"),
            self._one(element, "literalExpression"),
        )
        if table is not None:
            return self._table(table, decision_id)
        if literal is not None:
            return self._expression(literal, decision_id)
        kind = next((k for k in map(_local, element) if k in _REFUSED_LOGIC), "")
        raise DmnError(
            f"only decision tables and literal expressions are supported, not {kind or 'nothing'}",
            "决策必须是决策表或文字表达式",
            decision_id,
        )

    def _table(self, element: Element, decision_id: str) -> DecisionTable:
        table_id = self._id(element, f"{decision_id}_table")
        policy, aggregation = self._policy(element, table_id)
        inputs = tuple(self._inputs(element, table_id))
        outputs = tuple(self._outputs(element, table_id, decision_id))
        rules = tuple(self._rules(element, table_id, len(inputs), len(outputs)))
        table = DecisionTable(table_id, policy, aggregation, inputs, outputs, rules)
        _check_table(table)
        return table

    def _policy(self, element: Element, table_id: str) -> tuple[HitPolicy, Aggregation | None]:
        name, aggregation = element.get("hitPolicy", "UNIQUE"), element.get("aggregation")
        try:
            return HitPolicy(name), Aggregation(aggregation) if aggregation else None
        except ValueError:
            raise DmnError(
                f"unknown hit policy {name} {aggregation or ''}", f"未知的命中策略:{name}", table_id
            ) from None

    def _inputs(self, element: Element, table_id: str) -> Iterator[Input]:
        for number, column in enumerate(self._all(element, "input"), 1):
            input_id = self._id(column, f"{table_id}_input_{number}")
            source = self._one(column, "inputExpression")
            if source is None:
                raise DmnError("the input has no expression", "输入列没有表达式", input_id)
            yield Input(
                input_id,
                column.get("label") or self._text(source),
                self._expression(source, input_id),
                source.get("typeRef"),
                self._allowed(column, input_id),
            )

    def _allowed(self, column: Element, input_id: str) -> feel.UnaryTests | None:
        values = self._one(column, "inputValues")
        if values is None or not self._text(values):
            return None
        return self._tests(values, input_id)

    def _outputs(self, element: Element, table_id: str, decision_id: str) -> Iterator[Output]:
        for number, column in enumerate(self._all(element, "output"), 1):
            output_id = self._id(column, f"{table_id}_output_{number}")
            default = self._one(column, "defaultOutputEntry")
            yield Output(
                output_id,
                column.get("name") or decision_id,
                column.get("typeRef"),
                self._output_values(column, output_id),
                self._expression(default, output_id)
                if default is not None and self._text(default)
                else None,
            )

    def _output_values(self, column: Element, output_id: str) -> tuple[Any, ...] | None:
        values = self._one(column, "outputValues")
        if values is None or not self._text(values):
            return None
        try:
            return tuple(feel.evaluate(f"[{self._text(values)}]", {}))
        except feel.FeelError as error:
            raise _faulty(error, output_id) from error

    def _rules(self, element: Element, table_id: str, inputs: int, outputs: int) -> Iterator[Rule]:
        for number, row in enumerate(self._all(element, "rule"), 1):
            rule_id = self._id(row, f"{table_id}_rule_{number}")
            cells = list(self._all(row, "inputEntry"))
            results = list(self._all(row, "outputEntry"))
            if (len(cells), len(results)) != (inputs, outputs):
                raise DmnError(
                    "the rule has too few or too many cells", "规则的单元格数不符", rule_id
                )
            yield Rule(
                rule_id,
                number,
                tuple(self._tests(cell, cell.get("id") or rule_id) for cell in cells),
                tuple(self._result(cell, cell.get("id") or rule_id) for cell in results),
            )

    def _result(self, cell: Element, element_id: str) -> feel.Expression:
        return self._expression(cell, element_id, empty="null")

    def _expression(self, element: Element, element_id: str, empty: str = "") -> feel.Expression:
        _check_language(element, element_id)
        try:
            return feel.parse(self._text(element) or empty, self._names)
        except feel.FeelError as error:
            raise _faulty(error, element_id) from error

    def _tests(self, element: Element, element_id: str) -> feel.UnaryTests:
        _check_language(element, element_id)
        try:
            return feel.parse_unary_tests(self._text(element), self._names)
        except feel.FeelError as error:
            raise _faulty(error, element_id) from error

    def _id(self, element: Element, otherwise: str) -> str:
        found = str(element.get("id") or otherwise)
        if not _ID.fullmatch(found):
            raise DmnError(
                "the id is missing or malformed", f"编号缺失或不合规:{found[:64]}", found[:64]
            )
        if found in self._seen:
            raise DmnError("the id is used twice", f"编号重复:{found}", found)
        self._seen.add(found)
        return found

    def _all(self, element: Element, tag: str) -> Iterator[Element]:
        return iter(element.findall(self._prefix + tag))

    def _one(self, element: Element, tag: str) -> Element:
        return element.find(self._prefix + tag)

    def _text(self, element: Element) -> str:
        return (element.findtext(f"{self._prefix}text") or "").strip()


def _check_table(table: DecisionTable) -> None:
    if len(table.rules) > MAX_RULES or len(table.inputs) + len(table.outputs) > MAX_COLUMNS:
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


def _check_language(element: Element, element_id: str) -> None:
    language = str(element.get("expressionLanguage") or "feel")
    if language.lower() != "feel" and not language.rstrip("/").upper().endswith("FEEL"):
        raise DmnError(
            f"only FEEL is supported, not {language[:40]}", "只支持 FEEL 表达式语言", element_id
        )


def _faulty(error: feel.FeelError, element_id: str) -> DmnError:
    place = f"(第 {error.position.column} 个字符)" if error.position else ""
    return DmnError(str(error), error.message_zh + place, element_id)


def _words(name: str | None) -> str:
    return " ".join((name or "").split())


def _local(element: Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
