"""Checking procedures before they are loaded: folders on disk, and drafts that somebody sends."""

from collections.abc import Set as AbstractSet
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import forms
import workflows
from services.service_tasks.catalogue import CATALOGUE
from services.settings import Settings
from workflows.bundles import (
    Bundle,
    BundleError,
    Jurisdiction,
    Library,
    bounds,
    open_bundle,
    read_yaml,
)
from workflows.verification import (
    Finding,
    Severity,
    Subject,
    Things,
    check_bundle,
    check_law,
    sentence,
    subject_of,
)

_WITH_PATHS = frozenset({"soundness", "structure", "invariants"})  # kinds of rules


def check_folder(path: Path, settings: Settings) -> list[dict[str, Any]]:
    """Return the findings of one jurisdiction's folder, or of all in a folder, as JSON rows."""
    is_one = (path / "jurisdiction.yaml").exists()
    root = path.resolve().parent if is_one else path.resolve()
    library = Library(root, settings.forms_root)
    found: list[dict[str, Any]] = []
    try:
        for jurisdiction in library.jurisdictions.values():
            if not is_one or jurisdiction.folder == path.resolve():
                found += _check(library, jurisdiction)
    except BundleError as error:  # of the jurisdiction's own file; of a procedure it is a row
        found.append(as_row("", _incomplete(str(error))))
    return found


def _incomplete(message: str) -> Finding:
    return Finding(Severity.ERROR, "bundle.incomplete", "", "", message)


def _check(library: Library, jurisdiction: Jurisdiction) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for procedure in jurisdiction.procedures:
        name = str(procedure["id"])
        try:
            bundle = library.bundle(jurisdiction, procedure)
        except BundleError as error:
            rows.append(as_row(name, _incomplete(str(error))))
            continue
        rows += check_one(bundle, library.assumptions.keys())
    if not any(row["severity"] == "error" for row in rows):
        rows += _check_law(library, jurisdiction)
    return rows


def _check_law(library: Library, jurisdiction: Jurisdiction) -> list[dict[str, Any]]:
    """Check clauses and invariants against all that the jurisdiction's procedures have."""
    things = Things()
    for procedure in jurisdiction.procedures:
        opened = open_bundle(library.bundle(jurisdiction, procedure))
        things.add(opened)
        for data in opened.bundle.under("forms").values():
            form = forms.compiled(data)
            things.add_form(form.id, form)
    for path in sorted(jurisdiction.forms_folder.glob("*.json")):
        form = forms.load(path)
        things.add_form(form.id, form)
    found = check_law(
        _listed(jurisdiction, "clauses.yaml"), _listed(jurisdiction, "invariants.yaml"), things
    )
    return [as_row(jurisdiction.code, each) for each in found]


def _listed(jurisdiction: Jurisdiction, name: str) -> Any:
    path = jurisdiction.folder / name
    return read_yaml(path) if path.exists() else []


def check_one(bundle: Bundle, assumptions: AbstractSet[str]) -> list[dict[str, Any]]:
    """Return the findings of a bundle that need not even open, as JSON rows. Never raises."""
    compiled: dict[str, forms.CompiledForm] = {}
    found: list[Finding] = []
    if not any(bounds.problems(bundle.files)):
        compiled, found = _forms(bundle)
    findings = check_bundle(bundle, compiled, CATALOGUE, assumptions)
    return [as_row(bundle.procedure_id, each) for each in (*found, *findings)]


def subject(bundle: Bundle) -> Subject:
    """Return a bundle as its checks see it, whether it opens or not."""
    compiled, _found = _forms(bundle)
    return subject_of(bundle, compiled, CATALOGUE)


def _forms(bundle: Bundle) -> tuple[dict[str, forms.CompiledForm], list[Finding]]:
    compiled: dict[str, forms.CompiledForm] = {}
    found: list[Finding] = []
    for path, data in sorted(bundle.under("forms").items()):
        try:
            form = forms.compiled(data)
        except forms.FormDefinitionError as error:
            found.append(Finding(Severity.ERROR, "form.invalid", path, "", str(error)))
        else:
            compiled[form.id] = form
    return compiled, found


def as_row(procedure: str, finding: Finding) -> dict[str, Any]:
    """Return a finding for programs.

    ``message`` is the Chinese sentence, ``message_en`` the English one of its rule; ``path`` are
    ids of elements to draw, in order, ``example`` these or the inputs of a decision table.
    """
    is_path = finding.rule.partition(".")[0] in _WITH_PATHS
    return {
        "procedure": procedure,
        "severity": finding.severity.value,
        "rule": finding.rule,
        "file": finding.file,
        "element_id": finding.element_id,
        "article": finding.article,
        "message": finding.message,
        "message_en": sentence(finding.rule),
        "path": list(finding.example) if is_path else [],
        "example": list(finding.example),
    }


@cache
def version() -> str:
    """Return what stands for the checker: a hash of the sources that check."""
    digest = sha256()
    for package in (workflows, forms):
        folder = Path(str(package.__file__)).parent
        for path in sorted(folder.rglob("*.py")):
            digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]
