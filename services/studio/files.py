"""The files of a draft: what they say now, saved under an optimistic lock, every revision kept.

Who calls holds the draft's lock where something is written.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import procedures
from services.accounts import names_of
from services.db.models import DraftRevision, ProcedureDraft
from services.errors import ConflictError, InvalidError, NotFoundError
from services.studio import changes, readable
from workflows.bundles import Bundle
from workflows.bundles.bundle import PROCEDURE_FILE
from workflows.merging import names_in

MAX_FILES = 500


@dataclass(frozen=True, slots=True)
class Hand:
    """Who writes, and when."""

    person_id: UUID
    at: datetime


def heads(session: Session, draft: ProcedureDraft) -> dict[str, DraftRevision]:
    """Return the last revision of each file by path, of deleted ones too."""
    rows = session.scalars(
        select(DraftRevision)
        .where(DraftRevision.draft_id == draft.id)
        .order_by(DraftRevision.path, DraftRevision.revision)
    )
    return {row.path: row for row in rows}


def content(session: Session, draft: ProcedureDraft) -> dict[str, bytes]:
    """Return the draft's files as they are now."""
    now = {p: row.sha256 for p, row in heads(session, draft).items() if row.sha256}
    found = procedures.blobs(session, now.values())
    return {path: found[digest] for path, digest in now.items()}


def names(
    session: Session, draft: ProcedureDraft, paths: Collection[str]
) -> Mapping[tuple[str, str], str]:
    """Return what the elements of some files are called now: path and id to name."""
    found = heads(session, draft)
    sums = {path: digest for path in paths if path in found and (digest := found[path].sha256)}
    contents = procedures.blobs(session, sums.values())
    return {
        (path, element): name
        for path, digest in sums.items()
        for element, name in names_in(path, contents[digest]).items()
    }


def bundle(session: Session, draft: ProcedureDraft) -> Bundle:
    """Return the draft as a bundle; it need not open."""
    return Bundle(draft.procedure_id, content(session, draft))


def digest(found: Mapping[str, DraftRevision]) -> str:
    """Return what stands for all files as they are now."""
    parts = sorted([path, row.sha256] for path, row in found.items() if row.sha256)
    return sha256(json.dumps(parts).encode()).hexdigest()


def read(session: Session, draft: ProcedureDraft, path: str) -> tuple[DraftRevision, str]:
    """Return a file's last revision and its text. Raises NotFoundError, InvalidError (no UTF-8)."""
    row = heads(session, draft).get(path)
    if row is None or row.sha256 is None:
        raise NotFoundError(f"草稿里没有文件“{path}”")
    data = procedures.blobs(session, [row.sha256])[row.sha256]
    try:
        return row, data.decode()
    except UnicodeDecodeError as error:
        sentence = "不是 UTF-8 编码的文本，请在“文件”中导出，另存为 UTF-8 后再导入"
        raise InvalidError(f"{path}：{sentence}", {path: [sentence]}) from error


def listed(session: Session, draft: ProcedureDraft) -> list[dict[str, Any]]:
    """Return the files with revision, hash, and who changed them last and when."""
    rows = [row for row in heads(session, draft).values() if row.sha256]
    names = names_of(session, {row.changed_by for row in rows})
    return [
        {
            "path": row.path,
            "revision": row.revision,
            "sha256": row.sha256,
            "changed_by": names[row.changed_by],
            "changed_at": row.changed_at,
        }
        for row in rows
    ]


def save(
    session: Session, draft: ProcedureDraft, hand: Hand, path: str, text: str, base: int
) -> DraftRevision:
    """Save a file over the revision ``base`` (0: a new file); saving the same again changes nothing.

    Raises InvalidError, ConflictError (STALE: somebody saved meanwhile; nothing is overwritten).
    """
    readable.require_path(path)
    data = text.encode()
    readable.require_content(path, data)
    _require_identity(draft, path, data)
    found = heads(session, draft)
    head = found.get(path)
    new = procedures.keep_blob(session, data)
    if head is not None and head.sha256 == new:
        return head
    _require_fresh(session, head, base, data)
    if head is None and len(found) >= MAX_FILES:
        raise InvalidError("文件过多", {"path": [f"草稿至多 {MAX_FILES} 个文件"]})
    return put(session, draft, hand, path, new, head)


