"""Cuts the domain of an input into atoms: parts within which no cell tells values apart.

One representative of each atom then stands for all of it. Works for columns whose cells are
constants, comparisons and intervals; ``cut`` gives None for any other column.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from workflows.dmn.model import DecisionTable
from workflows.feel import Expression, FeelError, UnaryTests, YearsMonths
from workflows.feel.ast import (
    Between,
    Binary,
    Call,
    ListLiteral,
    Literal,
    Logical,
    Name,
    Negation,
    Node,
    OpenRange,
    RangeLiteral,
    children,
)

_CONSTRUCTORS: Final = frozenset({"date", "time", "date and time", "duration"})
_COMPARISONS: Final = frozenset({"=", "!=", "<", "<=", ">", ">="})
_ORDERED: Final = (Decimal, date, timedelta, YearsMonths)
OTHER: Final = "其他"
_MAX_TRIALS: Final = 200_000  # cells times atoms; more would take seconds


@dataclass(frozen=True, slots=True)
class Atom:
    """``value`` represents it; ``fractional`` when only numbers with decimals lie in it."""

    value: Any
    fractional: bool = False


def cut(table: DecisionTable, column: int) -> tuple[Atom, ...] | None:
    """Return the atoms of one input, or None when its cells cannot be analysed or are too many."""
    allowed = table.inputs[column].allowed
    cells = [rule.tests[column] for rule in table.rules]
    try:
        constants = [value for cell in cells for value in _constants(cell)]
        limits = list(_constants(allowed)) if allowed is not None else []
    except (_OpaqueError, FeelError):
        return None
    atoms = _atoms([*constants, *limits])
    if atoms is None or len(atoms) * len(cells) > _MAX_TRIALS:
        return None
    fits = [a for a in atoms if allowed is None or allowed.evaluate(a.value, {}) is True]
    if any(_is_for_null(cell, fits) for cell in cells):
        fits.insert(0, Atom(None))
    return tuple(fits)


def constants_of(test: Node, source: str) -> list[Any]:
    """Return the constants that one test of a cell is about; none when it is a formula."""
    try:
        return list(_edges(test, source))
    except (_OpaqueError, FeelError):
        return []


def _is_for_null(cell: UnaryTests, atoms: list[Atom]) -> bool:
    """Tell whether only what is not known satisfies a cell, such as ``not`` of all allowed values."""
    if any(cell.evaluate(atom.value, {}) is True for atom in atoms):
        return False
    return cell.evaluate(None, {}) is True


class _OpaqueError(Exception):
    """A cell is neither a constant, a comparison nor an interval."""


def _constants(cell: UnaryTests) -> Iterator[Any]:
    """Yield the values at which a cell changes its answer."""
    for test in cell.tree.tests:
        yield from _edges(test, cell.source)


def _edges(node: Node, source: str) -> Iterator[Any]:
    if isinstance(node, OpenRange):
        yield _constant(node.end, source)
    elif isinstance(node, RangeLiteral):
        yield _constant(node.start, source)
        yield _constant(node.end, source)
    elif isinstance(node, ListLiteral):
        for item in node.items:
            yield from _edges(item, source)
    elif isinstance(node, Logical):
        for operand in node.operands:
            yield from _edges(operand, source)
    elif isinstance(node, Between) and _is_input(node.value):
        yield _constant(node.low, source)
        yield _constant(node.high, source)
    elif isinstance(node, Binary) and node.operator in _COMPARISONS:
        yield _constant(_compared(node), source)
    else:
        yield _constant(node, source)


def _compared(node: Binary) -> Node:
    if _is_input(node.left):
        return node.right
    if _is_input(node.right):
        return node.left
    raise _OpaqueError


def _is_input(node: Node) -> bool:
    return isinstance(node, Name) and node.name == "?"


def _constant(node: Node, source: str) -> Any:
    if not _is_constant(node):
        raise _OpaqueError
    return Expression(source, node).evaluate({})


def _is_constant(node: Node) -> bool:
    if isinstance(node, Literal):
        return True
    if isinstance(node, Call):
        callee = node.callee
        return (
            isinstance(callee, Name)
            and callee.name in _CONSTRUCTORS
            and all(_is_constant(argument) for argument in node.arguments)
        )
    return isinstance(node, Negation) and all(_is_constant(part) for part in children(node))


def _atoms(constants: list[Any]) -> tuple[Atom, ...] | None:
    values = [value for value in constants if value is not None]
    empty = (Atom(None),) if len(values) < len(constants) else ()
    if not values:
        return (*empty, Atom(OTHER))
    kinds = {type(value) for value in values}
    if len(kinds) > 1:
        return None
    if kinds == {bool}:
        return (*empty, Atom(value=True), Atom(value=False))
    if kinds == {str}:
        return (*empty, *(Atom(value) for value in sorted(set(values))), Atom(_unlike(values)))
    if isinstance(values[0], _ORDERED):
        return (*empty, *_intervals(sorted(set(values))))
    return None


def _unlike(values: Iterable[str]) -> str:
    """Return a string that is none of these."""
    name, taken = OTHER, set(values)
    while name in taken:
        name += "…"
    return name


def _intervals(points: list[Any]) -> Iterator[Atom]:
    """Yield a representative before, at, between and after the points, where there is one."""
    yield from _before(points[0])
    for index, point in enumerate(points):
        yield Atom(point)
        following = points[index + 1] if index + 1 < len(points) else None
        yield from _between(point, following)


def _before(point: Any) -> Iterator[Atom]:
    step = _step(point)
    try:
        value = YearsMonths(point.months - 1) if isinstance(point, YearsMonths) else point - step
    except OverflowError:
        return
    yield Atom(value)


def _between(point: Any, following: Any) -> Iterator[Atom]:
    value = _after(point)
    if following is None or (value is not None and value < following):
        if value is not None:
            yield Atom(value)
    elif isinstance(point, Decimal):
        yield Atom((point + following) / 2, fractional=True)
    elif isinstance(point, datetime | timedelta) and following - point > timedelta.resolution:
        yield Atom(point + (following - point) / 2)


def _after(point: Any) -> Any:
    """Return the next whole value, or None past the end of time."""
    if isinstance(point, Decimal):
        return point.to_integral_value("ROUND_FLOOR") + 1
    try:
        if isinstance(point, YearsMonths):
            return YearsMonths(point.months + 1)
        return point + _step(point)
    except OverflowError:
        return None


def _step(point: Any) -> Any:
    return Decimal(1) if isinstance(point, Decimal) else timedelta(days=1)
