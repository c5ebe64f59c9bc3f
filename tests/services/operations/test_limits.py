"""Time limits moved by two people; those of a regulation by nobody."""

from datetime import date, datetime, timedelta

import pytest

from services import audit, cases, jobs
from services.db.engine import unit_of_work
from services.db.models import Deadline, Task
from services.errors import ConflictError, InvalidError, NotAllowedError
from services.operations import limits
from tests.services.operations.operating import do, rows, timer, told
from workflows.calendar import TIME_ZONE


def limit(desk, case):
    return rows(desk, Deadline, Deadline.case_id == case.id, Deadline.ended_at.is_(None))[0]


def propose(desk, case, last_day, login="lj-owner", **more):
    given = {"deadline_id": limit(desk, case).id, "last_day": last_day, "reason": "系统检修三天"}
    return do(desk, login, limits.propose, case.id, **given | more)


@pytest.fixture
def limited(desk):
    """A case whose task at the agency has a limit of its own, by an assumption."""
    case = desk.start("other")
    jobs.run_due(desk.runtime, "setup")
    return case


def test_a_limit_moves_when_a_second_person_agrees(desk, limited):
    before = limit(desk, limited)
    assert before.basis.startswith("ASM-")
    last_day = before.due_at.astimezone(TIME_ZONE).date() + timedelta(days=3)
    change = propose(desk, limited, last_day)
    assert limit(desk, limited).due_at == before.due_at

    with pytest.raises(NotAllowedError):
        do(desk, "lj-owner", limits.decide, change["id"], is_approved=True, reason=None)
    do(desk, "lj-leader", limits.decide, change["id"], is_approved=True, reason=None)

    due_at = datetime.combine(last_day + timedelta(days=1), datetime.min.time(), TIME_ZONE)
    after = limit(desk, limited)
    [task] = rows(desk, Task, Task.case_id == limited.id)
    assert after.due_at == task.due_at == due_at
    assert after.ledger[-1][:2] == [last_day.isoformat(), "moved"]
    assert "系统检修三天" in after.ledger[-1][2]
    assert told(desk, limited).count("limit.changed") == 1
    with unit_of_work(desk.runtime.sessions) as session:
        assert [finding for finding in audit.verify(session) if finding] == []


def test_of_several_limits_that_end_together_nobody_moves_one_alone(desk, timed):
    before = timer(desk, timed)
    today = desk.runtime.clock.now().astimezone(TIME_ZONE).date()
    change = propose(desk, timed, today + timedelta(days=1))

    with pytest.raises(ConflictError) as refused:
        do(desk, "lj-owner2", limits.decide, change["id"], is_approved=True, reason=None)

    assert refused.value.code == "LIMIT_NOT_CHANGEABLE"
    assert timer(desk, timed).due_at == before.due_at


def test_a_corrected_calendar_does_not_undo_a_moved_limit(desk, limited):
    before = limit(desk, limited)
    today = desk.runtime.clock.now().astimezone(TIME_ZONE).date()
    change = propose(desk, limited, today + timedelta(days=1))
    do(desk, "lj-owner2", limits.decide, change["id"], is_approved=True, reason=None)

    with unit_of_work(desk.runtime.sessions) as session:
        cases.recompute_deadlines(session, desk.runtime, case_id=limited.id)

    assert limit(desk, limited).due_at < before.due_at


def test_a_refused_proposal_moves_nothing_and_another_may_follow(desk, limited):
    before = limit(desk, limited).due_at
    day = before.astimezone(TIME_ZONE).date() + timedelta(days=3)
    change = propose(desk, limited, day)
    with pytest.raises(ConflictError):
        propose(desk, limited, day, login="lj-owner2")

    do(desk, "lj-leader", limits.decide, change["id"], is_approved=False, reason="没有必要")

    assert limit(desk, limited).due_at == before
    with pytest.raises(ConflictError):
        do(desk, "lj-leader", limits.decide, change["id"], is_approved=True, reason=None)
    propose(desk, limited, day)


def test_what_a_regulation_says_is_hard(sqlite_desk, arrived):
    with unit_of_work(sqlite_desk.runtime.sessions) as session:
        session.get_one(Deadline, limit(sqlite_desk, arrived).id).basis = "办法五(三)"

    with pytest.raises(ConflictError) as refused:
        propose(sqlite_desk, arrived, date(2026, 12, 31))

    assert refused.value.code == "LIMIT_NOT_CHANGEABLE"
    assert "办法五(三)" in refused.value.message


@pytest.mark.parametrize("last_day", [date(2026, 11, 1), date(2029, 1, 1)])
def test_a_day_that_is_over_or_years_away_is_refused(sqlite_desk, arrived, last_day):
    with pytest.raises(InvalidError) as refused:
        propose(sqlite_desk, arrived, last_day)

    assert list(refused.value.fields) == ["last_day"]
