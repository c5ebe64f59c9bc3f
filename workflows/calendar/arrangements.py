"""The State Council's yearly holiday arrangement, as the package ``chinesecalendar`` carries it.

Knows nothing of agencies, deadlines or time zones.
"""

from datetime import date
from importlib.metadata import version
from typing import Final

from chinese_calendar import constants

DATA_VERSION: Final = f"chinesecalendar {version('chinesecalendar')}"

_NAMES: Final[dict[str, str]] = {
    holiday.value: f"{holiday.chinese}节"
    if holiday.chinese in {"清明", "端午", "中秋"}
    else holiday.chinese
    for holiday in constants.Holiday
}
_KNOWN_YEARS: Final = frozenset(day.year for day in constants.holidays)
_SATURDAY: Final = 5


def is_known_year(year: int) -> bool:
    """Whether the arrangement of ``year`` is in the package."""
    return year in _KNOWN_YEARS


def holiday_on(day: date) -> str | None:
    """Chinese name of the holiday that makes ``day`` a day off, its weekend included."""
    name = constants.holidays.get(day)
    return _NAMES[name] if name else None


def transferred_for(day: date) -> str | None:
    """Chinese name of the holiday for which ``day``, a weekend, is worked (调休)."""
    name = constants.workdays.get(day)
    return _NAMES[name] if name else None


def is_in_lieu(day: date) -> bool:
    """Whether ``day`` is off only because another day was worked for it."""
    return day in constants.in_lieu_days


def is_weekend(day: date) -> bool:
    """Whether ``day`` is a Saturday or Sunday."""
    return day.weekday() >= _SATURDAY
