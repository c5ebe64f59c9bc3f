"""The token game of one level: where tokens stand, and what can happen next (OMG BPMN 2.0.2, 13).

A state is a set of marks: tokens on flows, activities at work, event subprocesses that run. No
mark can be there twice; a move that would double one is told as that. Only what events start
beside the main way, such as reminders, may be there several times: it counts as once.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import NamedTuple

from workflows.diagrams import Flow, Node
from workflows.verification.soundness.levels import Level

COMPLETED = "completed"
FAILED = "error:"  # and the code
MOST_WAYS = 8  # of an inclusive split whose every combination is looked at

_AT_WORK = frozenset(
    {"userTask", "callActivity", "subProcess", "intermediateCatchEvent", "eventBasedGateway"}
)


class Mark(NamedTuple):
    """``kind``: token (on the flow ``id``), work (at the node), side (an event subprocess).

    ``fired`` are the non-interrupting events of the node that have come already: each comes once.
    """

    kind: str
    id: str
    fired: frozenset[str] = frozenset()


State = frozenset[Mark]
Ends = Callable[[Node], frozenset[str]]  # how what a node contains or calls can end


@dataclass(frozen=True, slots=True)
class Move:
    """What happens: the elements passed, and the state after it or how the level ends.

    ``doubled`` is the flow or node at which a second token came to a first one. What comes from
    outside at its own pleasure is not ``is_owed``: nobody may rely on it. ``left`` is an activity
    that ends by it, and how; ``taken`` are the flows by which a gateway is left.
    """

    passed: tuple[str, ...]
    state: State = frozenset()
    end: str | None = None
    doubled: str | None = None
    is_owed: bool = True
    left: tuple[str, str] | None = None
    taken: tuple[str, ...] = ()


def _never(_node: Node) -> bool:
    return False


class Game:
    """The rules of one level. ``ends`` tells how an activity of it can end."""

    def __init__(self, level: Level, ends: Ends) -> None:
        self.level = level
        self.ends = ends

    def first(self) -> State:
        """Return the state at the start."""
        assert self.level.start is not None
        return self._put(frozenset(), self.level.start).state

    def automatic(self, state: State, apart: Callable[[Node], bool] = _never) -> list[Move]:
        """Return the moves of one token that goes on by itself; none when all wait.

        Which goes first makes no difference but at inclusive gateways, at ends that end all and at
        nodes to be kept ``apart``, of which an observer asks what came first: these may always go.
        """
        tokens = sorted(
            (m for m in state if m.kind == "token"),
            key=lambda m: (self.level.rank[self.level.target[m.id].id], m.id),
        )
        found: dict[str, list[Move]] = {}
        is_one_gone = False
        for token in tokens:
            node = self.level.target[token.id]
            may_always = node.kind == "inclusiveGateway" or _ends_all(node) or apart(node)
            if node.id not in found and (may_always or not is_one_gone):
                found[node.id] = list(self._enter(state, token, node))
                is_one_gone |= bool(found[node.id]) and not may_always
        return [move for moves in found.values() for move in moves]

    def works(self, state: State) -> list[Mark]:
        """Return what is at work, in the order of the diagram."""
        rank = self.level.rank
        return sorted(
            (m for m in state if m.kind != "token"), key=lambda m: (m.kind, rank[m.id], m.id)
        )

    def of(self, state: State, mark: Mark) -> Iterator[Move]:
        """Yield how something at work goes on."""
        node = self.level.nodes[mark.id]
        rest = state - {mark}
        if node.kind == "eventBasedGateway":
            for flow in self.level.outgoing[node.id]:
                yield self._put(rest, self.level.nodes[flow.target], node.id)
            return
        ends = self.ends(node)
        if COMPLETED in ends:
            if mark.kind == "side":
                done = Move((node.id,), rest, None if rest else COMPLETED)
            else:
                done = self._put(rest, node)
            yield replace(done, left=(node.id, COMPLETED))
        for end in sorted(ends - {COMPLETED}):
            failed = self._failed(rest, node, end.removeprefix(FAILED))
            yield replace(failed, left=(node.id, end))
        for event in self.level.boundaries.get(node.id, ()):
            yield from self._event(state, mark, event)

    def from_outside(self, state: State) -> Iterator[Move]:
        """Yield the event subprocesses that may begin now."""
        running = {m.id for m in state if m.kind == "side"}
        for each in self.level.event_subprocesses:
            if each.id not in running:
                kept = frozenset() if self._interrupts(each) else state
                yield Move((each.id,), kept | {Mark("side", each.id)}, is_owed=False)

    def _interrupts(self, container: Node) -> bool:
        path = (*container.path, container.id)
        starts = (n for n in self.level.process.nodes.values() if n.kind == "startEvent")
        return next((n.is_interrupting for n in starts if n.path == path), True)

    def _event(self, state: State, mark: Mark, event: Node) -> Iterator[Move]:
        if event.event is not None and event.event.kind == "error":
            if self.level.nodes[mark.id].kind not in {"callActivity", "subProcess"}:
                yield self._put(state - {mark}, event)
        elif event.is_interrupting:
            yield self._put(state - {mark}, event)
        elif event.id not in mark.fired:
            fired = Mark("work", mark.id, mark.fired | {event.id})
            yield self._put(state - {mark} | {fired}, event)

    def _failed(self, rest: State, node: Node, code: str) -> Move:
        for event in self.level.boundaries.get(node.id, ()):
            if (
                event.event is not None
                and event.event.kind == "error"
                and (event.event.error_code or "") in {"", code}
            ):
                return self._put(rest, event, node.id)
        return Move((node.id,), end=f"{FAILED}{code}")

    def _enter(self, state: State, token: Mark, node: Node) -> Iterator[Move]:
        if node.kind == "parallelGateway":
            yield from self._joined(state, node)
        elif node.kind == "inclusiveGateway":
            yield from self._gathered(state, node)
        elif node.kind == "endEvent":
            yield self._ended(state - {token}, node)
        elif node.kind == "exclusiveGateway":
            for flow in self.level.outgoing[node.id]:
                yield self._onto(state - {token}, (node.id,), [flow])
        elif node.kind in _AT_WORK or self.level.boundaries.get(node.id):
            yield self._begun(state - {token}, node)
        else:
            yield self._put(state - {token}, node)

    def _begun(self, rest: State, node: Node) -> Move:
        if any(m.kind == "work" and m.id == node.id for m in rest):
            is_aside = node.id in self.level.aside
            return Move((node.id,), rest, doubled=None if is_aside else node.id)
        return Move((node.id,), rest | {Mark("work", node.id)})

    def _joined(self, state: State, node: Node) -> Iterator[Move]:
        needed = {Mark("token", flow.id) for flow in self.level.incoming[node.id]}
        if needed <= state:
            yield self._onto(state - needed, (node.id,), self.level.outgoing[node.id])

    def _gathered(self, state: State, node: Node) -> Iterator[Move]:
        """Yield an inclusive join's moves once no token that is on its way can still come."""
        here = {
            mark
            for flow in self.level.incoming[node.id]
            if (mark := Mark("token", flow.id)) in state
        }
        if self._is_awaited(state - here, node, {mark.id for mark in here}):
            return
        for chosen in _combinations(self.level.outgoing[node.id], node.default_flow):
            yield self._onto(state - here, (node.id,), chosen)

    def _is_awaited(self, others: State, node: Node, arrived: set[str]) -> bool:
        """Tell whether a token can still come to an empty way in, and to no filled one."""
        flows = self.level.incoming[node.id]
        full = {flow.source for flow in flows if flow.id in arrived}
        empty = {flow.source for flow in flows if flow.id not in arrived}
        for mark in others:
            if mark.kind == "side":
                continue
            at = self.level.target[mark.id].id if mark.kind == "token" else mark.id
            if at == node.id:
                continue
            reached = self.level.reach_without(at, node.id)
            if reached & empty and not reached & full:
                return True
        return False

    def _ended(self, rest: State, node: Node) -> Move:
        kind = node.event.kind if node.event else "none"
        if kind == "terminate":
            return Move((node.id,), end=COMPLETED)
        if kind == "error":
            code = (node.event.error_code if node.event else None) or ""
            return Move((node.id,), end=f"{FAILED}{code}")
        return Move((node.id,), rest, None if rest else COMPLETED)

    def _put(self, rest: State, node: Node, *before: str) -> Move:
        """Put tokens onto the flows that leave a node."""
        return self._onto(rest, (*before, node.id), self.level.outgoing[node.id])

    def _onto(self, rest: State, passed: tuple[str, ...], flows: Sequence[Flow]) -> Move:
        state = set(rest)
        for flow in flows:
            mark = Mark("token", flow.id)
            if mark in state and self.level.target[flow.id].id not in self.level.aside:
                return Move(passed, doubled=flow.id)
            state.add(mark)
        return Move(
            passed, frozenset(state), None if state else COMPLETED, taken=tuple(f.id for f in flows)
        )


def _ends_all(node: Node) -> bool:
    kind = node.event.kind if node.event is not None else "none"
    return node.kind == "endEvent" and kind in {"terminate", "error"}


def _combinations(flows: tuple[Flow, ...], default: str | None) -> Iterator[list[Flow]]:
    """Yield the sets of ways that an inclusive split may take."""
    always = [f for f in flows if f.condition is None and f.id != default]
    perhaps = [f for f in flows if f.condition is not None and f.id != default]
    sizes = range(len(perhaps) + 1) if len(perhaps) <= MOST_WAYS else (0, 1, len(perhaps))
    for size in sizes:
        for some in combinations(perhaps, size):
            chosen = [*always, *some]
            if chosen:
                yield chosen
    yield from ([f] for f in flows if f.id == default and not always)
