"""Months and years by the calendar (民法典 200–202): no working days, no time of day."""

import calendar
from datetime import date, timedelta

from workflows.calendar.errors import CalendarError


def add_months(day: date, months: int) -> date:
    """The corresponding day ``months`` later; where there is none, the last day of that month."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    try:
        last = calendar.monthrange(years, month + 1)[1]
        return date(years, month + 1, min(day.day, last))
    except (ValueError, OverflowError) as exc:
        raise CalendarError("日期超出日历范围。") from exc


def add_years(day: date, years: int) -> date:
    """The anniversary ``years`` later; 29 February becomes 28 February in a common year."""
    return add_months(day, years * 12)


def term_end(start_on: date, years: int) -> date:
    """Last day of a term of ``years`` whose first day is ``start_on`` (ASM-P-10).

    The day before the anniversary. A term begun on 29 February whose anniversary does not
    exist ends on 28 February, the month's last day, so that it is never a day short.
    """
    if years < 1:
        raise CalendarError("有效期至少为 1 年。")
    anniversary = add_years(start_on, years)
    if anniversary.day != start_on.day:
        return anniversary
    return anniversary - timedelta(days=1)
