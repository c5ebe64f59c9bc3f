"""Comments on elements of a draft: whoever owns the procedures asks and settles."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.accounts import names_of
from services.actors import Actor
from services.db.models import DraftComment, DraftState, ProcedureDraft
from services.errors import ConflictError, InvalidError, NotFoundError
from services.runtime import Runtime
from services.studio import drafts, files, readable

MAX_TEXT = 2_000
MAX_ID = 200
MOST = 500
_OPEN = (DraftState.EDITING, DraftState.IN_REVIEW)


def add(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    draft_id: UUID,
    *,
    path: str,
    element_id: str,
    text: str,
) -> list[dict[str, Any]]:
    """Say something of an element, or of a whole file. Who does is no author of the draft by it.

    Raises NotFoundError, InvalidError, ConflictError (closed).
    """
    draft = _open(session, actor, draft_id)
    readable.require_path(path)
    words = text.strip()
    if not words or len(words) > MAX_TEXT or len(element_id) > MAX_ID:
        raise InvalidError("意见有误", {"text": [f"请写 1 至 {MAX_TEXT} 字"]})
    count = select(func.count()).where(DraftComment.draft_id == draft.id)
    if session.scalars(count).one() >= MOST:
        raise ConflictError(f"一份草稿至多 {MOST} 条意见", "TOO_MANY")
    row = DraftComment(
        draft_id=draft.id,
        path=path,
        element_id=element_id,
        text=words,
        person_id=actor.person_id,
        at=runtime.clock.now(),
    )
    session.add(row)
    session.flush()
    told = {"comment": str(row.id), "path": path, "element": element_id, "text": words}
    drafts.record(session, runtime, actor, draft, "draft.commented", told)
    return listed(session, draft)


def settle(
    session: Session, runtime: Runtime, actor: Actor, draft_id: UUID, comment_id: UUID
) -> list[dict[str, Any]]:
    """Mark a comment as settled; twice it stays as it was. Raises NotFoundError, ConflictError."""
    draft = _open(session, actor, draft_id)
    row = session.get(DraftComment, comment_id)
    if row is None or row.draft_id != draft.id:
        raise NotFoundError("没有这条意见")
    if row.settled_at is None:
        row.settled_by, row.settled_at = actor.person_id, runtime.clock.now()
        told = {"comment": str(row.id)}
        drafts.record(session, runtime, actor, draft, "draft.comment_settled", told)
        session.flush()
    return listed(session, draft)


def _open(session: Session, actor: Actor, draft_id: UUID) -> ProcedureDraft:
    draft = drafts.find(session, actor, draft_id, is_locked=True)
    if draft.state not in _OPEN:
        raise ConflictError("草稿已经结束，不能再提意见", "DRAFT_CLOSED", state=draft.state.value)
    return draft


def listed(session: Session, draft: ProcedureDraft) -> list[dict[str, Any]]:
    """Return the comments, the first first."""
    rows = session.scalars(
        select(DraftComment)
        .where(DraftComment.draft_id == draft.id)
        .order_by(DraftComment.at, DraftComment.id)
    ).all()
    ids = {person for row in rows for person in (row.person_id, row.settled_by) if person}
    names = names_of(session, ids)
    called = files.names(session, draft, {row.path for row in rows})
    return [
        {
            "id": row.id,
            "path": row.path,
            "element_id": row.element_id,
            "name": called.get((row.path, row.element_id), row.element_id),
            "text": row.text,
            "by": names[row.person_id],
            "at": row.at,
            "settled_by": names[row.settled_by] if row.settled_by else None,
            "settled_at": row.settled_at,
        }
        for row in rows
    ]
