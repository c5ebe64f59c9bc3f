"""Reads jurisdictions from disk and closes each procedure over everything it uses."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from workflows.bundles.bundle import Bundle
from workflows.bundles.closing import SHARED, Closure, Roots, Wanted
from workflows.bundles.jurisdictions import BundleError, Jurisdiction, read_yaml

__all__ = ["SHARED", "BundleError", "Jurisdiction", "Library", "read_yaml"]


@dataclass(frozen=True)
class Library:
    """All jurisdictions below ``bpmn_root``, with their forms below ``forms_root``."""

    bpmn_root: Path
    forms_root: Path

    @property
    def roots(self) -> Roots:
        """Return where its folders are."""
        return Roots(self.bpmn_root, self.forms_root)

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

    @cached_property
    def fragments(self) -> list[dict[str, Any]]:
        """Return the usual steps that an editor puts into a diagram as a whole."""
        path = self.bpmn_root / SHARED / "fragments.yaml"
        found = read_yaml(path) if path.exists() else []
        return [{"takes": [], "forms": [], "flows": []} | each for each in found]

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
        closure = Closure(self.roots, jurisdiction, procedure)
        return Bundle(str(procedure["id"]), closure.files())

    def part(
        self,
        jurisdiction: Jurisdiction,
        profile: Mapping[str, Any],
        wanted: Wanted,
    ) -> dict[str, bytes]:
        """Return the files that ``wanted`` needs in a procedure with these parameters."""
        procedure = {"id": "", "profile": profile}
        return Closure(self.roots, jurisdiction, procedure).part(wanted)

    def home(self, code: str) -> Jurisdiction:
        """Return a jurisdiction; of a code without a folder what all share."""
        nowhere = Jurisdiction(self.bpmn_root / SHARED, self.forms_root / SHARED)
        return self.jurisdictions.get(code, nowhere)

    def offered(self, code: str) -> dict[str, dict[str, str]]:
        """Return the processes, tables and forms that a jurisdiction may use: id -> name."""
        if code not in self._offered:
            home = self.home(code)
            self._offered[code] = Closure(self.roots, home, {"id": ""}).offered()
        return self._offered[code]

    @cached_property
    def _offered(self) -> dict[str, dict[str, dict[str, str]]]:
        return {}
