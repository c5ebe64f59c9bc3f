"""Evidence that objectors upload without login: kept with the objection, read by its agency only."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services import files, throttling
from services.db.engine import unit_of_work
from services.db.models import File, Notice, NoticeStatus, Objection
from services.errors import ConflictError, InvalidError, NotFoundError, TooLargeError
from services.runtime import Runtime

MAX_BYTES = 10_000_000
UPLOADS_AN_HOUR = 60
KEPT_UNUSED = timedelta(days=1)


def upload(runtime: Runtime, number: str, *, name: str, source: BinaryIO, address: str) -> File:
    """Take in one file for an objection to a notice. Runs its own transactions.

    Until an objection names it nobody can read it, and after a day it is forgotten.
    Raises NotFoundError, ConflictError (withdrawn), TooManyAttemptsError, TooLargeError,
    InvalidError (not a kind we take).
    """
    with unit_of_work(runtime.sessions) as session:
        _require_notice(session, number)
        throttling.count(session, "evidence", address, runtime.clock.now(), UPLOADS_AN_HOUR)
    stored = files.store(runtime, name=name, source=source)
    if stored.size_bytes > MAX_BYTES:
        raise TooLargeError("证据文件不得超过 10 MB，请压缩后再上传", limit_bytes=MAX_BYTES)
    with unit_of_work(runtime.sessions) as session:
        row = File(
            sha256=stored.sha256,
            size_bytes=stored.size_bytes,
            media_type=stored.media_type,
            name=stored.name,
            uploaded_at=runtime.clock.now(),
        )
        session.add(row)
        session.flush()
        return row


def _require_notice(session: Session, number: str) -> None:
    notice = session.scalars(select(Notice).where(Notice.number == number)).first()
    if notice is None:
        raise NotFoundError("没有这份公示")
    if notice.status is NoticeStatus.WITHDRAWN:
        raise ConflictError("这份公示已撤回", "NOTICE_WITHDRAWN")


def attach(session: Session, objection: Objection, file_ids: Collection[str]) -> None:
    """Keep uploads with an objection: only fresh ones that came without login.

    Raises InvalidError; to a stranger the files of others do not exist.
    """
    wanted = {UUID(each) for each in file_ids}
    fresh = select(File).where(
        File.id.in_(wanted),
        File.uploaded_by.is_(None),
        File.party_id.is_(None),
        File.case_id.is_(None),
        File.objection_id.is_(None),
    )
    rows = session.scalars(fresh).all()
    if len(rows) != len(wanted):
        raise InvalidError(
            "有证据文件不存在，请重新上传", {"evidence_files": ["证据文件不存在，请重新上传"]}
        )
    for row in rows:
        row.objection_id = objection.id


def of_objections(session: Session, objection_ids: Collection[UUID]) -> dict[UUID, list[File]]:
    """Return the evidence of objections."""
    rows = session.scalars(
        select(File).where(File.objection_id.in_(objection_ids)).order_by(File.uploaded_at, File.id)
    )
    found: dict[UUID, list[File]] = {}
    for row in rows:
        if row.objection_id is not None:
            found.setdefault(row.objection_id, []).append(row)
    return found


def forget_unused(session: Session, now: datetime) -> None:
    """Delete uploads without login that no objection has named within a day."""
    session.execute(
        delete(File).where(
            File.uploaded_by.is_(None),
            File.party_id.is_(None),
            File.case_id.is_(None),
            File.objection_id.is_(None),
            File.uploaded_at < now - KEPT_UNUSED,
        )
    )
