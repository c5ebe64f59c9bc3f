"""What a new version reads of a case must have been written by steps that the case has passed."""

import json

import pytest

from tests.workflows.verification.mutants.edits import Draft, own

APPLICATION = "liangjiang.application"
PROCEED = '=scope_decision.decision = "proceed"'


@pytest.fixture
def case(desk):
    """A case that waits for the decision on whether it is in scope."""
    return desk.start("other")


def _publish(owner, *edits):
    return owner.publish_edited(lambda draft: [edit(draft) for edit in edits])


def _insert_check(draft: Draft) -> None:
    """A step before the one under way."""
    level = draft.process(APPLICATION)
    level.before("scope_decision", level.copy("scope_decision", "pre_check"))


def _decide_by(condition):
    def edit(draft: Draft) -> None:
        level = draft.process(APPLICATION)
        level.condition(level.flow("gw_scope_decision", "intent"), condition)

    return edit


def _ask_more(draft: Draft) -> None:
    """The form that the case began with asks one thing more."""
    path = next(p for p in draft.files if p.endswith("F-LJ-00.json"))
    definition = json.loads(draft.files[path])
    extra = {"type": "textfield", "key": "grade", "label": "等级", "id": "grade_1"}
    definition["components"].append(extra)
    draft.files[path] = json.dumps(definition, ensure_ascii=False).encode()


def test_a_value_of_a_step_inserted_before_sends_the_case_back_to_it(case, owner, desk):
    to = _publish(owner, _insert_check, _decide_by('=pre_check.decision = "proceed"'))

    [group] = owner.plan()["groups"]
    [reason] = group["reasons"]
    assert (group["light"], reason["code"]) == ("amber", "DATA")
    assert "“是否继续办理？”的分支条件要用到“pre_check.decision”" in reason["message"]
    assert "已经走过写入它的步骤" in reason["message"]
    assert [each["id"] for each in reason["choices"]] == ["pre_check"]
    assert owner.rehearse(case, to)["problem"]["code"] == "NOT_MIGRATABLE"

    assert owner.plan(scope_decision="pre_check")["groups"][0]["light"] == "green"
    owner.move_as_rehearsed(case, to, scope_decision="pre_check")
    assert [step for step, _name in owner.open_tasks(case)] == ["pre_check"]
    desk.complete("lj-reviewer", desk.task(case), {"decision": "proceed", "reasons": "符合"})
    assert [step for step, _name in owner.open_tasks(case)] == ["scope_decision"]


def _print(text):
    def edit(draft: Draft) -> None:
        path = next(p for p in draft.files if p.endswith("certificate.yaml"))
        old = "{{ count(register.members) }}"
        assert old in (told := draft.files[path].decode())
        draft.files[path] = told.replace(old, text).encode()

    return edit


def test_what_a_paper_ahead_will_print_must_have_been_written_too(case, owner):
    _publish(owner, _insert_check, _print("{{ pre_check.decision }}"))

    [group] = owner.plan()["groups"]

    assert (group["light"], [r["code"] for r in group["reasons"]]) == ("amber", ["DATA"])
    assert (
        "出具的文书“产业创新联合体证书”要用到“pre_check.decision”" in group["reasons"][0]["message"]
    )
    assert owner.plan(scope_decision="pre_check")["groups"][0]["light"] == "green"


def test_a_paper_that_prints_what_is_there_or_what_its_step_writes_keeps_no_case(case, owner):
    _publish(owner, _print("{{ start_info.short_name }}{{ register.certificate_no }}"))

    assert [group["light"] for group in owner.plan()["groups"]] == ["green"]


def test_an_answer_that_the_form_did_not_ask_for_then_keeps_its_case(case, owner):
    _publish(owner, _ask_more, _decide_by('=start_info.grade = "A"'))

    [group] = owner.plan()["groups"]

    assert (group["light"], [r["code"] for r in group["reasons"]]) == ("red", ["DATA"])
    assert "start_info.grade" in group["reasons"][0]["message"]
    assert "在旧版本办完" in group["reasons"][0]["message"]


@pytest.mark.parametrize(
    "condition",
    [
        '=start_info.industry_field = "nev"',  # the case has it
        '=scope_decision.decision = "refuse"',  # is being answered now
        '=profile.scope.decision_days > 3 and case.state != ""',  # is of the version, of the case
        "=start_info.short_name != null",  # might have been left out when it was asked
    ],
)
def test_what_is_there_or_still_to_come_keeps_no_case(condition, case, owner):
    to = _publish(owner, _decide_by(condition))

    assert [group["light"] for group in owner.plan()["groups"]] == ["green"]
    owner.move_as_rehearsed(case, to)


def test_a_value_that_a_step_ahead_writes_keeps_no_case(case, owner):
    def after(draft: Draft) -> None:
        level = draft.process(APPLICATION)
        level.after("scope_decision", level.copy("scope_decision", "second_look"))

    _publish(owner, after, _decide_by('=second_look.decision = "proceed"'))

    assert [group["light"] for group in owner.plan()["groups"]] == ["green"]


def test_what_the_old_version_reads_unwritten_as_well_is_no_reason(case, owner, desk):
    desk.complete("lj-reviewer", desk.task(case), {"decision": "proceed", "reasons": "符合"})

    def rename(draft: Draft) -> None:
        draft.process(APPLICATION).node("agreement_draft").set("name", "草拟协议")
        draft.process(APPLICATION).node("intent").set(own("step"), "LJ-S-005a")

    _publish(owner, rename)

    assert [group["light"] for group in owner.plan()["groups"]] == ["green"]
