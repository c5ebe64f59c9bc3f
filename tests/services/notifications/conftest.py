"""A case whose first mails have gone out."""

import pytest

from services import jobs


@pytest.fixture
def case(desk, runtime):
    started = desk.start()
    jobs.run_due(runtime, "setup")
    runtime.mailer.sent.clear()
    return started
