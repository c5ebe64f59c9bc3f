"""Cases with chains of some length, and checkpoints of them."""

from datetime import timedelta

import pytest

from services import tasks
from services.checkpoints import taking, verifying
from services.db.engine import reading, unit_of_work

PROCEED = {"decision": "proceed", "reasons": "研发总部在区内"}


@pytest.fixture
def busy():
    """Let a case's chain grow by five entries."""

    def grow(desk, case):
        task, actor = desk.task(case), desk.actor("lj-reviewer")
        for act in (tasks.claim, tasks.release, tasks.claim, tasks.release):
            with unit_of_work(desk.runtime.sessions) as session:
                act(session, desk.runtime, actor, task.id)

    return grow


@pytest.fixture
def found():
    """What a comparison with the checkpoints outside finds: problems, remarks, broken chains."""

    def compare(runtime, session=None, trusted=None):
        replayed = verifying.replay(runtime.anchors.records(), trusted)
        if session is not None:
            return replayed, list(verifying.compare(session, replayed))
        with reading(runtime.sessions) as own:
            return replayed, list(verifying.compare(own, replayed))

    return compare


@pytest.fixture
def later():
    """Let ten minutes pass and a worker look."""

    def look(runtime):
        runtime.clock.advance(timedelta(minutes=10))
        taking.keep_up(runtime)

    return look
