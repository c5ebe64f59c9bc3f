"""Knowledge models and decision services as functions that FEEL calls by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workflows.dmn.boxed import CALL_LEVELS, Scope, Table, function
from workflows.dmn.deciding import Deciding
from workflows.dmn.model import DecisionTable, Knowledge, Service
from workflows.feel.values import Function

if TYPE_CHECKING:
    from workflows.dmn.models import Model
    from workflows.feel import Run

Serve = Callable[[Deciding, "Model", Service, Scope], Any]


def as_function(model: Model, element_id: str, serve: Serve) -> dict[str, Any]:
    """Return a knowledge model or service as a function value, under its name.

    ``serve`` answers for a service, given its arguments by name.
    """
    service = model.services.get(element_id)
    if service is not None:
        return {service.name: _of_service(model, service, serve)}
    knowledge = model.knowledge[element_id]
    return {knowledge.name: _of_knowledge(model, knowledge, serve)}


def _of_service(model: Model, service: Service, serve: Serve) -> Function:
    data = (model.inputs[each].name for each in service.inputs)
    names = (*data, *(model.decisions[each].variable for each in service.given))

    def call(run: Run, arguments: list[Any]) -> Any:
        if len(arguments) != len(names) or not isinstance(run, Deciding):
            return run.null(0, "wrong number of arguments", f"“{service.name}”的参数个数不符")
        run.spend(1 + len(names))
        run.enter(CALL_LEVELS)
        owner = run.owner
        try:
            return serve(run, model, service, dict(zip(names, arguments, strict=True)))
        finally:
            run.depth -= CALL_LEVELS
            run.owner = owner

    return Function(service.name, names, call)


def _of_knowledge(model: Model, knowledge: Knowledge, serve: Serve) -> Function:
    """Return the function of a knowledge model. It sees its parameters and what it requires."""
    seen: dict[str, Any] = {}
    body = _Body(knowledge, model, seen, serve)
    made = function(knowledge.name, knowledge.parameters, body, seen, knowledge.type)
    seen[knowledge.name] = made
    return made


@dataclass(frozen=True, slots=True)
class _Body:
    """The body of a knowledge model; what it requires is made callable when it is first called."""

    knowledge: Knowledge
    model: Model
    seen: dict[str, Any]
    serve: Serve

    def evaluate_within(self, run: Run, scope: Scope) -> Any:
        body = self.knowledge.body
        if body is None:
            return None
        self._require()
        logic = Table(body) if isinstance(body, DecisionTable) else body
        if not isinstance(run, Deciding):
            return logic.evaluate_within(run, scope)
        owner, run.owner = run.owner, (self.knowledge.id, self.knowledge.name)
        try:
            return logic.evaluate_within(run, scope)
        finally:
            run.owner = owner

    def _require(self) -> None:
        needs = self.knowledge.needs
        if len(self.seen) > 1:
            return
        for element_id in needs.knowledge:
            self.seen.update(as_function(self.model, element_id, self.serve))
        for reference in needs.imported:
            other = self.model.imported[reference.import_name]
            if reference.element_id in (*other.knowledge, *other.services):
                name = reference.import_name
                under = self.seen.setdefault(name, {}) if name else self.seen
                under.update(as_function(other, reference.element_id, self.serve))

    def names(self) -> frozenset[tuple[str, ...]]:
        return frozenset()
