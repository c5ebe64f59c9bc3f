"""The working calendar an agency lives by: the published one plus recorded corrections."""

from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.db.models import CalendarDay
from workflows.calendar import WorkingCalendar


def calendar_of(session: Session, agency_id: UUID | None) -> WorkingCalendar:
    """Return the calendar with the corrections for everyone, then those of the agency."""
    rows = session.execute(
        select(CalendarDay.day, CalendarDay.is_working, CalendarDay.agency_id).where(
            or_(CalendarDay.agency_id.is_(None), CalendarDay.agency_id == agency_id)
        )
    ).all()
    ordered = sorted(rows, key=lambda row: row.agency_id is not None)
    return WorkingCalendar({row.day: row.is_working for row in ordered})
