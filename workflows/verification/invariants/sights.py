"""What one monitor sees of a level: the steps it looks at, what lies between them passed over."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from workflows.verification.invariants.monitors import Event, Monitor
from workflows.verification.invariants.scene import Key, Scene
from workflows.verification.invariants.surroundings import Way
from workflows.verification.invariants.ways import Step
from workflows.verification.soundness.levels import Level

Passed = tuple[str | tuple[Key, Way], ...]  # elements, and levels taken as one step


_NOWHERE: Passed = ()


class Seen(NamedTuple):
    """A step with the events the monitor looks at, and all that was passed on the way to it."""

    events: tuple[Event, ...]
    passed: Passed
    target: int | None
    way: Way | None
    left: tuple[str, Way] | None


@dataclass
class Sight:
    """A level as a monitor sees it. ``follows`` are what it looks into, by id."""

    level: Level
    scene: Scene
    monitor: Monitor
    follows: frozenset[str]
    _steps: dict[int, list[Seen]] = field(default_factory=dict)

    @cached_property
    def _looked_at(self) -> frozenset[str]:
        return frozenset(n.id for n in self.level.nodes.values() if self.monitor.matters(n))

    @property
    def is_unexplored(self) -> bool:
        """Tell whether nothing is known of the level: it calls itself, or there was no more time."""
        return not self.scene.ways(self.level).steps

    def steps(self, state: int) -> list[Seen]:
        """Return the steps seen from a state."""
        if state not in self._steps:
            self._steps[state] = list(self._seen_from(state))
        return self._steps[state]

    def followed_in(self, state: int) -> list[str]:
        """Return what is at work in a state and looked into, in the order of ids."""
        return sorted(self.scene.ways(self.level).at_work[state] & self.follows)

    def is_automatic(self, state: int) -> bool:
        """Tell whether something goes on by itself in a state, before anything else can."""
        return self.scene.ways(self.level).is_automatic[state]

    def path_to(self, state: int) -> Passed:
        """Return what is passed on a shortest way from the first state to another."""
        ways, paths = self.scene.ways(self.level), {0: _NOWHERE}
        waiting = deque([0])
        while waiting and state not in paths and ways.steps:
            here = waiting.popleft()
            for step in ways.steps[here]:
                if step.target is not None and step.target not in paths:
                    paths[step.target] = (*paths[here], *self._within(step), *step.passed)
                    waiting.append(step.target)
        return paths.get(state, ())

    def _seen_from(self, state: int) -> Iterator[Seen]:
        """Yield each step that is looked at and can come next, with a shortest way to it."""
        ways = self.scene.ways(self.level)
        told: set[tuple[object, ...]] = set()
        paths: dict[int, Passed] = {state: ()}
        waiting = deque([state])
        while waiting and ways.steps:
            here = waiting.popleft()
            for step in ways.steps[here]:
                events = tuple(e for e in step.events if e.node.id in self._looked_at)
                passed = (*paths[here], *self._within(step), *step.passed)
                if step.target is None or events or not self._is_between(here, step.target):
                    key = (tuple(map(_named, events)), step.target, step.way, step.left)
                    if key not in told:
                        told.add(key)
                        yield Seen(events, passed, step.target, step.way, step.left)
                elif step.target not in paths:
                    paths[step.target] = passed
                    waiting.append(step.target)

    def _is_between(self, state: int, target: int) -> bool:
        """Tell whether a step between two states need not be kept: nothing followed is there."""
        at_work = self.scene.ways(self.level).at_work
        return not (at_work[state] | at_work[target]) & self.follows

    def _within(self, step: Step) -> Passed:
        """Return the level that a step leaves without the monitor having followed it."""
        if step.left is None or step.left[0] in self.follows:
            return ()
        below = self.scene.inside(self.level.nodes[step.left[0]])
        return () if below is None else (((below.process.id, below.id), step.left[1]),)


def _named(event: Event) -> tuple[object, ...]:
    written = event.written if isinstance(event.written, dict) else {}
    return event.node.id, event.is_done, tuple(sorted(written.items()))
