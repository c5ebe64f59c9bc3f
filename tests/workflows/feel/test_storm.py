"""The short form of the storm; ``LIANCHENG_FEEL_STORM=200000`` or the program runs a long one."""

import os

import pytest

from tests.workflows.feel import storm
from tests.workflows.feel.attacks import ATTACKS

EXPRESSIONS = int(os.environ.get("LIANCHENG_FEEL_STORM", "1000"))
TEXTS_PER_EXPRESSION = 3
PATIENCE_SECONDS = 5.0  # the long form asks for 50 ms; a test must not fail on a busy machine


def test_generated_expressions_and_broken_texts_give_plain_data_or_a_feel_error() -> None:
    seed = int(os.environ.get("LIANCHENG_CHAOS_SEED", "1"))

    found = storm.storm(EXPRESSIONS, EXPRESSIONS * TEXTS_PER_EXPRESSION, seed, PATIENCE_SECONDS)

    print(f"seed {seed}: {dict(found.outcomes)}, slowest {found.slowest[0] * 1000:.0f} ms")
    assert found.broken == []


@pytest.mark.parametrize("source", ATTACKS, ids=[source[:60] for source in ATTACKS])
def test_an_attack_ends_within_the_budget(source: str) -> None:
    found = storm.Findings()

    storm.run([source], found, PATIENCE_SECONDS)

    assert found.broken == []


def test_the_watch_sees_what_reaches_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    def reaching(_source: str, _steps: object) -> tuple[str, None]:
        with open(os.devnull, encoding="utf-8"):  # noqa: PTH123 - the event is what counts
            return "value", None

    monkeypatch.setattr(storm, "_outcome", reaching)
    found = storm.Findings()

    storm.run(["1"], found, PATIENCE_SECONDS)

    assert found.outcomes == {"reached outside": 1}
    assert len(found.broken) == 1
