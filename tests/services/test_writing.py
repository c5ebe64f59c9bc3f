"""Rows written past the session are the rows that the session would have written."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import Text, cast, inspect, null, select, update
from sqlalchemy.exc import IntegrityError

from services import logs
from services.db import writing
from services.db.engine import unit_of_work
from services.db.models import CaseAccess, Job, JobKind
from services.handling import recording

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def case(desk):
    return desk.start()


def job(case, key="k", **more):
    return Job(kind=JobKind.MAIL, case_id=case.id, dedupe_key=key, due_at=NOW, **more)


def stored(session, model, *ours):
    """A row as the database has it, without its key."""
    table = model.__table__
    plain = [c for c in table.c if not c.primary_key and c.name != "dedupe_key"]
    texts = [cast(c, Text).label(c.name) for c in plain]
    return dict(session.execute(select(*texts).where(*ours)).mappings().one())


def test_defaults_and_nulls_are_those_of_the_session(runtime, case, desk):
    parties = [desk.party(code) for code in ("nb-stb", "nb-office")]

    with unit_of_work(runtime.sessions) as session, logs.about(request_id="r-1"):
        session.add_all([job(case, "by session"), access(case, parties[0])])
        session.flush()
        writing.insert(session, [job(case, "by hand"), access(case, parties[1])])

        assert stored(session, Job, Job.dedupe_key == "by hand") == stored(
            session, Job, Job.dedupe_key == "by session"
        )
        of_case = CaseAccess.case_id == case.id
        by_hand, by_session = (
            stored(session, CaseAccess, of_case, CaseAccess.party_id == party)
            for party in reversed(parties)
        )
        assert by_hand == by_session
        is_null = select(CaseAccess.disclosed.is_(null())).where(
            of_case, CaseAccess.party_id == parties[1]
        )
        assert session.scalar(is_null)


def access(case, party_id):
    return CaseAccess(case_id=case.id, party_id=party_id, since=NOW)


def test_what_is_written_goes_with_its_transaction_and_keeps_its_constraints(runtime, case):
    with pytest.raises(IntegrityError), unit_of_work(runtime.sessions) as session:
        writing.insert(session, [job(case)])
        writing.insert(session, [job(case)])

    with unit_of_work(runtime.sessions) as session:
        assert session.scalars(select(Job).where(Job.dedupe_key == "k")).all() == []


def test_a_row_that_a_step_adds_and_changes_is_only_added(runtime, case):
    with unit_of_work(runtime.sessions) as session, recording.watching(session) as writes:
        row = job(case)
        writing.insert(session, [row])
        session.get_one(Job, row.id).done_at = NOW
        session.flush()

    assert (writes.added, writes.changed) == ({"jobs": [{"id": str(row.id)}]}, {})


def test_a_row_changed_by_a_statement_is_recorded_as_it_was(runtime, case):
    with unit_of_work(runtime.sessions) as session:
        session.add(job(case, last_error="busy", id=(known := uuid4())))
    table = Job.__table__
    statement = update(table).where(table.c.id == known).values(done_at=NOW)

    with unit_of_work(runtime.sessions) as session, recording.watching(session) as writes:
        writing.change(session, Job, statement, {}, {"done_at": None})
    changes = writes.as_json()
    with unit_of_work(runtime.sessions) as session:
        recording.undo(session, changes, case)
        row = session.get_one(Job, known)

    assert (row.done_at, row.last_error, writes.obstacles) == (None, "busy", [])
    assert set(changes["changed"]["jobs"][0]) == {c.key for c in inspect(Job).columns}
