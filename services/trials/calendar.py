"""The calendar of a trial: which days of a month are worked, and why the others are not."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.calendars import calendar_of_case
from services.db.engine import reading
from services.errors import InvalidError
from services.trials.sandboxes import Sandbox
from workflows.calendar import TIME_ZONE


def days(sandbox: Sandbox, first: date, last: date) -> list[dict[str, Any]]:
    """Return the days of the trial's calendar, each with whether it is worked and why not."""
    with reading(sandbox.runtime.sessions) as session:
        calendar = calendar_of_case(session, sandbox.case or UUID(int=0))
    count = (last - first).days + 1
    found = []
    for on in (first + timedelta(days=n) for n in range(count)):
        status = calendar.status(on)
        found.append({"on": on, "is_working": status.is_working, "reason": status.reason})
    return found


def month_of(sandbox: Sandbox, month: str | None) -> tuple[date, date]:
    """Return the first and last day of a month (2026-10), that of today by default."""
    today = sandbox.player.now.astimezone(TIME_ZONE).date()
    try:
        first = date.fromisoformat(f"{month}-01") if month else today.replace(day=1)
    except ValueError as error:
        raise InvalidError("月份有误", {"month": ["应为 2026-10 的样子"]}) from error
    following = (first + timedelta(days=32)).replace(day=1)
    return first, following - timedelta(days=1)
