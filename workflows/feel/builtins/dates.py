"""Built-ins on dates, and the two that count working days."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from workflows.feel import comparisons
from workflows.feel.errors import FeelEvaluationError
from workflows.feel.runtime import Run, WorkingDays
from workflows.feel.signatures import Registry
from workflows.feel.wide import WideMoment, days_in, is_time, offset

FUNCTIONS = Registry()
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_MAX_WORKING_DAYS: Final = 4000
_MAX_CALENDAR_DAYS: Final = 6000


@FUNCTIONS.add("now", "")
def _now(run: Run) -> datetime:
    return run.now()


@FUNCTIONS.add("today", "")
def _today(run: Run) -> date:
    return run.now().date()


@FUNCTIONS.add("day of year", "date: moment")
def _day_of_year(_run: Run, day: date) -> Decimal:
    return Decimal(day.timetuple().tm_yday)


@FUNCTIONS.add("day of week", "date: moment")
def _day_of_week(_run: Run, day: date) -> str:
    return _DAYS[day.weekday()]


@FUNCTIONS.add("month of year", "date: moment")
def _month_of_year(_run: Run, day: date) -> str:
    return _MONTHS[day.month - 1]


@FUNCTIONS.add("week of year", "date: moment")
def _week_of_year(_run: Run, day: date) -> Decimal:
    return Decimal(day.isocalendar().week)


@FUNCTIONS.add("last day of month", "date: moment")
def _last_day_of_month(_run: Run, day: date) -> date:
    return date(day.year, day.month, days_in(day.year, day.month))


@FUNCTIONS.add("working days after", "date: moment, n: integer", steps=20)
def _working_days_after(run: Run, day: date, amount: Decimal) -> date:
    if abs(amount) > _MAX_WORKING_DAYS:
        raise FeelEvaluationError(
            f"at most {_MAX_WORKING_DAYS} working days can be counted",
            f"工作日数最多 {_MAX_WORKING_DAYS} 天",
        )
    run.spend(4 * abs(int(amount)))
    with _refusals_told():
        return _calendar(run).working_days_after(_day(day), int(amount))


@FUNCTIONS.add("days between working", "a: moment, b: moment", steps=20)
def _days_between_working(run: Run, first: date, last: date) -> Decimal:
    span = abs((_day(last) - _day(first)).days)
    if span > _MAX_CALENDAR_DAYS:
        raise FeelEvaluationError(
            f"working days are counted over at most {_MAX_CALENDAR_DAYS} days",
            f"工作日的计算跨度最多 {_MAX_CALENDAR_DAYS} 天",
        )
    run.spend(3 * span)
    with _refusals_told():
        return Decimal(_calendar(run).working_days_between(_day(first), _day(last)))


@contextmanager
def _refusals_told() -> Iterator[None]:
    """Turn the calendar's refusal into an error of the expression."""
    try:
        yield
    except ValueError as error:
        raise FeelEvaluationError(f"the calendar refuses: {error}", str(error)) from error


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _calendar(run: Run) -> WorkingDays:
    calendar = run.context.calendar
    if calendar is None:
        raise FeelEvaluationError("no calendar of working days is available", "此处没有工作日历")
    return calendar


@FUNCTIONS.add("is", "value1: any, value2: any")
def _is(run: Run, first: Any, second: Any) -> bool:
    """Tell whether two values are of one type and equal, times also in their offsets."""
    if type(first) is not type(second):
        return False
    if isinstance(first, datetime | WideMoment) or is_time(first):
        same_instant = comparisons.equal(run, 0, first, second) is True
        return same_instant and offset(first) == offset(second)
    return comparisons.equal(run, 0, first, second) is True
