"""Comparing submissions: what a party changed after 补正, and what it was asked to change."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms import Difference
from services import case_pages, procedures
from services.actors import Actor
from services.db.models import Decision, File, Party, PartyKind, Task
from services.errors import InvalidError, NotFoundError

MARKED = "supplement_list"  # the table in which a review marks what is to be supplemented


def of_case(
    session: Session, actor: Actor, case_id: UUID, *, old_id: UUID | None, new_id: UUID | None
) -> dict[str, Any]:
    """Return the changes between two decisions on one form.

    By default the last two of one form by an applying unit, else by anyone.

    ``pairs`` are all that can be compared. Only what the actor may read counts.
    Raises NotFoundError, InvalidError (they answer different forms).
    """
    found = _readable(session, actor, case_id)
    pairs = _pairs(found)
    old, new = _chosen(found, pairs, old_id, new_id)
    if old is None or new is None:
        return {"form": None, "title": None, "old": None, "new": None, "changes": [], "pairs": []}
    if old["form"] != new["form"]:
        raise InvalidError("两次提交填写的不是同一份表单，不能比较", {"from": ["请选择同一份表单"]})
    bundle = case_pages.visible(session, actor, case_id).bundle_hash
    form = procedures.ready(session, bundle).form_of(session.get_one(Task, new["task_id"]))
    changes = form.differences(old["answers"], new["answers"])
    names = _file_names(session, case_id, changes)
    return {
        "form": form.id,
        "title": form.title,
        "old": old,
        "new": new,
        "changes": [_change(each, names) for each in changes],
        "pairs": [{"form": a["form"], "old": a, "new": b} for a, b in pairs],
    }


def _readable(session: Session, actor: Actor, case_id: UUID) -> list[dict[str, Any]]:
    rows = case_pages.decisions(session, actor, case_id)
    standing = [row for row in rows if row["withdrawn_at"] is None]
    readable = [row for row in standing if row["answers"] is not None]
    forms = dict(
        session.execute(
            select(Task.id, Task.form_id).where(Task.id.in_([row["task_id"] for row in readable]))
        ).all()
    )
    units = set(
        session.scalars(
            select(Decision.id)
            .join(Party, Party.id == Decision.party_id)
            .where(Decision.case_id == case_id, Party.kind == PartyKind.UNIT)
        )
    )
    return [
        row | {"form": forms[row["task_id"]], "is_submission": row["id"] in units}
        for row in readable
    ]


def _pairs(found: list[dict[str, Any]]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return each decision with the one before it on the same form by the same role."""
    last: dict[tuple[str, str], dict[str, Any]] = {}
    pairs = []
    for row in found:
        key = (row["form"], row["role"])
        if key in last:
            pairs.append((last[key], row))
        last[key] = row
    return pairs


def _chosen(
    found: list[dict[str, Any]],
    pairs: list[tuple[dict[str, Any], dict[str, Any]]],
    old_id: UUID | None,
    new_id: UUID | None,
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    if new_id is None and old_id is None:
        submitted = [pair for pair in pairs if pair[1]["is_submission"]]
        chosen = submitted or pairs
        return chosen[-1] if chosen else (None, None)
    by_id = {row["id"]: row for row in found}
    if new_id not in by_id or (old_id is not None and old_id not in by_id):
        raise NotFoundError("没有这次提交，或者不能查看")
    if old_id is not None:
        return by_id[old_id], by_id[new_id]
    return next((pair for pair in pairs if pair[1]["id"] == new_id), (None, None))


def _file_names(session: Session, case_id: UUID, changes: list[Difference]) -> dict[str, str]:
    ids = {
        each
        for change in changes
        for value in (change.old, change.new)
        for each in _ids(change, value)
    }
    rows = session.execute(
        select(File.id, File.name).where(File.case_id == case_id, File.id.in_(map(UUID, ids)))
    )
    return {str(file_id): name for file_id, name in rows}


def _ids(change: Difference, value: Any) -> list[str]:
    if change.type == "filepicker":
        return list(value or [])
    if change.type == "row" and value:
        lists = (each for each in value.values() if isinstance(each, list))
        return [file_id for each in lists for file_id in each]
    return []


def _change(each: Difference, names: dict[str, str]) -> dict[str, Any]:
    return {
        "path": each.path,
        "label": each.labels[-1],
        "labels": list(each.labels),
        "row": each.row,
        "kind": each.kind,
        "old": _named(each.old, names),
        "new": _named(each.new, names),
    }


def _named(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, list):
        return "、".join(names.get(each, "文件") for each in value) or None
    if isinstance(value, dict):
        return "；".join(f"{label}：{_named(each, names)}" for label, each in value.items())
    return None if value is None else str(value)


def marked(session: Session, actor: Actor, case_id: UUID) -> list[dict[str, Any]]:
    """Return what each review marked for supplementing (补正), newest first."""
    found = _readable(session, actor, case_id)
    rows = [row for row in found if isinstance(row["answers"].get(MARKED), list)]
    return [
        {
            "decision": row["id"],
            "made_at": row["made_at"],
            "items": row["answers"][MARKED],
            "amends_form": row["answers"].get("form_to_be_amended") is True,
        }
        for row in reversed(rows)
    ]
