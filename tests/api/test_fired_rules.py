"""The rule of a decision table that decided, from the audit chain to the case page and the export."""

import io
import json
import zipfile

import pytest


@pytest.fixture
def started(as_person, sqlite_desk):
    """Start an application of a region; its id."""

    def start(region):
        body = {
            "procedure": "liangjiang.application",
            "party": str(sqlite_desk.party("demo-lead")),
            "answers": sqlite_desk.start_answers(region),
        }
        reply = as_person("lead-op").post("/cases", body, key="start")
        assert reply.status_code == 201, reply.json
        return reply.json["id"]

    return start


def fired(browser, case):
    entries = browser.get(f"/cases/{case}/timeline").json
    return {(rule["decision"], rule["row"]): rule for entry in entries for rule in entry["rules"]}


def test_the_official_sees_which_row_decided_with_its_table_and_note(as_person, started):
    case = started("other")

    found = fired(as_person("lj-clerk"), case)

    rule = found["lj_scope", 3]
    assert (rule["name"], rule["rule"]) == ("适用范围", "lj_scope_official")
    assert rule["note"].startswith("三(一)1与八并读")
    assert ("lj_scope", 1) not in found


def test_the_applicant_sees_what_happened_but_not_by_which_rule(as_person, started):
    case = started("other")

    assert fired(as_person("lead-op"), case) == {}


def test_the_export_carries_the_rule_in_the_sealed_audit_chain(as_person, started):
    case = started("other")

    reply = as_person("lj-clerk").get(f"/cases/{case}/export")

    with zipfile.ZipFile(io.BytesIO(reply.data)) as package:
        audit = json.loads(package.read("audit.json"))
        timeline = json.loads(package.read("timeline.json"))
    [kept] = [entry["payload"]["rules"] for entry in audit if entry["payload"].get("rules")]
    assert ["lj_scope", 3] in [[decision, row] for decision, _rule, row in kept]
    assert any(rule["decision"] == "lj_scope" for entry in timeline for rule in entry["rules"])
