"""Cases stored by every earlier release load, go on and finish under this one.

All are loaded; one in three goes on, with ``LIANCHENG_CORPUS=all`` each.
"""

import json
import os
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from services import audit
from services.db.engine import reading
from services.db.models import Case, CaseStatus
from services.scenarios import Player, Scenario, ScenarioError, expectations
from services.scenarios.accounts import Cast
from services.scenarios.errors import RefusedError
from services.scenarios.local import LocalDriver

CORPUS = Path(__file__).parents[2] / "corpus"
RELEASES = sorted(path.name for path in CORPUS.iterdir() if path.is_dir())
FEWEST = 50
EACH = 1 if os.environ.get("LIANCHENG_CORPUS") == "all" else 3


def resumed(told, driver) -> Player:
    """The scenario as far as the old release had played it."""
    scenario = Scenario(
        path=CORPUS / told["name"],
        procedure=told["procedure"],
        name=told["name"],
        clock=datetime.fromisoformat(told["clock"]),
        given=told["given"],
        steps=told["steps"],
        expect=told["expect"],
    )
    player = Player(scenario, driver)
    player.now = datetime.fromisoformat(told["now"])
    player.case, player.cases, player.group = told["case"], told["cases"], told["group"]
    player.kept = told["kept"]
    return player


def problem_of(told, driver) -> str | None:
    """Let one case go on to its end; what went wrong, or None."""
    player, step = resumed(told, driver), None
    try:
        for step in player.scenario.steps:
            player.step(step)
        if player.case is not None:
            case = driver.inspect(player.case)
            expectations.check(case, player.about(player.scenario.expect), "", player.kept)
    except (RefusedError, ScenarioError) as error:
        return (
            f"{told['name']}: {step and {k: v for k, v in step.items() if k != 'answers'}}: {error}"
        )
    return None


@pytest.mark.timeout(400)
@pytest.mark.parametrize("release", RELEASES)
def test_stored_cases_of_a_release_go_on_to_their_end(release, empty, restored):
    folder = CORPUS / release
    target = empty("sqlite")
    found = restored(target, folder / "backup.zip")
    seeds = json.loads((folder / "keys.json").read_text())
    target.keys.seeds.update({name: bytes.fromhex(seed) for name, seed in seeds.items()})
    stories = json.loads((folder / "cases.json").read_text())
    driver = LocalDriver(target, Cast.of(target.library))

    going_on = stories[::EACH]
    problems = [problem_of(told, driver) for told in going_on]

    assert [each for each in problems if each] == []
    assert len(stories) >= FEWEST
    assert found["cases"] >= FEWEST
    with reading(target.sessions) as session:
        assert [finding for finding in audit.verify(session) if finding] == []
        finished = select(func.count()).where(Case.status == CaseStatus.FINISHED)
        assert session.scalar(finished) > len(going_on) / 2
