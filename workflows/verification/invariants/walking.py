"""Walks every path of a procedure with a monitor beside it.

A position says in which state a level is, and where what it contains or calls stands, if the
monitor looks at anything in there; what it does not look at is one step. Several instances of one
activity are walked one after the other, at least one.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from workflows.diagrams import Node
from workflows.verification.invariants import monitors
from workflows.verification.invariants.monitors import MIXED, NOTHING, Event, Monitor
from workflows.verification.invariants.scene import Key, Scene
from workflows.verification.invariants.sights import Passed, Seen, Sight
from workflows.verification.invariants.surroundings import Way
from workflows.verification.soundness.levels import Level
from workflows.verification.soundness.tokens import COMPLETED

MOST_POSITIONS = 30_000
Noted = monitors.Seen


class Inner(NamedTuple):
    """Where the inside of an activity stands; ``so_far``: how its instances before ended."""

    id: str
    position: "Position"
    so_far: frozenset[Way] = frozenset()


class Position(NamedTuple):
    """The number of a level's state, and the insides the monitor follows, by id."""

    state: int
    inner: tuple[Inner, ...] = ()


class Taken(NamedTuple):
    """One step of a walk: where it leads, or how the level ends; what it breaks."""

    position: Position | None
    way: Way | None
    noted: Noted
    passed: Passed
    broken: tuple[Node, ...] = ()


Here = tuple[Position, Noted]


@dataclass(frozen=True)
class Broken:
    """Where an invariant does not hold, with the elements passed from the start."""

    node: Node
    path: tuple[str, ...]


