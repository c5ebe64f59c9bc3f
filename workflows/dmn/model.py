"""What a decision model consists of, once its XML has been read and its cells parsed."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from workflows.feel import Expression, UnaryTests


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
    """A column of conditions. ``allowed`` are the values the input may have, if it says so."""

    id: str
    label: str
    expression: Expression
    type_name: str | None
    allowed: UnaryTests | None


@dataclass(frozen=True, slots=True)
class Output:
    """A column of results. ``values`` are those allowed, the first of highest priority."""

    id: str
    name: str
    type_name: str | None
    values: tuple[Any, ...] | None
    default: Expression | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A row; ``number`` counts from 1."""

    id: str
    number: int
    tests: tuple[UnaryTests, ...]
    results: tuple[Expression, ...]


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
class Decision:
    """A decision and what it needs: ``requires`` are ids of other decisions."""

    id: str
    name: str
    variable: str
    logic: DecisionTable | Expression
    requires: tuple[str, ...]

    def expressions(self) -> tuple[Expression | UnaryTests, ...]:
        """Return everything in it that reads names, for checks of what they are."""
        if isinstance(self.logic, Expression):
            return (self.logic,)
        table = self.logic
        return (
            *(column.expression for column in table.inputs),
            *(test for rule in table.rules for test in rule.tests),
            *(result for rule in table.rules for result in rule.results),
            *(output.default for output in table.outputs if output.default is not None),
        )

    def names(self) -> frozenset[tuple[str, ...]]:
        """Return the free names and paths of all its expressions."""
        return frozenset(path for part in self.expressions() for path in part.names())


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to a decision.

    ``value`` is what FEEL sees: the bare value of a table with one output. ``outputs`` always
    carries the names: a dict, or a list of dicts where every matching rule counts. ``rules``
    are the ids of the rules that made the result, in the order of the result.
    """

    value: Any
    outputs: dict[str, Any] | list[dict[str, Any]]
    rules: tuple[str, ...]


Decisions = Mapping[str, Decision]
