"""Builders for small diagrams and a world to run them in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from workflows import engine
from workflows.calendar import WorkingCalendar
from workflows.engine import Document, ServiceContext, Step

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # a Monday, 09:00 in Shanghai

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:liancheng="urn:liancheng:bpmn:1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  targetNamespace="urn:test">
  <bpmn:message id="Message_object" name="objection"/>
  <bpmn:message id="Message_withdraw" name="withdrawal"/>
  <bpmn:error id="Error_no" errorCode="NO"/>
"""


def flows(*pairs: str) -> str:
    """Return sequence flows: "a>b", with a condition "a>b?=x > 1", default flows "a>b"."""
    found = []
    for number, pair in enumerate(pairs):
        ends, _, condition = pair.partition("?")
        source, target = ends.split(">")
        body = (
            f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">'
            f"{condition.replace('<', '&lt;')}</bpmn:conditionExpression>"
            if condition
            else ""
        )
        found.append(
            f'<bpmn:sequenceFlow id="f{number}_{source}_{target}" sourceRef="{source}" '
            f'targetRef="{target}">{body}</bpmn:sequenceFlow>'
        )
    return "".join(found)


def process(body: str, process_id: str = "test.main") -> str:
    """Return a process element."""
    return f'<bpmn:process id="{process_id}" isExecutable="true">{body}</bpmn:process>'


def diagram(*processes: str) -> bytes:
    """Return a BPMN file."""
    return (_HEAD + "".join(processes) + "</bpmn:definitions>").encode()


@dataclass
class World:
    """Runs one case of a diagram through bytes: each step saves and loads its state."""

    program: engine.Program
    now: datetime = START
    document: Document = field(default_factory=dict)
    operations: dict[str, Callable[..., Any]] = field(default_factory=dict)
    deferred: set[str] = field(default_factory=set)
    decisions: dict[str, Callable[[Mapping[str, Any]], Document]] = field(default_factory=dict)
    facts: Document = field(default_factory=dict)
    last: Step | None = None
    passages: list[str] = field(default_factory=list)
    max_steps: int = 2000

    def is_deferred(self, name: str) -> bool:
        return name in self.deferred

    def call(self, name: str, _context: ServiceContext, inputs: Mapping[str, Any]) -> Any:
        return self.operations[name](**inputs)

    def environment(self) -> engine.Environment:
        return engine.Environment(
            now=self.now,
            calendar=WorkingCalendar(),
            scope={"profile": {}, "case": {}, "legal_basis": {}, **self.facts},
            operations=self,
            decide=lambda name, scope: self.decisions[name](scope),
            max_steps=self.max_steps,
        )

    def _take(self, step: Step) -> Step:
        self.last = step
        self.document = step.document
        self.passages += [f"{p.node.id}:{p.event}" for p in step.passages]
        return step

    def start(self, answers: Document | None = None) -> Step:
        return self._take(engine.start(self.program, self.environment(), {}, answers))

    @property
    def state(self) -> bytes:
        assert self.last is not None
        assert self.last.state is not None
        return self.last.state

    @property
    def waits(self) -> list[str]:
        assert self.last is not None
        names = [(w.node.id, w.item_key) for w in self.last.waits]
        return sorted(n if key is None else f"{n}[{key}]" for n, key in names)

    def wait(self, name: str) -> engine.Wait:
        assert self.last is not None
        for wait in self.last.waits:
            if name in (wait.node.id, f"{wait.node.id}[{wait.item_key}]"):
                return wait
        raise AssertionError(f"{name} does not wait: {self.waits}")

    def move_limit(self, name: str, due_at: datetime) -> Step:
        task_id = self.wait(name).task_id
        given = (self.program, self.environment(), self.state, self.document)
        return self._take(engine.move_limit(*given, task_id, due_at))

    def recompute(self) -> Step:
        given = (self.program, self.environment(), self.state, self.document)
        return self._take(engine.recompute(*given))

    def complete(self, name: str, **answers: Any) -> Step:
        task_id = self.wait(name).task_id
        return self._take(
            engine.complete(
                self.program,
                self.environment(),
                self.state,
                self.document,
                task_id,
                lambda _scope: answers,
            )
        )

    def settle(self, name: str, outcome: Any) -> Step:
        assert self.last is not None
        task_id = next(s.task_id for s in self.last.services if s.node.id == name)
        return self._take(
            engine.settle(
                self.program, self.environment(), self.state, self.document, task_id, outcome
            )
        )

    def advance(self, **by: float) -> Step:
        self.now += timedelta(**by)
        return self._take(
            engine.fire_timers(self.program, self.environment(), self.state, self.document)
        )

    def send(self, name: str, key: str = "m1", **payload: Any) -> Step:
        return self._take(
            engine.send(
                self.program, self.environment(), self.state, self.document, name, payload, key
            )
        )


@pytest.fixture
def world() -> Callable[..., World]:
    """Return a maker of worlds from process bodies; the first is the one that runs."""

    def make(*bodies: str, **settings: Any) -> World:
        ids = ["test.main", "test.called", "test.inner"]
        processes = [process(body, name) for body, name in zip(bodies, ids, strict=False)]
        return World(engine.compile_program([diagram(*processes)], "test.main"), **settings)

    return make


@pytest.fixture
def drawn() -> Any:
    """Return the builders: flows, process, diagram."""

    @dataclass
    class Builders:
        flows = staticmethod(flows)
        process = staticmethod(process)
        diagram = staticmethod(diagram)

    return Builders
