"""Hostile attachments by the hundred: none is taken, each is told in words, soon and in bounds."""

import pytest

from tests import hostile
from tests.services.hostile_files import HOSTILE


@pytest.mark.timeout(3600)
def test_no_hostile_attachment_is_taken_and_every_honest_one_is():
    hostile.check("tests.services.hostile_files", len(HOSTILE))
