"""What nodes write into the case document, as ``workflows.engine.frames`` lays it out."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from workflows import dmn
from workflows.diagrams import Node, Process
from workflows.verification.graphs import Path
from workflows.verification.shapes import LEAF, UNKNOWN, Names, Shape, either, infer, merge
from workflows.verification.subjects import Form, FormField, Subject

_KEYED_BY_ID = frozenset({"userTask"})
_WRITING = frozenset(
    {"userTask", "serviceTask", "businessRuleTask", "callActivity", "subProcess"}
    | {"intermediateCatchEvent", "boundaryEvent"}
)
_PERSON = Shape({"id": LEAF, "name": LEAF, "party_id": LEAF})
ANSWERED: Names = {"round": LEAF, "by": _PERSON, "at": LEAF}
ENTRY: Names = {"key": LEAF, "item": UNKNOWN}


@dataclass(frozen=True, slots=True)
class Writer:
    """A node that writes under a key; ``frame`` are the ids of the frames around the key."""

    node: Node
    key: str
    frame: Path


@dataclass
class Documents:
    """The writers of every process, and the shapes of what they write."""

    subject: Subject
    _writers: dict[str, tuple[Writer, ...]] = field(default_factory=dict)
    _frames: dict[tuple[str, Path], dict[str, Shape]] = field(default_factory=dict)
    _forms: dict[tuple[str, tuple[tuple[str, str], ...]], Names] = field(default_factory=dict)
    _open: set[str] = field(default_factory=set)

    def writers(self, process: Process) -> tuple[Writer, ...]:
        """Return what the nodes of a process write, what unframed calls write included."""
        if process.id not in self._writers:
            self._writers[process.id] = ()  # a process that calls itself ends here
            self._writers[process.id] = tuple(self._all_writers(process))
        return self._writers[process.id]

    def _all_writers(self, process: Process) -> Iterator[Writer]:
        for node in process.nodes.values():
            frame = frames(process, node.path)
            if node.kind == "startEvent":
                yield from self._start(process, node)
            elif key := written_key(node):
                yield Writer(node, key, frame)
            elif called := self.subject.processes.get(node.called or ""):
                inner = (w for w in self.writers(called) if not w.frame)
                yield from (Writer(node, each.key, frame) for each in inner)

    def _start(self, process: Process, node: Node) -> Iterator[Writer]:
        container = process.nodes.get(node.path[-1]) if node.path else None
        if container is not None and container.is_event_subprocess:
            frame = frames(process, container.path)
            yield Writer(node, node.data_key or node.id, frame)
        elif not node.path and node.data_key and process.id == self.subject.procedure_id:
            yield Writer(node, node.data_key, ())

    def shape(self, writer: Writer) -> Shape:
        """Return the shape of what is under a writer's key."""
        node = writer.node
        parts = self._parts(node, writer.key)
        if parts is None:
            return UNKNOWN
        return Shape(merge(parts, ENTRY) if node.loop is not None else parts)

    def _parts(self, node: Node, key: str) -> Names | None:
        """Return what an entry consists of; None where only its writer knows, as for messages."""
        parts: Names | None = None
        if node.kind == "userTask":
            parts = self._answers(node, ANSWERED)
        elif node.kind == "businessRuleTask":
            parts = self._decided(node)
        elif node.kind == "callActivity":
            parts = self._called(node, key)
        elif node.kind == "subProcess":
            process = self.subject.processes[node.process_id]
            parts = self.frame(process, (*frames(process, node.path), node.id))
        elif node.kind == "startEvent" and not node.path:
            parts = self._answers(node, {})
        return parts

    def _answers(self, node: Node, stamps: Names) -> Names | None:
        if (form := self.subject.form_of(node)) is None:
            return None
        key = (self.subject.resolve(node.form) or "", tuple(sorted(node.access.items())))
        if key not in self._forms:
            self._forms[key] = answers(form)
        return merge(self._forms[key], stamps)

    def _decided(self, node: Node) -> Names | None:
        name = self.subject.resolve(node.decision) or ""
        model = self.subject.decisions.get(name)
        return None if model is None else _outputs(model.decisions[name])

    def _called(self, node: Node, key: str) -> Names | None:
        called = self.subject.processes.get(node.called or "")
        if called is None or called.id in self._open:
            return None
        self._open.add(called.id)
        parts = self.frame(called, ())
        self._open.discard(called.id)
        if not (node.data_key or node.loop):
            return parts[key].fields if key in parts else None
        return merge(parts, dict.fromkeys(node.inputs, UNKNOWN))

    def frame(self, process: Process, frame: Path) -> dict[str, Shape]:
        """Return the keys of one frame of a process, its outcome among them."""
        if (process.id, frame) not in self._frames:
            self._frames[process.id, frame] = self._frame(process, frame)
        return self._frames[process.id, frame]

    def _frame(self, process: Process, frame: Path) -> dict[str, Shape]:
        found: dict[str, Shape] = {}
        for writer in self.writers(process):
            if writer.frame == frame:
                found = merge(found, {writer.key: self.shape(writer)})
        if results := outcomes(process, frame):
            found = merge(found, {"outcome": Shape({}, results)})
        return found


