"""The words an editor offers: clauses, roles, forms, tables, processes, operations of a draft."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

import forms
from services.db.models import ProcedureDraft
from services.runtime import Runtime
from services.service_tasks.catalogue import CATALOGUE
from services.studio import files, names
from workflows import strict_yaml
from workflows.bundles.bundle import PROCEDURE_FILE, Bundle
from workflows.xml import UnsafeXmlError, parse_xml

Words = dict[str, Any]


def of_draft(session: Session, draft: ProcedureDraft) -> Words:
    """Return what can be chosen in a draft; what cannot be read offers nothing."""
    bundle = files.bundle(session, draft)
    settings = _json(bundle.files.get(PROCEDURE_FILE, b""))
    procedure = settings.get("procedure") or {}
    return {
        "jurisdiction": draft.jurisdiction,
        "clauses": list(_clauses(bundle)),
        "roles": sorted({*(settings.get("roles") or {}), *(procedure.get("roles") or {})}),
        "forms": [_form(path, data) for path, data in sorted(bundle.under("forms").items())],
        "decisions": list(_named(bundle, "dmn", "decision")),
        "processes": list(_named(bundle, "bpmn", "process")),
        "parameters": [
            {"id": key, "name": str(entry.get("label") or key)}
            for key, entry in (procedure.get("profile") or {}).items()
        ],
        "operations": [
            {
                "name": name,
                "label": each.label,
                "description": each.description,
                "inputs": [{"name": k, "type": str(v)} for k, v in each.inputs.items()],
            }
            for name, each in sorted(CATALOGUE.items())
        ],
    }


def of_library(runtime: Runtime, words: Words) -> Words:
    """Return what the library offers beside a draft's own ``words``; reads the disk."""
    offered = runtime.library.offered(words["jurisdiction"])
    kinds = ("forms", "decisions", "processes")
    return {
        "functions": names.functions(),
        "fragments": runtime.library.fragments,
        "library": {kind: _beside(offered[kind], words[kind]) for kind in kinds},
    }


def _beside(offered: Mapping[str, str], own: list[Words]) -> list[Words]:
    has = {each["id"] for each in own}
    return [{"id": key, "name": name} for key, name in offered.items() if key not in has]


def _json(data: bytes) -> Words:
    try:
        found = json.loads(data)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _clauses(bundle: Bundle) -> Iterator[Words]:
    try:
        rows = strict_yaml.read(bundle.files.get("clauses.yaml", b"[]"))
    except ValueError:
        return
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and "id" in row:
            keys = ("id", "article", "strength", "text")
            yield {key: str(row.get(key) or "") for key in keys}


def _form(path: str, data: bytes) -> Words:
    form_id = path.removeprefix("forms/").removesuffix(".json")
    own = _json(data).get("liancheng") or {}
    return {
        "id": form_id,
        "name": str(own.get("title") or form_id),
        "asks": list(_fields(data)),
    }


def _fields(data: bytes) -> Iterator[Words]:
    """Yield the fields of a form on which a step can have rights; a column tells its table too."""
    try:
        form = forms.compiled(data)
    except forms.FormDefinitionError:
        return
    labels = {each.path: each.label for each in form.fields}
    for each in form.fields:
        if not each.is_readonly:
            around = labels.get(each.path.rpartition(".")[0].removesuffix("[]"))
            yield {"id": each.path, "name": f"{around} › {each.label}" if around else each.label}


def _named(bundle: Bundle, folder: str, tag: str) -> Iterator[Words]:
    for path, data in sorted(bundle.under(folder).items()):
        try:
            root = parse_xml(data)
        except UnsafeXmlError:
            continue
        for element in root.iter(f"{{*}}{tag}"):
            yield {
                "id": str(element.get("id")),
                "name": str(element.get("name") or ""),
                "file": path,
            }
