"""Boxed conditionals, loops and filters (DMN 1.4): FEEL's own, around boxed parts.

Each is one FEEL expression whose parts are handed in as functions, so that both mean the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from workflows import feel
from workflows.dmn.boxed import Scope, within, without
from workflows.dmn.model import Logic, Names
from workflows.feel import Run
from workflows.feel.values import Function, normal

_IF: Final = feel.parse("if condition then yes() else no()")
_FILTER: Final = feel.parse("list[keep(item)]")
_LOOPS: Final = {
    "for": feel.parse("for each in domain return body(each, partial)"),
    "some": feel.parse("some each in domain satisfies body(each, null)"),
    "every": feel.parse("every each in domain satisfies body(each, null)"),
}


@dataclass(frozen=True, slots=True)
class Conditional:
    """``if``, ``then`` and ``else``; only the part that is chosen is evaluated."""

    condition: Logic
    consequence: Logic
    alternative: Logic

    def evaluate_within(self, run: Run, scope: Scope) -> Any:
        parts = {
            "condition": self.condition.evaluate_within(run, scope),
            "yes": Function("", (), lambda run, _: self.consequence.evaluate_within(run, scope)),
            "no": Function("", (), lambda run, _: self.alternative.evaluate_within(run, scope)),
        }
        return _IF.evaluate_within(run, parts)

    def names(self) -> Names:
        return self.condition.names() | self.consequence.names() | self.alternative.names()


@dataclass(frozen=True, slots=True)
class Loop:
    """``for``, ``some`` or ``every``: ``variable`` goes through ``domain``."""

    kind: str
    variable: str
    domain: Logic
    body: Logic

    def evaluate_within(self, run: Run, scope: Scope) -> Any:
        def body(run: Run, given: list[Any]) -> Any:
            bound = {"partial": given[1], self.variable: given[0]}
            return self.body.evaluate_within(run, within(scope, **bound))

        parts = {
            "domain": self.domain.evaluate_within(run, scope),
            "body": Function("", ("each", "partial"), body),
        }
        return _LOOPS[self.kind].evaluate_within(run, parts)

    def names(self) -> Names:
        return self.domain.names() | without(self.body.names(), self.variable, "partial")


@dataclass(frozen=True, slots=True)
class Filtered:
    """The items of a list for which ``match`` holds; it sees ``item`` and the item's entries."""

    domain: Logic
    match: Logic

    def evaluate_within(self, run: Run, scope: Scope) -> Any:
        def keep(run: Run, given: list[Any]) -> Any:
            item = given[0]
            entries = item if isinstance(item, Mapping) else {}
            bound = {str(key): normal(value) for key, value in entries.items()}
            return self.match.evaluate_within(run, within(scope, **{**bound, "item": item}))

        parts = {
            "list": self.domain.evaluate_within(run, scope),
            "keep": Function("", ("item",), keep),
        }
        return _FILTER.evaluate_within(run, parts)

    def names(self) -> Names:
        return self.domain.names()
