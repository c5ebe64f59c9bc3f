"""What a case on its way will lack on a version: values read ahead that nobody will have written.

A value is there if the case document has it, or if a node that writes it is still ahead of the
reader. What an older version asked for and a person left out is no lack. Everything that may come
counts as ahead, so that little is named in vain. Papers read what their activity's node could.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from workflows import feel
from workflows.diagrams import Node, Process
from workflows.documents import Template
from workflows.verification.documents import Documents, written_key
from workflows.verification.expressions import required
from workflows.verification.graphs import before
from workflows.verification.papers import GIVEN as GIVEN_TO_PAPERS
from workflows.verification.reaching import Place, Reach
from workflows.verification.scopes import Scopes
from workflows.verification.shapes import UNKNOWN, Shape
from workflows.verification.sites import sites
from workflows.verification.subjects import Subject, label

Path = tuple[str, ...]

_GIVEN = frozenset(
    {"profile", "case", "legal_basis", "task", "this"}
    | {"key", "item", "round", "by", "at", "outcome", "message"}
)
_ON_ENTRY = ("输入", "期限", "起算日", "多实例集合", "多实例的键", "定时", "决策表")


@dataclass(frozen=True, slots=True)
class Want:
    """A value that a node reads (``on_entry``: not later), and the nodes that could have written it."""

    place: Place
    path: Path
    where: str
    on_entry: bool = False
    writers: tuple[Node, ...] = ()

    @property
    def name(self) -> str:
        """The value as an expression names it."""
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class _Provider:
    process_id: str
    node: Node
    key: str
    shape: Shape
    is_input: bool = False


@dataclass
class Reading:
    """Who reads and who writes what in one version. Made once for a version; then only read."""

    subject: Subject
    templates: tuple[Template, ...] = ()
    _ahead: dict[frozenset[Place], tuple[Want, ...]] = field(default_factory=dict)

    @cached_property
    def _scopes(self) -> Scopes:
        return Scopes(self.subject, Documents(self.subject))

    def wants(self, live: frozenset[Place]) -> tuple[Want, ...]:
        """Return what is read ahead of tokens on ``live`` and written by no node still ahead."""
        if live not in self._ahead:
            self._ahead[live] = tuple(self._wants(live))
        return self._ahead[live]

    def asks(self, path: Path) -> bool:
        """Tell whether some node of this version writes a value, whether or not a case has it."""
        return any(_covers(each.shape, path[1:]) for each in self._providers.get(path[0], ()))

    def _wants(self, live: frozenset[Place]) -> Iterator[Want]:
        reach = Reach(self.subject, live)
        for want in self._reads:
            is_live = want.place in live and want.place not in reach.strictly
            if want.place not in reach.all or (is_live and want.on_entry):
                continue
            writers = [
                each
                for each in self._providers.get(want.path[0], ())
                if _covers(each.shape, want.path[1:])
            ]
            if writers and not any(self._comes(each, want, reach) for each in writers):
                nodes = tuple({each.node.id: each.node for each in writers}.values())
                yield replace(want, writers=nodes)

    def _comes(self, provider: _Provider, want: Want, reach: Reach) -> bool:
        """Tell whether a writer is still ahead, and before the reader where both are drawn in one."""
        place = (provider.process_id, provider.node.id)
        if place not in reach.all:
            return False
        process_id, node_id = want.place
        if process_id == provider.process_id and place[1] not in self._before(process_id)[node_id]:
            return False
        if place in reach.strictly:
            return True
        return not provider.is_input and self._fills(provider, want.path[1:], reach)

    def _fills(self, provider: _Provider, rest: Path, reach: Reach) -> bool:
        """Tell whether a node under way will still write a part of what is under its key."""
        called = provider.node.called
        if called is None or not rest or rest[0] in _GIVEN:
            return True
        return any(
            (each.process_id, each.node.id) in reach.all and _covers(each.shape, rest[1:])
            for each in self._providers.get(rest[0], ())
            if each.process_id == called
        )

    @cached_property
    def _reads(self) -> tuple[Want, ...]:
        return tuple(dict.fromkeys(self._all_reads()))

    def _all_reads(self) -> Iterator[Want]:
        loops = {n.loop.item for n in self.subject.nodes() if n.loop is not None}
        for process in self._processes:
            for site in sites(self.subject, self._scopes, process):
                flow = process.flows.get(site.element_id)
                node = process.nodes[flow.source if flow else site.element_id]
                place = site.place.removeprefix(f"{label(node)}的")
                given = (
                    _GIVEN | loops | (self._asked_by(node) if place.startswith("表单“") else set())
                )
                for path in _paths(site.source):
                    if path[0] not in given:
                        on_entry = place.startswith(_ON_ENTRY)
                        yield Want((process.id, node.id), path, site.place, on_entry)
            yield from self._decided(process)
            yield from self._printed(process)

    def _printed(self, process: Process) -> Iterator[Want]:
        """Yield what papers read that are issued when a node completes, but what it writes itself."""
        for node in process.nodes.values():
            own = {written_key(node) or node.id} | GIVEN_TO_PAPERS
            for template in self.templates:
                if template.on is None or template.on not in {node.activity_code, node.id}:
                    continue
                for expression, bound in template.expressions():
                    for path in sorted(expression.names()):
                        if path[0] not in own | bound:
                            where = f"“{node.name or node.id}”出具的文书“{template.name}”"
                            yield Want((process.id, node.id), path, where)

    def _asked_by(self, node: Node) -> set[str]:
        form = self.subject.form_of(node)
        fields = form.fields if form is not None else ()
        return {each.path.split(".")[0].removesuffix("[]") for each in fields}

    def _decided(self, process: Process) -> Iterator[Want]:
        """Yield what the tables of rule tasks read besides the task's own inputs."""
        for node in process.nodes.values():
            name = self.subject.resolve(node.decision) or ""
            model = self.subject.decisions.get(name)
            for decision, known in required(model, name) if model is not None else ():
                where = f"{label(node)}的决策表“{decision.name}”"
                for path in decision.names():
                    if path[0] not in known | node.inputs.keys() | _GIVEN:
                        yield Want((process.id, node.id), path, where, on_entry=True)

    @cached_property
    def _providers(self) -> Mapping[str, tuple[_Provider, ...]]:
        found: dict[str, list[_Provider]] = {}
        for each in self._all_providers():
            found.setdefault(each.key, []).append(each)
        return {key: tuple(providers) for key, providers in found.items()}

    def _all_providers(self) -> Iterator[_Provider]:
        documents = self._scopes.documents
        for process in self._processes:
            for writer in documents.writers(process):
                if written_key(writer.node) or not writer.node.called:
                    shape = documents.shape(writer)
                    yield _Provider(process.id, writer.node, writer.key, shape)
            for node in process.nodes.values():
                if node.called:
                    for name in node.inputs:
                        yield _Provider(process.id, node, name, UNKNOWN, is_input=True)

    @property
    def _processes(self) -> list[Process]:
        return [self.subject.processes[each] for each in sorted(self.subject.used)]

    def _before(self, process_id: str) -> Mapping[str, frozenset[str]]:
        if process_id not in self._orders:
            self._orders[process_id] = before(self.subject.processes[process_id])
        return self._orders[process_id]

    @cached_property
    def _orders(self) -> dict[str, Mapping[str, frozenset[str]]]:
        return {}


