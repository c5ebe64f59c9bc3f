"""Examples beside a table: decided as cases are, what comes out otherwise is told and stops."""

import json
from datetime import date

import pytest

from services import checking
from services.settings import ROOT
from workflows import dmn
from workflows.bundles import Bundle
from workflows.calendar import WorkingCalendar
from workflows.dmn import ExamplesError, read_examples, try_example

FOLDER = ROOT / "workflows" / "bpmn"
SHIPPED = sorted(FOLDER.glob("*/examples/*.json"))
PRIORITY = dmn.parse((FOLDER / "lingang/lg_priority.dmn").read_bytes())
COUNTS = dmn.parse((FOLDER / "baoshan/bs_count_preview.dmn").read_bytes())
PROFILE = {"priority.ratio_applies_to_all": False}


def example(given, expect, decision="lg_priority", on=None):
    return dmn.Example("e", "例", decision, given, expect, on)


def candidate(ratio, programme="core_rd"):
    return {
        "candidate.undertakes_sei_task": False,
        "candidate.programme": programme,
        "candidate.fiscal_support_ratio": ratio,
    }


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_file_of_examples_is_read_and_stands_beside_a_table(path):
    table = path.parents[1] / f"{path.stem}.dmn"
    model = dmn.parse(table.read_bytes())

    assert {each.decision for each in read_examples(path.read_bytes())} <= model.decisions.keys()


@pytest.mark.parametrize(("ratio", "row", "priority"), [(30, 4, True), (29.9, 5, False)])
def test_an_example_tells_the_row_that_fired(ratio, row, priority):
    tried = try_example(PRIORITY, example(candidate(ratio), {"priority": priority}), PROFILE)

    assert tried.is_met
    assert [(each.element_id, each.row) for each in tried.fired] == [("lg_priority", row)]


def test_another_result_is_wrong_and_what_is_not_expected_may_be_anything():
    tried = try_example(PRIORITY, example(candidate(30), {"priority": False}), PROFILE)

    assert tried.wrong == ("priority",)
    assert not tried.is_met
    assert try_example(PRIORITY, example(candidate(30), {}), PROFILE).is_met


@pytest.mark.parametrize(
    ("expected", "is_met"), [(1, True), (1.0, True), (True, False), ("1", False)]
)
def test_one_is_one_but_not_true(expected, is_met):
    units = [{"unit_type": "enterprise", "chain_position": "upstream"}] * 5
    found = try_example(
        COUNTS,
        example({"intent.members.units": units}, {"count": [0]}, "bs_count_preview"),
        {},
    )
    assert found.is_met
    assert found.outputs["rule_id"] == ["BS-E-04"]
    one = example(
        {"intent.members.units": [*units, {"unit_type": "university"}]},
        {"count": [expected]},
        "bs_count_preview",
    )
    assert try_example(COUNTS, one, {}).is_met is is_met


def test_what_the_table_refuses_is_told_and_parameters_can_be_given():
    tried = try_example(PRIORITY, example(candidate(30, "x"), {"priority": True}), PROFILE)
    bound = candidate(29) | {"candidate.undertakes_sei_task": True}

    assert tried.problem == "输入“获得的专项支持”的值不在允许范围内"
    assert not tried.is_met
    free = try_example(PRIORITY, example(bound, {"priority": True}), PROFILE)
    held = {**bound, "profile.priority.ratio_applies_to_all": True}
    assert free.is_met
    assert try_example(PRIORITY, example(held, {"priority": False}), PROFILE).is_met
    assert PROFILE == {"priority.ratio_applies_to_all": False}


def test_a_day_makes_today_and_working_days_count():
    xml = (
        (FOLDER / "lingang/lg_window.dmn")
        .read_text()
        .replace(
            "<text>policy.basis.status</text>",
            '<text>if working days after(today(), 1) = date("2026-10-08") then "IN_FORCE" else "x"</text>',
        )
    )
    given = example({}, {}, "lg_window", date(2026, 9, 30))

    told = try_example(dmn.parse(xml.encode()), given, {}, WorkingCalendar())
    assert told.problem == ""
    undated = try_example(dmn.parse(xml.encode()), example({}, {}, "lg_window"), {})
    assert undated.problem == "此处不能使用当前时间"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[", "不是合法的 JSON"),
        ("[]", "应写成"),
        ('{"examples": [{}]}', "编号"),
        ('{"examples": [{"id": "a", "name": "a", "decision": "d", "inputs": 1}]}', "没有“inputs”"),
        ('{"examples": [{"id": "a", "name": "a", "decision": "d", "given": []}]}', "名称: 值"),
        ('{"examples": [{"id": "a", "name": "a", "decision": "d", "on": "1.9."}]}', "日期"),
        ('{"examples": [' + "[" * 30 + "]" * 30 + "]}", "嵌套"),
    ],
)
def test_a_file_that_is_none_is_refused_with_what_to_do(content, message):
    with pytest.raises(ExamplesError, match=message):
        read_examples(content.encode())


def test_two_examples_of_one_id_and_too_many_are_refused():
    rows = [{"id": "a", "name": "a", "decision": "d"}]
    with pytest.raises(ExamplesError, match="编号都是“a”"):
        read_examples(json.dumps({"examples": rows * 2}).encode())
    with pytest.raises(ExamplesError, match="超过 100 个"):
        read_examples(json.dumps({"examples": rows * 101}).encode())


def test_names_that_contradict_each_other_are_told():
    tried = try_example(PRIORITY, example({"candidate": 1, "candidate.programme": "x"}, {}), {})

    assert "互相矛盾" in tried.problem


def test_the_check_stops_on_an_example_that_comes_out_otherwise(library):
    home = library.jurisdictions["lingang"]
    [procedure] = [p for p in home.procedures if p["id"] == "lingang.lead_determination"]
    bundle = library.bundle(home, procedure)
    path, table = "examples/lingang/lg_priority.json", "dmn/lingang/lg_priority.dmn"
    assert path in bundle.files
    rows = json.loads(bundle.files[path])
    rows["examples"][0]["given"]["candidate.ratio"] = 3
    edited = {
        path: json.dumps(rows).encode(),
        table: bundle.files[table].replace("&gt;=30".encode(), b"&gt;30"),
        "examples/lingang/gone.json": b'{"examples": []}',
    }
    assert edited[table] != bundle.files[table]

    clean = checking.check_one(bundle, library.assumptions.keys())
    found = checking.check_one(
        Bundle(bundle.procedure_id, {**bundle.files, **edited}), library.assumptions.keys()
    )

    assert clean == []
    told = {(r["rule"], r["severity"], r["element_id"]) for r in found if "examples" in r["rule"]}
    assert told == {
        ("examples.failing", "error", "exactly_30"),
        ("examples.not-read", "warning", "exactly_30"),
        ("examples.no-table", "warning", ""),
    }