class Walk:
    """All paths of one procedure under the eyes of one monitor."""

    def __init__(self, scene: Scene, monitor: Monitor) -> None:
        self.scene, self.monitor = scene, monitor
        self.is_whole = True
        self._sights: dict[Key, Sight] = {}
        self._parents: dict[Here, tuple[Here, Passed] | None] = {}

    def broken(self) -> Iterator[Broken]:
        """Yield where the invariant breaks, the shortest path first; each node once."""
        root = self.scene.root
        assert root is not None
        first, noted, broken = self._entered(root, NOTHING)
        told = {node.id for node in broken}
        yield from (Broken(node, _start(root)) for node in broken)
        self._parents[first, noted] = None
        waiting: deque[Here] = deque([(first, noted)])
        most = min(MOST_POSITIONS, self.scene.budget.positions)
        while waiting:
            self.scene.budget.positions -= 1
            here = waiting.popleft()
            for taken in self._steps(root, *here):
                wrong = self._wrong(root, taken)
                if wrong is not None and wrong.id not in told:
                    told.add(wrong.id)
                    yield Broken(wrong, self._path(root, here, taken.passed))
                if (
                    taken.position is not None
                    and (taken.position, taken.noted) not in self._parents
                ):
                    self._parents[taken.position, taken.noted] = (here, taken.passed)
                    waiting.append((taken.position, taken.noted))
            if len(self._parents) > most:
                self.is_whole = False
                return

    def _wrong(self, root: Level, taken: Taken) -> Node | None:
        if taken.broken:
            return taken.broken[0]
        if taken.position is None and self.monitor.is_broken_at_end(taken.noted):
            last = next((p for p in reversed(taken.passed) if isinstance(p, str)), "")
            return root.nodes.get(last, root.start)
        return None

    def _steps(self, level: Level, position: Position, noted: Noted) -> Iterator[Taken]:
        """Yield what can happen next on a level, in it and in what it contains."""
        sight = self._sight(level)
        if sight.is_unexplored:
            return
        if not sight.is_automatic(position.state):
            for inner in position.inner:
                yield from self._inside(sight, position, inner, noted)
        for step in sight.steps(position.state):
            if step.left is None or step.left[0] not in sight.follows:
                yield self._take(sight, position, step, noted)

    def _inside(
        self, sight: Sight, position: Position, inner: Inner, noted: Noted
    ) -> Iterator[Taken]:
        node = sight.level.nodes[inner.id]
        below = self._below(node)
        others = tuple(each for each in position.inner if each.id != inner.id)
        for taken in self._steps(below, inner.position, noted):
            if taken.position is not None:
                moved = Inner(inner.id, taken.position, inner.so_far)
                there = _with(position.state, others, moved)
                yield Taken(there, None, taken.noted, taken.passed, taken.broken)
                continue
            way = taken.way or ""
            yield from self._done(sight, position, inner, way, taken)
            if node.loop is not None and way.startswith(COMPLETED):
                yield self._again(position, others, inner, below, taken)

    def _done(
        self, sight: Sight, position: Position, inner: Inner, way: Way, taken: Taken
    ) -> Iterator[Taken]:
        """Yield what follows when the inside of an activity has come to its end."""
        is_mixed = way.startswith(COMPLETED) and bool(inner.so_far - {way})
        left = (inner.id, f"{COMPLETED}:{MIXED}" if is_mixed else way)
        for step in sight.steps(position.state):
            if step.left == left:
                after = self._take(sight, position, step, taken.noted)
                passed, broken = taken.passed + after.passed, taken.broken + after.broken
                yield Taken(after.position, after.way, after.noted, passed, broken)

    def _again(
        self,
        position: Position,
        others: tuple[Inner, ...],
        inner: Inner,
        below: Level,
        taken: Taken,
    ) -> Taken:
        """Return the beginning of another instance of an activity."""
        first, noted, broken = self._entered(below, taken.noted)
        fresh = Inner(inner.id, first, inner.so_far | {taken.way or ""})
        passed = (*taken.passed, *_start(below))
        return Taken(
            _with(position.state, others, fresh), None, noted, passed, taken.broken + broken
        )

    def _take(self, sight: Sight, position: Position, step: Seen, noted: Noted) -> Taken:
        """Take a step of a level: the monitor is told, new insides begin, others are gone."""
        noted, broken = self._told(step.events, noted)
        if step.target is None:
            return Taken(None, step.way, noted, step.passed, broken)
        left = step.left[0] if step.left is not None else None
        kept = {inner.id: inner for inner in position.inner if inner.id != left}
        inner, passed = [], step.passed
        for node_id in sight.followed_in(step.target):
            if node_id in kept:
                inner.append(kept[node_id])
            else:
                below = self._below(sight.level.nodes[node_id])
                first, noted, wrong = self._entered(below, noted)
                inner.append(Inner(node_id, first))
                passed, broken = (*passed, *_start(below)), broken + wrong
        return Taken(Position(step.target, tuple(inner)), None, noted, passed, broken)

    def _entered(self, level: Level, noted: Noted) -> tuple[Position, Noted, tuple[Node, ...]]:
        noted, broken = self._told(self.scene.ways(level).first, noted)
        return Position(0), noted, broken

    def _told(self, events: tuple[Event, ...], noted: Noted) -> tuple[Noted, tuple[Node, ...]]:
        broken: tuple[Node, ...] = ()
        for event in events:
            noted, is_broken = self.monitor.after(noted, event)
            if is_broken:
                broken = (*broken, event.node)
        return noted, broken

    def _sight(self, level: Level) -> Sight:
        key = (level.process.id, level.id)
        if key not in self._sights:
            nodes = level.nodes.values()
            follows = frozenset(n.id for n in nodes if self.scene.concerns(self.monitor, n))
            self._sights[key] = Sight(level, self.scene, self.monitor, follows)
        return self._sights[key]

    def _below(self, node: Node) -> Level:
        level = self.scene.inside(node)
        assert level is not None
        return level

    def _path(self, root: Level, here: Here, last: Passed) -> tuple[str, ...]:
        steps = [last]
        while (before := self._parents[here]) is not None:
            here, passed = before
            steps.append(passed)
        told = (e for step in reversed(steps) for each in step for e in flat(self.scene, each))
        return (*_start(root), *told)


def _start(level: Level) -> tuple[str, ...]:
    return (level.start.id,) if level.start is not None else ()


def _with(state: int, others: tuple[Inner, ...], inner: Inner) -> Position:
    return Position(state, tuple(sorted((*others, inner), key=lambda each: each.id)))


def flat(scene: Scene, each: str | tuple[Key, Way]) -> tuple[str, ...]:
    """Return an element, or the elements of a shortest path through a level taken as one step."""
    return (each,) if isinstance(each, str) else _shortest(scene, *each)


def _shortest(scene: Scene, key: Key, way: Way) -> tuple[str, ...]:
    """Return the elements of a shortest path through a level that ends in one way."""
    level = scene.levels[key]
    ends = [s for s in Sight(level, scene, _Quiet(), frozenset()).steps(0) if s.target is None]
    found = next((step for step in ends if step.way == way), ends[0] if ends else None)
    told = (e for each in found.passed for e in flat(scene, each)) if found is not None else ()
    return (*_start(level), *told)


def to_state(scene: Scene, level: Level, state: int) -> tuple[str, ...]:
    """Return the elements of a shortest path from the start of a level to one of its states."""
    passed = Sight(level, scene, _Quiet(), frozenset()).path_to(state)
    return (*_start(level), *(e for each in passed for e in flat(scene, each)))


class _Quiet(monitors.Precedence):
    """Looks at nothing."""

    def __init__(self) -> None:
        super().__init__((), ())
