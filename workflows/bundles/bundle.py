"""An immutable version of a procedure: named files and the hash of what they say."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Any

from lxml import etree

from workflows import dmn, strict_yaml
from workflows.bundles import handling, reading
from workflows.bundles.facts import Fact, read_facts
from workflows.diagrams import Diagram, Node, Process
from workflows.documents import FOLDER, Template, templates_of
from workflows.engine import Program, compile_program
from workflows.nesting import nested
from workflows.xml import parse_xml

PROCEDURE_FILE = "procedure.json"
EXAMPLES = "examples"


def examples_of(table: str) -> str:
    """Return the path of the examples that stand beside a table's file in a bundle."""
    return f"{EXAMPLES}/{table.removeprefix('dmn/').removesuffix('.dmn')}.json"


@dataclass(frozen=True)
class Bundle:
    """The files of one procedure by path, for example ``bpmn/application.bpmn``.

    Two bundles are the same if their files say the same: layout of YAML and JSON, line ends and
    attribute order of XML do not change the hash.
    """

    procedure_id: str
    files: Mapping[str, bytes] = field(repr=False)

    @cached_property
    def hash(self) -> str:
        """Return the canonical content hash, hexadecimal SHA-256."""
        parts = [[path, _canonical_hash(path, self.files[path])] for path in sorted(self.files)]
        return sha256(_canonical_json([self.procedure_id, parts])).hexdigest()

    def under(self, folder: str) -> dict[str, bytes]:
        """Return the files of one folder."""
        return {p: data for p, data in self.files.items() if p.startswith(f"{folder}/")}


def _canonical_json(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return text.encode()


def _canonical_hash(path: str, data: bytes) -> str:
    if path.endswith((".bpmn", ".dmn")):
        text = etree.tostring(parse_xml(data), encoding="unicode")
        content = etree.canonicalize(text, strip_text=True).encode()
    elif path.endswith(".json"):
        content = _canonical_json(json.loads(data))
    elif path.endswith(".yaml"):
        content = _canonical_json(strict_yaml.read_stored(data))
    else:
        content = data
    return sha256(content).hexdigest()


@dataclass(frozen=True)
class Opened:
    """A bundle parsed and ready to run. Read-only; shared between threads and cases."""

    bundle: Bundle
    procedure: Mapping[str, Any]
    diagrams: Mapping[str, Diagram]
    program: Program
    decisions: Mapping[str, dmn.Model]

    @cached_property
    def profile(self) -> dict[str, Any]:
        """Return the parameters nested by the dots of their keys, for expressions."""
        entries = self.procedure["procedure"].get("profile") or {}
        return nested({key: entry["value"] for key, entry in entries.items()})

    @cached_property
    def processes(self) -> dict[str, Process]:
        """Return every process of its diagrams by id."""
        return {
            process_id: process
            for diagram in self.diagrams.values()
            for process_id, process in diagram.processes.items()
        }

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """Return the facts by which people find its cases, in the order of the declaration."""
        return read_facts(self)

    @cached_property
    def handling(self) -> handling.Handling:
        """Return which acts are lawful on which task."""
        files = sorted(self.bundle.under(handling.FOLDER).items(), key=handling.shared_first)
        return handling.merged(strict_yaml.read_stored(data) for _path, data in files)

    @cached_property
    def templates(self) -> Mapping[str, Template]:
        """Return the templates of official papers by id."""
        return templates_of(self.bundle.under(FOLDER))

    @cached_property
    def clauses(self) -> list[dict[str, Any]]:
        """Return the clauses of the regulation, as clauses.yaml lists them."""
        return strict_yaml.read_stored(self.bundle.files.get("clauses.yaml", b"[]")) or []

    @property
    def jurisdiction(self) -> str:
        """Return the code of the jurisdiction."""
        return str(self.procedure["jurisdiction"]["code"])

    @property
    def roles(self) -> Mapping[str, Mapping[str, Any]]:
        """Return role key -> how it is bound when a case starts; the procedure's own go first."""
        return {**self.procedure["roles"], **(self.procedure["procedure"].get("roles") or {})}

    def node(self, process_id: str, node_id: str) -> Node:
        """Return one node of any process in the bundle."""
        return self.program.nodes[process_id][node_id]


@lru_cache(maxsize=256)
def _open(bundle_hash: str, holder: "_Holder") -> Opened:
    return open_fresh(holder.bundle)


def open_fresh(bundle: Bundle) -> Opened:
    """Parse a bundle that will not be asked for again, such as a draft between two edits.

    Raises DiagramError, ModelRefusedError, dmn.DmnError.
    """
    diagrams = {p: reading.diagram(data) for p, data in sorted(bundle.under("bpmn").items())}
    models = [reading.model(data) for _, data in sorted(bundle.under("dmn").items())]
    return Opened(
        bundle,
        json.loads(bundle.files[PROCEDURE_FILE]),
        diagrams,
        compile_program(bundle.under("bpmn").values(), bundle.procedure_id),
        {name: model for model in models for name in model.decisions},
    )


@dataclass(frozen=True)
class _Holder:
    """Carries a bundle past the cache, whose key is the hash alone."""

    bundle: Bundle = field(compare=False)


def open_bundle(bundle: Bundle) -> Opened:
    """Parse a bundle, once per process and hash.

    Raises DiagramError, ModelRefusedError, dmn.DmnError.
    """
    return _open(bundle.hash, _Holder(bundle))
