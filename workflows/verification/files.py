"""Reads the files of a draft; what cannot be read is a finding, never a fault."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workflows import dmn, strict_yaml
from workflows.bundles import Bundle, bounds, reading
from workflows.bundles.bundle import PROCEDURE_FILE
from workflows.bundles.handling import FOLDER, shared_first
from workflows.diagrams import Diagram, DiagramError
from workflows.verification.findings import Finding, Severity

CLAUSES, INVARIANTS = "clauses.yaml", "invariants.yaml"


@dataclass
class Files:
    """A bundle's files as data, and the findings about those that cannot be read."""

    bundle: Bundle
    findings: list[Finding] = field(default_factory=list)
    articles: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def refused(path: str, message: str) -> Finding:
        """Return the finding about a file that is not even looked at."""
        return Finding(Severity.ERROR, "structure.too-large", path, "", message)

    def _unreadable(self, path: str, element_id: str, message: str) -> None:
        self.findings.append(
            Finding(Severity.ERROR, "structure.unreadable", path, element_id, message)
        )

    def settings(self) -> Mapping[str, Any]:
        """Return what procedure.json says."""
        try:
            return bounds.read_settings(self.bundle.files.get(PROCEDURE_FILE, b""))
        except bounds.SettingsError as error:
            self._unreadable(PROCEDURE_FILE, "", f"流程包里没有可读的办理事项设置：{error}")
            return {}

    def diagrams(self) -> dict[str, Diagram]:
        """Return the diagrams by path."""
        found = {}
        for path, data in sorted(self.bundle.under("bpmn").items()):
            try:
                found[path] = reading.diagram(data)
            except DiagramError as error:
                self._unreadable(path, "", str(error))
        return found

    def models(self) -> dict[str, dmn.Model]:
        """Return the decision models by path."""
        found = {}
        for path, data in sorted(self.bundle.under("dmn").items()):
            try:
                found[path] = reading.model(data)
            except dmn.DmnError as error:
                self._unreadable(path, error.element_id, error.message_zh)
        return found

    def handling(self) -> dict[str, Any]:
        """Return the rules on tasks by path, the shared ones first."""
        files = sorted(self.bundle.under(FOLDER).items(), key=shared_first)
        return {path: self._yaml(path, data) for path, data in files}

    def clauses(self) -> frozenset[str]:
        """Return the ids of the clauses; ``articles`` then says which article each is of."""
        rows = self._yaml(CLAUSES, self.bundle.files.get(CLAUSES, b"[]")) or []
        try:
            self.articles = {str(row["id"]): str(row.get("article") or "") for row in rows}
            return frozenset(self.articles)
        except (TypeError, KeyError, AttributeError):
            self._unreadable(CLAUSES, "", "条款清单应为列表，每条有编号（id）")
            return frozenset()

    def invariants(self) -> Any:
        """Return what invariants.yaml says."""
        return self._yaml(INVARIANTS, self.bundle.files.get(INVARIANTS, b"[]"))

    def look_at_rest(self) -> None:
        """Read what no other check reads: the scenarios."""
        for path, data in sorted(self.bundle.under("scenarios").items()):
            try:
                reading.require_yaml(data)
            except strict_yaml.YamlError as error:
                self._unreadable(path, "", f"{path} {error}")

    def _yaml(self, path: str, data: bytes) -> Any:
        try:
            return strict_yaml.read(data)
        except strict_yaml.YamlError as error:
            self._unreadable(path, "", f"{path} {error}")
            return None