def frames(process: Process, path: Path) -> Path:
    """Return the embedded subprocesses of a path that open a frame of their own."""
    nodes = (process.nodes.get(node_id) for node_id in path)
    return tuple(n.id for n in nodes if n is not None and (n.loop or n.is_event_subprocess))


def written_key(node: Node) -> str | None:
    """Return the key a node writes under, if it writes at all."""
    if node.kind not in _WRITING or node.is_event_subprocess:
        return None
    if node.loop is not None or node.kind in _KEYED_BY_ID:
        return node.data_key or node.id
    return None if node.kind == "subProcess" else node.data_key


def outcomes(process: Process, frame: Path) -> frozenset[str]:
    """Return the results that end events name in one frame of a process."""
    return frozenset(
        node.outcome
        for node in process.nodes.values()
        if node.kind == "endEvent" and node.outcome and _names_outcome_of(process, node, frame)
    )


def _names_outcome_of(process: Process, node: Node, frame: Path) -> bool:
    """Tell whether an end event ends a frame: an interrupting event subprocess stands for it."""
    path = node.path
    while path and _stands_for_its_level(process, path):
        path = path[:-1]
    if not path:
        return frame == ()
    return bool(frame) and path[-1] == frame[-1]


def _stands_for_its_level(process: Process, path: Path) -> bool:
    container = process.nodes.get(path[-1])
    starts = (n for n in process.nodes.values() if n.kind == "startEvent" and n.path == path)
    is_interrupting = all(start.is_interrupting for start in starts)
    return container is not None and container.is_event_subprocess and is_interrupting


def answers(form: Form) -> dict[str, Shape]:
    """Return the shape of a form's clean answers. What the system shows is never answered."""
    tree: dict[str, Shape] = {}
    for each in form.fields:
        if not each.is_readonly:
            _plant(tree, each.path.replace("[]", "").split("."), each)
    return tree


def _plant(tree: dict[str, Shape], steps: list[str], answer: FormField) -> None:
    name, *rest = steps
    here = tree.get(name, LEAF)
    if rest:
        inner = dict(here.fields or {})
        _plant(inner, rest, answer)
        tree[name] = Shape(inner)
    else:
        values = frozenset(value for value, _ in answer.options)
        tree[name] = Shape(here.fields, values or None)


def _outputs(decision: dmn.Decision) -> Names:
    """Return what is stored under a rule task's key."""
    logic = decision.logic
    if not isinstance(logic, dmn.DecisionTable):
        return {decision.variable: UNKNOWN, "rules": LEAF}
    row = {output.name: _output(logic, place) for place, output in enumerate(logic.outputs)}
    return {"hits": Shape(row), "rules": LEAF} if logic.gives_list else {**row, "rules": LEAF}


def _output(table: dmn.DecisionTable, place: int) -> Shape:
    """Return the shape of one output, with its texts if its rules give nothing else."""
    if table.aggregation is not None:
        return LEAF
    column = table.outputs[place]
    cells = [rule.results[place] for rule in table.rules]
    cells += [column.default] if column.default is not None else []
    return either(infer(cell.tree, {}) for cell in cells)
