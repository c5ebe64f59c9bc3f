"""What is known of the data on the way through a level, and what gateways make of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from workflows.diagrams import Flow, Node
from workflows.verification.invariants.conditions import (
    NULL,
    OTHER,
    SET,
    Facts,
    Formula,
    Variable,
    answers,
    verdict,
)
from workflows.verification.invariants.places import OUTCOME
from workflows.verification.invariants.surroundings import Surroundings
from workflows.verification.soundness.levels import Level
from workflows.verification.soundness.tokens import Move, State

END: Variable = ("", OUTCOME)  # the outcome of the last end event passed
Known = frozenset[tuple[Variable, str]]


@dataclass
class Knowledge:
    """How what is known changes with the moves of a level."""

    level: Level
    around: Surroundings
    _alive: dict[str, frozenset[Variable]] = field(default_factory=dict)

    def possible(self, move: Move, facts: Facts) -> Iterator[Facts]:
        """Yield what is known where a gateway is left this way; nothing if it cannot be."""
        gateway = self.level.nodes[move.passed[0]] if len(move.passed) == 1 else None
        flows = self.level.outgoing[gateway.id] if gateway is not None else ()
        if gateway is None or len(flows) <= 1 or not move.taken:
            yield facts
        elif gateway.kind == "exclusiveGateway":
            yield from self._chosen(gateway, facts)[move.taken[0]]
        elif gateway.kind != "inclusiveGateway" or self._may_take(flows, move.taken, facts):
            yield facts

    def _chosen(self, gateway: Node, facts: Facts) -> dict[str, list[Facts]]:
        """Return flow id -> what is known where it is taken: the first whose condition holds."""
        flows = self.level.outgoing[gateway.id]
        found: dict[str, list[Facts]] = {flow.id: [] for flow in flows}
        waiting = [facts]
        for flow in flows:
            if flow.id == gateway.default_flow:
                continue
            told = [
                each
                for known in waiting
                for each in answers(self._formula(flow.condition), known, self._domain)
            ]
            found[flow.id] = [known for is_true, known in told if is_true]
            waiting = [known for is_true, known in told if not is_true]
        if gateway.default_flow in found:
            found[gateway.default_flow] = waiting
        return found

    def _may_take(self, flows: Iterable[Flow], taken: tuple[str, ...], facts: Facts) -> bool:
        for flow in flows:
            if flow.condition is not None:
                truth, _missing = verdict(self._formula(flow.condition), facts)
                if truth is not None and truth is not (flow.id in taken):
                    return False
        return True

    def _formula(self, condition: str | None) -> Formula:
        return Formula("known", truth=True) if condition is None else self.around.formula(condition)

    def _domain(self, variable: Variable) -> Iterable[str]:
        if not variable[1]:
            return (NULL, SET)
        return (*sorted(self.values.get(variable, ())), OTHER)

    def forgotten(self, facts: Facts, state: State, move: Move) -> Facts:
        """Return what is still known when activities are broken off, wherever they stood."""
        ended = {move.left[0]} if move.left is not None else set()
        gone = {m.id for m in state - move.state if m.kind != "token"} - ended
        keys = {key for each in gone for key in self._keys(self.level.nodes[each])}
        return {v: value for v, value in facts.items() if v[0] not in keys} if keys else facts

    def _keys(self, node: Node) -> frozenset[str]:
        own = {node.data_key} if node.data_key and (node.loop or self._contains(node)) else set()
        return self.around.keys_inside(node) | frozenset(own)

    def _contains(self, node: Node) -> bool:
        return self.around.ways_of(node) is not None

    def after_done(self, facts: Facts, node: Node, written: Mapping[str, str]) -> Facts:
        """Return what is known once a node is done: what it has written, if anybody asks."""
        known = {**facts, END: node.outcome} if node.outcome else facts
        keys = self.around.keys_inside(node) | ({node.data_key} if node.data_key else set())
        if not keys:
            return known
        known = {v: value for v, value in known.items() if v[0] not in keys}
        if node.data_key:
            known[node.data_key, ""] = SET
            known |= {(node.data_key, name): value for name, value in written.items()}
        return known

    def kept(self, facts: Facts, state: State) -> Known:
        """Return of what is known what can still make a difference."""
        at = {self.level.target[m.id].id if m.kind == "token" else m.id for m in state}
        alive = {END}.union(*(self._alive_at(node_id) for node_id in at))
        if any(m.kind == "side" for m in state):
            alive |= set(self.values)
        return frozenset((v, value) for v, value in facts.items() if v in alive)

    def _alive_at(self, node_id: str) -> frozenset[Variable]:
        if node_id not in self._alive:
            reached = self.level.arrows.reach([node_id])
            asked = (self.asked_at(self.level.nodes[each]) for each in reached)
            found = {v for variables in asked for v in variables}
            self._alive[node_id] = frozenset(found | {(key, "") for key, _path in found})
        return self._alive[node_id]

    def asked_at(self, node: Node) -> frozenset[Variable]:
        """Return the variables that are asked for where a node is left or begins."""
        return frozenset(variable for variable, values in self._questions(node))

    def _questions(self, node: Node) -> Iterator[tuple[Variable, frozenset[str]]]:
        for flow in self.level.outgoing.get(node.id, ()):
            if flow.condition is not None and node.kind.endswith("Gateway"):
                yield from self.around.formula(flow.condition).variables()
        for formula in self.around.conditions(node).values():
            yield from formula.variables()

    @cached_property
    def values(self) -> Mapping[Variable, frozenset[str]]:
        """Variable -> the values that conditions of the level ask for."""
        found: dict[Variable, frozenset[str]] = {}
        for node in self.level.nodes.values():
            for variable, values in self._questions(node):
                found[variable] = found.get(variable, frozenset()) | values
        return found

    @cached_property
    def written_here(self) -> frozenset[str]:
        """The data keys under which something of the level writes."""
        nodes = self.level.nodes.values()
        own = frozenset(node.data_key for node in nodes if node.data_key)
        return own.union(*(self.around.keys_inside(node) for node in nodes))
