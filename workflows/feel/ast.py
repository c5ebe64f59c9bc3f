"""The abstract syntax of an expression. Every node knows its offset in the source."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from workflows.feel.types import Type


@dataclass(frozen=True, slots=True)
class Node:
    """One construct; ``at`` is the offset of its first or most telling character."""

    at: int


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A number, string, boolean, null or ``@"…"``."""

    value: Any


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A variable, the item property of a filter, ``?`` or a built-in."""

    name: str


@dataclass(frozen=True, slots=True)
class Path(Node):
    """``base.name``."""

    base: Node
    name: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """``base[predicate]``."""

    base: Node
    predicate: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """``callee(arguments)``; ``names`` is None when they are positional."""

    callee: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """Arithmetic or comparison."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Logical(Node):
    """``and`` or ``or`` over two operands or more."""

    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Negation(Node):
    """``-operand``."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Between(Node):
    """``value between low and high``."""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    """``value in (tests)``."""

    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class OpenRange(Node):
    """``< end`` and its like: a test next to ``in``, a range in parentheses."""

    operator: str
    end: Node


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    """``value instance of type``."""

    value: Node
    type: Type


@dataclass(frozen=True, slots=True)
class If(Node):
    """``if condition then consequence else alternative``."""

    condition: Node
    consequence: Node
    alternative: Node


@dataclass(frozen=True, slots=True)
class Iteration(Node):
    """``name in domain`` or, with ``end``, ``name in domain..end``."""

    name: str
    domain: Node
    end: Node | None


@dataclass(frozen=True, slots=True)
class For(Node):
    """``for iterations return body``."""

    iterations: tuple[Iteration, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """``some``/``every`` iterations ``satisfies`` condition."""

    quantifier: str
    iterations: tuple[Iteration, ...]
    condition: Node


@dataclass(frozen=True, slots=True)
class ListLiteral(Node):
    """``[a, b]``."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Entry(Node):
    """``key: value``."""

    key: str
    value: Node


@dataclass(frozen=True, slots=True)
class ContextLiteral(Node):
    """``{a: 1, b: a + 1}``."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class RangeLiteral(Node):
    """``[start..end]`` with either kind of bracket."""

    start: Node
    end: Node
    start_included: bool
    end_included: bool


@dataclass(frozen=True, slots=True)
class Parameter:
    """A formal parameter; ``type`` is None when any value will do."""

    name: str
    type: Type | None


@dataclass(frozen=True, slots=True)
class FunctionLiteral(Node):
    """``function(parameters) body``."""

    parameters: tuple[Parameter, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Tests(Node):
    """The cell of a decision table: any of ``tests``, or none of them when ``negated``.

    No tests at all is ``-``, which is always true.
    """

    tests: tuple[Node, ...]
    negated: bool


_FIELDS: dict[type[Node], tuple[str, ...]] = {}


def children(node: Node) -> Iterator[Node]:
    """Yield the direct parts of a node."""
    kind = type(node)
    names = _FIELDS.get(kind)
    if names is None:
        names = _FIELDS[kind] = tuple(
            part.name for part in fields(node) if "Node" in str(part.type) or "[" in str(part.type)
        )
    for name in names:
        part = getattr(node, name)
        if isinstance(part, Node):
            yield part
        elif isinstance(part, tuple):
            yield from (item for item in part if isinstance(item, Node))


def depth(node: Node) -> int:
    """Return the height of the tree; each iteration of a loop counts as one level."""
    deepest = 0
    waiting = [(node, 1)]
    while waiting:
        here, level = waiting.pop()
        deepest = max(deepest, level)
        if isinstance(here, For | Quantified):
            level += len(here.iterations)
        waiting.extend((part, level + 1) for part in children(here))
    return deepest


def contains(node: Node, kind: type[Node]) -> bool:
    """Tell whether a tree has a node of one kind."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, kind):
            return True
        waiting.extend(children(here))
    return False


def mentions(node: Node, name: str) -> bool:
    """Tell whether a name occurs anywhere in a tree, whoever binds it."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, Name) and here.name == name:
            return True
        waiting.extend(children(here))
    return False
