"""In every state a case passes through, its tokens can be put anew and the case ends the same."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from services import procedures
from services.db.engine import unit_of_work
from services.lookup import lock_case_of
from services.migrating.planning import version
from services.scenarios import play, read_scenario
from services.scenarios.accounts import Cast
from services.scenarios.local import LocalDriver
from services.settings import Settings
from workflows import engine

BPMN = Settings.from_env({}).bpmn_root
SCENARIOS = [
    "baoshan/supplement_pauses",
    "liangjiang/approval",
    "lingang/conditional_then_passed",
    "yrd/wrong_province_transferred",
]


@dataclass
class Mover(LocalDriver):
    """Before each completion the case is moved to the version it is on."""

    moves: int = 0

    def complete(self, login, task, answers):
        with unit_of_work(self.runtime.sessions) as session:
            case = lock_case_of(session, UUID(task["id"]))
            procedures.ready(session, case.bundle_hash)
            same = version(session, case.bundle_hash)
            planned = engine.plan(same, same, case.engine_state, {})
            assert not planned.obstacles
            case.engine_state = engine.move(same, planned)
        self.moves += 1
        super().complete(login, task, answers)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_ends_the_same_when_its_case_is_moved_before_every_step(name, sqlite_runtime):
    jurisdiction, _, story = name.partition("/")
    path = BPMN / jurisdiction / "scenarios" / f"{story}.yaml"
    driver = Mover(sqlite_runtime, Cast.of(sqlite_runtime.library))

    play(read_scenario(path), driver)

    assert driver.moves > 5
