"""What people do to the files of a draft, each act audited."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services import procedures
from services.actors import Actor
from services.db.models import DraftRevision, ProcedureDraft
from services.errors import ConflictError
from services.runtime import Runtime
from services.studio import archives, drafts, files, locks, pages
from services.studio.files import Hand

NEW = 0  # the base of a file that is not there yet


def read(session: Session, actor: Actor, draft_id: UUID, path: str) -> dict[str, Any]:
    """Return a file's text and revision. Raises NotFoundError."""
    row, text = files.read(session, drafts.find(session, actor, draft_id), path)
    return {"path": path, "revision": row.revision, "sha256": row.sha256, "text": text}


def save(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    draft_id: UUID,
    path: str,
    *,
    text: str,
    base: int,
) -> dict[str, Any]:
    """Save a file over the revision ``base``.

    Raises NotFoundError, InvalidError, ConflictError (closed, STALE, LOCKED).
    """
    draft = drafts.lock_for_editing(session, actor, draft_id)
    before, hand = files.heads(session, draft).get(path), _hand(runtime, actor)
    row = files.save(session, draft, hand, path, text, base)
    locks.require_free(session, draft, hand, {path: (_said(session, before), text.encode())})
    if before is None or row.revision != before.revision:
        _record(session, runtime, actor, draft, row)
    return {"path": path, "revision": row.revision, "sha256": row.sha256}


def remove(
    session: Session, runtime: Runtime, actor: Actor, draft_id: UUID, path: str, *, base: int
) -> dict[str, Any]:
    """Delete a file as it was at ``base``. Raises NotFoundError, InvalidError, ConflictError."""
    draft = drafts.lock_for_editing(session, actor, draft_id)
    before, hand = files.heads(session, draft).get(path), _hand(runtime, actor)
    row = files.remove(session, draft, hand, path, base)
    locks.require_free(session, draft, hand, {path: (_said(session, before), None)})
    _record(session, runtime, actor, draft, row)
    return pages.shown(session, draft)


def _said(session: Session, row: DraftRevision | None) -> bytes | None:
    if row is None or row.sha256 is None:
        return None
    return procedures.blobs(session, [row.sha256])[row.sha256]


def _record(
    session: Session, runtime: Runtime, actor: Actor, draft: ProcedureDraft, row: DraftRevision
) -> None:
    payload = {"path": row.path, "revision": row.revision, "sha256": row.sha256}
    what = "draft.saved" if row.sha256 else "draft.file_removed"
    drafts.record(session, runtime, actor, draft, what, payload)


def _hand(runtime: Runtime, actor: Actor) -> Hand:
    return Hand(actor.person_id, runtime.clock.now())


def take_in(
    session: Session, runtime: Runtime, actor: Actor, draft_id: UUID, data: bytes, digest: str
) -> dict[str, Any]:
    """Replace a draft's files by those of a zip, if they are still what ``digest`` stands for.

    Raises NotFoundError, InvalidError, ConflictError (STALE, LOCKED).
    """
    draft = drafts.lock_for_editing(session, actor, draft_id)
    if digest != files.digest(files.heads(session, draft)):
        raise ConflictError("草稿已有新的修改，没有导入；请刷新后再导入", "STALE")
    hand, before = _hand(runtime, actor), files.content(session, draft)
    after = archives.unpacked(data)
    count = files.replace(session, draft, hand, after)
    locks.require_free(session, draft, hand, files.pairs(before, after))
    if count:
        drafts.record(session, runtime, actor, draft, "draft.imported", {"files": count})
    return pages.shown(session, draft)


def give_out(session: Session, actor: Actor, draft_id: UUID) -> tuple[str, bytes]:
    """Return a draft as a zip, with a name for it. Raises NotFoundError."""
    draft = drafts.find(session, actor, draft_id)
    return f"{draft.procedure_id}-draft.zip", archives.packed(files.content(session, draft))
