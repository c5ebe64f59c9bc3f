"""The names a template reads: the case document from the inside out, and who issues."""

from collections import ChainMap
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from services.db.models import Consortium, Party, Task, Waiver
from services.documents import findings
from workflows.engine import Document, Passage

if TYPE_CHECKING:
    from services.cases.environment import CaseWorld


def frames(document: Document, path: Iterable[tuple[str, str | None]]) -> list[Document]:
    """Return the objects that a data path leads through, the outermost first."""
    found = [document]
    for data_key, item_key in path:
        inner = found[-1].get(data_key)
        if item_key is not None:
            inner = next((e for e in inner or () if str(e.get("key")) == item_key), None)
        if not isinstance(inner, dict):
            break
        found.append(inner)
    return found


def written_by(passage: Passage, inner: Document) -> Any:
    """Return what the activity wrote: under its key, or, as one of several, its own entry."""
    if passage.item_key is not None:
        return inner
    return inner.get(passage.node.data_key or passage.node.id)


def at_passage(world: "CaseWorld", document: Document, passage: Passage) -> Mapping[str, Any]:
    """Return the names where a node was left. ``answers`` is what the node wrote."""
    layers = frames(document, passage.data_path)
    given = {"answers": written_by(passage, layers[-1]), **of_case(world, document)}
    return ChainMap(given, world.facts, *reversed(layers))


def of_case(world: "CaseWorld", document: Document) -> dict[str, Any]:
    """Return what papers say of a case besides its document: failed rules, the register entry."""
    opened = world.ready.opened
    return {
        "findings": findings.of_document(opened, document, waived(world)),
        "register": _register(world),
        "jurisdiction": opened.procedure["jurisdiction"]["name"]["zh"],
        "procedure": opened.procedure["procedure"]["title"]["zh"],
    }


def waived(world: "CaseWorld") -> frozenset[str]:
    """Return the rules that were let pass in this case."""
    rows = select(Waiver.rule_id).where(Waiver.case_id == world.case.id, Waiver.is_granted)
    return frozenset(world.session.scalars(rows))


def _register(world: "CaseWorld") -> dict[str, Any] | None:
    entry = world.session.scalars(
        select(Consortium).where(Consortium.case_id == world.case.id)
    ).first()
    if entry is None:
        return None
    return {
        "title_name": entry.title_name,
        "certificate_no": entry.certificate_no,
        "document_no": entry.document_no,
        "industry_field": entry.industry_field,
        "members": entry.members,
        "valid_from": entry.valid_from.isoformat(),
        "valid_to": entry.valid_to.isoformat() if entry.valid_to else None,
    }


def issuer(world: "CaseWorld", passage: Passage, role: str | None = None) -> Party | None:
    """Return the party that issues: of the role named, else of the task, else of its lane."""
    if role:
        return world.parties.get(role)
    task = world.session.get(Task, passage.task_id)
    if task is not None and task.party_id is not None:
        return world.session.get(Party, task.party_id)
    wanted = passage.node.role or ""
    return world.parties.get(wanted)


def as_names(party: Party | None) -> dict[str, Any]:
    """Return a party as templates name it."""
    if party is None:
        return {"id": None, "code": None, "name": ""}
    return {"id": str(party.id), "code": party.code, "name": party.name}


def party_id(party: Party | None) -> UUID | None:
    """Return its id, if there is one."""
    return party.id if party is not None else None
