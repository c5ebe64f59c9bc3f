"""The list of one's cases comes in pages, newest first, each case once."""

from datetime import timedelta

from sqlalchemy import select, update

from services import inbox
from services.db.engine import reading, unit_of_work
from services.db.models import Case, CaseAccess, Task


def pages(runtime, actor, limit):
    """All pages one after the other, and the cases on each."""
    before, found = None, []
    with reading(runtime.sessions) as session:
        while rows := inbox.cases_of(session, actor, before=before, limit=limit):
            found.append([row.id for row in rows])
            before = (rows[-1].started_at, rows[-1].id)
    return found


def test_pages_follow_each_other_whatever_each_access_says_of_its_case(desk, runtime):
    together = [desk.start() for _ in range(2)]  # at one instant
    for _ in range(4):
        runtime.clock.advance(timedelta(minutes=1))
        together.append(desk.start())
    expert, asked = desk.actor("nb-clerk"), together[3]
    with unit_of_work(runtime.sessions) as session:
        session.execute(
            update(CaseAccess)
            .where(CaseAccess.case_id.in_([together[1].id, together[4].id]))
            .values(case_started_at=None)  # as a release before 0019 wrote it
        )
        task = select(Task.id).where(Task.case_id == asked.id).limit(1).scalar_subquery()
        session.execute(update(Task).where(Task.id == task).values(person_id=expert.person_id))
        order = select(Case.id).order_by(Case.started_at.desc(), Case.id.desc())
        expected = session.scalars(order).all()
        known = session.scalars(select(CaseAccess.case_started_at)).all()

    found = pages(runtime, desk.actor("lead-op"), 2)

    assert found == [expected[:2], expected[2:4], expected[4:]]
    assert pages(runtime, expert, 2) == [[asked.id]]
    assert known.count(None) == len(known) / 3  # all others say it
