"""A draft takes over from the library what it begins to use, and nothing that it has already."""

import json

import pytest

from services import jurisdiction_audit
from services.db.engine import unit_of_work
from services.errors import ConflictError
from services.studio import drafts, parts

PUBLICITY = "bpmn/shared/publicity.bpmn"
PARAMETER = "publicity.days"


@pytest.fixture
def take(studio):
    """Take parts of the library over, as a process owner."""

    def taken(draft, **wanted):
        actor = studio.desk.actor("lj-owner")
        with unit_of_work(studio.desk.runtime.sessions) as session:
            about = parts.about(session, actor, draft)
        found = parts.of_library(studio.desk.runtime, about, **wanted)
        return studio.act("lj-owner", parts.add, draft, found)

    return taken


@pytest.fixture
def blank(studio):
    """A draft of a procedure that is not there yet."""
    return studio.act("lj-owner", drafts.open_blank, "liangjiang", "renewal", "续期")["id"]


def settings(studio, draft):
    return json.loads(studio.read(draft, "procedure.json")["text"])["procedure"]


def test_a_process_comes_with_all_it_calls_asks_and_reads(studio, blank, take):
    came = take(blank, processes=["shared.publicity"])

    assert {PUBLICITY, "bpmn/shared/objection_handling.bpmn", "forms/C-FORM-12.json"} <= set(
        came["files"]
    )
    own = settings(studio, blank)["profile"][PARAMETER]
    assert (own["value"], own["article"]) == (5, "五(二)")
    assert studio.findings(blank) == []


def test_what_is_there_already_stays_as_it_is(studio, take):
    draft = studio.open()
    before = studio.shown(draft)["digest"]
    studio.set_days(draft, 9)
    changed = studio.shown(draft)["digest"]

    assert take(draft, processes=["shared.publicity"], forms=["C-FORM-12"]) == {
        "files": [],
        "parameters": [],
    }
    assert studio.shown(draft)["digest"] == changed != before


def test_asked_twice_nothing_comes_and_a_closed_draft_takes_nothing(studio, blank, take):
    take(blank, forms=["C-FORM-19"])
    assert take(blank, forms=["C-FORM-19"])["files"] == []
    assert take(blank, processes=["no.such"], decisions=["no_such"])["files"] == []

    studio.act("lj-owner", drafts.discard, blank)
    with pytest.raises(ConflictError, match="DRAFT_CLOSED|放弃"):
        take(blank, forms=["C-FORM-15"])


def test_another_jurisdictions_article_is_nobody_elses_basis(sqlite_desk):
    library = sqlite_desk.runtime.library
    draft = {"jurisdiction": "baoshan", "profile": {}}

    found = parts.of_library(sqlite_desk.runtime, draft, processes=["shared.joint_review"])

    assert library.jurisdictions["liangjiang"]
    blank = found.parameters["joint.minutes_form"]
    assert (blank["value"], blank.get("article")) == ("", None)
    assert found.parameters["handoff.ack_days"]["assumption"] == "ASM-T-16"
    assert "forms/F-LJ-10.json" not in found.files


def test_the_act_is_in_the_jurisdictions_record(studio, blank, take):
    take(blank, processes=["shared.handoff"])

    with unit_of_work(studio.desk.runtime.sessions) as session:
        [act, *_] = jurisdiction_audit.listed(session, "liangjiang", 5)
    assert act["what"] == "draft.part_taken"
    assert "bpmn/shared/handoff.bpmn" in act["payload"]["files"]
