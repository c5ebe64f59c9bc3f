"""Which days are worked, and counting along them. Knows no time of day and no pauses."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final

from workflows.calendar import arrangements, deadlines
from workflows.calendar.errors import CalendarError

DAY: Final = timedelta(days=1)
MAX_DAYS_COUNTED: Final = 5_000
MAX_SPAN_DAYS: Final = 20_000


@dataclass(frozen=True, slots=True)
class DayStatus:
    """Whether a day is worked, and the Chinese reason (empty for an ordinary working day)."""

    is_working: bool
    reason: str


class WorkingCalendar:
    """Working days of mainland China with one agency's corrections.

    ``corrections`` map a date to "is a working day" and win over everything else. A year
    outside the package's data follows the weekday rule and is provisional, unless it is in
    ``confirmed_years``: the years whose whole arrangement the corrections hold.
    ``version`` names the source of the data.
    """

    def __init__(
        self,
        corrections: Mapping[date, bool] = MappingProxyType({}),
        version: str = arrangements.DATA_VERSION,
        *,
        confirmed_years: Collection[int] = (),
    ) -> None:
        self._corrections = {
            _plain_date(day): _plain_bool(works) for day, works in corrections.items()
        }
        self._confirmed_years = frozenset(confirmed_years)
        self.version = f"{version}; corrections {self._corrections_hash()}"

    def _corrections_hash(self) -> str:
        rows = [f"{day}={int(works)}" for day, works in sorted(self._corrections.items())]
        rows += [f"confirmed={year}" for year in sorted(self._confirmed_years)]
        if not rows:
            return "none"
        return hashlib.sha256("\n".join(rows).encode()).hexdigest()[:16]

    def status(self, day: date) -> DayStatus:
        """Whether ``day`` is worked and why (Chinese)."""
        works = self._corrections.get(_plain_date(day))
        if works is not None:
            return DayStatus(works, "本机关校正：工作日" if works else "本机关校正：休息日")
        if transferred := arrangements.transferred_for(day):
            return DayStatus(True, f"{transferred}调休上班")
        if holiday := arrangements.holiday_on(day):
            suffix = "（调休）" if arrangements.is_in_lieu(day) else ""
            return DayStatus(False, f"{holiday}放假{suffix}")
        if arrangements.is_weekend(day):
            return DayStatus(False, "周末")
        return DayStatus(True, "")

    def is_working_day(self, day: date) -> bool:
        """Whether ``day`` is a working day."""
        return self.status(day).is_working

    def is_provisional(self, year: int) -> bool:
        """Whether the arrangement of ``year`` is not known yet, so that results may change."""
        return not (arrangements.is_known_year(year) or year in self._confirmed_years)

    def working_days_after(self, day: date, n: int) -> date:
        """The ``n``-th working day after ``day``, ``day`` itself not counted.

        0 gives ``day``; a negative ``n`` counts backwards. Raises CalendarError.
        """
        if isinstance(n, bool) or not isinstance(n, int) or abs(n) > MAX_DAYS_COUNTED:
            raise CalendarError(f"工作日数须为整数，且不超过 {MAX_DAYS_COUNTED} 天。")
        current, left = _plain_date(day), abs(n)
        step = DAY if n > 0 else -DAY
        while left:
            current = _next(current, step)
            left -= self.is_working_day(current)
        return current

    def working_days_between(self, first: date, last: date) -> int:
        """Working days after ``first`` up to and including ``last``.

        The inverse of ``working_days_after``; negative when ``last`` lies before ``first``.
        Raises CalendarError.
        """
        if _plain_date(last) < _plain_date(first):
            return -self.working_days_between(last, first)
        span = (_plain_date(last) - first).days
        if span > MAX_SPAN_DAYS:
            raise CalendarError(f"两个日期相隔不能超过 {MAX_SPAN_DAYS} 天。")
        days = (first + DAY * i for i in range(1, span + 1))
        return sum(self.is_working_day(day) for day in days)

    def deadline(
        self,
        rule: deadlines.DeadlineRule,
        started_at: datetime,
        pauses: Sequence[deadlines.Pause] = (),
    ) -> deadlines.Deadline:
        """When a limit that began at ``started_at`` ends, and how every day was counted.

        Raises CalendarError, also for naive datetimes.
        """
        return deadlines.compute(self, rule, started_at, pauses)


def _next(day: date, step: timedelta) -> date:
    try:
        return day + step
    except OverflowError as exc:
        raise CalendarError("日期超出日历范围。") from exc


def _plain_date(day: date) -> date:
    if isinstance(day, datetime) or not isinstance(day, date):
        raise CalendarError("这里需要日期，不能带时间。")
    return day


def _plain_bool(works: object) -> bool:
    if not isinstance(works, bool):
        raise CalendarError("日历校正只能是“工作日”或“休息日”。")
    return works
