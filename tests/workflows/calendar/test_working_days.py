"""Working days against the State Council's arrangement, corrections and an oracle."""

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.calendar import CalendarError, WorkingCalendar

CALENDAR = WorkingCalendar()
KNOWN_DAYS = st.dates(date(2010, 1, 1), date(2026, 12, 31))
ANY_DAYS = st.dates(date(2005, 1, 1), date(2035, 12, 31))
CORRECTIONS = st.dictionaries(ANY_DAYS, st.booleans(), max_size=40)


def oracle(day: date, corrections: dict[date, bool]) -> bool:
    if day in corrections:
        return corrections[day]
    if 2004 <= day.year <= 2026:
        return bool(chinese_calendar.is_workday(day))
    return day.isoweekday() <= 5


@pytest.mark.parametrize("day", range(1, 8))
def test_national_day_2026_is_off_from_the_first_to_the_seventh(day):
    assert not CALENDAR.is_working_day(date(2026, 10, day))


def test_the_transferred_saturday_and_sunday_of_national_day_2026_are_worked():
    assert date(2026, 10, 10).weekday() == 5
    assert CALENDAR.is_working_day(date(2026, 10, 10))
    assert CALENDAR.is_working_day(date(2026, 9, 20))
    assert CALENDAR.status(date(2026, 10, 10)).reason == "国庆节调休上班"


@pytest.mark.parametrize(
    ("day", "works", "reason"),
    [
        (date(2026, 1, 1), False, "元旦放假"),
        (date(2026, 1, 4), True, "元旦调休上班"),
        (date(2026, 2, 14), True, "春节调休上班"),
        (date(2026, 2, 17), False, "春节放假"),
        (date(2026, 4, 6), False, "清明节放假"),
        (date(2026, 6, 19), False, "端午节放假"),
        (date(2026, 9, 25), False, "中秋节放假"),
        (date(2026, 11, 21), False, "周末"),
        (date(2026, 11, 23), True, ""),
        (date(2024, 2, 29), True, ""),
    ],
)
def test_a_day_says_in_chinese_why_it_is_off_or_worked(day, works, reason):
    status = CALENDAR.status(day)

    assert (status.is_working, status.reason) == (works, reason)


def test_a_day_off_in_exchange_for_a_worked_weekend_says_so():
    assert CALENDAR.status(date(2025, 10, 7)).reason == "国庆节放假（调休）"


@given(KNOWN_DAYS)
def test_known_years_agree_with_the_package(day):
    assert CALENDAR.is_working_day(day) == chinese_calendar.is_workday(day)


def test_a_year_not_published_yet_follows_the_weekday_rule_and_is_provisional():
    assert CALENDAR.is_provisional(2031)
    assert not CALENDAR.is_provisional(2026)
    assert CALENDAR.is_working_day(date(2031, 10, 1))  # a Wednesday
    assert not CALENDAR.is_working_day(date(2031, 10, 4))


def test_a_year_confirmed_by_the_agency_is_not_provisional():
    calendar = WorkingCalendar({date(2031, 10, 1): False}, confirmed_years=[2031])

    assert not calendar.is_provisional(2031)
    assert not calendar.is_working_day(date(2031, 10, 1))


def test_corrections_win_over_holidays_and_working_weekends():
    calendar = WorkingCalendar({date(2026, 10, 1): True, date(2026, 10, 10): False})

    assert calendar.is_working_day(date(2026, 10, 1))
    assert not calendar.is_working_day(date(2026, 10, 10))
    assert "校正" in calendar.status(date(2026, 10, 10)).reason


def test_the_version_names_the_package_and_changes_with_the_corrections():
    plain = WorkingCalendar().version
    one = WorkingCalendar({date(2026, 10, 1): True}).version
    other = WorkingCalendar({date(2026, 10, 1): False}).version

    assert plain.startswith("chinesecalendar 1.") and plain.endswith("corrections none")
    assert len({plain, one, other}) == 3


def test_the_version_does_not_depend_on_the_order_of_the_corrections():
    days = {date(2026, 3, 2): False, date(2026, 3, 1): True}

    assert WorkingCalendar(days).version == WorkingCalendar(dict(reversed(days.items()))).version


def test_later_changes_of_the_given_mapping_do_not_reach_the_calendar():
    corrections = {date(2026, 10, 1): True}
    calendar = WorkingCalendar(corrections)
    corrections[date(2026, 10, 1)] = False

    assert calendar.is_working_day(date(2026, 10, 1))


def test_five_working_days_after_28_september_2026_end_on_the_worked_saturday():
    assert CALENDAR.working_days_after(date(2026, 9, 28), 5) == date(2026, 10, 10)


def test_counting_backwards_and_by_zero():
    assert CALENDAR.working_days_after(date(2026, 10, 10), -3) == date(2026, 9, 30)
    assert CALENDAR.working_days_after(date(2026, 10, 3), 0) == date(2026, 10, 3)


def test_counting_across_the_year_boundary():
    assert CALENDAR.working_days_after(date(2025, 12, 30), 3) == date(2026, 1, 5)


@given(ANY_DAYS, st.integers(1, 120), CORRECTIONS)
def test_the_nth_working_day_agrees_with_a_day_by_day_oracle(day, n, corrections):
    expected, seen = day, 0
    while seen < n:
        expected += timedelta(days=1)
        seen += oracle(expected, corrections)

    assert WorkingCalendar(corrections).working_days_after(day, n) == expected


@given(ANY_DAYS, st.integers(-120, 120), CORRECTIONS)
def test_between_undoes_after(day, n, corrections):
    calendar = WorkingCalendar(corrections)
    end = calendar.working_days_after(day, n)

    if n >= 0:
        assert calendar.working_days_between(day, end) == n
    assert calendar.working_days_between(day, end) == -calendar.working_days_between(end, day)


@pytest.mark.parametrize("day", [datetime(2026, 1, 1, tzinfo=UTC), "2026-01-01", None])
def test_only_plain_dates_are_accepted(day):
    with pytest.raises(CalendarError):
        CALENDAR.is_working_day(day)


@pytest.mark.parametrize("n", [True, 1.5, 10**9, -(10**9)])
def test_absurd_day_numbers_are_refused(n):
    with pytest.raises(CalendarError):
        CALENDAR.working_days_after(date(2026, 1, 1), n)


def test_counting_past_the_last_day_of_time_is_refused():
    with pytest.raises(CalendarError):
        CALENDAR.working_days_after(date(9999, 12, 30), 5)
    with pytest.raises(CalendarError):
        CALENDAR.working_days_between(date(1, 1, 1), date(9999, 12, 31))


def test_a_correction_must_be_true_or_false():
    with pytest.raises(CalendarError):
        WorkingCalendar({date(2026, 1, 1): "yes"})
