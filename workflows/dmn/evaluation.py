"""How a decision is made: what it requires first, each once, within one budget."""

from __future__ import annotations

from collections import ChainMap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workflows.dmn.callables import as_function
from workflows.dmn.model import (
    Decision,
    DecisionTable,
    InputData,
    Knowledge,
    Needs,
    Result,
    Service,
)
from workflows.dmn.tables import evaluate_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from workflows.dmn.boxed import Scope
    from workflows.dmn.deciding import Deciding
    from workflows.dmn.models import Model

Made = dict[tuple[int, str], Result]


@dataclass(slots=True)
class Evaluation:
    """What was given, and what has been decided so far, by model and id."""

    run: Deciding
    given: Scope
    done: Made = field(default_factory=dict)
    views: dict[int, Scope] = field(default_factory=dict)

    def decide(self, model: Model, decision: Decision) -> Result:
        """Go through the requirements without recursion: a chain may be thousands long."""
        waiting = [(model, decision)]
        while waiting:
            owner, here = waiting[-1]
            if (id(owner), here.id) in self.done:
                waiting.pop()
                continue
            required = list(_decisions(owner, here.needs))
            self._open_imports(owner, here.needs)
            missing = [each for each in required if (id(each[0]), each[1].id) not in self.done]
            self.run.spend(1 + len(required))
            if missing:
                waiting += missing
            else:
                self.done[id(owner), here.id] = self._made(owner, here)
        return self.done[id(model), decision.id]

    def _open_imports(self, model: Model, needs: Needs) -> None:
        """Note what each imported model sees: what was given under its name goes first."""
        for reference in needs.imported:
            around = self.views.get(id(model), self.given)
            inner = around.get(reference.import_name)
            known = ChainMap(inner, around) if isinstance(inner, dict) else around  # type: ignore[arg-type]
            self.views.setdefault(id(model.imported[reference.import_name]), known)

    def _made(self, model: Model, decision: Decision) -> Result:
        run, scope = self.run, self._scope(model, decision.needs)
        run.owner = (decision.id, decision.name)
        if isinstance(decision.logic, DecisionTable):
            result = evaluate_table(decision.logic, scope, run)
            run.note(decision.logic, result.rules)
            outputs, value, rules = result.outputs, result.value, result.rules
        else:
            logic = decision.logic
            value = None if logic is None else logic.evaluate_within(run, scope)
            outputs, rules = {decision.variable: value}, ()
        if decision.type is not None:
            fitted = decision.type.fitted(run, value)
            if not _is_same(fitted, value):
                value, outputs = fitted, {decision.variable: fitted}
        return Result(value, outputs, rules, tuple(run.fired))

    def _scope(self, model: Model, needs: Needs) -> Scope:
        """Return what an element sees: what it requires, in front of what was given."""
        given = self.views.get(id(model), self.given)
        if needs == _NOTHING:
            return given
        known: dict[str, Any] = {}
        for owner, other in _decisions(model, Needs(needs.decisions)):
            known[other.name] = known[other.variable] = self.done[id(owner), other.id].value
        for input_id in needs.inputs:
            self._take(model.inputs[input_id], known, given)
        for element_id in needs.knowledge:
            known |= as_function(model, element_id, _serve)
        self._import(model, needs, known)
        return ChainMap(known, given)  # type: ignore[arg-type]

    def _take(self, data: InputData, known: dict[str, Any], given: Mapping[str, Any]) -> None:
        if data.type is not None and data.name in given:
            known[data.name] = data.type.fitted(self.run, given[data.name], is_data=True)
        elif data.name in given:
            known[data.name] = given[data.name]

    def _import(self, model: Model, needs: Needs, known: dict[str, Any]) -> None:
        """Add what is imported, under the name of its import."""
        for reference in needs.imported:
            other = model.imported[reference.import_name]
            under = known.setdefault(reference.import_name, {}) if reference.import_name else known
            decision = other.decisions.get(reference.element_id)
            data = other.inputs.get(reference.element_id)
            if decision is not None:
                value = self.done[id(other), decision.id].value
                under[decision.name] = under[decision.variable] = value
            elif data is not None:
                self._take(data, under, self.views[id(other)])
            else:
                under |= as_function(other, reference.element_id, _serve)

    def serve(self, model: Model, service: Service) -> Result:
        """Answer for a service; decisions given to it are not made again."""
        for decision_id in service.given:
            decision = model.decisions[decision_id]
            names = (decision.variable, decision.name)
            value = next((self.given[name] for name in names if name in self.given), None)
            if decision.type is not None:
                value = decision.type.fitted(self.run, value)
            self.done[id(model), decision_id] = Result(value, {decision.variable: value}, ())
        decisions = [model.decisions[each] for each in service.outputs]
        results = [self.decide(model, each) for each in decisions]
        values = {
            each.variable: result.value for each, result in zip(decisions, results, strict=True)
        }
        value = values if len(values) > 1 else next(iter(values.values()), None)
        if service.type is not None:
            value = service.type.fitted(self.run, value)
        rules = tuple(rule for result in results for rule in result.rules)
        return Result(value, values, rules, tuple(self.run.fired))

    def call(self, model: Model, knowledge: Knowledge) -> Result:
        """Call a knowledge model with what was given, by the names of its parameters."""
        function = as_function(model, knowledge.id, _serve)[knowledge.name]
        value = function.call(self.run, [self.given.get(name) for name in function.parameters])
        rules = tuple(each.rule_id for each in self.run.fired)
        return Result(value, {knowledge.name: value}, rules, tuple(self.run.fired))


_NOTHING = Needs()


def _is_same(left: Any, right: Any) -> bool:
    return type(left) is type(right) and bool(left == right)


def _decisions(model: Model, needs: Needs) -> Iterator[tuple[Model, Decision]]:
    for decision_id in needs.decisions:
        yield model, model.decisions[decision_id]
    for reference in needs.imported:
        other = model.imported[reference.import_name]
        if reference.element_id in other.decisions:
            yield other, other.decisions[reference.element_id]


def _serve(run: Deciding, model: Model, service: Service, given: Scope) -> Any:
    return Evaluation(run, given).serve(model, service).value