def remove(
    session: Session, draft: ProcedureDraft, hand: Hand, path: str, base: int
) -> DraftRevision:
    """Delete a file as it was at ``base``. Raises NotFoundError, InvalidError, ConflictError."""
    head = heads(session, draft).get(path)
    if head is None or head.sha256 is None:
        raise NotFoundError(f"草稿里没有文件“{path}”")
    if path == PROCEDURE_FILE:
        raise InvalidError("不能删除", {"path": ["办理事项设置不能删除"]})
    _require_fresh(session, head, base, None)
    return put(session, draft, hand, path, None, head)


def put(
    session: Session,
    draft: ProcedureDraft,
    hand: Hand,
    path: str,
    new: str | None,
    head: DraftRevision | None,
) -> DraftRevision:
    """Append a revision."""
    row = DraftRevision(
        draft_id=draft.id,
        path=path,
        revision=head.revision + 1 if head else 1,
        sha256=new,
        changed_by=hand.person_id,
        changed_at=hand.at,
    )
    session.add(row)
    session.flush()
    return row


def replace(session: Session, draft: ProcedureDraft, hand: Hand, files: Mapping[str, bytes]) -> int:
    """Make the draft say exactly these files; return how many changed. Raises InvalidError."""
    for path, data in files.items():
        readable.require_path(path)
        readable.require_content(path, data)
        _require_identity(draft, path, data)
    if PROCEDURE_FILE not in files or len(files) > MAX_FILES:
        raise InvalidError(
            "流程包不完整", {"file": [f"应含 {PROCEDURE_FILE}，至多 {MAX_FILES} 个文件"]}
        )
    found, count = heads(session, draft), 0
    for path in sorted(found.keys() | files.keys()):
        new = procedures.keep_blob(session, files[path]) if path in files else None
        head = found.get(path)
        if new != (head.sha256 if head else None):
            put(session, draft, hand, path, new, head)
            count += 1
    return count


def pairs(
    before: Mapping[str, bytes], after: Mapping[str, bytes]
) -> dict[str, tuple[bytes | None, bytes | None]]:
    """Return what each path said and says; None: it was or is not there."""
    return {path: (before.get(path), after.get(path)) for path in before.keys() | after.keys()}


def _require_identity(draft: ProcedureDraft, path: str, data: bytes) -> None:
    """A draft stays one of its procedure and its jurisdiction."""
    if path != PROCEDURE_FILE:
        return
    try:
        given = json.loads(data)
        names = (given["procedure"]["id"], given["jurisdiction"]["code"])
    except (KeyError, TypeError):
        names = (None, None)
    if names != (draft.procedure_id, draft.jurisdiction):
        sentence = f"办理事项编号须为 {draft.procedure_id}，辖区须为 {draft.jurisdiction}"
        raise InvalidError(f"{PROCEDURE_FILE}：{sentence}", {PROCEDURE_FILE: [sentence]})


def _require_fresh(
    session: Session, head: DraftRevision | None, base: int, mine: bytes | None
) -> None:
    """Refuse a save over a revision that is not the last. Raises ConflictError.

    A file that was deleted is not there: it may be written as a new one.
    """
    is_there = head is not None and (head.sha256 or base)
    last = head.revision if head and is_there else 0
    if base == last:
        return
    if head is None:
        raise ConflictError("这个文件已不在草稿里，请重新打开", "STALE", revision=0)
    raise _stale(session, head, base)


def _stale(session: Session, head: DraftRevision, base: int) -> ConflictError:
    who = names_of(session, {head.changed_by})[head.changed_by]
    before = session.get(DraftRevision, (head.draft_id, head.path, base))
    digests = [row.sha256 for row in (before, head) if row and row.sha256]
    found = procedures.blobs(session, digests)
    old, new = (found.get(row.sha256 or "") if row else None for row in (before, head))
    told = [each["text"] for each in changes.of_file(head.path, old, new)]
    text = f"{who}已先保存了这个文件，您的修改没有保存，也没有覆盖对方的修改。请先取得最新内容再改"
    return ConflictError(
        text,
        "STALE",
        revision=head.revision,
        changed_by=who,
        changed_at=head.changed_at.isoformat(),
        changes=told[:50],
    )
