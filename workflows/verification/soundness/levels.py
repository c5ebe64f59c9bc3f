"""One level of the token game: the nodes that share their tokens, and how they hang together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from workflows.diagrams import Flow, Node, Process
from workflows.verification import graphs


@dataclass(frozen=True)
class Level:
    """The nodes of a process, or of one embedded subprocess, without what is inside them.

    ``id`` is that of the process or of the subprocess.
    """

    id: str
    process: Process
    nodes: Mapping[str, Node]

    @cached_property
    def start(self) -> Node | None:
        """The node where a token begins."""
        return next((n for n in self.nodes.values() if n.kind == "startEvent"), None)

    @cached_property
    def event_subprocesses(self) -> tuple[Node, ...]:
        """The event subprocesses that may begin while the level is under way."""
        return tuple(n for n in self.nodes.values() if n.is_event_subprocess)

    @cached_property
    def outgoing(self) -> Mapping[str, tuple[Flow, ...]]:
        """Node id -> the flows that leave it."""
        return {n: tuple(self.process.outgoing(n)) for n in self.nodes}

    @cached_property
    def incoming(self) -> Mapping[str, tuple[Flow, ...]]:
        """Node id -> the flows that enter it."""
        return {n: tuple(self.process.incoming(n)) for n in self.nodes}

    @cached_property
    def target(self) -> Mapping[str, Node]:
        """Flow id -> the node it leads to."""
        return {f.id: self.nodes[f.target] for n in self.nodes for f in self.outgoing[n]}

    @cached_property
    def boundaries(self) -> Mapping[str, tuple[Node, ...]]:
        """Node id -> the boundary events attached to it."""
        found: dict[str, tuple[Node, ...]] = {}
        for node in self.nodes.values():
            if node.attached_to:
                found[node.attached_to] = (*found.get(node.attached_to, ()), node)
        return found

    @cached_property
    def aside(self) -> frozenset[str]:
        """The nodes that only events reach which do not interrupt, such as a reminder."""
        beside = {n.id for n in self.nodes.values() if n.attached_to and not n.is_interrupting}
        starts = [self.start.id] if self.start is not None else []
        return frozenset(self.nodes) - self.arrows.reach(starts, frozenset(beside))

    @cached_property
    def gathers(self) -> bool:
        """Tell whether an inclusive gateway joins here."""
        inclusive = (n.id for n in self.nodes.values() if n.kind == "inclusiveGateway")
        return any(len(self.incoming[node_id]) > 1 for node_id in inclusive)

    @cached_property
    def arrows(self) -> graphs.Arrows:
        """The arrows of the level, from hosts to their boundary events too."""
        return graphs.level_arrows(self.process, self.nodes.values())

    @cached_property
    def rank(self) -> Mapping[str, int]:
        """Node id -> its place in an order in which, loops aside, sources come before targets."""
        order: list[str] = []
        seen: set[str] = set()
        for first in self.nodes:
            _after_all_that_follow(first, self.arrows, seen, order)
        return {node_id: place for place, node_id in enumerate(reversed(order))}

    def reach_without(self, start: str, without: str) -> frozenset[str]:
        """Return the nodes that can be reached from one, never passing through another."""
        key = (start, without)
        if key not in self._reached:
            self._reached[key] = frozenset(self.arrows.reach([start], frozenset({without})))
        return self._reached[key]

    @cached_property
    def _reached(self) -> dict[tuple[str, str], frozenset[str]]:
        return {}


def _after_all_that_follow(
    first: str, arrows: graphs.Arrows, seen: set[str], order: list[str]
) -> None:
    """Add a node and what follows it to an order in which whatever follows a node is before it."""
    waiting: list[tuple[str, Iterator[str]]] = []
    if first not in seen:
        seen.add(first)
        waiting.append((first, iter(sorted(arrows.after.get(first, ())))))
    while waiting:
        here, following = waiting[-1]
        fresh = next((n for n in following if n not in seen), None)
        if fresh is None:
            order.append(here)
            waiting.pop()
        else:
            seen.add(fresh)
            waiting.append((fresh, iter(sorted(arrows.after.get(fresh, ())))))


def levels_of(process: Process) -> Iterator[Level]:
    """Yield the levels of a process, the process itself first."""
    for path, nodes in graphs.levels(process).items():
        yield Level(path[-1] if path else process.id, process, {n.id: n for n in nodes})
