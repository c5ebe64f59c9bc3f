"""Cases in the states they stop in × kinds of edit: each moves as rehearsed and comes back whole.

A sample by chance; ``python -m tests.services.migrating.matrix`` plays all of it.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from services import procedures
from services.db.engine import unit_of_work
from services.lookup import read_case
from services.migrating import planning
from services.scenarios import play, read_scenario
from services.scenarios.accounts import Cast
from services.scenarios.local import LocalDriver
from tests.services.migrating.matrix import BPMN, SCENARIOS, tried
from tests.workflows.verification.mutants.edits import Draft


@pytest.mark.parametrize("name", SCENARIOS)
def test_moves_come_out_as_rehearsed_and_undone_a_case_is_what_it_was(name, sqlite_runtime):
    played = tried(sqlite_runtime, name, share=0.03, seed=7)

    assert played.cells
    assert [str(cell) for cell in played.cells if cell.faults] == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [(SCENARIOS[0], "change_form"), (SCENARIOS[3], "move_into_call")],
)
def test_a_case_that_stays_moved_ends_as_the_scenario_says(name, kind, sqlite_runtime):
    played = tried(sqlite_runtime, name, share=0.3, seed=3, stays_on=kind)

    assert [cell.kind for cell in played.cells if cell.moved] == [kind]


@dataclass
class _Looker(LocalDriver):
    """Judges the case on a version that counts its review otherwise, where the review rests."""

    told: list[list[dict[str, Any]]] = field(default_factory=list)

    def complete(self, login, task, answers):
        if task["activity_code"] == "A-SUPPLEMENT":
            with unit_of_work(self.runtime.sessions) as session:
                case = read_case(session, UUID(task["case_id"]))
                draft = Draft(procedures.ready(session, case.bundle_hash).opened.bundle)
                draft.profile("completeness.check_days", 7)
                to = draft.done()
                procedures.publish(session, to, self.runtime.clock.now())
                self.told.append(planning.fare(session, case, to.hash, {})[1])
        super().complete(login, task, answers)


def test_a_limit_that_rests_meanwhile_keeps_its_case_where_it_is_counted_otherwise(sqlite_runtime):
    looker = _Looker(sqlite_runtime, Cast.of(sqlite_runtime.library))

    play(read_scenario(BPMN / "baoshan/scenarios/supplement_pauses.yaml"), looker)

    [[reason]] = looker.told
    assert (reason["code"], reason["choices"]) == ("TIMER", [])
