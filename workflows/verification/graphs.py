"""The control flow of one process as arrows between ids, and walks along them.

A level is the process itself or one embedded subprocess: nodes with the same path.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from workflows.diagrams import Node, Process

Path = tuple[str, ...]
_COMPOUND = frozenset({"subProcess", "callActivity"})


@dataclass(slots=True)
class Arrows:
    """A directed graph over ids."""

    after: dict[str, set[str]] = field(default_factory=dict)

    def add(self, source: str, target: str) -> None:
        """Draw an arrow."""
        self.after.setdefault(source, set()).add(target)

    def reach(self, starts: Iterable[str], without: frozenset[str] = frozenset()) -> set[str]:
        """Return the starts and everything after them, never passing through ``without``."""
        seen, waiting = set[str](), [s for s in starts if s not in without]
        while waiting:
            here = waiting.pop()
            if here not in seen:
                seen.add(here)
                waiting.extend(t for t in self.after.get(here, ()) if t not in without)
        return seen

    def reversed(self) -> "Arrows":
        """Return the same graph, each arrow turned round."""
        back = Arrows()
        for source, targets in self.after.items():
            for target in targets:
                back.add(target, source)
        return back

    def on_cycles(self, among: Iterable[str]) -> set[str]:
        """Return those of ``among`` that lie on, or between, cycles of ``among`` alone."""
        left = set(among)
        while True:
            entered = {t for s in left for t in self.after.get(s, ()) if t in left}
            kept = {s for s in entered if self.after.get(s, set()) & entered}
            if kept == left:
                return left
            left = kept


def levels(process: Process) -> dict[Path, list[Node]]:
    """Return the nodes of a process by level; a level without nodes is there too."""
    found: dict[Path, list[Node]] = {(): []}
    for node in process.nodes.values():
        found.setdefault(node.path, []).append(node)
        if node.kind == "subProcess":
            found.setdefault((*node.path, node.id), [])
    return found


def level_arrows(process: Process, nodes: Iterable[Node]) -> Arrows:
    """Return the arrows inside one level: flows, and from hosts to their boundary events."""
    arrows, ids = Arrows(), {node.id for node in nodes}
    for flow in process.flows.values():
        if flow.source in ids and flow.target in ids:
            arrows.add(flow.source, flow.target)
    for node in nodes:
        if node.attached_to in ids:
            arrows.add(node.attached_to or "", node.id)
    return arrows


def exit_of(node_id: str) -> str:
    """Return the id that stands for having left an embedded subprocess."""
    return f"{node_id}\0exit"


def inside(process: Process, container: Node) -> Iterator[Node]:
    """Yield the nodes within an embedded subprocess, at any depth."""
    path = (*container.path, container.id)
    return (n for n in process.nodes.values() if n.path[: len(path)] == path)


def control(process: Process) -> Arrows:
    """Return the arrows of a whole process, into and out of its embedded subprocesses."""
    arrows = Arrows()
    for flow in process.flows.values():
        arrows.add(_left(process, flow.source), flow.target)
    for node in process.nodes.values():
        if node.kind == "subProcess":
            _add_inside(process, node, arrows)
        if node.attached_to in process.nodes:
            arrows.add(node.attached_to or "", node.id)
    return arrows


def writing(process: Process) -> Arrows:
    """Return the arrows along which what one node writes can be there for another.

    As ``control``, but a task that an event interrupts has not written, and an event subprocess
    begins after anything on its level.
    """
    arrows = Arrows()
    for flow in process.flows.values():
        arrows.add(_left(process, flow.source), flow.target)
    for node in process.nodes.values():
        if node.kind == "subProcess":
            _add_inside(process, node, arrows)
        if node.is_event_subprocess:
            _add_event_subprocess(process, node, arrows)
        if host := process.nodes.get(node.attached_to or ""):
            for source in _written_before(process, host, node):
                arrows.add(source, node.id)
    return arrows


def _left(process: Process, node_id: str) -> str:
    node = process.nodes.get(node_id)
    return exit_of(node_id) if node is not None and node.kind == "subProcess" else node_id


def _add_inside(process: Process, container: Node, arrows: Arrows) -> None:
    arrows.add(container.id, exit_of(container.id))
    for node in inside(process, container):
        arrows.add(node.id, exit_of(container.id))
        if node.kind == "startEvent" and node.path[-1] == container.id:
            arrows.add(container.id, node.id)


def _add_event_subprocess(process: Process, container: Node, arrows: Arrows) -> None:
    own = {node.id for node in inside(process, container)}
    for node in process.nodes.values():
        if node.id not in own and node.path[: len(container.path)] == container.path:
            arrows.add(node.id, container.id)
    if container.path:
        arrows.add(container.path[-1], container.id)


def _written_before(process: Process, host: Node, event: Node) -> Iterator[str]:
    """Yield what a boundary event comes after: its host only if that may have written."""
    if host.kind == "subProcess":
        yield from (node.id for node in inside(process, host))
    if host.kind in _COMPOUND or host.loop is not None or not event.is_interrupting:
        yield host.id
    yield from (_left(process, flow.source) for flow in process.incoming(host.id))


Before = Mapping[str, frozenset[str]]


def before(process: Process) -> Before:
    """Return for each node the ids of those that can come before it (itself, if on a cycle)."""
    back = writing(process).reversed()
    return {
        node_id: frozenset(back.reach(back.after.get(node_id, ()))) for node_id in process.nodes
    }
