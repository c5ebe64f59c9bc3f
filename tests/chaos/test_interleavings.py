"""Twelve pairs of racing acts, in the orders of their moments: always one clear outcome.

``LIANCHENG_INTERLEAVINGS=all`` plays every order, as ``make chaos`` does.
"""

import os

import pytest

from tests.chaos.interleaving import interleave, orders, staged
from tests.chaos.racing_pairs import PAIRS, SLOW, Table

EVERY = os.environ.get("LIANCHENG_INTERLEAVINGS") == "all"


@pytest.mark.timeout(900)
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.__name__)
def test_however_two_acts_meet_there_is_one_clear_outcome(desk, runtime, pair):
    table = Table(desk)
    is_sqlite = runtime.sessions.kw["bind"].dialect.name == "sqlite"
    few = pair in SLOW or is_sqlite  # one writer at a time: the orders differ little
    for order in orders(every=EVERY)[: 1 if few and not EVERY else None]:
        first, second, check = pair(table)
        with staged(runtime.sessions.kw["bind"]):
            outcomes = interleave(first, second, order)
        try:
            check(*outcomes)
            table.is_sound()
        except AssertionError as error:
            raise AssertionError(f"{order}: {error}; {outcomes!r}") from error
