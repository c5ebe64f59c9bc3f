"""Notices before the public, and what people object to them. No login needed."""

import secrets
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import cases
from services.db.models import Notice, NoticeStatus, Objection
from services.errors import ConflictError, NotFoundError
from services.lookup import lock_case
from services.runtime import Runtime

MESSAGE = "objection"


def find_notice(session: Session, number: str) -> Notice:
    """Return a notice by its public number. Raises NotFoundError."""
    notice = session.scalars(select(Notice).where(Notice.number == number)).first()
    if notice is None:
        raise NotFoundError("没有这份公示")
    return notice


def list_notices(
    session: Session, *, only_open: bool, after: tuple[date, str] | None, limit: int
) -> list[Notice]:
    """Return production notices, newest first, a page after the one named."""
    query = select(Notice).where(Notice.is_rehearsal.is_(False))
    if only_open:
        query = query.where(Notice.status == NoticeStatus.OPEN)
    if after is not None:
        last_on, number = after
        query = query.where(
            (Notice.starts_on < last_on)
            | ((Notice.starts_on == last_on) & (Notice.number < number))
        )
    query = query.order_by(Notice.starts_on.desc(), Notice.number.desc()).limit(limit)
    return list(session.scalars(query))


def object_to(
    session: Session, runtime: Runtime, number: str, answers: dict[str, Any]
) -> tuple[Objection, str]:
    """Take in an objection; return it with the receipt code that its author reads the reply by.

    Within the period it becomes part of the case. A late one is kept for the supervising officer
    and not counted. ``answers`` are those of the form on the event that waits for objections.
    Raises NotFoundError, ConflictError (withdrawn notice), FormInvalidError.
    """
    notice = find_notice(session, number)
    case = lock_case(session, notice.case_id)
    session.refresh(notice)
    intake = cases.check_message(session, runtime, case, MESSAGE, answers)
    if notice.status is NoticeStatus.WITHDRAWN:
        raise ConflictError("这份公示已撤回", "NOTICE_WITHDRAWN")
    now = runtime.now(case)
    is_within = notice.status is NoticeStatus.OPEN and _counts(notice, now)
    objection, code = _record(session, notice, intake, now, is_within=is_within)
    if is_within and MESSAGE in case.messages:
        payload = {
            "objection_id": str(objection.id),
            "number": objection.number,
            "received_at": now.isoformat(),
            "within_period": True,
            "notice_id": str(notice.id),
            **intake,
        }
        cases.send_message(
            session,
            runtime,
            case=case,
            name=MESSAGE,
            payload=payload,
            key=str(objection.id),
        )
    return objection, code


def _counts(notice: Notice, now: datetime) -> bool:
    return notice.published_at <= now < notice.ends_at


def _record(
    session: Session, notice: Notice, intake: dict[str, Any], now: datetime, *, is_within: bool
) -> tuple[Objection, str]:
    code = secrets.token_urlsafe(12)
    number = f"{notice.number}-{secrets.token_hex(4).upper()}"
    objection = Objection(
        notice_id=notice.id,
        number=number,
        objector_name=intake.get("objector_name") or "匿名",
        objector_contact=intake.get("objector_contact") or "",
        is_real_name=bool(intake.get("is_real_name")),
        content=intake["content"],
        received_at=now,
        is_within_period=is_within,
        receipt_sha256=sha256(code.encode()).hexdigest(),
    )
    session.add(objection)
    session.flush()
    return objection, code


def read_reply(session: Session, number: str, code: str) -> Objection:
    """Return an objection to its author. Raises NotFoundError for a wrong number or code."""
    objection = session.scalars(select(Objection).where(Objection.number == number)).first()
    given = sha256(code.encode()).hexdigest()
    if objection is None or not secrets.compare_digest(objection.receipt_sha256, given):
        raise NotFoundError("没有这条异议，或查询码不对")
    return objection
