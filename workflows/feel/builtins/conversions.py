"""Built-ins that convert, and ``not``."""

import re
from datetime import datetime, time, timedelta, timezone
from decimal import Decimal, DecimalException
from typing import Any, Final

from workflows.feel import temporal, wide
from workflows.feel.errors import FeelBudgetError
from workflows.feel.limits import MAX_STRING_CHARACTERS
from workflows.feel.results import settle
from workflows.feel.runtime import Run
from workflows.feel.signatures import Registry
from workflows.feel.values import NUMBERS, text

FUNCTIONS = Registry()
_NUMBER: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)
_MAX_NUMBER_CHARACTERS: Final = 100
_SEPARATORS: Final = frozenset({" ", ",", "."})
_MAX_OFFSET: Final = timedelta(hours=14)


@FUNCTIONS.add("not", "negand: any")
def _not(run: Run, negand: Any) -> Any:
    if type(negand) is bool:
        return not negand
    return None if negand is None else run.null(0, "not of no boolean", "not 的参数应为“是/否”")


@FUNCTIONS.add("number", "from: string")
def _number(run: Run, source: str) -> Any:
    if len(source) <= _MAX_NUMBER_CHARACTERS and _NUMBER.fullmatch(source):
        try:
            return NUMBERS.create_decimal(source)
        except DecimalException:
            pass
    return run.null(0, "this text is not a number", "该文本不是数字")


@FUNCTIONS.add("number", "from: number")
def _number_of_number(_run: Run, number: Decimal) -> Decimal:
    return number


@FUNCTIONS.add("number", "from: string, grouping separator: string?, decimal separator: string?")
def _number_with_separators(run: Run, source: str, group: str | None, point: str | None) -> Any:
    known = (group is None or group in _SEPARATORS) and point in {None, ".", ","}
    if not known or (group is not None and group == (point or "")):
        return run.null(0, "these separators cannot be used", "分隔符不可用")
    plain = source.replace(group, "") if group else source
    return _number(run, plain.replace(point, ".") if point else plain)


@FUNCTIONS.add("string", "from: any", steps=10)
def _string(run: Run, value: Any) -> Any:
    if value is None or type(value) is str:
        return value
    shown = text(_charged(run, value))
    if len(shown) > MAX_STRING_CHARACTERS:
        raise FeelBudgetError("a string grows too long", "文本过长")
    return shown


def _charged(run: Run, value: Any) -> Any:
    """Return the settled value, having paid for every part of it."""
    settled = settle(value)
    waiting = [settled]
    while waiting:
        here = waiting.pop()
        if type(here) is list or type(here) is dict:
            run.spend(2 * len(here) + 1)
            waiting.extend(here.values() if isinstance(here, dict) else here)
        elif type(here) is str:
            run.spend(1 + (len(here) >> 6))
    return settled


@FUNCTIONS.add("date", "from: string", steps=10)
def _date(run: Run, source: str) -> Any:
    found = temporal.parse_date(source)
    return found or run.null(0, "this text is not a date", "该文本不是日期(应形如 2026-09-28)")


@FUNCTIONS.add("date", "from: wide moment")
def _date_of_moment(_run: Run, moment: Any) -> wide.AnyDate:
    return wide.date_of(moment)


@FUNCTIONS.add("date", "year: integer, month: integer, day: integer")
def _date_of_parts(run: Run, year: Decimal, month: Decimal, day: Decimal) -> Any:
    found = wide.make_date(*(_small(part) for part in (year, month, day)))
    return found or run.null(0, "there is no such date", "没有这个日期")


def _small(number: Decimal) -> int:
    return int(number) if abs(number) <= wide.MAX_YEAR else -1 - wide.MAX_YEAR


@FUNCTIONS.add("time", "from: string", steps=10)
def _time(run: Run, source: str) -> Any:
    found = temporal.parse_time(source)
    return run.null(0, "this text is not a time", "该文本不是时间") if found is None else found


@FUNCTIONS.add("time", "from: time")
def _time_of_time(_run: Run, moment: wide.AnyTime) -> wide.AnyTime:
    return moment


@FUNCTIONS.add("time", "from: wide moment")
def _time_of_moment(_run: Run, moment: Any) -> wide.AnyTime:
    return wide.time_of(moment)


@FUNCTIONS.add("time", "hour: integer, minute: integer, second: number, offset: duration?=")
def _time_of_parts(
    run: Run, hour: Decimal, minute: Decimal, second: Decimal, offset: Any = None
) -> Any:
    whole = _small(second.to_integral_value("ROUND_FLOOR"))
    zone = timezone(offset) if _is_offset(offset) else None
    if offset is not None and zone is None:
        return run.null(0, "this is not an offset", "时区偏移不正确")
    try:
        return time(_small(hour), _small(minute), whole, int((second - whole) * 10**6), zone)
    except ValueError:
        return run.null(0, "there is no such time", "没有这个时间")


def _is_offset(value: Any) -> bool:
    return isinstance(value, timedelta) and abs(value) <= _MAX_OFFSET


@FUNCTIONS.add("date and time", "from: string", steps=15)
def _date_and_time(run: Run, source: str) -> Any:
    found = temporal.parse_date_time(source)
    return found or run.null(0, "this text is not a date and time", "该文本不是日期时间")


@FUNCTIONS.add("date and time", "from: wide moment")
def _date_and_time_of_moment(_run: Run, moment: Any) -> wide.AnyMoment:
    if isinstance(moment, datetime | wide.WideMoment):
        return moment
    return wide.make_moment(moment, time(0))


@FUNCTIONS.add("date and time", "date: wide moment, time: time")
def _date_and_time_of_parts(_run: Run, day: Any, moment: wide.AnyTime) -> wide.AnyMoment:
    return wide.make_moment(wide.date_of(day), moment)


@FUNCTIONS.add("date and time", "date: date and time, timezone: string")
def _in_zone(run: Run, moment: datetime, name: str) -> Any:
    zone = temporal.parse_zone(name) if name == "Z" else temporal.named_zone(name)
    if zone is None:
        return run.null(0, "there is no such time zone", "没有这个时区")
    try:
        return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)
    except OverflowError:
        return None


@FUNCTIONS.add("duration", "from: string", steps=10)
def _duration(run: Run, source: str) -> Any:
    found = temporal.parse_duration(source)
    return run.null(0, "this text is not a duration", "该文本不是时长") if found is None else found


@FUNCTIONS.add("duration", "from: duration")
def _duration_of_duration(_run: Run, length: Any) -> Any:
    return length


@FUNCTIONS.add("years and months duration", "from: wide moment, to: wide moment")
def _years_and_months(_run: Run, start: Any, end: Any) -> Any:
    return temporal.months_between(start, end)
