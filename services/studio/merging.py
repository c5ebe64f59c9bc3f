"""Bringing a draft up to the version published meanwhile: what only one side changed needs nobody."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services import procedures
from services.actors import Actor
from services.errors import ConflictError
from services.runtime import Runtime
from services.studio import changes, drafts, files, joining, locks, pages, publications
from services.studio.files import Hand
from workflows import merging
from workflows.merging import Choice, Merged

Files = Mapping[str, bytes]


def merge(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    draft_id: UUID,
    *,
    keep: Collection[str] = (),
    choices: Mapping[str, Mapping[str, Choice]] | None = None,
) -> dict[str, Any]:
    """Take over what was published since the draft was opened, element by element.

    Of an element that both sides changed, ``choices`` (path, then element) says whose stays; of a
    file in ``keep`` the draft's stays whole. While anything is undecided nothing is merged.
    Raises NotFoundError, ConflictError (MERGE: what both changed, and how; LOCKED).
    """
    draft = drafts.lock_for_editing(session, actor, draft_id)
    procedure = procedures.get(session, draft.procedure_id)
    newest = publications.newest(session, procedure)
    if newest == draft.base_hash:
        return pages.shown(session, draft)
    base = procedures.read_bundle(session, draft.base_hash).files if draft.base_hash else {}
    theirs = procedures.read_bundle(session, newest).files
    mine = files.content(session, draft)
    merged = _Merge(base, mine, theirs, keep, choices or {})
    merged.require_whole()
    hand = Hand(actor.person_id, runtime.clock.now())
    files.replace(session, draft, hand, merged.files)
    locks.require_free(session, draft, hand, files.pairs(mine, merged.files))
    draft.base_hash = newest
    drafts.record(session, runtime, actor, draft, "draft.merged", {"base": newest})
    session.flush()
    return pages.shown(session, draft)


class _Merge:
    """Three versions of all files. ``files`` is what they come to, ``disputed`` what is undecided."""

    def __init__(
        self,
        base: Files,
        mine: Files,
        theirs: Files,
        keep: Collection[str],
        choices: Mapping[str, Mapping[str, Choice]],
    ) -> None:
        self.base, self.theirs = base, theirs
        self.keep, self.choices = keep, choices
        self.files: dict[str, bytes] = {}
        self.disputed: list[str] = []
        self.conflicts: list[dict[str, Any]] = []
        for path in sorted(base.keys() | theirs.keys() | mine.keys()):
            result = self._file(path, base.get(path), mine.get(path), theirs.get(path))
            if result is not None:
                self.files[path] = result

    def _file(
        self, path: str, old: bytes | None, own: bytes | None, new: bytes | None
    ) -> bytes | None:
        if own == old:
            return new
        if new in (old, own) or path in self.keep:
            return own
        merged = self._elements(path, old, own, new)
        if merged.data is None:
            self.disputed.append(path)
            self.conflicts += joining.told(path, merged.conflicts)
        return merged.data

    def _elements(
        self, path: str, old: bytes | None, own: bytes | None, new: bytes | None
    ) -> Merged:
        if old is None or own is None or new is None or not merging.can_merge(path):
            return Merged(None)
        try:
            return merging.merge(path, old, own, new, self.choices.get(path, {}))
        except ValueError:
            return Merged(None)  # a side cannot be read: a person decides of the whole file

    def require_whole(self) -> None:
        if not self.disputed:
            return
        told = [
            each["text"]
            for path in self.disputed
            for each in changes.of_file(path, self.base.get(path), self.theirs.get(path))
        ]
        names = "、".join(self.disputed)
        text = f"以下文件双方都有修改，请逐项选择，或者整个保留草稿的内容：{names}"
        raise ConflictError(
            text, "MERGE", files=self.disputed, changes=told[:50], conflicts=self.conflicts[:200]
        )
