"""Hostile diagrams, tables and forms by the hundred: each is found in words, soon, in bounds."""

import pytest

from tests import hostile
from tests.workflows.hostile_models import HOSTILE


@pytest.mark.timeout(3600)
def test_no_hostile_upload_is_found_clean_and_every_honest_one_is():
    hostile.check("tests.workflows.hostile_models", len(HOSTILE))