def _paths(source: str) -> frozenset[Path]:
    try:
        return feel.parse(source).names()
    except feel.FeelError:
        return frozenset()


def _covers(shape: Shape, path: Path) -> bool:
    here: Shape | None = shape
    for part in path:
        here = here.part(part) if here is not None else None
    return here is not None


class Known:
    """The values of a case document, wherever in it they stand."""

    def __init__(self, document: Any) -> None:
        self._values: dict[str, list[Any]] = {}
        self._note(document)

    def _note(self, value: Any) -> None:
        if isinstance(value, Mapping):
            for key, inner in value.items():
                self._values.setdefault(key, []).append(inner)
                self._note(inner)
        elif isinstance(value, list):
            for each in value:
                self._note(each)

    def has(self, path: Path) -> bool:
        """Tell whether a value has been written, be it null."""
        return any(_reads(value, path[1:]) for value in self._values.get(path[0], ()))


def _reads(value: Any, rest: Path) -> bool:
    if not rest or value is None:
        return True
    if isinstance(value, list):
        return not value or any(_reads(each, rest) for each in value)
    return isinstance(value, Mapping) and rest[0] in value and _reads(value[rest[0]], rest[1:])


def lacking(
    old: Reading,
    new: Reading,
    tokens: Collection[tuple[Node, Node]],
    document: Callable[[], Any],
) -> list[Want]:
    """Return what a case will lack on the new version that it would not lack on the old one.

    ``tokens``: the nodes under way, before and after. The document is asked for only where the
    versions differ in what they want of it. Empty if all is there.
    """
    renamed = {(a.process_id, a.id): (b.process_id, b.id) for a, b in tokens}
    before = old.wants(frozenset(renamed))
    had = {(renamed.get(want.place, want.place), want.path) for want in before}
    found = [
        want
        for want in new.wants(frozenset(renamed.values()))
        if (want.place, want.path) not in had
    ]
    if not found:
        return []
    known = Known(document())
    return [
        want
        for want in found
        if not known.has(want.path) and not (known.has(want.path[:1]) and old.asks(want.path))
    ]
