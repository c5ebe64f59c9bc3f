"""Boxed expressions: contexts, lists, relations, functions and invocations, and their values.

Conditionals, loops and filters are in ``boxed_flow``. Each gives its value in a scope and tells
which names it reads; nothing is kept between evaluations.
"""

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from workflows.dmn.deciding import Deciding
from workflows.dmn.itemtypes import ItemType
from workflows.dmn.model import DecisionTable, Logic, Names, Parameter, names_of
from workflows.dmn.tables import evaluate_table
from workflows.feel import Run
from workflows.feel.values import Function

Scope = Mapping[str, Any]
CALL_LEVELS: Final = 6  # that one call of a boxed function counts for, of 300


def within(scope: Scope, **more: Any) -> Scope:
    """Return a scope with more names in front."""
    return ChainMap(more, scope)  # type: ignore[arg-type]


def without(names: Names, *bound: str) -> Names:
    """Return those names that are not bound here."""
    return frozenset(path for path in names if path[0] not in bound)


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table inside of something else."""

    table: DecisionTable

    def evaluate_within(self, run: Run, scope: Scope) -> Any:
        result = evaluate_table(self.table, scope, run)
        if isinstance(run, Deciding):
            run.note(self.table, result.rules)
        return result.value

    def names(self) -> Names:
        return names_of(self.table)


@dataclass(frozen=True, slots=True)
class Typed:
    """An expression whose value must be of a type, or it becomes null."""

    logic: Logic
    type: ItemType

    def evaluate_within(self, run: Run, scope: Scope) -> Any:
        return self.type.fitted(run, self.logic.evaluate_within(run, scope))

    def names(self) -> Names:
        return self.logic.names()


@dataclass(frozen=True, slots=True)
class Entry:
    """``name`` None: its value is the value of the whole context."""

    name: str | None
    logic: Logic


@dataclass(frozen=True, slots=True)
class Context:
    """Entries, each of which sees those before it."""

    entries: tuple[Entry, ...]

    def evaluate_within(self, run: Run, scope: Scope) -> Any:
        values: dict[str, Any] = {}
        inner = within(scope)
        for entry in self.entries:
            run.spend(1)
            value = entry.logic.evaluate_within(run, inner)
            if entry.name is None:
                return value
            values[entry.name] = value
            inner = ChainMap(values, scope)  # type: ignore[arg-type]
        return values

    def names(self) -> Names:
        found: Names = frozenset()
        bound: list[str] = []
        for entry in self.entries:
            found |= without(entry.logic.names(), *bound)
            bound += [entry.name] if entry.name else []
        return found


@dataclass(frozen=True, slots=True)
class Listed:
    """A list, each item an expression."""

    items: tuple[Logic, ...]

    def evaluate_within(self, run: Run, scope: Scope) -> Any:
        run.spend(len(self.items))
        return [item.evaluate_within(run, scope) for item in self.items]

    def names(self) -> Names:
        return frozenset(path for item in self.items for path in item.names())


@dataclass(frozen=True, slots=True)
class Relation:
    """Rows of cells under named columns: a list of contexts."""

    columns: tuple[str, ...]
    rows: tuple[Listed, ...]

    def evaluate_within(self, run: Run, scope: Scope) -> Any:
        rows = (row.evaluate_within(run, scope) for row in self.rows)
        return [dict(zip(self.columns, row, strict=True)) for row in rows]

    def names(self) -> Names:
        return frozenset(path for row in self.rows for path in row.names())


@dataclass(frozen=True, slots=True)
class Defined:
    """The definition of a function; its value is the function, which sees where it was defined."""

    parameters: tuple[Parameter, ...]
    body: Logic

    def evaluate_within(self, run: Run, scope: Scope) -> Any:
        return function("", self.parameters, self.body, scope)

    def names(self) -> Names:
        return without(self.body.names(), *(each.name for each in self.parameters))


def function(
    name: str,
    parameters: tuple[Parameter, ...],
    body: Logic,
    scope: Scope,
    gives: ItemType | None = None,
) -> Function:
    """Return a function value that FEEL can call. An argument of a wrong type becomes null."""

    def call(run: Run, arguments: list[Any]) -> Any:
        if len(arguments) != len(parameters):
            return run.null(0, "wrong number of arguments", f"函数“{name}”的参数个数不符")
        bound = {
            each.name: value if each.type is None else each.type.fitted(run, value)
            for each, value in zip(parameters, arguments, strict=True)
        }
        run.spend(1 + len(parameters))
        run.enter(CALL_LEVELS)
        source = run.source
        try:
            value = body.evaluate_within(run, ChainMap(bound, scope))  # type: ignore[arg-type]
        finally:
            run.depth -= CALL_LEVELS
            run.source = source
        return value if gives is None else gives.fitted(run, value)

    return Function(name, tuple(each.name for each in parameters), call)


@dataclass(frozen=True, slots=True)
class Invocation:
    """A call with its arguments bound by name; what is left out is null."""

    called: Logic
    bindings: tuple[tuple[str, Logic | None], ...]

    def evaluate_within(self, run: Run, scope: Scope) -> Any:
        callee = self.called.evaluate_within(run, scope)
        if type(callee) is not Function:
            return run.null(0, "what is invoked is not a function", "被调用的不是函数")
        given = {
            name: None if logic is None else logic.evaluate_within(run, scope)
            for name, logic in self.bindings
        }
        if not given.keys() <= set(callee.parameters):
            return run.null(0, "the names of the arguments do not fit", "参数名称不符")
        return callee.call(run, [given.get(name) for name in callee.parameters])

    def names(self) -> Names:
        parts = [logic.names() for _name, logic in self.bindings if logic is not None]
        return self.called.names().union(*parts)
