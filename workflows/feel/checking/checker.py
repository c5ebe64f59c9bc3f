"""The walk over a tree that types it. Each kind of node has one rule in ``RULES``."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from workflows.feel.ast import Node
from workflows.feel.errors import FeelWarning, Position
from workflows.feel.types import ANY, NULL, Type
from workflows.feel.values import TYPE_NAMES_ZH

Rule = Callable[["Checker", Any], Type]
RULES: Final[dict[type[Node], Rule]] = {}
BOOLEAN: Final = Type("boolean")
NUMBER: Final = Type("number")
_MAX_FINDINGS: Final = 50


def types_of(kind: type[Node]) -> Callable[[Rule], Rule]:
    """Register the rule of one kind of node."""

    def register(rule: Rule) -> Rule:
        RULES[kind] = rule
        return rule

    return register


class Checker:
    """Types one tree; knows the types of names in scope, innermost last."""

    __slots__ = ("_any_name", "_scopes", "_source", "findings")

    def __init__(self, source: str, types: Mapping[str, Type], *, any_name: bool = False) -> None:
        self.findings: list[FeelWarning] = []
        self._source = source
        self._any_name = any_name
        self._scopes: list[Mapping[str, Type] | None] = [types]

    def of(self, node: Node) -> Type:
        """Return the type of a node."""
        return RULES[type(node)](self, node)

    @contextmanager
    def names(self, types: Mapping[str, Type] | None) -> Iterator[None]:
        """Bring names into scope; None stands for names that cannot be known."""
        self._scopes.append(types)
        yield
        self._scopes.pop()

    def lookup(self, name: str) -> Type | None:
        """Return the type of a name in scope; None when there surely is no such name."""
        for scope in reversed(self._scopes):
            if scope is None:
                return ANY
            if name in scope:
                return scope[name]
        return ANY if self._any_name else None

    def find(self, at: int, message: str, message_zh: str) -> None:
        """Note a finding."""
        if len(self.findings) < _MAX_FINDINGS:
            self.findings.append(FeelWarning(message, message_zh, Position.at(self._source, at)))

    def expect_boolean(self, node: Node, message: str, message_zh: str) -> None:
        """Note a finding if a node that must be true or false is of another type."""
        kind = self.of(node)
        if is_known(kind) and kind.name != "boolean":
            self.find(node.at, f"{message} is a {kind}", f"{message_zh}是{zh(kind)},不是“是/否”")


def is_known(kind: Type) -> bool:
    """Tell whether a type says which operations will work."""
    return kind not in {ANY, NULL}


def zh(kind: Type) -> str:
    """Return the Chinese name of a type."""
    return TYPE_NAMES_ZH.get(kind.name, kind.name)
