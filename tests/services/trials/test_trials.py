"""A draft is tried out in a place of its own: nothing real changes, and it can be told again."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256

import pytest
from sqlalchemy import inspect, text

from services.db.engine import reading, unit_of_work
from services.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from services.trials import playing, runs, seats
from services.trials.acts import Doing
from tests.services.trials.conftest import trying
from workflows import strict_yaml
from workflows.bundles import Bundle

OWN = {
    "trials",
    "scenario_runs",
    "draft_revisions",
    "blobs",
}  # what trials and kept scenarios write


def everything(runtime):
    """All rows of all tables but those that a trial writes."""
    with reading(runtime.sessions) as session:
        names = set(inspect(session.connection()).get_table_names()) - OWN
        return {
            name: sha256(
                repr(sorted(map(repr, session.execute(text(f'SELECT * FROM "{name}"'))))).encode()
            ).hexdigest()
            for name in names
        }


def told_elsewhere(trial):
    """How the trial stands in a process that has never seen it."""
    seats._SEATS.clear()
    return trial.state()


def as_people_see_it(state):
    """A state without the ids that no two tellings share."""
    shown = {k: v for k, v in state.items() if k not in ("tasks", "version", "step_count")}
    tasks = [{k: v for k, v in t.items() if k not in ("id", "case_id")} for t in state["tasks"]]
    return shown | {"tasks": tasks}


def test_a_draft_is_played_to_its_end_with_sample_answers_past_the_holiday_and_nothing_real_changes(
    trial, tmp_path
):
    before = everything(trial.runtime)
    files = set(tmp_path.rglob("*"))

    state = trial.until(trial.start(), "prepare_notice")
    state = trial.task(state, "prepare_notice")
    [notice] = state["notices"]
    assert str(notice["ends_on"]) == "2026-10-09"  # 28, 29, 30 September, 8 and 9 October
    state = trial.do("advance", advance="until due")
    assert state["now"].isoformat() == "2026-10-10T00:00:00+08:00"
    state = trial.task(state, "A-DECIDE")

    assert (state["case"]["status"], state["case"]["outcome"]) == ("finished", "APPROVED")
    assert [paper["title"] for paper in state["documents"]]
    assert state["notifications"]
    assert everything(trial.runtime) == before
    assert not trial.runtime.mailer.sent
    assert set(tmp_path.rglob("*")) == files

    again = told_elsewhere(trial)
    assert as_people_see_it(again) == as_people_see_it(state)


def test_a_refused_step_is_none_and_the_next_one_goes_on(trial):
    state = trial.start()
    task = state["tasks"][0]

    with pytest.raises(InvalidError) as refused:
        trial.do("task", task["people"][0], task["place"], {"candidates": []})

    assert refused.value.code == "FORM_INVALID"
    assert "candidates" in refused.value.fields
    assert trial.state()["step_count"] == 1
    assert trial.task(state, task["node_id"])["step_count"] == 2


def test_what_somebody_may_not_do_is_refused_in_the_products_words(trial):
    state = trial.start()

    with pytest.raises(ConflictError) as refused:
        trial.do("task", "lj-clerk", state["tasks"][0]["place"], {})

    assert refused.value.code in {"NOT_FOUND", "NOT_ALLOWED"}


def test_a_step_is_taken_back_with_those_after_it(trial):
    first = trial.start()
    trial.task(first, first["tasks"][0]["node_id"])

    trial.take_back(2)

    assert as_people_see_it(trial.state()) == as_people_see_it(first)


def test_an_expert_who_refuses_is_replaced_the_same_each_time(trial):
    state = trial.until(trial.start(), "declare_recusal")
    drawn = asked(state)
    reason = {"accept": "no", "reason": "有利害关系"}
    unit = {"relations_declared": [{"unit_name": "演示大学", "relation": "曾任兼职教授"}]}

    state = trial.task(state, "declare_recusal", **reason, **unit)
    for _other in drawn[1:]:
        state = trial.task(state, "declare_recusal")

    [substitute] = asked(state)
    assert substitute not in drawn
    assert asked(told_elsewhere(trial)) == [substitute]


def asked(state):
    """Whom a state asks whether they have to recuse themselves."""
    return [t["people"][0] for t in state["tasks"] if t["node_id"] == "declare_recusal"]


def test_steps_that_an_edit_leaves_without_their_task_are_named_and_can_be_taken_back(trial):
    state = trial.start()
    trial.task(state, state["tasks"][0]["node_id"])
    node = trial.state()["steps"][1]["node_id"]
    files = trial.around().draft.files.items()
    path = next(path for path, data in files if f'id="{node}"'.encode() in data)
    trial.change(
        path, lambda told: told.replace(f'"{node}"', '"other"').replace(f">{node}<", ">other<")
    )

    state = trial.state()

    assert state["broken"]["step"] == 2
    assert node in state["broken"]["message"]
    assert len(state["steps"]) == 1
    with pytest.raises(ConflictError, match="撤回"):
        trial.do("advance", advance="days:1")
    trial.take_back(2)
    assert trial.state()["broken"] is None


def test_a_draft_that_cannot_be_opened_says_why(trial):
    def change(told):
        for end in ("<bpmn:", "</bpmn:"):
            told = told.replace(f"{end}userTask", f"{end}scriptTask", 1)
        return told

    trial.change("bpmn/liangjiang/application.bpmn", change)

    with pytest.raises(ConflictError) as refused:
        trial.state()

    assert refused.value.code == "FINDINGS"
    assert refused.value.details["findings"]


def test_of_two_windows_the_slower_is_refused_and_nothing_is_lost(trial):
    scene, brief = trial.scene()
    trial.do("advance", advance="days:1")

    step, _state = playing.play(trial.runtime, scene, brief, Doing("advance", advance="days:2"))
    with pytest.raises(ConflictError, match="刷新"):
        with unit_of_work(trial.runtime.sessions) as session:
            actor = trial.desk.actor("lj-owner")
            playing.keep(session, trial.runtime, actor, trial.trial, brief["version"], step)

    assert [s["what"][:10] for s in trial.state()["steps"]] == ["2026-09-28"]


def test_trials_side_by_side_do_not_meet(sqlite_desk):
    both = [trying(sqlite_desk), trying(sqlite_desk)]

    with ThreadPoolExecutor(2) as pool:
        states = list(pool.map(lambda each: each.until(each.start(), "confirm_members"), both))

    assert [s["case"]["number"] for s in states] == ["YL-LJ-2026-0001"] * 2


def test_only_whoever_opened_a_trial_plays_in_it(trial):
    trial.login = "lj-owner2"

    with pytest.raises(NotAllowedError):
        trial.take_back(1)
    trial.login = "bs-owner"
    with pytest.raises(NotFoundError):
        trial.scene()


@pytest.mark.parametrize(
    ("procedure", "login"),
    [
        ("baoshan.application", "bs-owner"),
        ("ningbo.application", "nb-owner"),
        ("lingang.application", "lg-owner"),
        ("yrd.application", "yrd-owner"),
    ],
)
def test_the_procedures_of_every_jurisdiction_begin(sqlite_desk, procedure, login):
    trial = trying(sqlite_desk, procedure, login, "2026-09-01T09:00:00+08:00")

    state = trial.start()

    assert state["case"]["status"] == "open"
    assert state["tasks"] or state["next_due"]


def test_a_trial_kept_as_a_scenario_goes_green_and_says_what_it_came_to(trial):
    trial.until(trial.start(), "sign_agreement")

    path = trial.keep("到签署为止")

    found = strict_yaml.read(trial.around().draft.files[path])
    assert found["expect"]["waits"] == ["A-AGRSIGN"]
    assert "A-INTENT" in found["expect"]["visited"]
    result = trial.run(path)
    assert (result.is_passed, result.message) == (True, "")
    [line] = [each for each in trial.lines() if each["path"] == path]
    assert (line["state"], line["is_own"]) == ("passed", True)
    with pytest.raises(InvalidError, match="名称已有"):
        trial.keep("到签署为止")


def test_after_an_edit_what_scenarios_said_does_not_count_and_the_step_that_fails_is_named(trial):
    path = "scenarios/draft_can_be_rehearsed.yaml"
    assert trial.run(path).is_passed

    trial.set_days(7)
    states = {each["path"]: each["state"] for each in trial.lines()}
    assert set(states.values()) == {"open"}

    trial.change(path, lambda told: told.replace("as_production: false", "as_production: true"))
    result = trial.run(path)
    assert (result.is_passed, result.step) == (False, 1)
    assert "LEGAL_BASIS_NOT_IN_FORCE" in result.message


def test_a_scenario_file_that_makes_no_sense_fails_in_words(trial):
    bad = {
        "steps: 5": "scenarios/a.yaml",
        "clock: never\nsteps: []": "scenarios/b.yaml",
        "clock: 2026-09-01T09:00:00+08:00\nsteps: [{advance: soon}]": "scenarios/c.yaml",
        "clock: 2026-09-01T09:00:00+08:00\nsteps: [{start: 5}, {dance: 1}]": "scenarios/d.yaml",
        "clock: 2026-09-01T09:00:00+08:00\nsteps: [{include: nothing}]": "scenarios/e.yaml",
        "clock: 2026-09-01T09:00:00+08:00\nsteps: []\nexpect: {odd: 1}": "scenarios/f.yaml",
        "clock: 2026-09-01T09:00:00+08:00\nsteps: [{start: {as: nobody}}]": "scenarios/g.yaml",
    }
    around = trial.around()
    head = "procedure: liangjiang.application\nname: 坏\n"
    files = dict(around.draft.files) | {path: (head + text).encode() for text, path in bad.items()}
    sums = {path: sha256(data).hexdigest() for path, data in files.items()}
    around = replace(around, draft=Bundle(around.draft.procedure_id, files), sums=sums)
    for path in bad.values():
        found = runs.run(trial.runtime, around, path)
        assert found.message or path == "scenarios/f.yaml", path


def test_what_was_passed_is_told_of_nodes_flows_and_rows(trial):
    trial.start()
    trial.run("scenarios/withdrawn_before_submission.yaml")

    page = playing.covered(trial.runtime, trial.around(), trial.lines(), trial.scene()[0])

    counts = {each["kind"]: each for each in page["counts"]}
    assert (
        0 < counts["nodes"]["by_trial"] < counts["nodes"]["by_scenarios"] < counts["nodes"]["total"]
    )
    assert (
        0 < counts["flows"]["by_trial"] < counts["flows"]["by_scenarios"] < counts["flows"]["total"]
    )
    assert (
        0 < counts["rows"]["by_trial"] <= counts["rows"]["by_scenarios"] < counts["rows"]["total"]
    )
