"""Differences, the board of joint confirmation, figures for leaders, and the guide of a procedure."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from services import accounts, boards, dashboard_tables, dashboards, differences, guides, tasks
from services.db.engine import reading, unit_of_work
from services.db.models import Case, Person
from services.errors import NotAllowedError, NotFoundError
from services.scenarios import read_scenario
from services.scenarios.accounts import Cast
from services.scenarios.local import LocalDriver
from services.scenarios.player import Player

HOME = Path(__file__).parents[2] / "workflows" / "bpmn"


def actor_of(runtime, login):
    with unit_of_work(runtime.sessions) as session:
        person = session.scalars(select(Person.id).where(Person.login == login)).one()
        return accounts.actor_of(session, person)


def ask(runtime, login, query):
    actor = actor_of(runtime, login)
    with reading(runtime.sessions) as session:
        return query(session, actor)


def player(runtime, library, path):
    return Player(read_scenario(HOME / path), LocalDriver(runtime, Cast.of(library)))


class Watching(Player):
    """Looks at the board after each step."""

    def watch(self, look):
        for step in self.scenario.steps:
            self.step(step)
            yield step, look()


def test_a_changed_text_voids_what_was_signed_and_the_board_shows_it(sqlite_runtime, library):
    runtime = sqlite_runtime
    path = "yrd/scenarios/text_edited_after_two_seals.yaml"
    scene = Watching(read_scenario(HOME / path), LocalDriver(runtime, Cast.of(library)))

    def look():
        with unit_of_work(runtime.sessions) as session:
            rounds = select(Case.id).where(Case.procedure_id == "yrd.joint_round")
            case = session.scalars(rounds).first()
        if case is None:
            return []
        try:
            found = ask(
                runtime, "yrd-zj-reviewer", lambda s, a: boards.of_case(s, runtime, a, case)
            )
        except (NotFoundError, NotAllowedError):
            return []
        return [board for board in found if board["node_id"] == "seal"]

    seen = [found[0] for _step, found in scene.watch(look) if found]
    agreed = [board["agreed"] for board in seen]
    voided = [
        signature
        for line in seen[-1]["agencies"]
        for signature in line["signatures"]
        if not signature["is_valid"]
    ]

    assert [line["code"] for line in seen[-1]["agencies"]] == ["JS", "SH", "ZJ", "AH"]
    assert agreed[0] == 0
    assert 2 in agreed
    assert agreed[-1] == 4
    assert agreed[agreed.index(2) :].count(0) > 0
    assert len({board["hash"] for board in seen}) == 2
    assert len(voided) == 2
    assert all(each["voided_at"] >= each["made_at"] for each in voided)
    assert seen[-1]["is_complete"]


def test_the_board_says_who_holds_the_text_and_for_how_long(sqlite_runtime, library):
    runtime = sqlite_runtime
    scene = player(runtime, library, "yrd/scenarios/text_edited_after_two_seals.yaml")
    for step in scene.scenario.steps:
        scene.step(step)
        with unit_of_work(runtime.sessions) as session:
            case = session.scalars(
                select(Case.id).where(Case.procedure_id == "yrd.joint_round")
            ).first()
        if case and any(t["node_id"] == "seal" for t in scene.driver.tasks(str(case))):
            break
    runtime.clock.advance(timedelta(days=8))

    found = ask(runtime, "yrd-ah-reviewer", lambda s, a: boards.of_case(s, runtime, a, case))
    [board] = [each for each in found if each["node_id"] == "seal"]
    line = board["agencies"][-1]

    assert line["state"] == "open"
    assert line["party"] == "安徽省科学技术厅"
    assert line["held_working_days"] == 6
    assert line["light"] in {"yellow", "green"}
    with pytest.raises(NotFoundError):
        ask(runtime, "nb-reviewer", lambda s, a: boards.of_case(s, runtime, a, case))


def test_after_a_supplement_only_the_changes_are_shown(sqlite_runtime, library):
    runtime = sqlite_runtime
    scene = player(runtime, library, "liangjiang/scenarios/hard_rule_curable.yaml")
    for step in scene.scenario.steps:
        scene.step(step)
    case = UUID(scene.case)

    def compare(session, actor):
        return differences.of_case(session, actor, case, old_id=None, new_id=None)

    found = ask(runtime, "lj-reviewer", compare)
    pairs = {pair["form"] for pair in found["pairs"]}
    assert "F-LJ-01" in pairs
    pair = next(pair for pair in found["pairs"] if pair["form"] == "F-LJ-01")
    found = ask(
        runtime,
        "lj-reviewer",
        lambda s, a: differences.of_case(
            s, a, case, old_id=pair["old"]["id"], new_id=pair["new"]["id"]
        ),
    )
    assert 0 < len(found["changes"]) < 10
    assert all(change["label"] for change in found["changes"])
    marked = ask(runtime, "lead-op", lambda s, a: differences.marked(s, a, case))
    assert marked
    assert marked[0]["items"][0]["material"]
    with pytest.raises(NotFoundError):
        ask(runtime, "nb-reviewer", compare)


def test_figures_count_the_agencys_own_cases_in_working_days(sqlite_runtime, library):
    runtime = sqlite_runtime
    scene = player(runtime, library, "liangjiang/scenarios/supplement_pauses_the_clock.yaml")
    for step in scene.scenario.steps:
        scene.step(step)
    period = dashboards.Period(rehearsals=True)

    def figures(session, actor):
        return dashboards.of_agency(session, runtime, actor, period)

    found = ask(runtime, "lj-leader", figures)
    other = ask(runtime, "nb-owner", figures)

    steps = {step["name"]: step for step in found["steps"]}
    assert steps["形式审查"]["done"] >= 2
    assert steps["形式审查"]["median_days"] is not None
    assert sum(month["started"] for month in found["months"]) == 1
    assert [reason["questions"] for reason in found["supplements"]] == [[]]
    period = dashboards.Period("liangjiang.application", rehearsals=True)
    [reason] = ask(runtime, "lj-leader", figures)["supplements"]
    assert reason["questions"][0]["file"] == "forms/F-LJ-01.json"
    assert other["steps"] == other["load"] == other["months"] == []
    assert all(
        len(t.heads) == len(row) for t in dashboard_tables.tables(found, "load") for row in t.rows
    )
    with pytest.raises(NotAllowedError):
        ask(runtime, "lj-clerk", figures)


@pytest.mark.parametrize("procedure", ["liangjiang", "lingang", "baoshan", "ningbo", "yrd"])
def test_a_guide_says_what_a_procedure_asks_for(sqlite_runtime, procedure):
    found = ask(
        sqlite_runtime,
        "lead-op",
        lambda s, a: guides.of_procedure(s, sqlite_runtime, a, f"{procedure}.application"),
    )

    assert found["materials"]
    assert len(found["conditions"]) > 15
    assert all(each["text"] for each in found["conditions"])
    assert {each["strength"] for each in found["conditions"]} == {"HARD", "SOFT"}
    assert found["time_limits"]
    assert [party["name"] for party in found["parties"]]


def test_the_hash_of_the_text_to_sign_is_filled_in(sqlite_runtime, library):
    runtime = sqlite_runtime
    scene = player(runtime, library, "liangjiang/scenarios/approval.yaml")
    for step in scene.scenario.steps:
        scene.step(step)
        open_now = scene.driver.tasks(scene.case)
        if open_now and open_now[0]["activity_code"] == "A-AGRSIGN":
            break
    [task, *_others] = open_now
    login = scene.driver.login_for(scene.case, task, None)

    page = ask(runtime, login, lambda s, a: tasks.page(s, runtime, a, UUID(task["id"])))

    document = scene.driver.inspect(scene.case)["document"]
    assert page["prefill"]["draft_hash"] == document["agreement"]["frozen"]["draft_hash"]
