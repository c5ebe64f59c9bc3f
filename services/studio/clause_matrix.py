"""The clauses of a regulation beside what realises them, read from both ends."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from services.db.models import ProcedureDraft
from services.runtime import Runtime
from services.studio import checks, files
from workflows import strict_yaml
from workflows.bundles import Bundle
from workflows.bundles.bundle import PROCEDURE_FILE
from workflows.diagrams import DiagramError, read_diagram
from workflows.xml import UnsafeXmlError, parse_xml

_LEGAL = frozenset({"userTask", "serviceTask", "businessRuleTask", "callActivity"})


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that can realise a clause: where it is and what people call it."""

    kind: str
    name: str
    file: str
    element_id: str


def of_draft(session: Session, runtime: Runtime, draft: ProcedureDraft) -> dict[str, Any]:
    """Return each clause with what realises it, and each step with the clauses it cites.

    ``clauses``: id, article, strength, text, not_modelled, things (of other procedures of the
    jurisdiction too), citing (other steps of this draft that cite it). ``steps``: those that cite none
    have an empty list. What cannot be read is left out; the checks say why.
    """
    bundle = files.bundle(session, draft)
    here = dict(things(bundle))
    others = checks.others_of(session, draft.jurisdiction, draft.procedure_id)
    elsewhere = dict(_fields(_on_disk(runtime, bundle)))
    for ready in others:
        elsewhere |= dict(things(ready.opened.bundle))
    steps = list(_steps(bundle))
    return {
        "clauses": [_row(row, here, elsewhere, steps) for row in clauses(bundle)],
        "steps": steps,
    }


def _on_disk(runtime: Runtime, bundle: Bundle) -> Bundle:
    """Return the jurisdiction's forms on disk: some clauses are realised by one no node names."""
    paths = checks.forms_on_disk(runtime, bundle)
    return Bundle(bundle.procedure_id, {f"forms/{p.name}": p.read_bytes() for p in paths})


def _row(
    row: Mapping[str, Any],
    here: Mapping[str, Thing],
    elsewhere: Mapping[str, Thing],
    steps: list[dict[str, Any]],
) -> dict[str, Any]:
    clause = str(row["id"])
    things = [_thing(str(name), here, elsewhere) for name in row.get("realised_by") or []]
    named = {(each["file"], each["element_id"]) for each in things}
    return {
        "id": clause,
        "article": str(row.get("article") or ""),
        "strength": str(row.get("strength") or ""),
        "text": str(row.get("text") or ""),
        "not_modelled": str(row.get("not_modelled") or "").strip(),
        "things": things,
        "citing": [
            {"name": s["name"], "file": s["file"], "element_id": s["element_id"]}
            for s in steps
            if clause in s["clauses"] and (s["file"], s["element_id"]) not in named
        ],
    }


def _thing(name: str, here: Mapping[str, Thing], elsewhere: Mapping[str, Thing]) -> dict[str, Any]:
    found = here.get(name) or elsewhere.get(name)
    where = "here" if name in here else "elsewhere" if found else "missing"
    shown = asdict(found) if found else asdict(Thing("", name, "", name))
    return {**shown, "id": name, "where": where}


def clauses(bundle: Bundle) -> Iterator[Mapping[str, Any]]:
    """Yield the clauses as they are listed; what is no clause is passed over."""
    for row in _yaml(bundle, "clauses.yaml"):
        if isinstance(row, dict) and "id" in row:
            yield row


def _yaml(bundle: Bundle, name: str) -> list[Any]:
    try:
        rows = strict_yaml.read(bundle.files.get(name, b"[]"))
    except ValueError:
        return []
    return rows if isinstance(rows, list) else []


def _steps(bundle: Bundle) -> Iterator[dict[str, Any]]:
    for path, node in _nodes(bundle):
        if node.kind in _LEGAL or node.clauses:
            yield {
                "name": node.name or node.id,
                "file": path,
                "element_id": node.id,
                "clauses": list(node.clauses),
                "assumptions": list(node.assumptions),
            }


def _nodes(bundle: Bundle) -> Iterator[tuple[str, Any]]:
    for path, data in sorted(bundle.under("bpmn").items()):
        try:
            diagram = read_diagram(data)
        except (DiagramError, UnsafeXmlError):
            continue
        for process in diagram.processes.values():
            yield from ((path, node) for node in process.nodes.values())


def things(bundle: Bundle) -> Iterator[tuple[str, Thing]]:
    """Yield everything of a procedure by the names that clauses use."""
    for path, node in _nodes(bundle):
        thing = Thing("step", node.name or node.id, path, node.id)
        yield node.id, thing
        if node.activity_code:
            yield node.activity_code, thing
    title = (_json(bundle.files.get(PROCEDURE_FILE, b"")).get("procedure") or {}).get("title") or {}
    name = str(title.get("zh") or bundle.procedure_id)
    yield bundle.procedure_id, Thing("procedure", name, PROCEDURE_FILE, bundle.procedure_id)
    yield from _rules(bundle)
    yield from _fields(bundle)
    yield from _parameters(bundle)
    for row in _yaml(bundle, "invariants.yaml"):
        if isinstance(row, dict) and "id" in row:
            name = str(row["id"])
            yield name, Thing("invariant", str(row.get("text") or name), "invariants.yaml", name)


def _rules(bundle: Bundle) -> Iterator[tuple[str, Thing]]:
    for path, data in sorted(bundle.under("dmn").items()):
        try:
            root = parse_xml(data)
        except UnsafeXmlError:
            continue
        for decision in root.iter("{*}decision"):
            key, called = str(decision.get("id")), str(decision.get("name") or "")
            yield key, Thing("decision", called or key, path, key)
            for rule in decision.iter("{*}rule"):
                name = str(rule.get("id"))
                yield name, Thing("rule", f"{called}：{_said(rule) or name}", path, name)


def _said(rule: Any) -> str:
    return next((str(d.text).strip() for d in rule.iterchildren("{*}description") if d.text), "")


def _fields(bundle: Bundle) -> Iterator[tuple[str, Thing]]:
    for path, data in sorted(bundle.under("forms").items()):
        form = _json(data)
        key = path.rpartition("/")[2].removesuffix(".json")
        title = str((form.get("liancheng") or {}).get("title") or key)
        yield key, Thing("form", title, path, key)
        for name, component in _components(form):
            label = str(component.get("label") or name)
            element = str(component.get("id") or name)
            yield f"{key}.{name}", Thing("field", f"{title}：{label}", path, element)


def _components(around: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    for each in around.get("components") or []:
        own = each.get("key") or each.get("path") or ""
        name = f"{above}.{own}".strip(".") if own else above
        if own:
            yield name, each
        yield from _components(each, name if each.get("path") else above)


def _parameters(bundle: Bundle) -> Iterator[tuple[str, Thing]]:
    profile = (_json(bundle.files.get(PROCEDURE_FILE, b"")).get("procedure") or {}).get("profile")
    for key, entry in (profile or {}).items():
        label = str(entry.get("label") or key)
        yield f"profile.{key}", Thing("parameter", label, PROCEDURE_FILE, key)
        for row in entry["value"] if isinstance(entry.get("value"), list) else ():
            if isinstance(row, dict):
                name = row.get("rule_id") or row.get("code")
                if name:
                    words = f"{label}：{row.get('text') or name}"
                    yield str(name), Thing("parameter", words, PROCEDURE_FILE, key)


def _json(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
