"""What comes next, and what a form would break, read off the diagrams and tables that run."""

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select

from services import accounts, jurisdictions, next_steps, self_checks
from services.db.engine import reading, unit_of_work
from services.db.models import AuditEntry, Person
from services.errors import NotAllowedError
from services.scenarios import read_scenario
from services.scenarios.accounts import Cast
from services.scenarios.local import LocalDriver
from services.scenarios.player import Player

HOME = Path(__file__).parents[2] / "workflows" / "bpmn"


def test_next_steps_name_the_branches_and_who_gets_them(sqlite_desk):
    desk = sqlite_desk
    case = desk.start("other")
    task, reviewer = desk.task(case), desk.actor("lj-reviewer")

    with reading(desk.runtime.sessions) as session:
        found = next_steps.of_task(session, desk.runtime, reviewer, task.id)

    ways = {step["name"]: step["conditions"][0] for step in found}
    assert len(ways) > 1
    assert {each["question"] for each in ways.values()} == {"是否继续办理？"}


def test_how_a_stage_ended_decides_what_may_follow_it(sqlite_runtime, library):
    driver = LocalDriver(sqlite_runtime, Cast.of(library))
    scene = Player(read_scenario(HOME / "liangjiang/scenarios/approval.yaml"), driver)
    for step in scene.scenario.steps:
        if scene.case and any(t["activity_code"] == "A-FORM" for t in driver.tasks(scene.case)):
            break
        scene.step(step)
    [task] = driver.tasks(scene.case)
    with unit_of_work(sqlite_runtime.sessions) as session:
        person = session.scalars(select(Person.id).where(Person.login == "lead-op")).one()
        actor = accounts.actor_of(session, person)

    with reading(sqlite_runtime.sessions) as session:
        found = next_steps.of_task(session, sqlite_runtime, actor, UUID(task["id"]))

    by_name = {step["name"]: step for step in found}
    answers = [(c["question"], c["answer"]) for c in by_name["形式审查"]["conditions"]]
    assert answers[0] == ("申报通知是否仍开放？", "开放")
    assert by_name["不予受理"]["conditions"][0]["answer"] == "已截止"
    assert by_name["形式审查"]["within"] == ["形式审查与补正"]


def test_within_ones_own_agency_people_are_named_elsewhere_only_the_party(sqlite_desk):
    desk = sqlite_desk
    task = desk.task(desk.start("other"))
    found = {}
    for login in ("lj-reviewer", "lead-op"):
        actor = desk.actor(login)
        with reading(desk.runtime.sessions) as session:
            found[login] = next_steps.of_task(session, desk.runtime, actor, task.id)

    for login, steps in found.items():
        for step in steps:
            own = {"lj-reviewer": "两江新区科技创新局"}.get(login)
            if step["people"] and own:
                assert own in step["parties"]
    assert any(step["people"] for step in found["lead-op"])


class Checking(LocalDriver):
    """Checks each application by itself before it is handed in."""

    checks: list

    def complete(self, login, task, answers):
        if task["activity_code"] == "A-FORM":
            with unit_of_work(self.runtime.sessions) as session:
                person = session.scalars(select(Person.id).where(Person.login == login)).one()
                actor = accounts.actor_of(session, person)
                before = session.scalar(select(func.count()).select_from(AuditEntry))
            with reading(self.runtime.sessions) as session:
                found = self_checks.of_task(session, self.runtime, actor, UUID(task["id"]), answers)
                assert session.scalar(select(func.count()).select_from(AuditEntry)) == before
            self.checks.append(found)
        super().complete(login, task, answers)


def hits(document):
    """Every list of broken rules in a case document."""
    if isinstance(document, dict):
        if "hits" in document:
            yield from (hit["rule_id"] for hit in document["hits"] if "strength" in hit)
        for inner in document.values():
            yield from hits(inner)
    elif isinstance(document, list):
        for inner in document:
            yield from hits(inner)


@pytest.mark.parametrize(
    "path",
    [
        "liangjiang/scenarios/approval.yaml",
        "liangjiang/scenarios/soft_rules_waived.yaml",
        "liangjiang/scenarios/hard_rule_refused.yaml",
        "baoshan/scenarios/chain_waived.yaml",
        "baoshan/scenarios/filing.yaml",
        "lingang/scenarios/soft_rules_waived.yaml",
        "ningbo/scenarios/soft_numbers_waived.yaml",
        "yrd/scenarios/soft_no_university_waived.yaml",
    ],
)
def test_the_self_check_says_what_the_agencys_tables_say_later(sqlite_runtime, library, path):
    driver = Checking(sqlite_runtime, Cast.of(library))
    driver.checks = []
    scene = Player(read_scenario(HOME / path), driver)
    for step in scene.scenario.steps:
        scene.step(step)

    found = set(hits(scene.driver.inspect(scene.case)["document"]))
    rules = {rule["rule_id"]: rule["status"] for rule in driver.checks[-1]["rules"]}
    foreseen = {each for each, status in rules.items() if status in {"failed", "soft"}}
    undecided = {each for each, status in rules.items() if status == "unknown"}
    assert len(rules) > 10
    assert foreseen == found - undecided
    assert len(undecided) <= 3


def test_the_first_form_is_checked_before_a_case_exists(sqlite_desk):
    desk = sqlite_desk
    answers, actor, unit = desk.start_answers(), desk.actor("lead-op"), desk.party("demo-lead")
    stranger = desk.actor("upstream-op")

    def check(who, given):
        with reading(desk.runtime.sessions) as session:
            return self_checks.of_start(
                session,
                desk.runtime,
                who,
                procedure_id="liangjiang.application",
                party_id=unit,
                answers=given,
            )

    good = check(actor, answers)
    assert [r for r in good["rules"] if r["status"] == "failed"] == []
    assert good["missing"] == []
    bad = check(actor, answers | {"working_name": ""})
    assert not bad["is_ready"]
    assert [(each["field"], each["label"]) for each in bad["missing"]] == [
        ("working_name", "联合体暂用名称")
    ]
    with pytest.raises(NotAllowedError):
        check(stranger, answers)


def test_applicants_are_offered_what_a_unit_may_start(sqlite_runtime):
    with unit_of_work(sqlite_runtime.sessions) as session:
        listed = jurisdictions.list_procedures(session, sqlite_runtime)

    assert {each["id"] for each in listed if not each["is_for_units"]} == {
        "baoshan.publicity_list",
        "liangjiang.call",
        "ningbo.call",
        "yrd.provincial_round",
        "yrd.joint_round",
    }
