"""A whole model: what one file defines, found by id or name, and the way to have it decide."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workflows import feel
from workflows.dmn.deciding import Deciding
from workflows.dmn.errors import DmnError
from workflows.dmn.evaluation import Evaluation
from workflows.dmn.itemtypes import ItemType
from workflows.dmn.model import (
    Decision,
    DecisionTable,
    InputData,
    Knowledge,
    Result,
    Rule,
    Service,
)


@dataclass(frozen=True, slots=True)
class Model:
    """The decisions of one file and what they use. Immutable; safe to share between threads.

    ``imported`` are other models under the names by which this one imports them; ``tables`` all
    decision tables, in whatever they stand, each with the id of its decision or knowledge model.
    ``unknown_types`` are (element, type) that nothing defines: they take any value.
    """

    name: str
    namespace: str
    decisions: Mapping[str, Decision]
    inputs: Mapping[str, InputData] = field(default_factory=dict)
    knowledge: Mapping[str, Knowledge] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    imported: Mapping[str, "Model"] = field(default_factory=dict)
    types: Mapping[str, ItemType] = field(default_factory=dict)
    tables: tuple[tuple[str, DecisionTable], ...] = ()
    unknown_types: tuple[tuple[str, str], ...] = ()

    def evaluate(
        self, name_or_id: str, scope: Mapping[str, Any], context: feel.Context = feel.DEFAULT
    ) -> Result:
        """Decide. Decisions it requires are decided first and can be read by name.

        Also answers for a decision service or a knowledge model, the arguments by name. The
        whole of it shares one budget of steps. Raises DmnError, and FeelError.
        """
        try:
            return _answer(self, name_or_id, Evaluation(Deciding(context), scope))
        except RecursionError:
            raise feel.FeelBudgetError("nested too deeply", "决策嵌套层数过多") from None

    def find(self, name_or_id: str) -> Decision:
        """Return a decision by its id, else by its name. Raises DmnError."""
        found = self.decisions.get(name_or_id)
        if found is not None:
            return found
        for decision in self.decisions.values():
            if name_or_id in {decision.name, decision.variable}:
                return decision
        raise DmnError(f"there is no decision {name_or_id}", f"没有名为“{name_or_id}”的决策")

    def names_for(self, decision: Decision) -> frozenset[str]:
        """Return the names that a decision may call or read because it requires what bears them."""
        needs = decision.needs
        made = (self.decisions[each] for each in needs.decisions)
        known = (self.name_of(each) for each in needs.knowledge)
        return frozenset({*known, *(name for each in made for name in (each.name, each.variable))})

    def name_of(self, element_id: str) -> str:
        """Return the name of a decision, knowledge model or service; its id if there is none."""
        kinds = (self.decisions, self.knowledge, self.services)
        found = next((kind[element_id] for kind in kinds if element_id in kind), None)
        return element_id if found is None else found.name

    def rule(self, rule_id: str) -> Rule | None:
        """Return a rule of any of the tables by its id."""
        rules = (rule for _owner_id, table in self.tables for rule in table.rules)
        return next((rule for rule in rules if rule.id == rule_id), None)

    def has(self, element_id: str) -> bool:
        """Tell whether an element of this id can be required."""
        return any(
            element_id in each
            for each in (self.decisions, self.inputs, self.knowledge, self.services)
        )

    def element_names(self) -> Iterator[str]:
        """Yield the names by which others may read what is in it."""
        for decision in self.decisions.values():
            yield from (decision.name, decision.variable)
        yield from (each.name for each in self.inputs.values())
        yield from (each.name for each in self.knowledge.values())
        yield from (each.name for each in self.services.values())
        for kind in self.types.values():
            yield from (name for name, _kind in kind.components)


def _answer(model: Model, name_or_id: str, evaluation: Evaluation) -> Result:
    if name_or_id not in model.decisions:
        service = _named(model.services, name_or_id)
        if service is not None:
            return evaluation.serve(model, service)
        knowledge = _named(model.knowledge, name_or_id)
        if knowledge is not None:
            return evaluation.call(model, knowledge)
    return evaluation.decide(model, model.find(name_or_id))


def _named(elements: Mapping[str, Any], name_or_id: str) -> Any:
    named = (each for each in elements.values() if each.name == name_or_id)
    return elements.get(name_or_id) or next(named, None)
