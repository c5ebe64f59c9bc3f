"""Publicity: publishing a notice, closing it, and answering those who object."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import masking
from services.audit import canonical_hash
from services.calendars import calendar_of_case
from services.db.engine import unit_of_work
from services.db.models import Case, Job, Notice, NoticeStatus, Objection
from services.gateways.publication import FolderPublisher
from services.lookup import lock_case
from services.numbers import next_number
from services.service_tasks.operation import Call, DeferredCall
from workflows.calendar import TIME_ZONE, WorkingCalendar
from workflows.errors import IncidentError, TaskNotWaitingError

if TYPE_CHECKING:
    from services.runtime import Runtime


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
    publishes the same content again under the same key. Numbers of persons are masked first.
    """
    runtime = call.runtime
    title, items = masking.text(title), masking.masked(items)
    with unit_of_work(runtime.sessions) as session:
        case = lock_case(session, call.case_id)
        _require_wanted(session, call.key)
        given = _Given(title, items, date.fromisoformat(starts_on), date.fromisoformat(ends_on))
        notice = _notice(session, runtime, case, UUID(call.key), given, contact)
        content = {
            "number": notice.number,
            "title": title,
            "items": items,
            "starts_on": notice.starts_on.isoformat(),
            "ends_on": notice.ends_on.isoformat(),
            "channels": channels or [],
            "contact": contact,
            "sha256": notice.content_sha256,
            "rehearsal": case.is_rehearsal,
        }
    # A rehearsal never reaches an agency's website; its notice has only our own page.
    outside = FolderPublisher(runtime.settings.data_dir / "rehearsals", runtime.settings.public_url)
    publisher = outside if case.is_rehearsal else runtime.publisher
    url = publisher.publish(call.key, content)
    return {
        "notice_id": str(notice.id),
        "number": notice.number,
        "published_at": notice.published_at.isoformat(),
        "starts_on": content["starts_on"],
        "ends_on": content["ends_on"],
        "public_url": url,
    }


@dataclass(frozen=True, slots=True)
class _Given:
    """What the diagram asks to publish."""

    title: str
    items: list[dict[str, Any]]
    starts_on: date
    ends_on: date

    def not_before(self, today: date, calendar: WorkingCalendar) -> "_Given":
        """Return the same period begun today at the earliest: nothing is published backwards."""
        if self.starts_on >= today:
            return self
        days = calendar.working_days_between(self.starts_on, self.ends_on)
        ends_on = calendar.working_days_after(today, days)
        return replace(self, starts_on=today, ends_on=ends_on)


def _require_wanted(session: Session, key: str) -> None:
    """Stop if the case has moved on meanwhile: then nothing may be published any more."""
    wanted = session.scalars(
        select(Job.id).where(Job.dedupe_key == f"service:{key}", Job.done_at.is_(None))
    ).first()
    if wanted is None:
        raise TaskNotWaitingError(key)


def _notice(
    session: Session, runtime: "Runtime", case: Case, task_id: UUID, asked: _Given, contact: str
) -> Notice:
    found = session.scalars(select(Notice).where(Notice.task_id == task_id)).first()
    if found is not None:
        return found
    now = runtime.now(case)
    calendar = calendar_of_case(session, case.id)
    given = asked.not_before(now.astimezone(TIME_ZONE).date(), calendar)
    sealed: Any = [given.title, given.items, str(given.starts_on), str(given.ends_on)]
    notice = Notice(
        case_id=case.id,
        task_id=task_id,
        number=next_number(session, f"{case.number}-GS{{seq:02d}}", given.ends_on),
        title=given.title,
        items=given.items,
        contact=contact,
        starts_on=given.starts_on,
        ends_on=given.ends_on,
        ends_at=end_of(given.ends_on),
        working_days=calendar.working_days_between(given.starts_on, given.ends_on),
        published_at=now,
        content_sha256=canonical_hash(sealed).hex(),
        is_rehearsal=case.is_rehearsal,
    )
    session.add(notice)
    session.flush()
    return notice


def end_of(day: date) -> datetime:
    """Return 24:00 of a day in Shanghai."""
    return datetime.combine(day + timedelta(days=1), time(), TIME_ZONE)


def extend(session: Session, case: Case, calendar: WorkingCalendar) -> None:
    """Let the open notices of a case run longer where the calendar now says so."""
    rows = session.scalars(
        select(Notice).where(Notice.case_id == case.id, Notice.status == NoticeStatus.OPEN)
    )
    for notice in rows:
        ends_on = calendar.working_days_after(notice.starts_on, notice.working_days)
        if ends_on > notice.ends_on:
            notice.ends_on, notice.ends_at = ends_on, end_of(ends_on)


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


def withdraw(call: Call, *, notice_id: str | None, reason: str) -> dict[str, Any]:
    """Take a notice back, its reason shown in its place; without an id, all open ones."""
    now = call.world.now
    notices = [_get(call, notice_id)] if notice_id else _open_notices(call)
    for notice in notices:
        notice.status, notice.closed_at = NoticeStatus.WITHDRAWN, now
        notice.result = reason[:32]
    return {"withdrawn_at": now.isoformat(), "notices": [notice.number for notice in notices]}


def _open_notices(call: Call) -> list[Notice]:
    rows = call.world.session.scalars(
        select(Notice).where(
            Notice.case_id == call.world.case.id, Notice.status == NoticeStatus.OPEN
        )
    )
    return list(rows)


def reply(call: Call, *, objection_id: str, finding: str, text: str) -> dict[str, Any]:
    """Keep the finding and the written reply; the objector reads it with their receipt code."""
    objection = call.world.session.get(Objection, UUID(objection_id))
    if objection is None:
        raise IncidentError("NOTICE", call.node.id, "找不到这条异议")
    objection.finding, objection.reply = finding, text
    objection.replied_at = call.world.now
    return {"replied_at": call.world.now.isoformat()}
