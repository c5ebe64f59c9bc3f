"""What a decision model consists of, once its XML has been read and its cells parsed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from workflows.dmn.itemtypes import ItemType
from workflows.feel import Expression, Run, UnaryTests

Names = frozenset[tuple[str, ...]]


class Logic(Protocol):
    """What gives a value in a scope: an expression, boxed or literal."""

    def evaluate_within(self, run: Run, scope: Mapping[str, Any]) -> Any:
        """Return its value, out of the run's budget."""
        ...

    def names(self) -> Names:
        """Return the free names and paths it reads."""
        ...


class HitPolicy(StrEnum):
    """How a table makes its result of the rules that match."""

    UNIQUE = "UNIQUE"
    ANY = "ANY"
    PRIORITY = "PRIORITY"
    FIRST = "FIRST"
    RULE_ORDER = "RULE ORDER"
    OUTPUT_ORDER = "OUTPUT ORDER"
    COLLECT = "COLLECT"


class Aggregation(StrEnum):
    """What COLLECT makes of the collected values."""

    SUM = "SUM"
    COUNT = "COUNT"
    MIN = "MIN"
    MAX = "MAX"


@dataclass(frozen=True, slots=True)
class Input:
    """A column of conditions. ``allowed`` are the values the input may have, if it says so.

    ``base`` is the built-in type that its type comes to, if it is a plain value's.
    """

    id: str
    label: str
    expression: Expression
    type_name: str | None
    allowed: UnaryTests | None
    base: str | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """A column of results.

    ``allowed`` are the values it may give, if it says so; ``values`` the same as a list, the
    first of highest priority.
    """

    id: str
    name: str
    type_name: str | None
    values: tuple[Any, ...] | None
    default: Expression | None
    allowed: UnaryTests | None = None
    base: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A row; ``number`` counts from 1, ``note`` is what its author says of it.

    ``conditions`` are its tests with their columns, without those that are always true.
    """

    id: str
    number: int
    tests: tuple[UnaryTests, ...]
    results: tuple[Expression, ...]
    note: str = ""
    conditions: tuple[tuple[int, UnaryTests], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        told = tuple((n, test) for n, test in enumerate(self.tests) if test.tree.tests)
        object.__setattr__(self, "conditions", told)


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """Rules under one hit policy."""

    id: str
    hit_policy: HitPolicy
    aggregation: Aggregation | None
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]

    @property
    def gives_list(self) -> bool:
        """Tell whether the result is a list, one item for each matching rule."""
        several = {HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER, HitPolicy.COLLECT}
        return self.hit_policy in several and self.aggregation is None


@dataclass(frozen=True, slots=True)
class Reference:
    """An element of another model, by the name under which that model is imported."""

    import_name: str
    element_id: str


@dataclass(frozen=True, slots=True)
class Needs:
    """What an element requires, by id: decisions, input data, knowledge, things imported."""

    decisions: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    knowledge: tuple[str, ...] = ()
    imported: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision and what it needs: ``requires`` are ids of other decisions.

    ``logic`` None: nobody has said yet how it is made, its value is null. ``type`` is what its
    value must be, or it becomes null.
    """

    id: str
    name: str
    variable: str
    logic: "DecisionTable | Expression | Logic | None"
    requires: tuple[str, ...]
    needs: Needs = Needs()
    type: ItemType | None = None

    def names(self) -> Names:
        """Return the free names and paths of all its expressions."""
        return frozenset() if self.logic is None else names_of(self.logic)

    def functions(self) -> frozenset[str]:
        """Return the functions that a table or expression calls by name; not told of boxes."""
        if isinstance(self.logic, DecisionTable):
            return frozenset(name for part in _parts(self.logic) for name in part.functions())
        return self.logic.functions() if isinstance(self.logic, Expression) else frozenset()


def names_of(logic: "DecisionTable | Logic") -> Names:
    """Return the free names and paths of a table or any other logic."""
    return _table_names(logic) if isinstance(logic, DecisionTable) else logic.names()


def _table_names(table: DecisionTable) -> Names:
    return frozenset(path for part in _parts(table) for path in part.names())


def _parts(table: DecisionTable) -> list[Expression | UnaryTests]:
    parts: list[Expression | UnaryTests] = [column.expression for column in table.inputs]
    for rule in table.rules:
        parts += [*rule.tests, *rule.results]
    return parts + [output.default for output in table.outputs if output.default is not None]


@dataclass(frozen=True, slots=True)
class InputData:
    """What is given from outside, under its name; ``type`` None takes anything."""

    id: str
    name: str
    type: ItemType | None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A formal parameter; ``type`` None takes anything."""

    name: str
    type: ItemType | None


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A business knowledge model: a function that decisions call by its name."""

    id: str
    name: str
    parameters: tuple[Parameter, ...]
    body: "DecisionTable | Logic | None"
    needs: Needs
    type: ItemType | None


@dataclass(frozen=True, slots=True)
class Service:
    """A decision service: a part of the model that can be called like a function.

    ``inputs`` are ids of input data, then ``given`` ids of decisions made elsewhere; both
    together are its parameters. ``outputs`` are ids of the decisions it answers with.
    """

    id: str
    name: str
    inputs: tuple[str, ...]
    given: tuple[str, ...]
    outputs: tuple[str, ...]
    type: ItemType | None


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule that took part: ``element_id`` is its decision or knowledge model; rows count from 1."""

    element_id: str
    name: str
    rule_id: str
    row: int


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to a decision.

    ``value`` is what FEEL sees: the bare value of a table with one output. ``outputs`` always
    carries the names: a dict, or a list of dicts where every matching rule counts. ``rules``
    are the ids of the rules that made the result, in the order of the result. ``fired`` adds
    those of all the decisions and knowledge models it came from, in the order they were asked.
    """

    value: Any
    outputs: dict[str, Any] | list[dict[str, Any]]
    rules: tuple[str, ...]
    fired: tuple[Fired, ...] = field(default=(), compare=False)


Decisions = Mapping[str, Decision]
