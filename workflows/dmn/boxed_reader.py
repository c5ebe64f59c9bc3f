"""From XML to logic: a decision's or a function's expression, boxed or literal, at any depth."""

from collections.abc import Callable, Iterator
from typing import Final

from workflows import feel
from workflows.dmn.boxed import (
    Context,
    Defined,
    Entry,
    Invocation,
    Listed,
    Relation,
    Table,
    Typed,
)
from workflows.dmn.boxed_flow import Conditional, Filtered, Loop
from workflows.dmn.elements import Element, Elements, words
from workflows.dmn.errors import DmnError
from workflows.dmn.itemtypes import ItemType
from workflows.dmn.model import DecisionTable, Logic, Parameter
from workflows.dmn.table_reader import read_table
from workflows.dmn.type_reader import Types

MAX_NESTING: Final = 24
_COLUMNS: Final = 60
Found = DecisionTable | feel.Expression | Logic


class BoxedReader:
    """Reads the logic of one decision or knowledge model, ``owner_id``."""

    def __init__(self, source: Elements, types: Types, owner_id: str) -> None:
        self._source = source
        self._types = types
        self._owner_id = owner_id
        self._depth = 0

    def top(self, element: Element) -> Found | None:
        """Return the logic that an element holds: a table as it is; None when there is none."""
        part = self._child(element)
        if part is None:
            return None
        if part[0] == "decisionTable":
            return read_table(self._source, self._types.known, part[1], self._owner_id)
        if part[0] == "literalExpression":
            return self._literal(part[1])
        return self._read(*part)

    def type_of(self, element: Element) -> ItemType | None:
        """Return the type that the logic held by an element gives itself."""
        part = self._child(element)
        return None if part is None else self.type(part[1])

    def type(self, element: Element) -> ItemType | None:
        """Return the type an element refers to; None for anything."""
        return self._types.of(element.get("typeRef"), self._where(element))

    def parameters(self, element: Element) -> tuple[Parameter, ...]:
        """Return the formal parameters of a function. Raises DmnError for a foreign kind."""
        kind = element.get("kind", "FEEL")
        if kind != "FEEL":
            raise DmnError(
                f"functions of kind {kind[:20]} are not supported",
                f"不支持 {kind[:20]} 函数:外部代码不得运行,请改用 FEEL",
                self._where(element),
            )
        found = tuple(
            Parameter(words(each.get("name")), self.type(each))
            for each in self._source.all(element, "formalParameter")
        )
        if len({each.name for each in found}) < len(found):
            raise DmnError("two parameters have one name", "参数重名", self._where(element))
        return found

    def required(self, element: Element) -> Logic:
        """Return the logic that an element must hold. Raises DmnError."""
        part = self._child(element)
        if part is None:
            raise DmnError("an expression is missing", "缺少表达式", self._where(element))
        logic = self._read(*part)
        kind = self.type(part[1])
        return logic if kind is None else Typed(logic, kind)

    def _where(self, element: Element) -> str:
        return element.get("id") or self._owner_id

    def _child(self, element: Element) -> tuple[str, Element] | None:
        return next((part for part in self._source.parts(element) if part[0] in _READERS), None)

    def _read(self, tag: str, element: Element) -> Logic:
        self._depth += 1
        if self._depth > MAX_NESTING:
            text = f"盒式表达式嵌套超过 {MAX_NESTING} 层"
            raise DmnError("boxed too deeply", text, self._where(element))
        logic = _READERS[tag](self, element)
        self._depth -= 1
        return logic

    def _literal(self, element: Element) -> feel.Expression:
        if self._source.one(element, "importedValues") is not None:
            raise DmnError(
                "imported values are not supported", "不支持引用外部数值", self._where(element)
            )
        return self._source.expression(element, self._where(element))

    def _table(self, element: Element) -> Logic:
        return Table(read_table(self._source, self._types.known, element, self._owner_id))

    def _context(self, element: Element) -> Logic:
        entries = tuple(self._entries(element))
        names = [entry.name for entry in entries]
        if len(set(names)) < len(names) or None in names[:-1]:
            text = "上下文的条目重名,或结果条目不在最后"
            raise DmnError("the entries are not in order", text, self._where(element))
        return Context(entries)

    def _entries(self, element: Element) -> Iterator[Entry]:
        for each in self._source.all(element, "contextEntry"):
            variable = self._source.one(each, "variable")
            logic = self.required(each)
            kind = None if variable is None else self.type(variable)
            name = None if variable is None else words(variable.get("name"))
            yield Entry(name, logic if kind is None else Typed(logic, kind))

    def _list(self, element: Element) -> Logic:
        return Listed(
            tuple(
                self._typed(tag, part)
                for tag, part in self._source.parts(element)
                if tag in _READERS
            )
        )

    def _typed(self, tag: str, element: Element) -> Logic:
        logic, kind = self._read(tag, element), self.type(element)
        return logic if kind is None else Typed(logic, kind)

    def _relation(self, element: Element) -> Logic:
        columns = tuple(words(each.get("name")) for each in self._source.all(element, "column"))
        rows = tuple(self._list(row) for row in self._source.all(element, "row"))
        wanted = len(columns)
        fits = len(set(columns)) == wanted and wanted <= _COLUMNS
        listed = tuple(row for row in rows if isinstance(row, Listed) and len(row.items) == wanted)
        if not fits or len(listed) < len(rows):
            text = "关系表的列重名,或有行的单元格数不符"
            raise DmnError("the rows do not fit the columns", text, self._where(element))
        return Relation(columns, listed)

    def _function(self, element: Element) -> Logic:
        return Defined(self.parameters(element), self.required(element))

    def _invocation(self, element: Element) -> Logic:
        bindings = tuple(
            (self._bound(each), self._optional(each))
            for each in self._source.all(element, "binding")
        )
        return Invocation(self.required(element), bindings)

    def _bound(self, binding: Element) -> str:
        parameter = self._source.one(binding, "parameter")
        return "" if parameter is None else words(parameter.get("name"))

    def _optional(self, element: Element) -> Logic | None:
        return None if self._child(element) is None else self.required(element)

    def _conditional(self, element: Element) -> Logic:
        return Conditional(*(self._part(element, tag) for tag in ("if", "then", "else")))

    def _for(self, element: Element) -> Logic:
        return self._loop("for", element, "return")

    def _some(self, element: Element) -> Logic:
        return self._loop("some", element, "satisfies")

    def _every(self, element: Element) -> Logic:
        return self._loop("every", element, "satisfies")

    def _loop(self, kind: str, element: Element, body: str) -> Logic:
        variable = words(element.get("iteratorVariable"))
        if not variable:
            raise DmnError("the loop has no variable", "循环没有变量名", self._where(element))
        return Loop(kind, variable, self._part(element, "in"), self._part(element, body))

    def _filter(self, element: Element) -> Logic:
        return Filtered(self._part(element, "in"), self._part(element, "match"))

    def _part(self, element: Element, tag: str) -> Logic:
        part = self._source.one(element, tag)
        if part is None:
            text = f"缺少“{tag}”部分"
            raise DmnError(f"the part {tag} is missing", text, self._where(element))
        return self.required(part)


_READERS: Final[dict[str, Callable[[BoxedReader, Element], Logic]]] = {
    "literalExpression": BoxedReader._literal,  # noqa: SLF001
    "decisionTable": BoxedReader._table,  # noqa: SLF001
    "context": BoxedReader._context,  # noqa: SLF001
    "list": BoxedReader._list,  # noqa: SLF001
    "relation": BoxedReader._relation,  # noqa: SLF001
    "functionDefinition": BoxedReader._function,  # noqa: SLF001
    "invocation": BoxedReader._invocation,  # noqa: SLF001
    "conditional": BoxedReader._conditional,  # noqa: SLF001
    "for": BoxedReader._for,  # noqa: SLF001
    "some": BoxedReader._some,  # noqa: SLF001
    "every": BoxedReader._every,  # noqa: SLF001
    "filter": BoxedReader._filter,  # noqa: SLF001
}
