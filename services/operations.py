"""Keeping it running: the calendar's corrections, jobs, incidents."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import incidents, policies
from services.actors import Actor
from services.calendars import calendar_of
from services.db.models import CalendarDay, CaseAccess, Incident, Job
from services.errors import InvalidError, NotFoundError
from services.runtime import Runtime

MAX_ROWS = 200


def days(session: Session, agency_id: UUID | None, first: date, count: int) -> list[dict[str, Any]]:
    """Return the days of the working calendar from ``first`` on."""
    if first.year > date.max.year - 2:
        raise InvalidError("日期超出日历范围", {"first": ["请选择较早的日期"]})
    calendar = calendar_of(session, agency_id)
    return [_day(calendar, first + timedelta(days=n)) for n in range(count)]


def _day(calendar: Any, day: date) -> dict[str, Any]:
    status = calendar.status(day)
    return {
        "day": day,
        "is_working": status.is_working,
        "reason": status.reason,
        "is_provisional": calendar.is_provisional(day.year),
    }


def correct_day(
    session: Session, actor: Actor, *, agency: UUID, day: date, is_working: bool, reason: str
) -> dict[str, Any]:
    """Correct a day for an agency, by its process owner; a second correction replaces the first.

    Limits that run already keep the calendar they were computed with.
    """
    policies.own_procedures(actor, [agency]).require()
    row = session.scalars(
        select(CalendarDay).where(CalendarDay.agency_id == agency, CalendarDay.day == day)
    ).first()
    if row is None:
        row = CalendarDay(agency_id=agency, day=day)
        session.add(row)
    row.is_working, row.reason = is_working, reason
    session.flush()
    return _day(calendar_of(session, agency), day)


def _own_agencies(actor: Actor) -> frozenset[UUID]:
    owned = actor.parties_with(policies.PROCESS_OWNER)
    policies.own_procedures(actor, owned).require()
    return owned


def _cases(actor: Actor) -> Any:
    return select(CaseAccess.case_id).where(
        CaseAccess.party_id.in_(_own_agencies(actor)), CaseAccess.until.is_(None)
    )


def open_jobs(session: Session, actor: Actor) -> list[Job]:
    """Return what is waiting or failed in the cases of one's agencies."""
    rows = session.scalars(
        select(Job)
        .where(Job.case_id.in_(_cases(actor)), Job.done_at.is_(None))
        .order_by(Job.due_at)
        .limit(MAX_ROWS)
    )
    return list(rows)


def open_incidents(session: Session, actor: Actor) -> list[Incident]:
    """Return the open incidents in the cases of one's agencies, oldest first."""
    rows = session.scalars(
        select(Incident)
        .where(Incident.case_id.in_(_cases(actor)), Incident.resolved_at.is_(None))
        .order_by(Incident.opened_at)
        .limit(MAX_ROWS)
    )
    return list(rows)


def resolve(session: Session, runtime: Runtime, actor: Actor, incident_id: UUID) -> Incident:
    """Resolve an incident of one's cases. Raises NotFoundError, NotAllowedError."""
    known = session.scalars(
        select(Incident.id).where(Incident.id == incident_id, Incident.case_id.in_(_cases(actor)))
    ).first()
    if known is None:
        raise NotFoundError("没有这个异常")
    found = incidents.resolve(session, incident_id, actor.key, runtime.clock.now())
    assert found is not None
    return found
