"""Limits, their ledgers and pauses."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.calendar import CalendarError, DeadlineRule, Pause, WorkingCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkingCalendar()
FIVE_WORKING_DAYS = DeadlineRule(5, "working_days", "五(二)")


def at(day: str, hour: int = 9, minute: int = 0) -> datetime:
    return datetime.fromisoformat(day).replace(hour=hour, minute=minute, tzinfo=SHANGHAI)


def kinds(deadline):
    return {str(day.date): day.kind for day in deadline.ledger}


def test_publicity_over_national_day_2026_ends_after_five_full_working_days():
    deadline = CALENDAR.deadline(FIVE_WORKING_DAYS, at("2026-09-29"))

    assert deadline.due_on == date(2026, 10, 12)
    assert deadline.due_at == datetime(2026, 10, 12, 16, 0, tzinfo=UTC)
    assert not deadline.provisional
    assert deadline.calendar_version == CALENDAR.version


def test_the_ledger_accounts_for_every_day_in_order():
    ledger = CALENDAR.deadline(FIVE_WORKING_DAYS, at("2026-09-29")).ledger

    assert [(entry.date.day, entry.kind) for entry in ledger] == [
        (29, "start"),
        (30, "counted"),
        *[(day, "skipped") for day in range(1, 8)],
        (8, "counted"),
        (9, "counted"),
        (10, "counted"),
        (11, "skipped"),
        (12, "counted"),
    ]
    reasons = {entry.date.day: entry.reason for entry in ledger}
    assert reasons[29] == "起算日不计入"
    assert reasons[1] == "国庆节放假"
    assert reasons[10] == "国庆节调休上班"
    assert reasons[11] == "周末"


def test_the_start_day_is_the_local_day_of_the_start():
    late_in_utc = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)  # 00:30 on Monday in Shanghai

    deadline = CALENDAR.deadline(DeadlineRule(1, "working_days", "x"), late_in_utc)

    assert deadline.ledger[0].date == date(2026, 11, 23)
    assert deadline.due_on == date(2026, 11, 24)


def test_a_limit_begun_on_a_day_off_counts_from_the_next_working_day():
    deadline = CALENDAR.deadline(DeadlineRule(1, "working_days", "x"), at("2026-10-03"))

    assert deadline.due_on == date(2026, 10, 8)


@pytest.mark.parametrize("amount", [7, 8, 9])
def test_a_calendar_limit_ending_on_a_day_off_rolls_to_the_next_working_day(amount):
    deadline = CALENDAR.deadline(DeadlineRule(amount, "calendar_days", "x"), at("2026-09-24"))

    assert deadline.due_on == date(2026, 10, 8)
    assert sum(entry.kind == "counted" for entry in deadline.ledger) == amount
    assert deadline.ledger[-2].reason == "国庆节放假（调休），期限届满顺延至下一工作日"


def test_a_calendar_limit_counts_days_off_on_the_way():
    deadline = CALENDAR.deadline(DeadlineRule(15, "calendar_days", "x"), at("2026-09-24"))

    assert deadline.due_on == date(2026, 10, 9)


def test_months_end_on_the_corresponding_day_and_roll_forward():
    assert CALENDAR.deadline(DeadlineRule(1, "months", "x"), at("2026-10-31")).due_on == date(
        2026, 11, 30
    )
    assert CALENDAR.deadline(DeadlineRule(1, "months", "x"), at("2026-09-03")).due_on == date(
        2026, 10, 8
    )


def test_a_year_from_a_leap_day():
    deadline = CALENDAR.deadline(DeadlineRule(1, "years", "x"), at("2024-02-29"))

    assert deadline.due_on == date(2025, 2, 28)


def test_a_year_boundary_into_a_year_not_published_is_provisional():
    deadline = CALENDAR.deadline(FIVE_WORKING_DAYS, at("2026-12-30"))

    assert deadline.provisional
    assert not CALENDAR.deadline(FIVE_WORKING_DAYS, at("2025-12-30")).provisional


def test_a_limit_ending_with_the_year_is_not_provisional():
    deadline = CALENDAR.deadline(DeadlineRule(1, "working_days", "x"), at("2026-12-30"))

    assert deadline.due_on == date(2026, 12, 31)
    assert not deadline.provisional


def test_days_wholly_or_partly_in_a_pause_are_not_counted():
    pause = Pause(at("2026-11-24", 15), at("2026-11-26", 10), "补正")

    deadline = CALENDAR.deadline(FIVE_WORKING_DAYS, at("2026-11-23"), [pause])

    assert deadline.due_on == date(2026, 12, 3)
    assert [d for d, kind in kinds(deadline).items() if kind == "paused"] == [
        "2026-11-24",
        "2026-11-25",
        "2026-11-26",
    ]
    assert {entry.reason for entry in deadline.ledger if entry.kind == "paused"} == {"补正"}


def test_a_pause_ending_at_midnight_leaves_the_next_day_counted():
    pause = Pause(at("2026-11-24", 0), at("2026-11-25", 0), "补正")

    deadline = CALENDAR.deadline(DeadlineRule(1, "working_days", "x"), at("2026-11-23"), [pause])

    assert deadline.due_on == date(2026, 11, 25)


def test_an_empty_pause_changes_nothing():
    pause = Pause(at("2026-11-24"), at("2026-11-24"), "补正")

    deadline = CALENDAR.deadline(FIVE_WORKING_DAYS, at("2026-11-23"), [pause])

    assert deadline == CALENDAR.deadline(FIVE_WORKING_DAYS, at("2026-11-23"))


def test_two_pauses_over_one_day_are_both_named_once():
    pauses = [
        Pause(at("2026-11-24", 9), at("2026-11-24", 10), "补正"),
        Pause(at("2026-11-24", 11), at("2026-11-24", 12), "专家评审"),
        Pause(at("2026-11-24", 13), at("2026-11-24", 14), "补正"),
    ]

    deadline = CALENDAR.deadline(FIVE_WORKING_DAYS, at("2026-11-23"), pauses)

    assert deadline.ledger[1].reason == "补正；专家评审"


def test_a_day_off_inside_a_pause_stays_a_day_off():
    pause = Pause(at("2026-11-27"), at("2026-11-30"), "补正")

    deadline = CALENDAR.deadline(FIVE_WORKING_DAYS, at("2026-11-26"), [pause])

    assert kinds(deadline)["2026-11-28"] == "skipped"


def test_while_a_pause_is_open_there_is_no_due_date_yet():
    pause = Pause(at("2026-11-25"), None, "补正")

    deadline = CALENDAR.deadline(FIVE_WORKING_DAYS, at("2026-11-23"), [pause])

    assert deadline.due_at is None and deadline.due_on is None
    assert deadline.ledger[-1].kind == "paused"
    assert deadline.ledger[-1].date == date(2026, 11, 25)


def test_an_open_pause_that_begins_after_the_end_changes_nothing():
    pause = Pause(at("2027-01-25"), None, "补正")

    deadline = CALENDAR.deadline(FIVE_WORKING_DAYS, at("2026-11-23"), [pause])

    assert deadline.due_on == date(2026, 11, 30)


def test_a_pause_in_a_limit_of_months_moves_its_end_by_whole_days():
    pause = Pause(at("2026-11-10"), at("2026-11-12"), "补正")

    deadline = CALENDAR.deadline(DeadlineRule(1, "months", "x"), at("2026-11-02"), [pause])

    assert deadline.due_on == date(2026, 12, 7)  # 2 December + 3 days is Saturday the 5th


@pytest.mark.parametrize("unit", ["hours", "", "working days"])
def test_unknown_units_are_refused(unit):
    with pytest.raises(CalendarError):
        DeadlineRule(1, unit, "x")


@pytest.mark.parametrize("amount", [0, -1, 2.0, True, "5", 10**6])
def test_absurd_amounts_are_refused(amount):
    with pytest.raises(CalendarError):
        DeadlineRule(amount, "working_days", "x")


def test_naive_times_are_refused_everywhere():
    naive = datetime.fromisoformat("2026-11-23T09:00")

    with pytest.raises(CalendarError):
        CALENDAR.deadline(FIVE_WORKING_DAYS, naive)
    with pytest.raises(CalendarError):
        Pause(naive, None, "补正")
    with pytest.raises(CalendarError):
        Pause(at("2026-11-23"), naive, "补正")


def test_a_pause_cannot_end_before_it_begins():
    with pytest.raises(CalendarError):
        Pause(at("2026-11-24"), at("2026-11-23"), "补正")


@st.composite
def pauses(draw):
    start = draw(st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 31)))
    hours = draw(st.integers(0, 400))
    from_at = start.replace(tzinfo=SHANGHAI)
    return Pause(from_at, from_at + timedelta(hours=hours), "补正")


def naive_oracle(start_on, amount, is_working, covered):
    day, left = start_on, amount
    while left:
        day += timedelta(days=1)
        if is_working(day) and day not in covered:
            left -= 1
    return day


def minutes_of(pause):
    moment = pause.from_at
    while moment < pause.to_at:
        yield moment.date()
        moment += timedelta(minutes=1)


@given(
    st.datetimes(datetime(2024, 12, 1), datetime(2026, 12, 31)),
    st.integers(1, 60),
    st.lists(pauses(), max_size=2),
    st.dictionaries(st.dates(date(2025, 1, 1), date(2027, 3, 1)), st.booleans(), max_size=10),
)
def test_a_working_day_limit_agrees_with_a_minute_by_minute_oracle(
    started, amount, stops, corrections
):
    calendar = WorkingCalendar(corrections)
    covered = {day for pause in stops for day in minutes_of(pause)}

    deadline = calendar.deadline(
        DeadlineRule(amount, "working_days", "x"), started.replace(tzinfo=SHANGHAI), stops
    )

    assert deadline.due_on == naive_oracle(started.date(), amount, calendar.is_working_day, covered)


@given(
    st.datetimes(datetime(2024, 12, 1), datetime(2026, 12, 31), timezones=st.timezones()),
    st.integers(1, 90),
    st.sampled_from(["working_days", "calendar_days"]),
    st.lists(pauses(), max_size=2),
)
def test_the_ledger_is_gapless_and_counts_exactly_the_amount(started, amount, unit, stops):
    deadline = CALENDAR.deadline(DeadlineRule(amount, unit, "x"), started, stops)

    days = [entry.date for entry in deadline.ledger]
    assert all(b - a == timedelta(days=1) for a, b in pairwise(days))
    assert sum(entry.kind == "counted" for entry in deadline.ledger) == amount
    assert deadline.due_on == days[-1]
    assert CALENDAR.is_working_day(deadline.due_on)
    assert deadline.due_at.utcoffset() == timedelta(0)
