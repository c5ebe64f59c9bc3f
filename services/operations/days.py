"""The working calendar and its corrections."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import policies
from services.actors import Actor
from services.calendars import calendar_of
from services.db.models import CalendarDay
from services.errors import InvalidError


def listed(
    session: Session, agency_id: UUID | None, first: date, count: int
) -> list[dict[str, Any]]:
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


def correct(
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
