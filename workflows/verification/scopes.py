"""Which names an expression sees at each node, and what is known of them.

A name is visible at a node if something that can come before the node writes it. A called
process also sees what its callers see: whatever any of them provides counts.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from workflows import feel
from workflows.diagrams import Node, Process
from workflows.verification.documents import ANSWERED, ENTRY, Documents, Writer, frames, written_key
from workflows.verification.graphs import Before, before
from workflows.verification.shapes import LEAF, UNKNOWN, Names, Shape, infer, merge, of_value
from workflows.verification.subjects import Subject, value_of

_CASE = ("id", "number", "procedure", "jurisdiction", "started_on", "rehearsal", "state")
_LEGAL_BASIS = ("status", "number", "effective_from", "effective_to", "title", "is_demo")
_TASK: Names = {"task": Shape({"opened_at": LEAF, "due_at": LEAF})}


@dataclass
class Scopes:
    """The names of every node of a subject, computed once each."""

    subject: Subject
    documents: Documents
    _before: dict[str, Before] = field(default_factory=dict)
    _entries: dict[str, dict[str, Shape]] = field(default_factory=dict)
    _names: dict[tuple[str, str], dict[str, Shape]] = field(default_factory=dict)

    @cached_property
    def facts(self) -> dict[str, Shape]:
        """What is there from the beginning: profile, case, legal basis."""
        party = Shape(dict.fromkeys(("id", "code", "name", "uscc"), LEAF))
        parties = Shape(dict.fromkeys(self.subject.roles, party))
        return {
            "profile": self._profile(),
            "case": Shape({**dict.fromkeys(_CASE, LEAF), "parties": parties}),
            "legal_basis": Shape(dict.fromkeys(_LEGAL_BASIS, LEAF)),
        }

    def _profile(self) -> Shape:
        nested: dict[str, Shape] = {}
        for key, entry in self.subject.profile.items():
            shape = of_value(value_of(entry))
            for name in reversed(key.split(".")):
                shape = Shape({name: shape})
            nested = merge(nested, shape.fields or {})
        return Shape(nested)

    def at(self, node: Node, *, inside: bool = False) -> dict[str, Shape]:
        """Return the names at a node; ``inside`` its multi-instance, the loop item too."""
        key = (node.process_id, node.id)
        if key not in self._names:
            self._names[key] = {**self._document(node), **self.facts, **_TASK}
        names = self._names[key]
        if not inside or node.loop is None:
            return names
        own = {written_key(node) or node.id: UNKNOWN}  # the list of entries so far
        entry = merge(own, merge(ENTRY, ANSWERED))
        return {**merge(names, entry), **self.item(node), **self.facts, **_TASK}

    def item(self, node: Node) -> dict[str, Shape]:
        """Return the name and the shape of a multi-instance node's item."""
        if node.loop is None:
            return {}
        try:
            tree = feel.parse(node.loop.collection.removeprefix("=")).tree
        except feel.FeelError:
            return {node.loop.item: UNKNOWN}
        return {node.loop.item: infer(tree, self.at(node))}

    def _document(self, node: Node) -> dict[str, Shape]:
        process = self.subject.processes[node.process_id]
        names = dict(self.entry(process))
        for writer in self._written(process, node):
            names = merge(names, {writer.key: self.documents.shape(writer)})
        for container_id in node.path:
            if container := process.nodes.get(container_id):
                names = {**names, **self._opened(container)}
        return names

    def _written(self, process: Process, node: Node) -> Iterator[Writer]:
        """Yield what can have been written in the frames around a node."""
        around, earlier = frames(process, node.path), self._earlier(process)[node.id]
        is_again = process.id in self._reentered
        for writer in self.documents.writers(process):
            is_around = around[: len(writer.frame)] == writer.frame
            is_kept = is_again and not writer.frame
            if is_around and (writer.node.id in earlier or is_kept or _is_ambient(writer, node)):
                yield writer

    def _opened(self, container: Node) -> dict[str, Shape]:
        """Return the names that an embedded subprocess opens for what is inside it."""
        if container.loop is not None:
            return {**ENTRY, **self.item(container)}
        if not container.is_event_subprocess:
            return {}
        return {"key": LEAF, "message": UNKNOWN}

    def _earlier(self, process: Process) -> Before:
        if process.id not in self._before:
            self._before[process.id] = before(process)
        return self._before[process.id]

    def entry(self, process: Process) -> dict[str, Shape]:
        """Return the names a called process gets from its callers."""
        if process.id not in self._entries:
            self._entries[process.id] = {}  # a process that calls itself ends here
            found: dict[str, Shape] = {}
            for caller in self.subject.callers.get(process.id, ()):
                found = merge(found, self._handed_on(caller))
            for start in process.nodes.values():
                if start.kind == "startEvent" and not start.path:
                    found = merge(found, dict.fromkeys(start.inputs, UNKNOWN))
            if process.id in self._reentered:
                results = self.documents.frame(process, ()).get("outcome")
                found = merge(found, {"outcome": results} if results else {})
            self._entries[process.id] = found
        return self._entries[process.id]

    def _handed_on(self, caller: Node) -> dict[str, Shape]:
        names = self.at(caller, inside=True)
        inputs = {name: _given(text, names) for name, text in caller.inputs.items()}
        return {**names, **inputs}

    def inputs(self, node: Node) -> dict[str, Shape]:
        """Return the names that a node's own inputs give to what it runs."""
        names = self.at(node, inside=True)
        return {name: _given(text, names) for name, text in node.inputs.items()}

    @cached_property
    def _reentered(self) -> frozenset[str]:
        """Ids of the processes that can be called again in a frame they have filled before."""
        found: set[str] = set()
        while True:
            more = {p for p in self.subject.processes if any(self._again(p, found))} - found
            if not more:
                return frozenset(found)
            found |= more

    def _again(self, process_id: str, found: set[str]) -> Iterator[bool]:
        for caller in self.subject.callers.get(process_id, ()):
            outer = self.subject.processes[caller.process_id]
            if caller.loop is None and not frames(outer, caller.path):
                yield outer.id in found or caller.id in self._earlier(outer)[caller.id]


def names_at(subject: Subject, element_id: str) -> Mapping[str, Shape]:
    """Return the names that the expressions of a node, or of a flow, see; of none nothing."""
    scopes = Scopes(subject, Documents(subject))
    for process in subject.processes.values():
        flow = process.flows.get(element_id)
        node = process.nodes.get(flow.source if flow else element_id)
        if node is not None:
            return scopes.at(node, inside=flow is None)
    return {}


def writers_of(subject: Subject) -> Iterator[tuple[str, Node]]:
    """Yield each key of the case document with a node that writes it."""
    documents = Documents(subject)
    for process in subject.processes.values():
        for writer in documents.writers(process):
            yield writer.key, writer.node


def _given(text: str, names: Names) -> Shape:
    """Return the shape of an input's value."""
    if not text.startswith("="):
        return Shape({}, frozenset({text}))
    try:
        return infer(feel.parse(text[1:]).tree, names)
    except feel.FeelError:
        return UNKNOWN


def _is_ambient(writer: Writer, node: Node) -> bool:
    """Tell whether an event subprocess may have started at any time while the node's level runs."""
    if writer.node.kind != "startEvent" or not writer.node.path:
        return False
    level = writer.node.path[:-1]
    return node.path[: len(level)] == level
