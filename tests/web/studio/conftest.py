"""Drafts for the tests of the studio's pages."""

from collections.abc import Callable
from itertools import count

import pytest

from tests.web.studio.desk import Desk

APPLICATION = "liangjiang.application"
_NUMBERS = count(1)


@pytest.fixture
def draft(as_person) -> str:
    """A draft that lj-owner has opened."""
    made = as_person("lj-owner").post(f"/studio/procedures/{APPLICATION}/drafts", {})
    return str(made["id"])


@pytest.fixture
def blank(as_person) -> str:
    """A draft of a procedure that is not there yet: begin and end."""
    body = {"name": f"trial_{next(_NUMBERS)}", "title": "试点事项"}
    return str(as_person("lj-owner").post("/studio/jurisdictions/liangjiang/drafts", body)["id"])


@pytest.fixture
def desk(street) -> Callable[..., Desk]:
    """Somebody at the diagram editor."""
    return lambda login="lj-owner": Desk(street.signed_in(login))
