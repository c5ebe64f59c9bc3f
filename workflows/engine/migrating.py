"""Moving a case at rest to another version of its procedure: its tokens onto the new diagram.

What is finished stays finished; what may come is drawn anew by the new version. A token moves only
where its step is still there, of the same kind, with the same events around it; limits and timers
that run keep their instants. Nothing is guessed: what cannot move is named.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.util.task import TaskState

from workflows import feel
from workflows.diagrams import Node
from workflows.engine import state
from workflows.engine.parser import Program

_START = "Start"  # the engine's own first task of each level
_OWN = (".BoundaryEventSplit", ".BoundaryEventJoin", " [child]")  # what it puts around a step
_SLOT = "fires_at:"


class Why(StrEnum):
    """Why a token cannot move."""

    MISSING = "MISSING"  # the new version has no such step
    KIND = "KIND"  # the step is of another kind, or does something else
    TIMER = "TIMER"  # a time limit runs that the new version draws otherwise
    EVENTS = "EVENTS"  # other boundary events are attached to the step under way
    ROUND = "ROUND"  # a round over a list is under way that the new version makes otherwise
    JOIN = "JOIN"  # branches wait for each other that are others in the new version


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a procedure: its program, and the profile that its limits are counted by."""

    program: Program
    profile: Mapping[str, Any]

    def limit(self, node: Node) -> Any:
        """Return a node's timer and limit as drawn, with every value they ask the profile for."""
        timer = node.event.timer if node.event is not None else None
        sources = [timer.expression] if timer is not None else []
        if node.due is not None:
            sources += [node.due.amount, node.due.unit, node.due.start or "", node.due.clock or ""]
        paths = {path for source in sources for path in _paths_in(source)}
        kind = timer.kind if timer is not None else None
        return kind, sources, {path: self._value(path) for path in paths}

    def _value(self, path: tuple[str, ...]) -> Any:
        found: Any = {"profile": self.profile}
        for key in path:
            found = found.get(key) if isinstance(found, Mapping) else None
        return found


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What keeps a token where it is. ``choices``: steps of the new version it might go to.

    ``is_here``: a token is on the node; else a clock of an earlier visit still counts for it.
    """

    node: Node
    why: Why
    choices: tuple[Node, ...] = ()
    is_here: bool = True


@dataclass
class Plan:
    """What moving a state comes to: the steps under way, what they become, what is in the way."""

    moves: list[tuple[Node, Node]] = field(default_factory=list)
    obstacles: list[Obstacle] = field(default_factory=list)
    body: dict[str, Any] = field(default_factory=dict)


def plan(old: Version, new: Version, stored: bytes, mapping: Mapping[str, str]) -> Plan:
    """Judge whether a state can move. ``mapping``: ids of steps of the old version -> of the new.

    Changes nothing; the same for the same state. Raises StateFormatError.
    """
    found = Plan(body=state.unpack(stored))
    specs: dict[str | None, tuple[Any, Any]] = {None: (old.program.spec, new.program.spec)}
    for stored_level in found.body["levels"]:
        if stored_level["of"] not in specs:
            break  # the step around it cannot move
        level = _Level(old, new, *specs[stored_level["of"]], mapping, found)
        specs.update(level.judge(stored_level["tasks"]))
        if not found.obstacles:
            level.rename(stored_level)
    known = {each.node.id for each in found.obstacles}
    clocks = _clocks(old, new, found.body["clocks"], mapping)
    found.obstacles += [each for each in clocks if each.node.id not in known]
    return found


def _clocks(
    old: Version, new: Version, begun: Iterable[str], mapping: Mapping[str, str]
) -> Iterator[Obstacle]:
    """Yield the steps by which a clock runs, or rests, that the new version counts otherwise."""
    names = {name.rpartition("/")[2] for name in begun}
    for process_id, nodes in old.program.nodes.items():
        for node in nodes.values():
            if node.due is None or node.due.clock not in names:
                continue
            becomes = new.program.nodes.get(process_id, {}).get(mapping.get(node.id, node.id))
            if becomes is not None and old.limit(node) != new.limit(becomes):
                yield Obstacle(node, Why.TIMER, is_here=False)


def move(new: Version, planned: Plan) -> bytes:
    """Return the state on the new version. The plan has no obstacles."""
    restored = state.load(new.program, state.pack(planned.body))
    for level in (restored.workflow, *restored.workflow.subprocesses.values()):
        for task in list(level.tasks.values()):
            if task.has_state(state.LIVE):
                task.task_spec._predict(task, mask=TaskState.NOT_FINISHED_MASK)
    return state.dump(restored.workflow, restored.clocks)


@dataclass
class _Level:
    """One level of a state: the process or subprocess it runs, before and after."""

    old: Version
    new: Version
    before: Any
    after: Any
    mapping: Mapping[str, str]
    plan: Plan

    def judge(self, tasks: list[list[Any]]) -> dict[str, tuple[Any, Any]]:
        """Note the steps under way and what is in the way; return the levels inside them."""
        inside = {}
        for _parent, name, task_state, _triggered, identity, _internal in tasks:
            if not task_state & state.LIVE:
                continue
            was, becomes = self.before.task_specs[name], self._becomes(name)
            if getattr(was, "node", None) is None:
                continue  # the engine's own; it goes where the steps around it go
            obstacle = self._obstacle(was, becomes)
            if obstacle is not None:
                self.plan.obstacles.append(obstacle)
                continue
            self.plan.moves.append((was.node, becomes.node))
            if called := self._called(was, becomes):
                inside[identity] = called
        return inside

    def _becomes(self, name: str) -> Any:
        return self.after.task_specs.get(self._name(name))

    def _name(self, name: str) -> str:
        """Return what a task of the old version is called in the new one."""
        if name == f"{self.before.name}.EndJoin":
            return f"{self.after.name}.EndJoin"
        for own in _OWN:
            if name.endswith(own):
                step = name.removesuffix(own)
                return f"{self.mapping.get(step, step)}{own}"
        return self.mapping.get(name, name)

    def _called(self, was: Any, becomes: Any) -> tuple[Any, Any] | None:
        inner = getattr(was, "spec", None)
        if inner is None:
            return None
        before, after = self.old.program.subprocess_specs, self.new.program.subprocess_specs
        return before[inner], after[becomes.spec]

    def _obstacle(self, was: Any, becomes: Any) -> Obstacle | None:
        node: Node = was.node
        if becomes is None:
            return Obstacle(node, Why.MISSING, tuple(self._choices(was)))
        why = next((why for why, is_so in self._reasons(was, becomes) if is_so), None)
        return Obstacle(node, why) if why is not None else None

    def _reasons(self, was: Any, becomes: Any) -> Iterator[tuple[Why, bool]]:
        a, b = was.node, becomes.node
        yield Why.KIND, type(was) is not type(becomes) or a.operation != b.operation
        yield Why.TIMER, self.old.limit(a) != self.new.limit(b)
        yield Why.KIND, _event(a) != _event(b)
        yield Why.EVENTS, _attached(self.old, a, self.mapping) != _attached(self.new, b, {})
        holds_data = a.loop is not None or getattr(was, "spec", None) is not None
        yield Why.ROUND, a.loop != b.loop or (holds_data and a.data_key != b.data_key)
        joins = isinstance(was, UnstructuredJoin)
        yield Why.JOIN, joins and {self._name(s.name) for s in was.inputs} != _names(becomes)

    def _choices(self, was: Any) -> Iterator[Node]:
        """Yield steps of the same kind that the regulation or their name says are the same."""
        node: Node = was.node
        taken = set(self.before.task_specs)
        for name, spec in self.after.task_specs.items():
            other = getattr(spec, "node", None)
            if type(spec) is not type(was) or other is None or other.id != name or name in taken:
                continue
            if other.name == node.name or (node.activity_code or "") == other.activity_code:
                yield other

    def rename(self, stored: dict[str, Any]) -> None:
        """Put the level on the new names, without what was only expected."""
        tasks = stored["tasks"]
        kept = _with_their_way(tasks, self._stays)
        numbers = {before: after for after, before in enumerate(kept)}
        stored["last"] = numbers.get(stored["last"])
        stored["tasks"] = [self._renamed(tasks[number], numbers) for number in kept]

    def _stays(self, task: list[Any]) -> bool:
        _parent, name, task_state, *_ = task
        return bool(task_state & state.LIVE) or (
            bool(task_state & TaskState.FINISHED_MASK) and self._becomes(name) is not None
        )

    def _renamed(self, task: list[Any], numbers: Mapping[int, int]) -> list[Any]:
        parent, name, task_state, triggered, identity, internal = task
        becomes = self._becomes(name)
        return [
            numbers.get(parent, -1),
            becomes.name if becomes is not None else _START,
            task_state,
            triggered,
            identity,
            {self._slot(key): value for key, value in internal.items()} if internal else internal,
        ]

    def _slot(self, key: str) -> str:
        if not key.startswith(_SLOT):
            return key
        return _SLOT + self._name(key.removeprefix(_SLOT))


def _with_their_way(tasks: list[list[Any]], stays: Any) -> list[int]:
    """Return the numbers of tasks that stay and of all they came from, in order."""
    kept = {0}
    for number, task in reversed(list(enumerate(tasks))):
        if stays(task) or number in kept:
            kept |= {number, max(task[0], 0)}  # parents stand before their children
    return sorted(kept)


def _attached(version: Version, node: Node, names: Mapping[str, str]) -> frozenset[str]:
    nodes = version.program.nodes[node.process_id].values()
    return frozenset(names.get(n.id, n.id) for n in nodes if n.attached_to == node.id)


def _paths_in(source: str) -> frozenset[tuple[str, ...]]:
    return feel.parse(source[1:]).names() if source.startswith("=") else frozenset()


def _event(node: Node) -> Any:
    event = node.event
    return event and (event.kind, event.message, event.error_code, node.is_interrupting)


def _names(spec: Any) -> set[str]:
    return {each.name for each in spec.inputs}
