"""The law changes: the amended clauses, what they touch, and a draft of each procedure to be changed."""

from collections.abc import Iterable, Mapping
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from services import amendments, procedures
from services.actors import Actor
from services.db.models import Procedure
from services.errors import InvalidError, NotFoundError
from services.runtime import Runtime
from services.studio import commenting, drafts, editing, files, pages, publications
from workflows import strict_yaml

CLAUSES = "clauses.yaml"
MOST_NOTES = 300
_TEXTS = ("id", "article", "strength", "text", "not_modelled")
Rows = list[dict[str, Any]]


def listed(session: Session, actor: Actor, code: str) -> Rows:
    """Return the clauses of a jurisdiction as its newest versions say them, for its owners.

    Raises NotFoundError, NotAllowedError.
    """
    drafts.require_owner(session, actor, code)
    row = session.scalars(
        select(Procedure).where(Procedure.jurisdiction == code).order_by(Procedure.id)
    ).first()
    if row is None:
        raise NotFoundError("这个辖区还没有办理事项")
    bundle = procedures.read_bundle(session, publications.newest(session, row))
    return list(strict_yaml.read_stored(bundle.files.get(CLAUSES, b"[]")) or [])


def prepare(
    session: Session, runtime: Runtime, actor: Actor, code: str, rows: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """Open a draft with the amended clauses of each procedure that they touch.

    What is touched is told as open comments on its elements. ``rows`` have id, article, strength,
    text and not_modelled; what realised a clause is taken over. Until the drafts are published
    with their date, cases start as before. Raises NotFoundError, NotAllowedError, InvalidError.
    """
    text = _amended(listed(session, actor, code), rows)
    impact = amendments.for_owner(session, runtime, actor, code, clauses=(), proposed=text)
    opened = {
        procedure_id: _draft(session, runtime, actor, procedure_id, text)
        for procedure_id in dict.fromkeys(each["procedure"] for each in impact["touched"])
    }
    for procedure_id, draft_id in opened.items():
        touched = [each for each in impact["touched"] if each["procedure"] == procedure_id]
        _note(session, runtime, actor, draft_id, touched)
    return {
        "changes": impact["changes"],
        "touched": impact["touched"],
        "case_count": len(impact["cases"]),
        "drafts": [pages.brief(session, drafts.find(session, actor, d)) for d in opened.values()],
    }


def _amended(before: Rows, rows: Iterable[Mapping[str, Any]]) -> str:
    realised = {str(row["id"]): row.get("realised_by") for row in before}
    after = []
    for row in rows:
        kept = {key: row[key] for key in _TEXTS if row.get(key)}
        names = realised.get(str(row["id"]))
        after.append(kept | ({"realised_by": names} if names else {}))
    ids = [row["id"] for row in after]
    if twice := sorted({each for each in ids if ids.count(each) > 1}):
        raise InvalidError("条款编号重复", {"rows": [f"编号重复：{'、'.join(twice)}"]})
    return str(yaml.safe_dump(after, allow_unicode=True, sort_keys=False, width=1_000))


def _draft(session: Session, runtime: Runtime, actor: Actor, procedure_id: str, text: str) -> Any:
    """Open a draft and put the amended clauses into it."""
    draft_id = drafts.open_from(session, runtime, actor, procedure_id, None)["id"]
    head = files.heads(session, drafts.find(session, actor, draft_id)).get(CLAUSES)
    base = head.revision if head else editing.NEW
    editing.save(session, runtime, actor, draft_id, CLAUSES, text=text, base=base)
    return draft_id


def _note(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    draft_id: Any,
    touched: Iterable[Mapping[str, Any]],
) -> None:
    """Leave comments where the drafter has to look; of what has no file at the clauses."""
    known = files.heads(session, drafts.find(session, actor, draft_id))
    for each in list(touched)[:MOST_NOTES]:
        doubt = "" if each["is_sure"] else "（只引用同一条，请核对是否相关）"
        words = f"法规修订涉及“{each['name']}”：{each['why']}{doubt}"
        is_there = each["file"] in known
        commenting.add(
            session,
            runtime,
            actor,
            draft_id,
            path=each["file"] if is_there else CLAUSES,
            element_id=each["element_id"] if is_there else "",
            text=words[: commenting.MAX_TEXT],
        )
