"""Letters composed for an official to edit: from failed rules, their clauses and missing items."""

from collections import ChainMap
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services import cases, policies
from services.actors import Actor
from services.db.models import Draft, Party, PartyKind, Task
from services.documents import drafting, findings, scopes
from services.errors import NotFoundError
from services.runtime import Runtime
from workflows.documents import Filling, text_of


def compose(
    session: Session, runtime: Runtime, actor: Actor, task_id: UUID, kind: str
) -> dict[str, Any]:
    """Return the words of a refusal or supplement letter and what they rest on.

    ``fields`` are the parts for the task's own form, ``defects`` rows for a list of items to
    supplement: what is marked as missing or not met so far, what checks found missing, and failed
    rules that can be cured. Read from the case and the actor's saved draft; nothing is kept.
    Raises NotFoundError, NotAllowedError, ConflictError.
    """
    world, task, names = drafting.world_at(session, runtime, actor, task_id)
    _of_an_agency(session, task).require()
    templates = world.ready.opened.templates.values()
    template = next((t for t in templates if t.letter == kind), None)
    if template is None:
        raise NotFoundError("本事项没有这种拟稿")
    draft = session.get(Draft, (task.id, actor.person_id))
    scope = cases.form_scope(world, task)
    answers = world.ready.form_of(task).resumed(
        draft.answers if draft else {}, scope, world.context
    )
    opened, waived = world.ready.opened, scopes.waived(world)
    marked = findings.of_document(opened, answers, waived)
    found = findings.of_document(opened, {"marked": answers, **world.case.document}, waived)
    defects = _defects(world.case.document, answers, [*marked, *_curable(found)])
    given = {"answers": answers, "defects": defects, "findings": found}
    filling = Filling(template, ChainMap(given, names), world.context)  # type: ignore[arg-type]
    return {
        "kind": kind,
        "text": text_of(filling.blocks()),
        "fields": filling.fields(),
        "findings": found,
        "defects": defects,
    }


def _of_an_agency(session: Session, task: Task) -> policies.Verdict:
    party = session.get(Party, task.party_id) if task.party_id else None
    is_agency = party is not None and party.kind is PartyKind.AGENCY
    return policies.Verdict(is_agency, "只有办理机关可以拟写告知书")


def _defects(
    document: Mapping[str, Any], answers: Mapping[str, Any], unmet: list[dict[str, Any]]
) -> list[dict[str, str]]:
    """Return what is to be supplemented, each once: marked items, missing ones, curable rules."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    rules = (_row(each["text"], each["fact"], each["article"]) for each in unmet)
    for row in (*_marked(answers), *_missing(document), *rules):
        found.setdefault((row["material"], row["requirement"]), row)
    return list(found.values())


def _row(material: Any, requirement: Any, article: Any) -> dict[str, str]:
    return {
        "material": str(material or "材料"),
        "requirement": str(requirement or "请补正后重新提交"),
        "article": str(article or ""),
    }


def _marked(answers: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Yield the rows of a checklist that are marked as missing or not as required."""
    for rows in answers.values():
        for row in rows if isinstance(rows, list) else ():
            if not isinstance(row, Mapping) or not row.get("material"):
                continue
            if row.get("present") is False:
                yield _row(
                    row["material"], row.get("remark") or "未提交，请补交", row.get("article")
                )
            elif row.get("valid") is False:
                yield _row(
                    row["material"],
                    row.get("remark") or "不符合要求，请重新提交",
                    row.get("article"),
                )


def _missing(value: Any) -> Iterator[dict[str, str]]:
    """Yield what automatic checks of materials found missing."""
    if isinstance(value, list):
        for each in value:
            yield from _missing(each)
    elif isinstance(value, Mapping):
        for defect in value.get("defects") or ():
            if isinstance(defect, Mapping):
                yield _row(
                    defect.get("text") or defect.get("material"),
                    defect.get("requirement") or "未提交，请补交",
                    defect.get("article"),
                )
        for key, inner in value.items():
            if key != "defects":
                yield from _missing(inner)


def _curable(unmet: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in unmet if each["curable"]]
