"""Numbers: in order, without gaps, never twice."""

from datetime import date

import pytest

from services.db.engine import unit_of_work
from services.numbers import next_number

DAY = date(2026, 11, 20)


def draw(runtime, pattern="LJ-{year}-{seq:04d}", on=DAY):
    with unit_of_work(runtime.sessions) as session:
        return next_number(session, pattern, on)


def test_numbers_count_up(runtime):
    assert [draw(runtime) for _ in range(3)] == ["LJ-2026-0001", "LJ-2026-0002", "LJ-2026-0003"]


def test_a_new_year_begins_anew(runtime):
    draw(runtime)

    assert draw(runtime, on=date(2027, 1, 1)) == "LJ-2027-0001"
    assert draw(runtime) == "LJ-2026-0002"


def test_series_do_not_disturb_one_another(runtime):
    draw(runtime)

    assert draw(runtime, "ZS-{year}-{seq:03d}") == "ZS-2026-001"


@pytest.mark.parametrize(
    ("pattern", "number"),
    [("X-{seq}", "X-1"), ("X-{seq:06d}", "X-000001"), ("{year}{seq}", "20261")],
)
def test_a_pattern_says_how_a_number_looks(runtime, pattern, number):
    assert draw(runtime, pattern) == number


def test_a_number_drawn_in_vain_is_given_back(runtime):
    draw(runtime)
    with pytest.raises(RuntimeError), unit_of_work(runtime.sessions) as session:
        next_number(session, "LJ-{year}-{seq:04d}", DAY)
        raise RuntimeError

    assert draw(runtime) == "LJ-2026-0002"


def test_numbers_drawn_at_once_have_neither_gaps_nor_doubles(runtime, at_once):
    def work(number):
        found = []
        for turn in range(10):
            try:
                with unit_of_work(runtime.sessions) as session:
                    found.append(next_number(session, "N-{seq}", DAY))
                    if (number + turn) % 4 == 0:
                        raise RuntimeError
            except RuntimeError:
                found.pop()
        return found

    found = sorted(int(n.removeprefix("N-")) for mine in at_once(6, work) for n in mine)

    assert found == list(range(1, len(found) + 1))
    assert 40 <= len(found) <= 50
