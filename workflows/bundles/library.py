"""Reads jurisdictions from disk and closes each procedure over everything it uses.

A jurisdiction's own file wins over a shared one of the same process, decision or form id, so a
province replaces a default template by adding a file.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from workflows import dmn, strict_yaml
from workflows.bundles import handling
from workflows.bundles.bundle import PROCEDURE_FILE, Bundle
from workflows.diagrams import Diagram, DiagramError, read_diagram
from workflows.documents import FOLDER, TemplateError, read_template

SHARED = "shared"


class BundleError(ValueError):
    """A procedure cannot be closed: something it names is missing. Message in Chinese."""


@dataclass(frozen=True)
class _Source:
    """One file and the name it has inside a bundle."""

    path: str
    data: bytes


@dataclass(frozen=True)
class Jurisdiction:
    """One folder of ``workflows/bpmn`` with its ``jurisdiction.yaml``."""

    folder: Path
    forms_folder: Path

    @cached_property
    def settings(self) -> dict[str, Any]:
        """Return what jurisdiction.yaml says."""
        path = self.folder / "jurisdiction.yaml"
        settings = read_yaml(path)
        _require(settings, ("code", "name", "legal_basis", "roles", "procedures"), path)
        for procedure in settings["procedures"]:
            _require(procedure, ("id", "title", "started_by", "number"), path)
        found: dict[str, Any] = settings
        return found

    @property
    def code(self) -> str:
        """Return the jurisdiction's code."""
        return str(self.settings["code"])

    @property
    def procedures(self) -> list[dict[str, Any]]:
        """Return the procedures it offers, in the order of the file."""
        procedures: list[dict[str, Any]] = self.settings["procedures"]
        return procedures

    def scenarios(self) -> list[Path]:
        """Return its scenario files."""
        return sorted(self.folder.glob("scenarios/*.yaml"))

    def demo(self) -> dict[str, Any]:
        """Return its sample parties, or nothing."""
        path = self.folder / "demo.yaml"
        return read_yaml(path) if path.exists() else {}


def _require(given: Any, keys: tuple[str, ...], path: Path) -> None:
    place = f"{path.parent.name}/{path.name}"
    if not isinstance(given, dict):
        raise BundleError(f"{place} 应写成“名称: 值”的形式")
    missing = [key for key in keys if key not in given]
    if missing:
        where = f"（{given['id']}）" if "id" in given else ""
        raise BundleError(f"{place}{where} 缺少：{'、'.join(missing)}")


def read_yaml(path: Path) -> Any:
    """Return what a YAML file says. Raises BundleError naming the line that is wrong."""
    try:
        content = strict_yaml.read(path.read_bytes())
    except strict_yaml.YamlError as error:
        raise BundleError(f"{path.name} {error}") from error
    if wrong := next(_odd_keys(content), None):
        raise BundleError(f'{path.name} 的键 {wrong} 不是文本，请加引号，例如 on 要写成 "on"')
    return content


def _odd_keys(value: Any) -> Iterator[Any]:
    """Yield keys that YAML reads as something else than text: on, yes, numbers, dates."""
    if isinstance(value, dict):
        yield from (key for key in value if not isinstance(key, str))
        yield from (odd for inner in value.values() for odd in _odd_keys(inner))
    elif isinstance(value, list):
        yield from (odd for inner in value for odd in _odd_keys(inner))


@dataclass(frozen=True)
class Library:
    """All jurisdictions below ``bpmn_root``, with their forms below ``forms_root``."""

    bpmn_root: Path
    forms_root: Path

    @cached_property
    def jurisdictions(self) -> dict[str, Jurisdiction]:
        """Return the jurisdictions by code."""
        folders = sorted(p.parent for p in self.bpmn_root.glob("*/jurisdiction.yaml"))
        found = [Jurisdiction(f, self.forms_root / f.name) for f in folders]
        return {each.code: each for each in found}

    @cached_property
    def assumptions(self) -> dict[str, Any]:
        """Return the register of assumptions (系统假定) by id."""
        return self._shared("assumptions.yaml")

    @cached_property
    def notifications(self) -> dict[str, Any]:
        """Return what people are notified of: ``events`` by name, and ``common`` places."""
        return {"events": {}, "common": {}} | self._shared("notifications.yaml")

    def _shared(self, name: str) -> dict[str, Any]:
        path = self.bpmn_root / SHARED / name
        return read_yaml(path) if path.exists() else {}

    def bundles(self) -> Iterator[Bundle]:
        """Yield the bundle of every procedure of every jurisdiction. Raises BundleError."""
        for jurisdiction in self.jurisdictions.values():
            for procedure in jurisdiction.procedures:
                yield self.bundle(jurisdiction, procedure)

    def bundle(self, jurisdiction: Jurisdiction, procedure: Mapping[str, Any]) -> Bundle:
        """Close one procedure over its processes, decisions, forms and texts."""
        closure = _Closure(self, jurisdiction, procedure)
        return Bundle(str(procedure["id"]), closure.files())


class _Closure:
    """Collects the files of one procedure."""

    def __init__(
        self, library: Library, jurisdiction: Jurisdiction, procedure: Mapping[str, Any]
    ) -> None:
        self.jurisdiction = jurisdiction
        self.procedure = procedure
        folders = [library.bpmn_root / SHARED, jurisdiction.folder]
        self.processes = _index(folders, "*.bpmn", "bpmn", _process_ids)
        self.folders = folders
        self.decisions = _index(folders, "*.dmn", "dmn", _decision_ids)
        self.templates = _index(folders, f"{FOLDER}/*.yaml", FOLDER, _template_ids)
        self.form_folders = [jurisdiction.forms_folder, library.forms_root / SHARED]

    def files(self) -> dict[str, bytes]:
        """Return path -> content. Raises BundleError for what is missing."""
        found: dict[str, bytes] = {PROCEDURE_FILE: self._procedure_file()}
        diagrams = self._diagrams(found)
        for diagram in diagrams:
            for process in diagram.processes.values():
                for node in process.nodes.values():
                    self._add_form(found, node.form)
                    self._add_decision(found, node.decision)
        for entry in (self.procedure.get("profile") or {}).values():
            self._add_if_form(found, entry["value"])
        for name in ("clauses.yaml", "invariants.yaml"):
            path = self.jurisdiction.folder / name
            if path.exists():
                found[name] = path.read_bytes()
        return found | self._handling() | self._papers(diagrams) | self._scenarios()

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
        nodes = [n for d in diagrams for p in d.processes.values() for n in p.nodes.values()]
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

    def _diagrams(self, found: dict[str, bytes]) -> list[Diagram]:
        diagrams: list[Diagram] = []
        wanted, seen = [str(self.procedure["id"])], set[str]()
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
