"""Bringing a draft up to the version published meanwhile: what only one side changed needs nobody."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services import procedures
from services.actors import Actor
from services.errors import ConflictError
from services.runtime import Runtime
from services.studio import changes, drafts, files, pages, publications
from services.studio.files import Hand


def merge(
    session: Session, runtime: Runtime, actor: Actor, draft_id: UUID, *, keep: Collection[str] = ()
) -> dict[str, Any]:
    """Take over what was published since the draft was opened, file by file.

    Of a file that both sides changed, the draft's stays where ``keep`` names it; else nothing is
    merged. Raises NotFoundError, ConflictError (MERGE: files that both changed, and how).
    """
    draft = drafts.lock_for_editing(session, actor, draft_id)
    procedure = procedures.get(session, draft.procedure_id)
    newest = publications.newest(session, procedure)
    if newest == draft.base_hash:
        return pages.shown(session, draft)
    base = procedures.read_bundle(session, draft.base_hash).files if draft.base_hash else {}
    theirs = procedures.read_bundle(session, newest).files
    mine = files.content(session, draft)
    taken, disputed = {}, []
    for path in sorted(base.keys() | theirs.keys() | mine.keys()):
        old, new, own = base.get(path), theirs.get(path), mine.get(path)
        if new != old and own not in (old, new) and path not in keep:
            disputed.append(path)
        taken[path] = new if own == old else own
    if disputed:
        told = [e["text"] for p in disputed for e in changes.of_file(p, base.get(p), theirs.get(p))]
        text = f"以下文件双方都有修改，请选择保留草稿的内容或者重新修改：{'、'.join(disputed)}"
        raise ConflictError(text, "MERGE", files=disputed, changes=told[:50])
    hand = Hand(actor.person_id, runtime.clock.now())
    files.replace(session, draft, hand, {p: d for p, d in taken.items() if d is not None})
    draft.base_hash = newest
    drafts.record(session, runtime, actor, draft, "draft.merged", {"base": newest})
    session.flush()
    return pages.shown(session, draft)
