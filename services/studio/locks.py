"""Locks: somebody keeps an element of a file to themselves for a while; the rest stays open to all."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.actors import Actor
from services.db.models import DraftLock, Person, ProcedureDraft
from services.errors import ConflictError, InvalidError, NotFoundError
from services.runtime import Runtime
from services.studio import drafts, files, readable
from services.studio.files import Hand
from workflows import merging
from workflows.calendar import TIME_ZONE

LEASE = timedelta(minutes=30)
WHOLE = ""
MAX_ID = 200


def take(
    session: Session, runtime: Runtime, actor: Actor, draft_id: UUID, *, path: str, element_id: str
) -> list[dict[str, Any]]:
    """Keep an element of a file, or all of it, for ``LEASE``; again: for longer.

    Raises NotFoundError, InvalidError, ConflictError (LOCKED: somebody else has it or a part).
    """
    draft = drafts.lock_for_editing(session, actor, draft_id)
    readable.require_path(path)
    if path not in files.heads(session, draft):
        raise NotFoundError(f"草稿里没有文件“{path}”")
    if len(element_id) > MAX_ID:
        raise InvalidError("编号过长", {"element_id": [f"至多 {MAX_ID} 个字符"]})
    now = runtime.clock.now()
    running = [row for row in _running(session, draft, now) if row.path == path]
    for row in running:
        is_same = WHOLE in (row.element_id, element_id) or row.element_id == element_id
        if row.person_id != actor.person_id and is_same:
            name = files.names(session, draft, {path}).get((path, row.element_id))
            raise _refusal(session, row, name)
    session.execute(_one(draft, path, element_id))
    session.add(
        DraftLock(
            draft_id=draft.id,
            path=path,
            element_id=element_id,
            person_id=actor.person_id,
            until=now + LEASE,
        )
    )
    session.flush()
    return listed(session, runtime, actor, draft)


def _one(draft: ProcedureDraft, path: str, element_id: str) -> Any:
    return delete(DraftLock).where(
        DraftLock.draft_id == draft.id, DraftLock.path == path, DraftLock.element_id == element_id
    )


def give_back(
    session: Session, runtime: Runtime, actor: Actor, draft_id: UUID, *, path: str, element_id: str
) -> list[dict[str, Any]]:
    """Let go of a lock of one's own; of none it does nothing. Raises NotFoundError."""
    draft = drafts.find(session, actor, draft_id, is_locked=True)
    mine = DraftLock.person_id == actor.person_id
    session.execute(_one(draft, path, element_id).where(mine))
    return listed(session, runtime, actor, draft)


def listed(
    session: Session, runtime: Runtime, actor: Actor, draft: ProcedureDraft
) -> list[dict[str, Any]]:
    """Return the locks that run: where, whose, until when."""
    rows = _running(session, draft, runtime.clock.now())
    names = files.names(session, draft, {row.path for row in rows})
    return [
        {
            "path": row.path,
            "element_id": row.element_id,
            "name": names.get((row.path, row.element_id), row.element_id),
            "holder": session.get_one(Person, row.person_id).name,
            "is_own": row.person_id == actor.person_id,
            "until": row.until,
        }
        for row in rows
    ]


def _running(session: Session, draft: ProcedureDraft, now: datetime) -> list[DraftLock]:
    query = select(DraftLock).where(DraftLock.draft_id == draft.id, DraftLock.until > now)
    return list(session.scalars(query.order_by(DraftLock.path, DraftLock.element_id)))


def require_free(
    session: Session,
    draft: ProcedureDraft,
    hand: Hand,
    changed: Mapping[str, tuple[bytes | None, bytes | None]],
) -> None:
    """Refuse an edit (path: before, after) of what somebody else keeps. Raises ConflictError.

    One's own locks on the files run for ``LEASE`` again.
    """
    for row in _running(session, draft, hand.at):
        old, new = changed.get(row.path, (None, None))
        if old == new:
            continue
        if row.person_id == hand.person_id:
            row.until = hand.at + LEASE
        elif _touches(row, old, new):
            raise _refusal(session, row, merging.names_in(row.path, old or b"").get(row.element_id))


def _touches(row: DraftLock, old: bytes | None, new: bytes | None) -> bool:
    if row.element_id == WHOLE or old is None or new is None or not merging.can_merge(row.path):
        return True
    return row.element_id in merging.touched(row.path, old, new)


def _refusal(session: Session, row: DraftLock, name: str | None) -> ConflictError:
    who = session.get_one(Person, row.person_id).name
    until = row.until.astimezone(TIME_ZONE)
    what = f"“{name or row.element_id}”" if row.element_id else "这个文件"
    text = (
        f"{who}正在修改{what}（锁定至 {until:%H:%M}），没有保存；请等对方解除锁定，或者先修改别处"
    )
    return ConflictError(
        text, "LOCKED", holder=who, element_id=row.element_id, until=row.until.isoformat()
    )
