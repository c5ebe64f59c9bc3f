"""Months, years and terms by the calendar."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.calendar import CalendarError, add_months, add_years, term_end


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 3, 31), 1, date(2026, 4, 30)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 5, 31), 12, date(2027, 5, 31)),
    ],
)
def test_months_end_on_the_corresponding_day_or_the_last_of_the_month(day, months, expected):
    assert add_months(day, months) == expected


def test_a_year_after_a_leap_day_is_28_february():
    assert add_years(date(2024, 2, 29), 1) == date(2025, 2, 28)
    assert add_years(date(2024, 2, 29), 4) == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("start", "years", "end"),
    [
        (date(2026, 11, 21), 3, date(2029, 11, 20)),
        (date(2026, 1, 1), 3, date(2028, 12, 31)),
        (date(2026, 3, 1), 2, date(2028, 2, 29)),
        (date(2024, 2, 29), 3, date(2027, 2, 28)),
        (date(2024, 2, 29), 4, date(2028, 2, 28)),
    ],
)
def test_a_term_of_years_ends_on_the_day_before_the_anniversary(start, years, end):
    assert term_end(start, years) == end


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 9))
def test_the_next_term_begins_where_the_last_one_ended(start, years):
    following = term_end(start, years) + timedelta(days=1)

    assert following == add_years(start, years) or (start.month, start.day) == (2, 29)


def test_a_term_of_no_years_and_dates_beyond_the_calendar_are_refused():
    with pytest.raises(CalendarError):
        term_end(date(2026, 1, 1), 0)
    with pytest.raises(CalendarError):
        add_months(date(9999, 12, 1), 1)
