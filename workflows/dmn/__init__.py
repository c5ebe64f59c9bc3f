"""Decision tables and literal decisions (OMG DMN 1.3 to 1.5), evaluated with FEEL."""

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workflows import feel
from workflows.dmn.errors import DmnError
from workflows.dmn.explain import Explained, explain
from workflows.dmn.model import (
    Aggregation,
    Decision,
    DecisionTable,
    HitPolicy,
    Input,
    Output,
    Result,
    Rule,
)
from workflows.dmn.reader import read
from workflows.dmn.tables import evaluate_table

__all__ = [
    "Aggregation",
    "Decision",
    "DecisionTable",
    "DmnError",
    "Explained",
    "HitPolicy",
    "Input",
    "Model",
    "Output",
    "Result",
    "Rule",
    "explain",
    "parse",
]


@dataclass(frozen=True, slots=True)
class Model:
    """The decisions of one file. Immutable; safe to share between threads."""

    decisions: Mapping[str, Decision]

    def evaluate(
        self, name_or_id: str, scope: Mapping[str, Any], context: feel.Context = feel.DEFAULT
    ) -> Result:
        """Decide. Decisions it requires are decided first and can be read by name.

        The whole of it shares one budget of steps. Raises DmnError, and FeelError.
        """
        run = feel.Run(context)
        return self._decide(self.find(name_or_id), scope, run, {})

    def find(self, name_or_id: str) -> Decision:
        """Return a decision by its id, else by its name. Raises DmnError."""
        found = self.decisions.get(name_or_id)
        if found is not None:
            return found
        for decision in self.decisions.values():
            if name_or_id in {decision.name, decision.variable}:
                return decision
        raise DmnError(f"there is no decision {name_or_id}", f"没有名为“{name_or_id}”的决策")

    def _decide(
        self, decision: Decision, scope: Mapping[str, Any], run: feel.Run, done: dict[str, Result]
    ) -> Result:
        known: dict[str, Any] = {}
        for required in decision.requires:
            other = self.decisions[required]
            if required not in done:
                done[required] = self._decide(other, scope, run, done)
            known[other.name] = known[other.variable] = done[required].value
        seen = ChainMap(known, scope) if known else scope  # type: ignore[arg-type]
        if isinstance(decision.logic, DecisionTable):
            return evaluate_table(decision.logic, seen, run)
        value = decision.logic.evaluate_within(run, seen)
        return Result(value, {decision.variable: value}, ())


def parse(xml: bytes) -> Model:
    """Read a model, at most 1 MB. Raises DmnError, naming the element that is at fault."""
    decisions = read(xml)
    for decision in decisions.values():
        _check_requirements(decision, decisions)
    return Model(decisions)


def _check_requirements(decision: Decision, decisions: Mapping[str, Decision]) -> None:
    """Refuse a requirement that is not there, or that leads back to the decision."""
    waiting, seen = list(decision.requires), set[str]()
    while waiting:
        required = waiting.pop()
        if required not in decisions:
            raise DmnError(
                f"it requires {required}, which is not there", "所依赖的决策不存在", decision.id
            )
        if required == decision.id:
            raise DmnError("it requires itself", "决策之间循环依赖", decision.id)
        if required not in seen:
            seen.add(required)
            waiting.extend(decisions[required].requires)
