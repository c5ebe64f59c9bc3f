"""Looking ahead in a procedure's diagrams: what may come after a node, and on what conditions.

Follows sequence flows through gateways, into called processes and out of them again. Every branch
is possible, named by the words on its flows; only where a gateway asks how a called process ended,
and the way there has ended it, the branches that contradict that are left out.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workflows import feel
from workflows.diagrams import Flow, Node, Process

if TYPE_CHECKING:
    from workflows.bundles.bundle import Opened

MAX_NODES = 600
_QUESTIONS = frozenset({"exclusiveGateway", "inclusiveGateway", "eventBasedGateway"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a gateway asks and how the branch taken answers; a boundary event has no question."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Place:
    """A node, the call activities that lead to it (outermost first), and the branches taken."""

    node: Node
    callers: tuple[Node, ...] = ()
    answers: tuple[Answer, ...] = ()
    outside: tuple[int, ...] = ()  # how many answers there were before each call
    outcomes: tuple[tuple[str, str], ...] = ()  # how called processes have ended, by data key

    @property
    def key(self) -> tuple[object, ...]:
        """What tells it from the same node called from elsewhere, or after another outcome."""
        callers = (caller.id for caller in self.callers)
        return (*callers, self.node.process_id, self.node.id, self.outcomes)

    @property
    def spot(self) -> tuple[str, ...]:
        """The node and its callers, whatever happened before."""
        return (*(caller.id for caller in self.callers), self.node.process_id, self.node.id)


@dataclass(frozen=True)
class Ahead:
    """The diagrams of one bundle, to be walked."""

    opened: "Opened"

    def after(self, place: Place, stops: Callable[[Node], bool]) -> Iterator[Place]:
        """Yield every node that may come after a place, nearest first, each once.

        Nothing behind a node that ``stops`` is looked at. At most 600 nodes.
        """
        waiting = deque(self._leave(replace(place, answers=())))
        waiting.extend(self._interrupted(place))
        seen: set[tuple[object, ...]] = set()
        told: set[tuple[str, ...]] = set()
        while waiting and len(seen) < MAX_NODES:
            here = waiting.popleft()
            if here.key in seen:
                continue
            seen.add(here.key)
            if here.spot not in told:
                told.add(here.spot)
                yield here
            if not stops(here.node):
                waiting.extend(self._enter(here))

    def start(self, process_id: str, callers: tuple[Node, ...] = ()) -> Place | None:
        """Return where a process begins."""
        nodes = self.opened.program.nodes.get(process_id, {}).values()
        found = (n for n in nodes if n.kind == "startEvent" and not n.path)
        return next((Place(node, callers) for node in found), None)

    def _enter(self, place: Place) -> Iterator[Place]:
        node = place.node
        inside = self._inside(place)
        if inside is not None:
            yield from self._leave(replace(inside, answers=place.answers))
        else:
            yield from self._leave(place)
        if node.kind == "userTask":
            yield from self._interrupted(place)

    def _inside(self, place: Place) -> Place | None:
        node = place.node
        if node.kind == "callActivity" and node.called:
            if len(place.callers) > 8:  # noqa: PLR2004 - deeper than any diagram calls
                return None
            inside = self.start(node.called, (*place.callers, node))
            outside = (*place.outside, len(place.answers))
            return inside and replace(inside, outside=outside, outcomes=place.outcomes)
        if node.kind == "subProcess":
            path = (*node.path, node.id)
            nodes = self._process(node).nodes.values()
            starts = (n for n in nodes if n.kind == "startEvent" and n.path == path)
            return next((replace(place, node=n) for n in starts), None)
        return None

    def _leave(self, place: Place) -> Iterator[Place]:
        """Yield what the flows out of a node lead to, or what comes after all around it."""
        process = self._process(place.node)
        flows = self._possible(place, list(process.outgoing(place.node.id)))
        if not flows:
            yield from self._out(place, process)
        for flow in flows:
            answers = place.answers
            if flow.name and place.node.kind in _QUESTIONS:
                answers = (*answers, Answer(place.node.name, flow.name))
            yield replace(place, node=process.nodes[flow.target], answers=answers)

    def _out(self, place: Place, process: Process) -> Iterator[Place]:
        if place.node.path:
            around = process.nodes[place.node.path[-1]]
            if not around.is_event_subprocess:
                yield from self._leave(replace(place, node=around))
        elif place.callers:
            *outer, caller = place.callers
            *outside, number = place.outside or (len(place.answers),)
            ended = dict(place.outcomes)
            if caller.data_key and caller.loop is None and place.node.outcome:
                ended[caller.data_key] = place.node.outcome
            yield from self._leave(
                Place(
                    caller,
                    tuple(outer),
                    place.answers[:number],  # what was asked inside shows in how it ended
                    tuple(outside),
                    tuple(sorted(ended.items())),
                )
            )

    def _possible(self, place: Place, flows: list[Flow]) -> list[Flow]:
        """Return the flows that do not contradict how called processes have ended."""
        if place.node.kind != "exclusiveGateway":
            return flows
        known = {key: {"outcome": outcome} for key, outcome in place.outcomes}
        verdicts = {flow.id: _verdict(flow, known) for flow in flows}
        sure = next((flow for flow in flows if verdicts[flow.id] is True), None)
        if sure is not None:
            return [sure]
        return [flow for flow in flows if verdicts[flow.id] is not False]

    def _interrupted(self, place: Place) -> Iterator[Place]:
        """Yield what follows the boundary events that end a node early."""
        process = self._process(place.node)
        for event in process.nodes.values():
            if event.attached_to == place.node.id and event.is_interrupting:
                told = (*place.answers, Answer("", event.name))
                yield from self._leave(replace(place, node=event, answers=told))

    def _process(self, node: Node) -> Process:
        return self.opened.processes[node.process_id]


def _verdict(flow: Flow, known: dict[str, dict[str, str]]) -> bool | None:
    """Tell whether a condition holds, as far as it only asks how called processes ended."""
    if flow.condition is None:
        return None
    expression = feel.parse(flow.condition[1:])
    paths = expression.names() | expression.filter_names()
    if not paths or any(path[0] not in known or path[1:] != ("outcome",) for path in paths):
        return None
    answer = expression.evaluate(known)
    return answer if isinstance(answer, bool) else None
