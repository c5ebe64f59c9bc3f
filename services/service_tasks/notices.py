"""Publicity: publishing a notice, closing it, and answering those who object."""

from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import rfc8785
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.lookup import lock_case
from services.db.engine import unit_of_work
from services.db.models import Case, Notice, NoticeStatus, Objection
from services.numbers import next_number
from services.service_tasks.operation import Call, DeferredCall
from workflows.calendar import TIME_ZONE
from workflows.errors import IncidentError


def publish(
    call: DeferredCall,
    *,
    title: str,
    items: list[dict[str, Any]],
    starts_on: str,
    ends_on: str,
    channels: list[Any] | None,
    contact: str,
) -> dict[str, Any]:
    """Publish a notice outside and open it for objections until 24:00 of its last day.

    Runs its own transactions: the notice row comes first, so that a second run finds it and
    publishes the same content again under the same key.
    """
    runtime = call.runtime
    with unit_of_work(runtime.sessions) as session:
        case = lock_case(session, call.case_id)
        notice = _notice(
            session,
            case,
            UUID(call.key),
            now=runtime.now(case),
            title=title,
            items=items,
            starts_on=starts_on,
            ends_on=ends_on,
            contact=contact,
        )
        content = {
            "number": notice.number,
            "title": title,
            "items": items,
            "starts_on": starts_on,
            "ends_on": ends_on,
            "channels": channels or [],
            "contact": contact,
            "sha256": notice.content_sha256,
            "rehearsal": case.is_rehearsal,
        }
    url = runtime.publisher.publish(call.key, content)
    return {
        "notice_id": str(notice.id),
        "number": notice.number,
        "published_at": notice.published_at.isoformat(),
        "starts_on": starts_on,
        "ends_on": ends_on,
        "public_url": url,
    }


def _notice(
    session: Session,
    case: Case,
    task_id: UUID,
    *,
    now: datetime,
    title: str,
    items: list[dict[str, Any]],
    starts_on: str,
    ends_on: str,
    contact: str,
) -> Notice:
    found = session.scalars(select(Notice).where(Notice.task_id == task_id)).first()
    if found is not None:
        return found
    last = date.fromisoformat(ends_on)
    notice = Notice(
        case_id=case.id,
        task_id=task_id,
        number=next_number(session, f"{case.number}-GS{{seq:02d}}", last),
        title=title,
        items=items,
        contact=contact,
        starts_on=date.fromisoformat(starts_on),
        ends_on=last,
        ends_at=datetime.combine(last + timedelta(days=1), time(), TIME_ZONE),
        published_at=now,
        content_sha256=sha256(rfc8785.dumps([title, items, starts_on, ends_on])).hexdigest(),
        is_rehearsal=case.is_rehearsal,
    )
    session.add(notice)
    session.flush()
    return notice


def _get(call: Call, notice_id: str) -> Notice:
    notice = call.world.session.get(Notice, UUID(notice_id))
    if notice is None or notice.case_id != call.world.case.id:
        raise IncidentError("NOTICE", call.node.id, "找不到本办件的公示")
    return notice


def close(call: Call, *, notice_id: str, result: str) -> dict[str, Any]:
    """Close a notice whose period has run out; refuse to cut a period short."""
    notice, now = _get(call, notice_id), call.world.now
    if now < notice.ends_at:
        raise IncidentError("NOTICE", call.node.id, "公示期未满，不得提前结束")
    notice.status, notice.result, notice.closed_at = NoticeStatus.CLOSED, result, now
    return {"closed_at": now.isoformat()}


def withdraw(call: Call, *, notice_id: str, reason: str) -> dict[str, Any]:
    """Take a notice back, its reason shown in its place."""
    notice, now = _get(call, notice_id), call.world.now
    notice.status, notice.closed_at = NoticeStatus.WITHDRAWN, now
    notice.result = reason[:32]
    return {"withdrawn_at": now.isoformat()}


def reply(call: Call, *, objection_id: str, finding: str, text: str) -> dict[str, Any]:
    """Keep the finding and the written reply; the objector reads it with their receipt code."""
    objection = call.world.session.get(Objection, UUID(objection_id))
    if objection is None:
        raise IncidentError("NOTICE", call.node.id, "找不到这条异议")
    objection.finding, objection.reply = finding, text
    objection.replied_at = call.world.now
    return {"replied_at": call.world.now.isoformat()}
