"""A model, and how a decision of it is made: what it requires first, each once."""

from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workflows import feel
from workflows.dmn.boxed import Scope
from workflows.dmn.callables import as_function
from workflows.dmn.deciding import Deciding
from workflows.dmn.errors import DmnError
from workflows.dmn.itemtypes import ItemType
from workflows.dmn.model import (
    Decision,
    DecisionTable,
    InputData,
    Knowledge,
    Needs,
    Result,
    Rule,
    Service,
)
from workflows.dmn.tables import evaluate_table


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
            return self._evaluate(name_or_id, scope, Deciding(context))
        except RecursionError:
            raise feel.FeelBudgetError("nested too deeply", "决策嵌套层数过多") from None

    def _evaluate(self, name_or_id: str, scope: Scope, run: Deciding) -> Result:
        if name_or_id not in self.decisions:
            service = _named(self.services, name_or_id)
            if service is not None:
                return _Evaluation(run, scope).serve(self, service)
            knowledge = _named(self.knowledge, name_or_id)
            if knowledge is not None:
                return _called(self, knowledge, run, scope)
        return _Evaluation(run, scope).decide(self, self.find(name_or_id))

    def find(self, name_or_id: str) -> Decision:
        """Return a decision by its id, else by its name. Raises DmnError."""
        found = self.decisions.get(name_or_id)
        if found is not None:
            return found
        for decision in self.decisions.values():
            if name_or_id in {decision.name, decision.variable}:
                return decision
        raise DmnError(f"there is no decision {name_or_id}", f"没有名为“{name_or_id}”的决策")

    def name_of(self, element_id: str) -> str:
        """Return the name of a decision or knowledge model; its id when there is none."""
        found = self.decisions.get(element_id) or self.knowledge.get(element_id)
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


Made = dict[tuple[int, str], Result]


@dataclass(slots=True)
class _Evaluation:
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


def _named(elements: Mapping[str, Any], name_or_id: str) -> Any:
    named = (each for each in elements.values() if each.name == name_or_id)
    return elements.get(name_or_id) or next(named, None)


def _called(model: Model, knowledge: Knowledge, run: Deciding, scope: Scope) -> Result:
    function = as_function(model, knowledge.id, _serve)[knowledge.name]
    value = function.call(run, [scope.get(name) for name in function.parameters])
    rules = tuple(each.rule_id for each in run.fired)
    return Result(value, {knowledge.name: value}, rules, tuple(run.fired))


def _serve(run: Deciding, model: Model, service: Service, given: Scope) -> Any:
    return _Evaluation(run, given).serve(model, service).value
