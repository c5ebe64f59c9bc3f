"""Trials over HTTP: repeated safely, refused in words, and what failing scenarios mean at publication."""

import pytest

APPLICATION = "liangjiang.application"
SCENARIO = """
procedure: liangjiang.application
name: 从龙兴起步
clock: 2026-09-01T09:00:00+08:00
given: {legal_basis: in_force}
steps:
- include: start
expect: {waits: [list_candidates]}
"""


@pytest.fixture
def owner(as_person):
    return as_person("lj-owner")


@pytest.fixture
def draft(owner):
    return owner.post(f"/studio/procedures/{APPLICATION}/drafts", {}).json["id"]


@pytest.fixture
def trial(owner, draft):
    body = {"name": "试", "starts_at": "2026-09-25T09:00:00+08:00"}
    return "/studio/trials/" + owner.post(f"/studio/drafts/{draft}/trials", body).json["id"]


def started(owner, trial):
    """What somebody sends to start the case with sample answers."""
    login = owner.get(trial).json["starters"][0]
    asked = owner.get(f"{trial}/form", kind="start", login=login).json
    told = {"answers": asked["sample"], "files": asked["files"]}
    return {"version": 0, "kind": "start", "login": login, **told}


def test_a_step_sent_twice_is_one_step_with_one_answer(owner, trial):
    body = started(owner, trial)

    first = owner.post(f"{trial}/steps", body, key="one")
    again = owner.post(f"{trial}/steps", body, key="one")
    late = owner.post(f"{trial}/steps", body, key="two")

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.data == again.data
    assert (late.status_code, late.json["code"]) == (409, "STALE")
    assert owner.get(trial).json["step_count"] == 1


def test_refusals_name_the_field_and_what_to_do(owner, trial):
    empty = owner.post(f"{trial}/steps", {"version": 0, "kind": "start", "login": "lead-op"})
    odd = owner.post(f"{trial}/steps", {"version": 0, "kind": "dance"})
    back = {"version": 0, "kind": "advance", "advance": "2026-09-01T09:00:00+08:00"}
    nothing = {"version": 0, "kind": "advance", "advance": "until due"}
    gone = {"version": 0, "kind": "task", "place": "nothing~~1", "login": "lead-op"}

    assert (empty.status_code, empty.json["code"]) == (422, "FORM_INVALID")
    assert "working_name" in empty.json["errors"]
    assert odd.status_code == 422
    assert "只能向前" in str(owner.post(f"{trial}/steps", back).json["errors"])
    assert "没有期限" in str(owner.post(f"{trial}/steps", nothing).json["errors"])
    assert owner.post(f"{trial}/steps", gone).json["code"] == "TASK_TAKEN"
    assert owner.get(f"{trial}/calendar", month="2026-13").status_code == 422
    october = {day["on"]: day for day in owner.get(f"{trial}/calendar", month="2026-10").json}
    assert october["2026-10-10"] == {
        "on": "2026-10-10",
        "is_working": True,
        "reason": "国庆节调休上班",
    }


def test_a_draft_with_a_failing_scenario_is_published_only_with_a_reason(owner, draft, as_person):
    files = f"/studio/drafts/{draft}/files"
    path = "scenarios/own.yaml"
    owner.put(
        f"{files}/{path}", {"text": SCENARIO.replace("list_candidates", "A-DECIDE"), "base": 0}
    )
    line = owner.post(f"/studio/drafts/{draft}/scenario-runs", {"path": path}).json
    assert (line["state"], line["is_own"]) == ("failed", True)
    assert "应等待 ['A-DECIDE']" in line["message"]
    sent = owner.post(f"/studio/drafts/{draft}/review", {"effective_on": "2026-11-20"})
    assert sent.status_code == 201, sent.json

    second = as_person("lj-owner2")
    body = {"is_approved": True, "digest": sent.json["digest"]}
    refused = second.post(f"/studio/drafts/{draft}/decision", body)
    assert refused.status_code == 422
    assert "从龙兴起步" in refused.json["message"]
    assert refused.json["errors"]["reason"] == ["请写明为什么仍然发布"]

    taken = second.post(f"/studio/drafts/{draft}/decision", body | {"reason": "预期写错，另改"})
    assert taken.status_code == 201, taken.json
    acts = second.get("/studio/jurisdictions/liangjiang/acts").json["acts"]
    [act] = [each for each in acts if each["what"] == "draft.scenarios_failing"]
    assert act["payload"]["scenarios"] == [path]


def test_a_scenario_nobody_has_played_is_played_when_the_second_person_approves(
    owner, draft, as_person
):
    path = f"/studio/drafts/{draft}/files/scenarios/own.yaml"
    owner.put(path, {"text": SCENARIO, "base": 0})
    sent = owner.post(f"/studio/drafts/{draft}/review", {"effective_on": "2026-11-20"}).json

    second = as_person("lj-owner2")
    body = {"is_approved": True, "digest": sent["digest"]}
    taken = second.post(f"/studio/drafts/{draft}/decision", body)

    assert taken.status_code == 201, taken.json
    lines = second.get(f"/studio/drafts/{draft}/scenario-runs").json
    assert {each["path"]: each["state"] for each in lines}["scenarios/own.yaml"] == "passed"
