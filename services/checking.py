"""Checking procedures on disk before they are loaded."""

from collections.abc import Set as AbstractSet
from dataclasses import asdict
from pathlib import Path
from typing import Any

import forms
from services.service_tasks.catalogue import CATALOGUE
from services.settings import Settings
from workflows.bundles import Bundle, BundleError, Jurisdiction, Library, open_bundle, read_yaml
from workflows.verification import Things, check_bundle, check_law


def check_folder(path: Path, settings: Settings) -> list[dict[str, Any]]:
    """Return the findings of one jurisdiction's folder, or of all in a folder, as JSON rows."""
    is_one = (path / "jurisdiction.yaml").exists()
    root = path.resolve().parent if is_one else path.resolve()
    library = Library(root, settings.forms_root)
    found: list[dict[str, Any]] = []
    for jurisdiction in library.jurisdictions.values():
        if not is_one or jurisdiction.folder == path.resolve():
            found += _check(library, jurisdiction)
    return found


def _check(library: Library, jurisdiction: Jurisdiction) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for procedure in jurisdiction.procedures:
        name = str(procedure["id"])
        try:
            bundle = library.bundle(jurisdiction, procedure)
        except BundleError as error:
            rows.append(_row(name, "error", "bundle.incomplete", message=str(error)))
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
            form = forms.compile_form(forms.parse(data))
            things.add_form(form.id, form)
    for path in sorted(jurisdiction.forms_folder.glob("*.json")):
        form = forms.load(path)
        things.add_form(form.id, form)
    found = check_law(
        _listed(jurisdiction, "clauses.yaml"), _listed(jurisdiction, "invariants.yaml"), things
    )
    return [{"procedure": jurisdiction.code, **asdict(each)} for each in found]


def _listed(jurisdiction: Jurisdiction, name: str) -> Any:
    path = jurisdiction.folder / name
    return read_yaml(path) if path.exists() else []


def check_one(bundle: Bundle, assumptions: AbstractSet[str]) -> list[dict[str, Any]]:
    """Return the findings of one bundle as JSON rows; a draft need not even open."""
    rows: list[dict[str, Any]] = []
    compiled: dict[str, forms.CompiledForm] = {}
    for path, data in sorted(bundle.under("forms").items()):
        try:
            form = forms.compile_form(forms.parse(data))
        except forms.FormDefinitionError as error:
            rows.append(
                _row(bundle.procedure_id, "error", "form.invalid", file=path, message=str(error))
            )
        else:
            compiled[form.id] = form
    findings = check_bundle(bundle, compiled, CATALOGUE, assumptions)
    return rows + [{"procedure": bundle.procedure_id, **asdict(each)} for each in findings]


def _row(
    procedure: str, severity: str, rule: str, *, message: str, file: str = ""
) -> dict[str, Any]:
    return {
        "procedure": procedure,
        "severity": severity,
        "rule": rule,
        "file": file,
        "element_id": "",
        "message": message,
        "example": (),
    }
