"""Numbers, dates, choices, check boxes and files, among them the traps of marshmallow 4."""

import math
from pathlib import Path

import pytest

import forms

FILE_1 = "10000000-0000-4000-8000-000000000001"
FILE_2 = "10000000-0000-4000-8000-000000000002"


def number(digits=0, **rules):
    return {
        "type": "number",
        "key": "n",
        "label": "数量",
        "decimalDigits": digits,
        "validate": rules,
    }


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        (5, 5),
        ("5", 5),
        (5.0, 5),
        ("5.00", 5),
        (-3, -3),
        (0, 0),
        ("-0", 0),
        ("999999999999999", 999999999999999),
    ],
)
def test_whole_numbers_are_read_exactly(a_form, given, stored):
    clean = a_form(number()).check({"n": given}, {})

    assert clean == {"n": stored} and type(clean["n"]) is int


@pytest.mark.parametrize(
    "given",
    [
        True,
        False,
        "1_000",
        "1,000",
        "１２",
        "٣",
        " 5",
        "5 ",
        "+5",
        "05",
        "5.",
        ".5",
        "0x10",
        "1e3",
        "NaN",
        "Infinity",
        math.nan,
        math.inf,
        [5],
        {"a": 5},
        "五",
    ],
)
def test_what_marshmallow_or_python_would_take_for_a_number_is_refused(a_form, errors, given):
    assert set(errors(a_form(number(2)), {"n": given})) == {"n"}


def test_a_fraction_is_never_cut_to_a_whole_number(a_form, errors):
    assert errors(a_form(number()), {"n": 1.9}) == {"n": ["“数量”请填写整数。"]}
    assert errors(a_form(number()), {"n": "1.9"}) == {"n": ["“数量”请填写整数。"]}


@pytest.mark.parametrize(("given", "stored"), [(0.1, 0.1), ("120.50", 120.5), (1e2, 100), ("7", 7)])
def test_decimals_keep_their_digits(a_form, given, stored):
    assert a_form(number(2)).check({"n": given}, {}) == {"n": stored}


@pytest.mark.parametrize("given", [0.123, "0.125", 1e-7])
def test_too_many_decimals_are_refused_not_rounded(a_form, errors, given):
    assert errors(a_form(number(2)), {"n": given}) == {"n": ["“数量”最多保留 2 位小数。"]}


@pytest.mark.parametrize(
    "given",
    [10**15, -(10**5000), 1e300, "9" * 16, "9" * 41, 123456789012345.67],
    ids=["16 digits", "5001 digits", "float", "text", "long text", "16 digits in a float"],
)
def test_numbers_longer_than_a_float_can_hold_are_refused(a_form, errors, given):
    assert set(errors(a_form(number(2)), {"n": given})) == {"n"}


def test_bounds_include_their_ends(a_form, errors):
    form = a_form(number(min=16, max=100))

    assert errors(form, {"n": 16}) == errors(form, {"n": 100}) == {}
    assert errors(form, {"n": 15}) == {"n": ["“数量”不能小于 16。"]}
    assert errors(form, {"n": 101}) == {"n": ["“数量”不能大于 100。"]}


DATE = {"type": "datetime", "key": "d", "dateLabel": "日期", "subtype": "date"}


@pytest.mark.parametrize("given", ["2026-10-10", "2028-02-29"])
def test_iso_dates_are_read(a_form, given):
    assert a_form(DATE).check({"d": given}, {}) == {"d": given}


@pytest.mark.parametrize(
    "given",
    [
        "2026-02-29",
        "2026-13-01",
        "20261010",
        "2026-W41-6",
        "10.10.2026",
        "2026-10-10T00:00",
        "２０２６-10-10",
    ]
    + ["0001-01-01", "9999-12-31", 20261010, True, ["2026-10-10"]],
)
def test_everything_but_an_existing_iso_date_is_refused(a_form, errors, given):
    assert errors(a_form(DATE), {"d": given}) == {
        "d": ["“日期”请按 2026-01-31 的格式填写一个存在的日期。"]
    }


INSTANT = {
    "type": "datetime",
    "key": "t",
    "dateLabel": "时间",
    "subtype": "datetime",
    "timeSerializingFormat": "utc_offset",
}


@pytest.mark.parametrize("given", ["2026-10-10T09:30+08:00", "2026-10-10T01:30:00Z"])
def test_instants_carry_their_offset(a_form, given):
    clean = a_form(INSTANT).check({"t": given}, {})

    assert clean["t"].startswith("2026-10-10T") and "+0" in clean["t"]


@pytest.mark.parametrize(
    "given", ["2026-10-10T09:30", "2026-10-10", "2026-10-10T25:00+08:00", "now"]
)
def test_naive_or_impossible_instants_are_refused(a_form, errors, given):
    assert "须带时区" in errors(a_form(INSTANT), {"t": given})["t"][0]


