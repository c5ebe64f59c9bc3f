"""The working calendar an agency lives by: the published one plus recorded corrections."""

from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.db.models import CalendarDay, CaseRole
from workflows.calendar import WorkingCalendar

RECEIVING_ROLE = "authority_clerk"  # whose agency's working days a case lives by


def calendar_of_case(session: Session, case_id: UUID) -> WorkingCalendar:
    """Return the calendar of the agency that receives the case."""
    agency_id = session.scalars(
        select(CaseRole.party_id).where(
            CaseRole.case_id == case_id, CaseRole.role == RECEIVING_ROLE
        )
    ).first()
    return calendar_of(session, agency_id)


def calendar_of(session: Session, agency_id: UUID | None) -> WorkingCalendar:
    """Return the calendar with the corrections for everyone, then those of the agency."""
    rows = session.execute(
        select(CalendarDay.day, CalendarDay.is_working, CalendarDay.agency_id).where(
            or_(CalendarDay.agency_id.is_(None), CalendarDay.agency_id == agency_id)
        )
    ).all()
    ordered = sorted(rows, key=lambda row: row.agency_id is not None)
    return WorkingCalendar({row.day: row.is_working for row in ordered})
