"""Which names an expression reads from outside: what the checks need to know."""

from dataclasses import dataclass, field

from workflows.feel.ast import (
    Call,
    ContextLiteral,
    Filter,
    For,
    FunctionLiteral,
    Name,
    Node,
    Path,
    Quantified,
    children,
)
from workflows.feel.builtins import BUILTINS

Names = frozenset[str]


@dataclass(slots=True)
class Reads:
    """Free names and paths; those within filters, which may be the items' own; functions."""

    names: set[tuple[str, ...]] = field(default_factory=set)
    in_filters: set[tuple[str, ...]] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)


def reads(node: Node) -> Reads:
    """Return what a tree reads from outside."""
    found = Reads()
    _visit(node, frozenset({"?"}), found, in_filter=False)
    return found


def _visit(node: Node, bound: Names, found: Reads, *, in_filter: bool) -> None:
    if isinstance(node, Name | Path):
        _visit_path(node, bound, found, in_filter=in_filter)
    elif isinstance(node, Call):
        _visit_call(node, bound, found, in_filter=in_filter)
    elif isinstance(node, Filter):
        _visit(node.base, bound, found, in_filter=in_filter)
        _visit(node.predicate, bound | {"item"}, found, in_filter=True)
    elif isinstance(node, For | Quantified):
        _visit_loop(node, bound, found, in_filter=in_filter)
    elif isinstance(node, FunctionLiteral):
        inner = bound | {parameter.name for parameter in node.parameters}
        _visit(node.body, inner, found, in_filter=in_filter)
    elif isinstance(node, ContextLiteral):
        for entry in node.entries:
            _visit(entry.value, bound, found, in_filter=in_filter)
            bound |= {entry.key}
    else:
        for part in children(node):
            _visit(part, bound, found, in_filter=in_filter)


def _visit_path(node: Name | Path, bound: Names, found: Reads, *, in_filter: bool) -> None:
    steps: list[str] = []
    here: Node = node
    while isinstance(here, Path):
        steps.append(here.name)
        here = here.base
    if not isinstance(here, Name):
        _visit(here, bound, found, in_filter=in_filter)
        return
    if here.name not in bound:
        path = (here.name, *reversed(steps))
        (found.in_filters if in_filter else found.names).add(path)


def _visit_call(node: Call, bound: Names, found: Reads, *, in_filter: bool) -> None:
    callee = node.callee
    if not isinstance(callee, Name):
        _visit(callee, bound, found, in_filter=in_filter)
    elif callee.name not in bound and callee.name not in BUILTINS:
        found.functions.add(callee.name)
    for argument in node.arguments:
        _visit(argument, bound, found, in_filter=in_filter)


def _visit_loop(node: For | Quantified, bound: Names, found: Reads, *, in_filter: bool) -> None:
    for iteration in node.iterations:
        _visit(iteration.domain, bound, found, in_filter=in_filter)
        if iteration.end is not None:
            _visit(iteration.end, bound, found, in_filter=in_filter)
        bound |= {iteration.name}
    if isinstance(node, For):
        _visit(node.body, bound | {"partial"}, found, in_filter=in_filter)
    else:
        _visit(node.condition, bound, found, in_filter=in_filter)
