"""Cases at the point where somebody has to keep them running."""

import pytest

from services import jobs
from services.db.engine import unit_of_work
from services.db.models import Case
from services.handoffs import access
from tests.services.operations.operating import UNIT, party_in


@pytest.fixture
def arrived(sqlite_desk):
    """A case that waits for a decision of the agency; its mails cannot be sent."""
    case = sqlite_desk.start("other")
    jobs.run_due(sqlite_desk.runtime, "setup")
    return case


@pytest.fixture
def timed(desk):
    """A case with a running limit and its timers, which the agency holds as well."""
    case = desk.start()
    desk.complete("lead-op", desk.task(case), {"candidates": [UNIT]})
    jobs.run_due(desk.runtime, "setup")
    with unit_of_work(desk.runtime.sessions) as session:
        row = session.get_one(Case, case.id)
        access.grant(session, row, party_in(session, "lj-sti"), row.started_at)
    return case
