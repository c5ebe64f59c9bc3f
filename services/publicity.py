"""Notices before the public, and what people object to them. No login needed."""

import secrets
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import cases, evidence, masking, procedures, throttling
from services.calendars import calendar_of_case
from services.db.models import Case, Job, JobKind, Notice, NoticeStatus, Objection
from services.errors import ConflictError, NotFoundError
from services.lookup import get_case, lock_case
from services.runtime import Runtime
from workflows.calendar import WorkingCalendar

MESSAGE = "objection"
OBJECTIONS_AN_HOUR = 60


def find_notice(session: Session, number: str) -> Notice:
    """Return a notice by its public number. Raises NotFoundError."""
    notice = session.scalars(select(Notice).where(Notice.number == number)).first()
    if notice is None:
        raise NotFoundError("没有这份公示")
    return notice


def page(session: Session, number: str) -> dict[str, Any]:
    """Return a notice as the public reads it, with every day of its period and why it counts.

    Raises NotFoundError.
    """
    notice = find_notice(session, number)
    columns = {c.key: getattr(notice, c.key) for c in notice.__table__.columns}
    calendar = calendar_of_case(session, notice.case_id)
    return columns | {"items": masking.masked(notice.items), "days": _days(notice, calendar)}


def _days(notice: Notice, calendar: WorkingCalendar) -> list[dict[str, Any]]:
    """Return the days of a period: the first is not counted, nor are days off."""
    days = [{"on": notice.starts_on, "is_counted": False, "reason": "起算日不计入"}]
    on = notice.starts_on
    while on < notice.ends_on:
        on += timedelta(days=1)
        status = calendar.status(on)
        days.append({"on": on, "is_counted": status.is_working, "reason": status.reason})
    return days


def objection_form(session: Session, number: str) -> Mapping[str, Any]:
    """Return the form that an objection to a notice is made on. Raises NotFoundError."""
    notice = find_notice(session, number)
    case = get_case(session, notice.case_id)
    ready = procedures.ready(session, case.bundle_hash)
    return ready.form(cases.message_form(ready, MESSAGE)).definition


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
    session: Session, runtime: Runtime, number: str, answers: dict[str, Any], address: str = ""
) -> tuple[Objection, str]:
    """Take in an objection; return it with the receipt code that its author reads the reply by.

    Within the period it becomes part of the case. A late one is kept for the supervising officer
    and not counted. ``answers`` are those of the form on the event that waits for objections.
    Raises NotFoundError, ConflictError (withdrawn notice), FormInvalidError, TooManyAttemptsError.
    """
    notice = find_notice(session, number)
    if address:
        throttling.count(session, "objection", address, runtime.clock.now(), OBJECTIONS_AN_HOUR)
    case = lock_case(session, notice.case_id)
    session.refresh(notice)
    intake = cases.check_message(session, runtime, case, MESSAGE, answers)
    if notice.status is NoticeStatus.WITHDRAWN:
        raise ConflictError("这份公示已撤回", "NOTICE_WITHDRAWN")
    now = runtime.now(case)
    is_within = notice.status is NoticeStatus.OPEN and _counts(notice, now)
    objection, code = _record(session, notice, intake, now, is_within=is_within)
    evidence.attach(session, objection, cases.message_files(session, case, MESSAGE, intake))
    if is_within and MESSAGE in case.messages:
        payload = {
            "objection_id": str(objection.id),
            "number": objection.number,
            "received_at": now.isoformat(),
            "within_period": True,
            "notice_id": str(notice.id),
            **intake,
        }
        _pass_on(session, runtime, case, objection, payload)
    return objection, code


def _pass_on(
    session: Session, runtime: Runtime, case: Case, objection: Objection, payload: dict[str, Any]
) -> None:
    """Give the case an objection; one that stands still takes it when it is resumed."""
    if case.suspended_at is None:
        key = str(objection.id)
        cases.send_message(session, runtime, case=case, name=MESSAGE, payload=payload, key=key)
        return
    session.add(
        Job(
            kind=JobKind.MESSAGE,
            case_id=case.id,
            dedupe_key=f"objection:{objection.id}",
            payload={"name": MESSAGE, "content": payload},
            due_at=runtime.clock.now(),
        )
    )


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
