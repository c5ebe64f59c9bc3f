"""Limits that are computed anew when the calendar changes."""

from datetime import date

import pytest
from sqlalchemy import select

from services import calendars, cases
from services.db.engine import unit_of_work
from services.db.models import AuditEntry, CalendarDay, Case, CaseRole, Deadline, Notice
from services.scenarios import play, read_scenario
from services.scenarios.accounts import Cast
from services.scenarios.local import LocalDriver


@pytest.fixture
def publicity(runtime):
    """A case whose publicity runs: 1 September 2026, five working days, to the 8th."""
    folder = runtime.settings.bpmn_root / "liangjiang" / "scenarios"
    path = folder / "publicity_cannot_be_backdated.yaml"
    result = play(read_scenario(path), LocalDriver(runtime, Cast.of(runtime.library)))
    with unit_of_work(runtime.sessions) as session:
        return session.scalars(select(Case.id).where(Case.number == result.case["number"])).one()


def correct(runtime, case_id, day, *, is_working):
    with unit_of_work(runtime.sessions) as session:
        agency = session.scalars(
            select(CaseRole.party_id).where(
                CaseRole.case_id == case_id, CaseRole.role == calendars.RECEIVING_ROLE
            )
        ).one()
        session.add(
            CalendarDay(agency_id=agency, day=day, is_working=is_working, reason="台风停工")
        )


def recompute(runtime, case_id):
    with unit_of_work(runtime.sessions) as session:
        cases.recompute_deadlines(session, runtime, case_id=case_id)


def ends(runtime, case_id):
    with unit_of_work(runtime.sessions) as session:
        notice = session.scalars(select(Notice).where(Notice.case_id == case_id)).one()
        limit = session.scalars(
            select(Deadline).where(
                Deadline.case_id == case_id,
                Deadline.activity_code == "A-PUBLICITY",
                Deadline.ended_at.is_(None),
            )
        ).one()
        return notice.ends_on, notice.ends_at, limit.due_at


def test_a_day_off_makes_a_running_publicity_longer_and_its_notice_with_it(runtime, publicity):
    before_on, _, before_due = ends(runtime, publicity)
    correct(runtime, publicity, date(2026, 9, 4), is_working=False)

    recompute(runtime, publicity)

    ends_on, ends_at, due_at = ends(runtime, publicity)
    assert (before_on, ends_on) == (date(2026, 9, 8), date(2026, 9, 9))
    assert due_at == ends_at > before_due


def test_an_extra_working_day_never_shortens_a_running_publicity(runtime, publicity):
    before = ends(runtime, publicity)
    correct(runtime, publicity, date(2026, 9, 5), is_working=True)

    recompute(runtime, publicity)

    assert ends(runtime, publicity) == before


def test_computing_again_changes_nothing_and_leaves_one_audit_entry(runtime, publicity):
    correct(runtime, publicity, date(2026, 9, 4), is_working=False)

    for _ in range(3):
        recompute(runtime, publicity)

    with unit_of_work(runtime.sessions) as session:
        entries = session.scalars(
            select(AuditEntry).where(
                AuditEntry.case_id == publicity, AuditEntry.what == "deadlines.recomputed"
            )
        ).all()
    assert len(entries) == 1
