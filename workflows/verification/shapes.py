"""What is known of a value before any case runs: which parts it has, which texts it can be.

A list has the shape of its items: FEEL reads a part of a list from each item.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

from workflows.feel.ast import ContextLiteral, Filter, If, ListLiteral, Literal, Name, Node, Path


@dataclass(frozen=True, slots=True)
class Shape:
    """``fields`` None: nothing is known of its parts. ``values`` None: any value may come."""

    fields: Mapping[str, "Shape"] | None = None
    values: frozenset[str] | None = None

    def part(self, name: str) -> "Shape | None":
        """Return the shape of a part; None if there is no such part."""
        return UNKNOWN if self.fields is None else self.fields.get(name)


Names = Mapping[str, Shape]

UNKNOWN = Shape()
LEAF = Shape({})
NOTHING = Shape({}, frozenset())


def union(one: Shape, other: Shape) -> Shape:
    """Return what is known of a value that may be either."""
    known = one.values is not None and other.values is not None
    values = (one.values or frozenset()) | (other.values or frozenset()) if known else None
    if one.fields is None or other.fields is None:
        return Shape(None, values)
    return Shape(merge(one.fields, other.fields), values)


def merge(one: Names, other: Names) -> dict[str, Shape]:
    """Return all names of both; where both have one, either may be meant."""
    merged = dict(one)
    for name, shape in other.items():
        merged[name] = union(merged[name], shape) if name in merged else shape
    return merged


def either(shapes: Iterable[Shape]) -> Shape:
    """Return what is known of a value that may be any of several."""
    return reduce(union, shapes, NOTHING)


def of_value(value: Any) -> Shape:
    """Return the shape of JSON that is given, such as a parameter."""
    if isinstance(value, dict):
        return Shape({str(key): of_value(part) for key, part in value.items()})
    if isinstance(value, list):
        return either(of_value(item) for item in value) if value else UNKNOWN
    return LEAF


def infer(tree: Node, names: Names) -> Shape:
    """Return the shape of an expression's value."""
    if isinstance(tree, Literal):
        return _literal(tree)
    if isinstance(tree, Name):
        return names.get(tree.name, UNKNOWN)
    if isinstance(tree, Path):
        return infer(tree.base, names).part(tree.name) or UNKNOWN
    if isinstance(tree, Filter):
        return infer(tree.base, names)
    return _made(tree, names)


def _made(tree: Node, names: Names) -> Shape:
    """Return the shape of a value that the expression puts together."""
    if isinstance(tree, If):
        return union(infer(tree.consequence, names), infer(tree.alternative, names))
    if isinstance(tree, ListLiteral):
        return either(infer(item, names) for item in tree.items)
    if isinstance(tree, ContextLiteral):
        return Shape({entry.key: infer(entry.value, names) for entry in tree.entries})
    return UNKNOWN


def _literal(tree: Literal) -> Shape:
    if tree.value is None:
        return NOTHING
    return Shape({}, frozenset({tree.value}) if isinstance(tree.value, str) else None)
