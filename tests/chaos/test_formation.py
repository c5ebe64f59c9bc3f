"""A production formation under kills, crashes, losses and pauses: nothing lost, nothing doubled.

The short form of ``make chaos``. The seed is printed; LIANCHENG_CHAOS_SEED repeats its choices.
"""

import os
import random

import pytest

from services.scenarios.accounts import Cast
from tests.chaos import formation
from tests.chaos.model import tell, undisturbed
from tests.chaos.monkeys import Plan

SEED = int(os.environ.get("LIANCHENG_CHAOS_SEED", random.SystemRandom().randrange(10**9)))
CASES = 10
SCENARIOS = {"liangjiang/approval": 6, "liangjiang/silent_candidate": 6}
PLAN = Plan(
    kills=6, crashes=1, redis_losses=2, pauses=1, jumps=1, pause_seconds=8, every_seconds=(0.2, 1.2)
)


@pytest.mark.timeout(400)
@pytest.mark.xdist_group("background")
def test_a_disturbed_formation_loses_nothing_and_doubles_nothing(sqlite_runtime, tmp_path_factory):
    print(f"seed {SEED}")
    told = tell(undisturbed(sqlite_runtime), sqlite_runtime.settings.bpmn_root, SCENARIOS)
    cast = Cast.of(sqlite_runtime.library)
    folder = tmp_path_factory.mktemp("chaos")

    with formation.formation(folder, cast, death_rate=0.008) as world:
        played, monkey = formation.storm(world, told, CASES, PLAN, SEED)
        formation.calm(world)
        found = formation.compare(world, told, played, monkey)

    print(found.figures)
    assert found.problems == []
    assert found.figures["cases"] == CASES
    assert found.figures["kills"] >= PLAN.kills / 2
    assert found.figures["decisions"] == sum(
        told[number].story["decisions"] for number in played.values()
    )
