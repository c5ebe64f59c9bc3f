"""Closes a procedure, or a part of one, over everything it uses.

A jurisdiction's own file wins over a shared one of the same process, decision or form id, so a
province replaces a default template by adding a file.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workflows import dmn
from workflows.bundles import handling
from workflows.bundles.bundle import EXAMPLES, PROCEDURE_FILE, examples_of
from workflows.bundles.jurisdictions import BundleError, Jurisdiction, read_yaml
from workflows.diagrams import Diagram, DiagramError, Node, read_diagram
from workflows.documents import FOLDER, TemplateError, read_template
from workflows.xml import parse_xml

SHARED = "shared"


@dataclass(frozen=True)
class Roots:
    """Where the folders of all jurisdictions are, and those of their forms."""

    bpmn: Path
    forms: Path


@dataclass(frozen=True)
class Wanted:
    """What somebody wants of the library, by id."""

    processes: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Source:
    """One file and the name it has inside a bundle."""

    path: str
    data: bytes


class Closure:
    """Collects the files of one procedure."""

    def __init__(
        self, roots: Roots, jurisdiction: Jurisdiction, procedure: Mapping[str, Any]
    ) -> None:
        self.jurisdiction = jurisdiction
        self.procedure = procedure
        folders = [roots.bpmn / SHARED, jurisdiction.folder]
        self.processes = _index(folders, "*.bpmn", "bpmn", _process_ids)
        self.folders = folders
        self.decisions = _index(folders, "*.dmn", "dmn", _decision_ids)
        self.templates = _index(folders, f"{FOLDER}/*.yaml", FOLDER, _template_ids)
        self.form_folders = [jurisdiction.forms_folder, roots.forms / SHARED]

    def files(self) -> dict[str, bytes]:
        """Return path -> content. Raises BundleError for what is missing."""
        found: dict[str, bytes] = {PROCEDURE_FILE: self._procedure_file()}
        diagrams = self._diagrams(found, [str(self.procedure["id"])])
        for node in _nodes(diagrams):
            self._add_form(found, node.form)
            self._add_decision(found, node.decision)
        for entry in (self.procedure.get("profile") or {}).values():
            self._add_if_form(found, entry["value"])
        for name in ("clauses.yaml", "invariants.yaml"):
            path = self.jurisdiction.folder / name
            if path.exists():
                found[name] = path.read_bytes()
        return found | self._handling() | self._papers(diagrams) | self._scenarios()

    def part(self, wanted: Wanted) -> dict[str, bytes]:
        """Return what processes, tables and forms need; what is missing is left out."""
        found: dict[str, bytes] = {}
        known = [name for name in wanted.processes if name in self.processes]
        diagrams = self._diagrams(found, known)
        nodes = list(_nodes(diagrams))
        for form in (*wanted.forms, *(node.form for node in nodes)):
            with suppress(BundleError):
                self._add_form(found, form)
        for decision in (*wanted.decisions, *(node.decision for node in nodes)):
            with suppress(BundleError):
                self._add_decision(found, decision)
        return found | self._papers(diagrams)

    def offered(self) -> dict[str, dict[str, str]]:
        """Return the processes, tables and forms that it can be closed over: id -> name."""
        return {
            "processes": {k: _names(s.data, "process")[k] for k, s in self.processes.items()},
            "decisions": {k: _names(s.data, "decision")[k] for k, s in self.decisions.items()},
            "forms": {
                p.stem: _title(p) for f in self.form_folders for p in sorted(f.glob("*.json"))
            },
        }

    def _handling(self) -> dict[str, bytes]:
        """Return the rules on what may be done with tasks: the shared ones and the own."""
        paths = {f.name: f / "handling.yaml" for f in self.folders}
        return {
            f"{handling.FOLDER}/{name}.yaml": path.read_bytes()
            for name, path in paths.items()
            if path.exists()
        }

    def _papers(self, diagrams: list[Diagram]) -> dict[str, bytes]:
        """Return the templates whose activity the procedure has, and those of letters."""
        nodes = list(_nodes(diagrams))
        known = {n.id for n in nodes} | {n.activity_code for n in nodes} | {None}
        sources = self.templates.values()
        return {s.path: s.data for s in sources if read_template(s.data).on in known}

    def _scenarios(self) -> dict[str, bytes]:
        """Return the procedure's scenarios with the parts and answers they share."""
        folder = self.jurisdiction.folder / "scenarios"
        shared = sorted(folder.glob("parts/*.yaml")) + sorted(folder.glob("answers/*.yaml"))
        own = [p for p in self.jurisdiction.scenarios() if self._is_own(p)]
        return {f"scenarios/{p.relative_to(folder)}": p.read_bytes() for p in own + shared if own}

    def _is_own(self, path: Path) -> bool:
        return bool((read_yaml(path) or {}).get("procedure") == self.procedure["id"])

    def _procedure_file(self) -> bytes:
        settings = self.jurisdiction.settings
        content = {
            "jurisdiction": {"code": settings["code"], "name": settings["name"]},
            "legal_basis": settings["legal_basis"],
            "roles": settings["roles"],
            "notifications": settings.get("notifications") or {},
            "procedure": self.procedure,
        }
        return json.dumps(content, ensure_ascii=False, sort_keys=True, default=str).encode()

    def _diagrams(self, found: dict[str, bytes], wanted: list[str]) -> list[Diagram]:
        diagrams: list[Diagram] = []
        seen = set[str]()
        while wanted:
            process_id = wanted.pop()
            if process_id in seen:
                continue
            seen.add(process_id)
            source = self.processes.get(process_id)
            if source is None:
                raise BundleError(f"找不到流程“{process_id}”，它被 {self.procedure['id']} 使用")
            found[source.path] = source.data
            diagram = read_diagram(source.data)
            diagrams.append(diagram)
            for process in diagram.processes.values():
                wanted.extend(sorted(process.calls()))
        return diagrams

    def _resolve(self, name: str | None) -> str | None:
        """Return a literal name, or the profile's value where the diagram says =profile.x."""
        if name is None or not name.startswith("="):
            return name
        key = name.removeprefix("=").strip()
        if not key.startswith("profile."):
            raise BundleError(f"“{name}”须写成 =profile.…，以便在装入时确定")
        key = key.removeprefix("profile.")
        entry = (self.procedure.get("profile") or {}).get(key)
        if entry is None:
            raise BundleError(f"{self.procedure['id']} 没有参数“{key}”，图中却用到 {name}")
        return str(entry["value"])

    def _add_form(self, found: dict[str, bytes], name: str | None) -> None:
        form_id = self._resolve(name)
        if form_id is None:
            return
        path = self._form_path(form_id)
        if path is None:
            raise BundleError(f"找不到表单“{form_id}”，它被 {self.procedure['id']} 使用")
        found[f"forms/{form_id}.json"] = path.read_bytes()

    def _add_if_form(self, found: dict[str, bytes], value: Any) -> None:
        if isinstance(value, str) and (path := self._form_path(value)):
            found[f"forms/{value}.json"] = path.read_bytes()

    def _form_path(self, form_id: str) -> Path | None:
        if "/" in form_id or ".." in form_id:
            return None
        paths = (folder / f"{form_id}.json" for folder in self.form_folders)
        return next((path for path in paths if path.exists()), None)

    def _add_decision(self, found: dict[str, bytes], name: str | None) -> None:
        decision_id = self._resolve(name)
        if decision_id is None:
            return
        source = self.decisions.get(decision_id)
        if source is None:
            raise BundleError(f"找不到决策表“{decision_id}”，它被 {self.procedure['id']} 使用")
        found[source.path] = source.data
        self._add_examples(found, source.path)

    def _add_examples(self, found: dict[str, bytes], table: str) -> None:
        """Take along the examples kept beside a table."""
        _kind, home, name = table.split("/")
        folder = next(each for each in self.folders if each.name == home)
        path = folder / EXAMPLES / f"{name.removesuffix('.dmn')}.json"
        if path.exists():
            found[examples_of(table)] = path.read_bytes()


