"""Drafts: opening one, finding it, giving it up. Only the jurisdiction's process owners know of them."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import jurisdiction_audit, policies, procedures
from services.actors import Actor
from services.db.models import Bundle as BundleRow
from services.db.models import DraftState, Procedure, ProcedureDraft
from services.errors import ConflictError, InvalidError, NotFoundError
from services.runtime import Runtime
from services.studio import blank, files, pages, publications
from services.studio.files import Hand

_NEW_ID = re.compile(r"[a-z][a-z0-9_]{1,30}")
_STATES = {
    DraftState.IN_REVIEW: "草稿正在复核，不能修改；请先撤回送审",
    DraftState.PUBLISHED: "草稿已经发布，不能再修改；请另开草稿",
    DraftState.DISCARDED: "草稿已经放弃，不能再修改；请另开草稿",
}


def require_owner(session: Session, actor: Actor, jurisdiction: str) -> None:
    """Refuse whoever is no process owner there. Raises NotFoundError, NotAllowedError."""
    policies.own_procedures(actor, procedures.agencies(session, jurisdiction)).require()


def find(
    session: Session, actor: Actor, draft_id: UUID, *, is_locked: bool = False
) -> ProcedureDraft:
    """Return a draft to its jurisdiction's process owners; ``is_locked`` to the transaction's end.

    Raises NotFoundError, whether there is none or it is not theirs.
    """
    query = select(ProcedureDraft).where(ProcedureDraft.id == draft_id)
    if is_locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    draft = session.scalars(query).first()
    if draft is not None:
        agencies = procedures.agencies(session, draft.jurisdiction)
        if policies.own_procedures(actor, agencies).is_allowed:
            return draft
    raise NotFoundError("没有这个草稿")


def lock_for_editing(session: Session, actor: Actor, draft_id: UUID) -> ProcedureDraft:
    """Return a draft that may be changed, locked. Raises NotFoundError, ConflictError."""
    draft = find(session, actor, draft_id, is_locked=True)
    if draft.state is not DraftState.EDITING:
        raise ConflictError(_STATES[draft.state], "DRAFT_CLOSED", state=draft.state.value)
    return draft


def open_from(
    session: Session, runtime: Runtime, actor: Actor, procedure_id: str, version: int | None
) -> dict[str, Any]:
    """Open a draft of a procedure: of its newest version, or back to what an earlier one says.

    Raises NotFoundError, NotAllowedError.
    """
    procedure = procedures.get(session, procedure_id)
    require_owner(session, actor, procedure.jurisdiction)
    newest = publications.newest(session, procedure)
    said = newest if version is None else _of_version(session, procedure_id, version)
    draft = _new(procedure.jurisdiction, procedure_id, procedure.title, newest)
    contents = procedures.read_bundle(session, said).files
    what = {"base": newest, "version": version}
    _begin(session, runtime, actor, draft, contents, what)
    return pages.shown(session, draft)


def open_blank(
    session: Session, runtime: Runtime, actor: Actor, jurisdiction: str, name: str, title: str
) -> dict[str, Any]:
    """Open a draft of a new procedure. Raises NotFoundError, NotAllowedError, InvalidError."""
    require_owner(session, actor, jurisdiction)
    if not _NEW_ID.fullmatch(name):
        text = "以小写英文字母开头，只用小写字母、数字和下划线，2 至 31 个字符"
        raise InvalidError("编号有误", {"name": [text]})
    procedure_id = f"{jurisdiction}.{name}"
    if session.get(Procedure, procedure_id) is not None:
        raise InvalidError("编号已有办理事项使用", {"name": ["请换一个编号，或者从该事项打开草稿"]})
    like = session.scalars(
        select(Procedure).where(Procedure.jurisdiction == jurisdiction).order_by(Procedure.id)
    ).first()
    if like is None:
        raise NotFoundError("这个辖区还没有办理事项可以参照")
    bundle = procedures.read_bundle(session, like.bundle_hash)
    draft = _new(jurisdiction, procedure_id, title, None)
    _begin(session, runtime, actor, draft, blank.files(bundle, procedure_id, title), {})
    return pages.shown(session, draft)


def _new(code: str, procedure_id: str, title: str, base: str | None) -> ProcedureDraft:
    return ProcedureDraft(jurisdiction=code, procedure_id=procedure_id, title=title, base_hash=base)


def _of_version(session: Session, procedure_id: str, version: int) -> str:
    found = session.scalar(
        select(BundleRow.hash).where(
            BundleRow.procedure_id == procedure_id, BundleRow.version == version
        )
    )
    if found is None:
        raise NotFoundError(f"没有第 {version} 版")
    return found


def _begin(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    draft: ProcedureDraft,
    contents: Mapping[str, bytes],
    what: dict[str, Any],
) -> None:
    draft.state = DraftState.EDITING
    draft.opened_by, draft.opened_at = actor.person_id, runtime.clock.now()
    session.add(draft)
    session.flush()
    hand = Hand(actor.person_id, draft.opened_at)
    for path, data in sorted(contents.items()):
        files.put(session, draft, hand, path, procedures.keep_blob(session, data), None)
    record(session, runtime, actor, draft, "draft.opened", what)


def record(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    draft: ProcedureDraft,
    what: str,
    payload: dict[str, Any],
) -> None:
    """Append what was done with a draft to the jurisdiction's audit chain."""
    jurisdiction_audit.append(
        session,
        draft.jurisdiction,
        at=runtime.clock.now(),
        actor=actor.key,
        what=what,
        payload={"draft": str(draft.id), "procedure": draft.procedure_id, **payload},
    )


def discard(session: Session, runtime: Runtime, actor: Actor, draft_id: UUID) -> dict[str, Any]:
    """Give a draft up; it stays readable. Raises NotFoundError, ConflictError."""
    draft = lock_for_editing(session, actor, draft_id)
    draft.state = DraftState.DISCARDED
    record(session, runtime, actor, draft, "draft.discarded", {})
    return pages.shown(session, draft)
