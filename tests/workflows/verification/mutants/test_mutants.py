"""A sample of the edits that break the law, and of those that do not: one of each kind.

All of them, with a table and what is let through: ``python -m tests.workflows.verification.mutants``.
"""

import random
from collections.abc import Iterable
from itertools import islice

import pytest

from tests.workflows.verification.mutants.breaking import Mutant, all_breaking
from tests.workflows.verification.mutants.harmless import all_harmless
from tests.workflows.verification.mutants.trying import fits, is_a_way, tried


def sample(mutants: Iterable[Mutant], most: int) -> list[Mutant]:
    """Return some of each kind, of any jurisdiction; the same in each process."""
    chance = random.Random(7)
    by_kind: dict[str, list[Mutant]] = {}
    for each in mutants:
        by_kind.setdefault(each.kind, []).append(each)
    found = []
    for kind in by_kind.values():
        shuffled = chance.sample(kind, len(kind))
        found += list(islice(filter(fits, shuffled), most))
    return found


@pytest.mark.parametrize("mutant", sample(all_breaking(), 1), ids=lambda mutant: mutant.id)
def test_an_edit_that_breaks_the_law_is_refused_and_the_clause_named(mutant):
    result = tried(mutant)
    assert result.is_refused
    assert set(result.named) & set(mutant.clauses), result.named
    paths = [each.example for each in result.findings if each.rule == "invariants.broken"]
    assert all(is_a_way(result.bundle, path) for path in paths if path)


@pytest.mark.parametrize("mutant", sample(all_harmless(), 1), ids=lambda mutant: mutant.id)
def test_a_harmless_edit_is_let_through(mutant):
    result = tried(mutant)
    assert result.named == ()