def _names(data: bytes, tag: str) -> dict[str, str]:
    found = parse_xml(data).iter(f"{{*}}{tag}")
    return {str(each.get("id")): str(each.get("name") or each.get("id")) for each in found}


def _title(path: Path) -> str:
    own = json.loads(path.read_bytes()).get("liancheng") or {}
    return str(own.get("title") or path.stem)


def _nodes(diagrams: Iterable[Diagram]) -> Iterator[Node]:
    return (n for d in diagrams for p in d.processes.values() for n in p.nodes.values())


def _index(
    folders: list[Path], pattern: str, kind: str, ids: Callable[[bytes], list[str]]
) -> dict[str, _Source]:
    """Return id -> file; later folders win. Raises BundleError for an id twice in one folder."""
    index: dict[str, _Source] = {}
    for folder in folders:
        own: dict[str, _Source] = {}
        for path in sorted(folder.glob(pattern)):
            source = _Source(f"{kind}/{folder.name}/{path.name}", path.read_bytes())
            for name in _ids(path, source.data, ids):
                if name in own:
                    raise BundleError(f"“{name}”在 {own[name].path} 和 {source.path} 中各有一个")
                own[name] = source
        index |= own
    return index


def _ids(path: Path, data: bytes, ids: Callable[[bytes], list[str]]) -> list[str]:
    """Return the ids a file defines, its refusal named by the file."""
    try:
        return ids(data)
    except DiagramError as error:
        raise BundleError(f"{path.name}：{error}") from error
    except dmn.DmnError as error:
        raise BundleError(f"{path.name}：{error.message_zh}") from error
    except TemplateError as error:
        raise BundleError(f"{path.name}：{error}") from error


def _process_ids(data: bytes) -> list[str]:
    return list(read_diagram(data).processes)


def _decision_ids(data: bytes) -> list[str]:
    return list(dmn.parse(data).decisions)


def _template_ids(data: bytes) -> list[str]:
    return [read_template(data).id]
