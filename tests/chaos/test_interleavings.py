"""Pairs of racing acts, in the orders of their moments: always one clear outcome.

``LIANCHENG_INTERLEAVINGS=all`` plays every order, as ``make chaos`` does.
"""

import os

import pytest

from tests.chaos.interleaving import interleave, orders, staged
from tests.chaos.pairs import PAIRS, SLOW, Table

EVERY = os.environ.get("LIANCHENG_INTERLEAVINGS") == "all"


@pytest.mark.timeout(900)
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.__name__)
def test_however_two_acts_meet_there_is_one_clear_outcome(desk, runtime, pair):
    table = Table(desk)
    is_sqlite = runtime.sessions.kw["bind"].dialect.name == "sqlite"
    for order in orders(every=EVERY)[: None if EVERY else _number(pair, is_sqlite=is_sqlite)]:
        first, second, check = pair(table)
        with staged(runtime.sessions.kw["bind"]):
            outcomes = interleave(first, second, order)
        try:
            check(*outcomes)
            table.is_sound()
        except AssertionError as error:
            raise AssertionError(f"{order}: {error}; {outcomes!r}") from error


def _number(pair, *, is_sqlite):
    """One writer at a time: on SQLite the orders differ little more than in who is first."""
    if pair in SLOW:
        return 1
    return 3 if is_sqlite else None
