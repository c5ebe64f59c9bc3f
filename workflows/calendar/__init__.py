"""Chinese working days, limits with their ledger, and terms. Knows no case and no database."""

from workflows.calendar.deadlines import (
    TIME_ZONE,
    Deadline,
    DeadlineRule,
    LedgerDay,
    Pause,
)
from workflows.calendar.errors import CalendarError
from workflows.calendar.terms import add_months, add_years, term_end
from workflows.calendar.working_days import DayStatus, WorkingCalendar

__all__ = [
    "TIME_ZONE",
    "CalendarError",
    "DayStatus",
    "Deadline",
    "DeadlineRule",
    "LedgerDay",
    "Pause",
    "WorkingCalendar",
    "add_months",
    "add_years",
    "term_end",
]