OPTIONS = [{"label": "同意", "value": "agree"}, {"label": "不同意", "value": "disagree"}]


@pytest.mark.parametrize("kind", ["select", "radio"])
def test_only_listed_values_can_be_chosen(a_form, errors, kind):
    form = a_form({"type": kind, "key": "c", "label": "意见", "values": OPTIONS})

    assert form.check({"c": "agree"}, {}) == {"c": "agree"}
    for other in ("同意", "AGREE", "agree ", 1, True, ["agree"], {"agree": 1}):
        assert errors(form, {"c": other}) == {"c": ["“意见”只能从所列选项中选择。"]}


def test_a_checklist_takes_listed_values_once_each(a_form, errors):
    form = a_form({"type": "checklist", "key": "c", "label": "方面", "values": OPTIONS})

    assert form.check({"c": ["disagree", "agree"]}, {}) == {"c": ["disagree", "agree"]}
    assert form.check({}, {}) == {"c": []}
    for bad in (["maybe"], "agree", [["agree"]], [None], {"agree": True}, ["agree", "agree"]):
        assert set(errors(form, {"c": bad})) == {"c"}


def test_choices_can_be_computed_from_the_case(a_form, errors):
    form = a_form(
        {"type": "select", "key": "c", "label": "单位", "valuesExpression": "=units.name"}
    )
    scope = {"units": [{"name": "甲"}, {"name": "乙"}]}

    assert form.check({"c": "乙"}, scope) == {"c": "乙"}
    assert set(errors(form, {"c": "丙"}, scope)) == {"c"}
    assert set(errors(form, {"c": "乙"}, {})) == {"c"}


BOX = {"type": "checkbox", "key": "b", "label": "已盖章"}


@pytest.mark.parametrize("given", ["on", "true", "yes", "1", 1, 0, "false", "", [], {}])
def test_a_check_box_takes_true_and_false_and_nothing_else(a_form, errors, given):
    assert errors(a_form(BOX), {"b": given}) == {"b": ["“已盖章”只能勾选或不勾选。"]}


def test_a_check_box_left_alone_is_false(a_form):
    assert a_form(BOX).check({}, {}) == {"b": False}
    assert a_form(BOX).check({"b": None}, {}) == {"b": False}
    assert a_form(BOX).check({"b": True}, {}) == {"b": True}


@pytest.mark.parametrize("answers", [{}, {"b": False}, {"b": None}])
def test_a_required_check_box_must_be_ticked(a_form, errors, answers):
    form = a_form({**BOX, "validate": {"required": True}})

    assert errors(form, answers) == {"b": ["请确认并勾选“已盖章”。"]}
    assert errors(form, {"b": True}) == {}


FILES = {
    "type": "filepicker",
    "key": "f",
    "label": "附件",
    "accept": ".pdf,.JPG",
    "multiple": True,
    "properties": {"maxFiles": "2"},
}


def test_files_are_a_list_of_file_ids(a_form):
    form = a_form(FILES)

    clean = form.check({"f": [FILE_2, FILE_1]}, {})

    assert clean == {"f": [FILE_2, FILE_1]}
    assert form.file_ids(clean) == [FILE_2, FILE_1]
    assert form.fields[0].accept == (".pdf", ".jpg")


@pytest.mark.parametrize(
    "given",
    [
        FILE_1,
        [1],
        ["../etc/passwd"],
        [FILE_1.replace("-", "")],
        ["{" + FILE_1 + "}"],
        [FILE_1 + "\n"],
    ]
    + [[FILE_1, FILE_1], [FILE_1, FILE_2, FILE_1.replace("1", "3")], {"id": FILE_1}, [[FILE_1]]],
)
def test_bad_repeated_or_too_many_files_are_refused(a_form, errors, given):
    assert set(errors(a_form(FILES), {"f": given})) == {"f"}


def test_a_required_file_is_asked_for(a_form, errors):
    form = a_form({**FILES, "validate": {"required": True}})

    assert errors(form, {"f": []}) == {"f": ["请上传“附件”。"]}


def test_a_read_only_field_takes_no_answer(a_form, errors):
    form = a_form({**DATE, "readonly": True}, BOX)

    assert errors(form, {"d": "2026-01-01"}) == {"d": ["“日期”由系统填写，请不要提交。"]}
    assert form.check({}, {}) == {"b": False}
    assert form.check({"d": None}, {}) == {"b": False}


def test_no_check_relies_on_a_validator_that_could_return_false():
    sources = [path.read_text("utf-8") for path in Path(forms.__file__).parent.glob("*.py")]

    assert not any(
        "validate=" in source or "INCLUDE" in source.split("Never")[0] for source in sources
    )
