"""Uploaded files: taken in, checked, attached to a case, handed out again."""

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from tempfile import TemporaryFile
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import comments, disclosures, materials, policies, upload_checks
from services.actors import Actor
from services.calendars import RECEIVING_ROLE
from services.db.models import Case, File, Notice, Objection, Party, PartyKind
from services.errors import InvalidError, NotFoundError, TooLargeError
from services.handoffs import reading as handed_over
from services.runtime import Runtime

_CHUNK = 1 << 20


def attach(session: Session, actor: Actor, case: Case, file_ids: Collection[str]) -> None:
    """Make uploads part of a case.

    Only one's own fresh uploads, or what one's own party has given to this case before. Raises
    InvalidError naming none that belong to others: to the actor they do not exist.
    """
    wanted = {UUID(file_id) for file_id in file_ids}
    rows = session.scalars(select(File).where(File.id.in_(wanted))).all()
    usable = [
        f
        for f in rows
        if (f.case_id is None and f.uploaded_by == actor.person_id)
        or (f.case_id == case.id and _is_own(f, actor))
    ]
    if len(usable) != len(wanted):
        raise InvalidError("有附件不存在或不是您上传的，请重新上传", {"files": ["附件不存在"]})
    for file in usable:
        file.case_id = case.id


def attach_named(session: Session, actor: Actor, case: Case, answers: Any) -> None:
    """Make the actor's fresh uploads that unchecked answers name part of a case.

    What is not theirs is left as it is: the check of the final answers refuses it.
    """
    for file in materials.in_draft(session, actor, answers):
        if file.case_id is None and file.uploaded_by == actor.person_id:
            file.case_id = case.id


def _is_own(file: File, actor: Actor) -> bool:
    return file.uploaded_by == actor.person_id or file.party_id in actor.parties


def visible(session: Session, actor: Actor, file_id: UUID) -> File:
    """Return a file to its uploader, or to those who may read the decision that uses it.

    Raises NotFoundError, whether there is no such file or it is not the actor's to read.
    """
    file = session.get(File, file_id)
    if file is None:
        raise NotFoundError("没有这个附件")
    if file.uploaded_by == actor.person_id or file.party_id in actor.parties:
        return file
    if comments.may_read_file(session, actor, file):
        return file
    if handed_over.holds_file(session, actor, file.id):
        return file
    if file.objection_id is not None:
        return _evidence(session, actor, file)
    case = session.get(Case, file.case_id) if file.case_id else None
    if case is None or not policies.sees_case(session, actor, case):
        raise NotFoundError("没有这个附件")
    uploader = session.get(Party, file.party_id) if file.party_id else None
    is_material = uploader is not None and uploader.kind is PartyKind.UNIT
    sight = policies.sight_of(session, actor, case)
    if sight.covers(file.uploaded_at) and (
        policies.is_official(session, actor, case) or (is_material and not actor.parties)
    ):
        return file
    if disclosures.may_read_file(session, actor, case, file):
        return file
    raise NotFoundError("没有这个附件")


def _evidence(session: Session, actor: Actor, file: File) -> File:
    """Return evidence of an objection to the agency that handles its case. Raises NotFoundError."""
    row = session.execute(
        select(Case, Objection.received_at)
        .join(Notice, Notice.case_id == Case.id)
        .join(Objection, Objection.notice_id == Notice.id)
        .where(Objection.id == file.objection_id)
    ).first()
    if row is not None and policies.handles(session, actor, row[0], RECEIVING_ROLE):
        sight = policies.sight_of(session, actor, row[0])
        if sight.covers(row[1]):
            return file
    raise NotFoundError("没有这个附件")


@dataclass(frozen=True, slots=True)
class Stored:
    """Bytes that were checked and stored, not yet anybody's."""

    name: str
    sha256: str
    size_bytes: int
    media_type: str


def take_in(
    session: Session, runtime: Runtime, actor: Actor, *, name: str, source: BinaryIO
) -> File:
    """Check and store an upload and record it as the actor's. Raises as ``store`` does."""
    return record(session, runtime, actor, store(runtime, name=name, source=source))


def store(runtime: Runtime, *, name: str, source: BinaryIO) -> Stored:
    """Check an upload and store its bytes by hash. Takes no session: it may take a while.

    Should nothing be recorded afterwards, the bytes are an orphan that nobody can reach and the
    next upload of the same content takes up again.
    Raises TooLargeError, InvalidError (not a kind we take, or not what its name says).
    """
    name = upload_checks.clean_name(name)
    with TemporaryFile() as whole:
        digest, size = _copy(source, whole, runtime.settings.max_upload_bytes)
        kind = upload_checks.check(name, whole)
        whole.seek(0)
        runtime.files.put(digest, whole)
    return Stored(name, digest, size, kind.media_type)


def record(session: Session, runtime: Runtime, actor: Actor, stored: Stored) -> File:
    """Record stored bytes as the actor's upload."""
    file = File(
        sha256=stored.sha256,
        size_bytes=stored.size_bytes,
        media_type=stored.media_type,
        name=stored.name,
        party_id=min(actor.parties, key=str, default=None),
        uploaded_by=actor.person_id,
        uploaded_at=runtime.clock.now(),
    )
    session.add(file)
    session.flush()
    return file


def _copy(source: BinaryIO, target: BinaryIO, limit: int) -> tuple[str, int]:
    """Copy a stream piece by piece; return its SHA-256 and size. Raises TooLargeError."""
    digest, size = sha256(), 0
    while chunk := source.read(_CHUNK):
        size += len(chunk)
        if size > limit:
            megabytes = f"{limit / 1_000_000:g}"
            raise TooLargeError(f"文件超过 {megabytes} MB，请压缩或拆分后再上传", limit_bytes=limit)
        digest.update(chunk)
        target.write(chunk)
    if not size:
        raise InvalidError("文件是空的，请重新选择文件", {"file": ["文件是空的，请重新选择文件"]})
    target.flush()
    return digest.hexdigest(), size
