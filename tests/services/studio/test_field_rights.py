"""Rights on fields in a draft: told in sentences, merged field by field, checked as drawn."""

import json
from dataclasses import replace
from datetime import date

import pytest

from services import checking
from services.errors import InvalidError
from services.studio import changes, checks, form_previews
from tests.member_lists import CHECK, DRAWN, FILL, FORM, diagram, procedure
from workflows.diagrams import read_diagram
from workflows.merging import merge

READ = {"members": "readonly"}
PATH = "forms/F-MEMBERS.json"


@pytest.fixture(scope="module")
def like(library):
    return library.bundle(
        library.jurisdictions["liangjiang"],
        next(
            p
            for p in library.jurisdictions["liangjiang"].settings["procedures"]
            if p["id"] == "liangjiang.application"
        ),
    )


def test_a_review_reads_what_has_changed_in_words(like):
    old = procedure(like, {CHECK: {"proof": "hidden", "verdict": "readonly"}}).files
    new = procedure(like, {CHECK: {"members[].phone": "hidden", "proof": "readonly"}}).files

    assert [each["text"] for each in changes.between(old, new)] == [
        "任务“核对成员单位”的字段“联系电话”由可编辑改为隐藏",
        "任务“核对成员单位”的字段“佐证”由隐藏改为只读",
        "任务“核对成员单位”的字段“核对意见”由只读改为可编辑",
    ]


def test_two_people_set_rights_of_different_fields(like):
    base = diagram(like, {CHECK: READ})
    mine = diagram(like, {CHECK: {**READ, "proof": "readonly"}})
    theirs = diagram(like, {CHECK: {"members": "hidden"}})

    merged = merge(DRAWN, base, mine, theirs, {})

    assert merged.data is not None
    [process] = read_diagram(merged.data).processes.values()
    assert process.nodes[CHECK].access == {"members": "hidden", "proof": "readonly"}


def test_of_one_field_that_both_changed_a_person_decides(like):
    base, mine, theirs = (
        diagram(like, {CHECK: {"proof": "readonly", **more}})
        for more in ({}, {"members": "readonly"}, {"members": "hidden"})
    )

    asked = merge(DRAWN, base, mine, theirs, {})
    assert [(each.element, each.what) for each in asked.conflicts] == [(CHECK, ("access",))]
    chosen = merge(DRAWN, base, mine, theirs, {CHECK: "mine"})
    [process] = read_diagram(chosen.data).processes.values()
    assert process.nodes[CHECK].access["members"] == "readonly"


def test_the_check_follows_the_rights(like):
    def found(rights):
        bundle = procedure(like, rights)
        rows = checking.check_one(bundle, frozenset())
        told = {(each["rule"], each["element_id"]) for each in rows}
        return {each for each in told if not each[0].startswith("handling.")}

    assert found({FILL: {"verdict": "hidden"}, CHECK: {**READ, "proof": "readonly"}}) == set()
    assert found({FILL: READ}) == {
        ("fields.required-never-written", FILL),
    }
    assert found({FILL: {"verdict": "hidden"}, CHECK: {"verdict": "readonly"}}) == {
        ("fields.required-hidden", FILL),
        ("fields.required-never-written", CHECK),
    }


@pytest.fixture(scope="module")
def seen(like):
    rights = {
        FILL: {"verdict": "hidden"},
        CHECK: {"members": "readonly", "members[].phone": "hidden", "proof": "readonly"},
    }
    bundle = procedure(like, rights)

    def see(step, reader, **liancheng):
        form = {**FORM, "liancheng": {**FORM["liancheng"], **liancheng}}
        files = {**bundle.files, PATH: json.dumps(form).encode()}
        given = checks.Material(replace(bundle, files=files), ())
        return form_previews.shown(given, PATH, step, reader, date(2026, 9, 1))

    return see


def labels(page):
    return [each["label"] for each in page["form"]["components"]]


def test_whoever_does_a_step_sees_its_form_to_fill_in(seen):
    applicant, official = seen(FILL, "applicant"), seen(CHECK, "official")

    assert (applicant["mode"], applicant["answers"]) == ("fill", {})
    assert labels(applicant) == ["成员单位", "佐证"]
    assert [(each["id"], each["doer"]) for each in applicant["steps"]] == [
        (FILL, "applicant"),
        (CHECK, "official"),
    ]
    assert official["mode"] == "fill"
    assert official["answers"]["members"] == [{"uscc": "91500000000000238C"}]
    assert list(official["files"]) == official["answers"]["proof"]


@pytest.mark.parametrize(
    ("step", "reader", "audience", "mode"),
    [
        (FILL, "official", [], "read"),
        (FILL, "expert", [], "read"),
        (CHECK, "applicant", [], "nothing"),
        (CHECK, "expert", [], "nothing"),
        (CHECK, "applicant", ["starter"], "read"),
        (CHECK, "applicant", ["applicant"], "read"),
        (CHECK, "expert", ["applicant"], "nothing"),
        (CHECK, "expert", ["expert"], "read"),
    ],
)
def test_others_see_what_the_form_discloses_to_them(seen, step, reader, audience, mode):
    page = seen(step, reader, audience=audience)

    assert page["mode"] == mode
    assert "verdict" not in page["answers"] or (step, mode) == (CHECK, "read")
    if mode == "nothing":
        assert (page["form"], page["answers"], page["files"]) == (None, {}, {})


def test_a_form_that_cannot_be_read_says_why(seen):
    page = seen(None, "official", title="")

    assert page["mode"] == "unreadable"
    assert page["problems"][0]["text"] == "请写明表单的名称。"


def test_parameters_that_contradict_each_other_are_told_and_break_nothing(like):
    files = procedure(like, {}).files
    settings = json.loads(files["procedure.json"])
    settings["procedure"]["profile"] = {"a": {"value": 5}, "a.b": {"value": 6}}
    changed = {**files, "procedure.json": json.dumps(settings).encode()}
    given = checks.Material(replace(like, files=changed), ())

    page = form_previews.shown(given, PATH, None, "official", date(2026, 9, 1))

    assert page["mode"] == "unreadable"
    assert "“a.b”和另一项互相矛盾" in page["problems"][0]["text"]


def test_only_a_step_that_asks_the_form_can_be_chosen(seen):
    with pytest.raises(InvalidError):
        seen("end", "official")
    assert seen(None, "expert")["mode"] == "fill"
