"""Limits: when they end, and a ledger that lets anyone recount them years later.

Counting (ASM-P-01): the start day is not counted; the last day runs to 24:00 in
Asia/Shanghai; a limit in calendar days, months or years that would end on a day off ends on
the next working day. A local day that lies wholly or partly inside a pause is not counted,
so a pause never costs the person a day.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal, Protocol, get_args
from zoneinfo import ZoneInfo

from workflows.calendar.errors import CalendarError
from workflows.calendar.terms import add_months, add_years

TIME_ZONE: Final = ZoneInfo("Asia/Shanghai")
MAX_AMOUNT: Final[dict[str, int]] = {
    "working_days": 2_500,
    "calendar_days": 3_660,
    "months": 120,
    "years": 10,
}
MAX_LEDGER_DAYS: Final = 11_000

Unit = Literal["working_days", "calendar_days", "months", "years"]
Kind = Literal["start", "counted", "skipped", "paused"]


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """``amount`` of ``unit``; ``basis`` is the article or assumption (ASM-…) it rests on."""

    amount: int
    unit: Unit
    basis: str

    def __post_init__(self) -> None:
        if self.unit not in get_args(Unit):
            raise CalendarError(f"不认识的期限单位：{self.unit}。")
        if isinstance(self.amount, bool) or not isinstance(self.amount, int):
            raise CalendarError("期限须为整数。")
        if not 1 <= self.amount <= MAX_AMOUNT[self.unit]:
            raise CalendarError(f"期限须在 1 至 {MAX_AMOUNT[self.unit]} 之间。")


@dataclass(frozen=True, slots=True)
class Pause:
    """The clock stands still from ``from_at`` until just before ``to_at``; None: still does."""

    from_at: datetime
    to_at: datetime | None
    reason: str

    def __post_init__(self) -> None:
        _aware(self.from_at)
        if self.to_at is not None and _aware(self.to_at) < self.from_at:
            raise CalendarError("中止期间的结束不能早于开始。")

    def touches(self, day: date) -> bool:
        """Whether any moment of the local ``day`` lies in the pause."""
        if self.from_at == self.to_at:
            return False
        starts_at, ends_at = _midnight(day), _midnight(day + timedelta(days=1))
        return self.from_at < ends_at and (self.to_at is None or self.to_at > starts_at)


@dataclass(frozen=True, slots=True)
class LedgerDay:
    """How one local day was treated, and why (Chinese; empty for an ordinary counted day)."""

    date: date
    kind: Kind
    reason: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """The end of a limit. ``due_at`` and ``due_on`` are None while a pause is still open.

    ``due_at`` is the first moment too late (24:00 of ``due_on`` in Asia/Shanghai), in UTC.
    ``provisional``: a day was counted in a year whose arrangement is not published yet.
    """

    due_at: datetime | None
    due_on: date | None
    ledger: tuple[LedgerDay, ...]
    calendar_version: str
    provisional: bool


class Calendar(Protocol):
    """What counting needs to know of a calendar."""

    @property
    def version(self) -> str: ...
    def status(self, day: date, /) -> "Status": ...
    def is_provisional(self, year: int, /) -> bool: ...


class Status(Protocol):
    """Whether a day is worked, and why."""

    @property
    def is_working(self) -> bool: ...
    @property
    def reason(self) -> str: ...


Judge = Callable[[date, int], LedgerDay]  # (day, days still to count) -> how it is treated


def compute(
    calendar: Calendar, rule: DeadlineRule, started_at: datetime, pauses: Sequence[Pause]
) -> Deadline:
    """Count ``rule`` from ``started_at`` on; see the module's rules. Raises CalendarError."""
    start_on = _aware(started_at).astimezone(TIME_ZONE).date()
    judge = _judge(calendar, rule.unit, pauses)
    ledger = [LedgerDay(start_on, "start", "起算日不计入")]
    left, day = _days_to_count(rule, start_on), start_on
    while left:
        day = _day_after(day, len(ledger))
        entry = judge(day, left)
        ledger.append(entry)
        left -= entry.kind == "counted"
        if entry.kind == "paused" and _is_open(pauses, day):
            return _deadline(calendar, None, ledger)
    return _deadline(calendar, day, ledger)


def _deadline(calendar: Calendar, due_on: date | None, ledger: list[LedgerDay]) -> Deadline:
    due_at = None if due_on is None else _midnight(due_on + timedelta(days=1)).astimezone(UTC)
    years = {entry.date.year for entry in ledger if entry.kind != "start"}
    provisional = any(calendar.is_provisional(year) for year in years)
    return Deadline(due_at, due_on, tuple(ledger), calendar.version, provisional)


def _days_to_count(rule: DeadlineRule, start_on: date) -> int:
    if rule.unit == "months":
        return (add_months(start_on, rule.amount) - start_on).days
    if rule.unit == "years":
        return (add_years(start_on, rule.amount) - start_on).days
    return rule.amount


def _judge(calendar: Calendar, unit: Unit, pauses: Sequence[Pause]) -> Judge:
    def working(day: date, left: int) -> LedgerDay:
        status = calendar.status(day)
        if not status.is_working:
            return LedgerDay(day, "skipped", status.reason)
        return paused(day) or LedgerDay(day, "counted", status.reason)

    def natural(day: date, left: int) -> LedgerDay:
        status = calendar.status(day)
        if pause := paused(day):
            return pause
        if left == 1 and not status.is_working:
            return LedgerDay(day, "skipped", f"{status.reason}，期限届满顺延至下一工作日")
        return LedgerDay(day, "counted", "")

    def paused(day: date) -> LedgerDay | None:
        reasons = dict.fromkeys(pause.reason for pause in pauses if pause.touches(day))
        return LedgerDay(day, "paused", "；".join(reasons)) if reasons else None

    return working if unit == "working_days" else natural


def _is_open(pauses: Sequence[Pause], day: date) -> bool:
    return any(pause.to_at is None and pause.touches(day) for pause in pauses)


def _day_after(day: date, counted: int) -> date:
    try:
        if counted > MAX_LEDGER_DAYS:
            raise CalendarError("期限过长，或日历中没有工作日。")
        return day + timedelta(days=1)
    except OverflowError as exc:
        raise CalendarError("日期超出日历范围。") from exc


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, TIME_ZONE)


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None or at.utcoffset() is None:
        raise CalendarError("时间必须带时区。")
    return at
