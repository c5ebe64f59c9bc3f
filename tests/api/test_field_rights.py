"""What a step may do with fields, over HTTP: the rest is refused by name, and nothing is disclosed."""

from uuid import UUID, uuid4

import pytest

from services import procedures
from services.db.engine import unit_of_work
from services.documents import drafting
from tests.member_lists import CHECK, FILL, OTHER_USCC, PROCEDURE, USCC, procedure

ROWS = [{"uscc": USCC, "phone": "13900139000"}, {"uscc": OTHER_USCC, "phone": None}]
RIGHTS = {
    FILL: {"verdict": "hidden"},
    CHECK: {"members": "readonly", "members[].phone": "hidden", "proof": "readonly"},
}


@pytest.fixture
def clerk(as_person, sqlite_desk, sqlite_runtime):
    """The clerk, and the path of their task on a list that the applicant has filled in."""
    with unit_of_work(sqlite_runtime.sessions) as session:
        other = procedures.get(session, "liangjiang.application").bundle_hash
        bundle = procedure(procedures.read_bundle(session, other), RIGHTS)
        procedures.publish(session, bundle, sqlite_runtime.clock.now())
    applicant, browser = as_person("lead-op"), as_person("lj-clerk")
    body = {"procedure": PROCEDURE, "party": str(sqlite_desk.party("demo-lead")), "answers": {}}
    case = applicant.post("/cases", body).json
    [task] = applicant.get("/tasks", case=case["id"]).json["items"]
    path = f"/tasks/{task['id']}"
    page = applicant.get(path)
    assert "核对意见" not in page.text
    early = applicant.post(f"{path}/completion", {"answers": {"members": ROWS, "verdict": "好"}})
    assert (early.status_code, list(early.json["errors"])) == (422, ["verdict"])
    done = applicant.post(f"{path}/completion", {"answers": {"members": ROWS}})
    assert done.status_code == 200, done.json
    [task] = browser.get("/tasks", case=case["id"]).json["items"]
    return browser, f"/tasks/{task['id']}", case["id"]


def test_the_form_as_served_has_no_hidden_field_and_shows_what_is_read(clerk):
    browser, path, _case = clerk
    page = browser.get(path)

    assert page.json["prefill"]["members"] == [{"uscc": USCC}, {"uscc": OTHER_USCC}]
    assert "13900139000" not in page.text
    assert "联系电话" not in page.text
    [table, proof, _verdict] = page.json["form"]["components"]
    assert table["allowAddRemove"] is False
    assert proof["readonly"] is True


def test_a_changed_value_is_refused_and_the_field_is_named(clerk):
    browser, path, _case = clerk
    for answers, field in (
        ({"members": [{"uscc": OTHER_USCC}, {"uscc": USCC}]}, "members"),
        ({"members": [{"uscc": USCC}]}, "members"),
        ({"members": ROWS}, "members"),
        ({"proof": [str(uuid4())]}, "proof"),
        ({"more": 1}, "more"),
    ):
        reply = browser.post(f"{path}/completion", {"answers": {"verdict": "好", **answers}})
        assert (reply.status_code, list(reply.json["errors"])) == (422, [field])
        assert "13900139000" not in reply.text
    assert "只读" in browser.post(f"{path}/completion", {"answers": {"members": []}}).text


def test_drafts_checks_and_papers_keep_to_the_rights(clerk, sqlite_desk, sqlite_runtime):
    browser, path, case = clerk
    typed = {"verdict": "写到一半", "members": [{"uscc": "改了", "phone": "改了"}]}
    browser.put(f"{path}/draft", {"answers": typed})

    page = browser.get(path).json
    assert page["draft"]["answers"] == {
        "verdict": "写到一半",
        "members": [{"uscc": USCC}, {"uscc": OTHER_USCC}],
        "proof": [],
    }
    told = browser.post(f"{path}/check", {"answers": typed}).json
    assert [each["label"] for each in told["missing"]] == ["成员单位"]
    with unit_of_work(sqlite_runtime.sessions) as session:
        actor, task = sqlite_desk.actor("lj-clerk"), UUID(path.rpartition("/")[2])
        paper = str(drafting.paper(session, sqlite_runtime, actor, task, typed, None))
    assert USCC in paper
    assert "改了" not in paper
    assert "13900139000" not in paper

    done = browser.post(f"{path}/completion", {"answers": page["draft"]["answers"]})
    assert done.status_code == 200, done.json
    rows = browser.get(f"/cases/{case}/decisions").json
    [told] = [row["answers"] for row in rows if row["node_id"] == CHECK]
    assert told == {
        "members": [{"uscc": USCC}, {"uscc": OTHER_USCC}],
        "proof": [],
        "verdict": "写到一半",
    }
