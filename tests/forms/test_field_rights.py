"""What a step may do with the fields of its form: change them, only read them, not see them."""

import json
from datetime import date

import pytest

from forms import compile_form, sample
from workflows import feel

NAME = {"type": "textfield", "key": "name", "label": "名称", "validate": {"required": True}}
PHONE = {"type": "textfield", "key": "phone", "label": "电话", "properties": {"pattern": "phone"}}
USCC = {
    "type": "textfield",
    "key": "uscc",
    "label": "信用代码",
    "properties": {"pattern": "uscc"},
    "validate": {"required": True},
}
TYPE = {
    "type": "select",
    "key": "type",
    "label": "类型",
    "values": [{"value": "firm", "label": "企业"}, {"value": "school", "label": "高校"}],
}
MEMBERS = {
    "type": "dynamiclist",
    "path": "members",
    "label": "成员单位",
    "allowAddRemove": True,
    "properties": {"minRows": "1", "uniqueBy": "uscc"},
    "components": [USCC, TYPE, PHONE],
}
OPINION = {"type": "textarea", "key": "opinion", "label": "意见", "validate": {"required": True}}
PLAN = {"type": "filepicker", "key": "plan", "label": "方案", "validate": {"required": True}}
LEAD = {"type": "group", "path": "lead", "label": "牵头单位", "components": [NAME, PHONE]}
EVERY = (NAME, MEMBERS, LEAD, PLAN, OPINION)
FILE = "0b5b3a52-4a62-4a38-9c4f-0c8d0b4d8f10"
ROWS = [
    {"uscc": "91500000000000238C", "type": "firm", "phone": "13900139000"},
    {"uscc": "91310000MA1FL0BX5T", "type": "school", "phone": None},
]
HELD = {
    "name": "汽车创新联合体",
    "members": ROWS,
    "lead": {"name": "甲公司", "phone": "13900139000"},
    "plan": [FILE],
    "opinion": None,
}
SCOPE = {"application": {**HELD, "at": "2026-09-01T09:00:00+08:00"}}
READ = {key: "readonly" for key in ("name", "members", "lead", "plan")}


@pytest.fixture
def step(a_form):
    return lambda access, *components, checks=(), sources=("application",): a_form(
        *(components or EVERY), checks=checks
    ).for_step(access, sources)


def test_a_form_without_rights_is_the_form_itself(a_form):
    form = a_form(*EVERY)

    assert form.for_step({}) is form


def test_what_is_read_only_comes_from_the_case_and_need_not_be_sent(step):
    form = step(READ)

    assert form.prefilled(SCOPE) == {key: HELD[key] for key in READ}
    assert form.check({"opinion": "同意"}, SCOPE) == {**HELD, "opinion": "同意"}
    assert form.check({**form.prefilled(SCOPE), "opinion": "同意"}, SCOPE)["members"] == ROWS


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("name", "另一个联合体"),
        ("name", None),
        ("members", ROWS[:1]),
        ("members", [ROWS[1], ROWS[0]]),
        ("members", [{**ROWS[0], "type": "school"}, ROWS[1]]),
        ("members", [{**ROWS[0], "more": 1}, ROWS[1]]),
        ("members", "甲"),
        ("lead", {"name": "乙公司", "phone": "13900139000"}),
        ("lead", []),
        ("plan", []),
        ("plan", [FILE, "0b5b3a52-4a62-4a38-9c4f-0c8d0b4d8f11"]),
    ],
)
def test_a_changed_value_is_refused_by_the_name_of_its_field(step, errors, field, changed):
    found = errors(step(READ), {"opinion": "同意", field: changed}, SCOPE)

    assert list(found) == [field]
    assert "只读，不能更改" in found[field][0]
    assert "乙公司" not in str(found)


def test_empty_and_absent_are_the_same(step):
    sent = {**HELD, "members": [ROWS[0], {**ROWS[1], "phone": ""}], "opinion": "同意"}

    assert step(READ).check(sent, SCOPE)["members"] == ROWS


@pytest.mark.parametrize(("held", "sent"), [(0, None), (False, True), (True, 1), (1, True)])
def test_nought_no_and_one_are_values_of_their_own(step, errors, held, sent):
    number = {"type": "number", "key": "n", "label": "数", "decimalDigits": 0}
    form = step({"n": "readonly"}, number)

    assert list(errors(form, {"n": sent}, {"application": {"n": held}})) == ["n"]


def test_the_newest_answer_to_the_same_form_counts(step):
    form = step({"name": "readonly"}, NAME, sources=("application", "supplement", "opinions"))
    scope = {
        "supplement": {"name": "新名", "at": "2026-09-03T09:00:00+08:00"},
        "application": {"name": "旧名", "at": "2026-09-01T09:00:00+08:00"},
        "opinions": [{"name": "别人的", "at": "2026-09-09T09:00:00+08:00"}],
    }

    assert form.prefilled(scope) == {"name": "新名"}
    assert form.prefilled({"application": {"other": 1}}) == {}


def test_where_nobody_has_answered_the_form_itself_says_what_it_begins_with(step, errors):
    today = {**NAME, "properties": {"prefill": '="来自" + case.number'}}
    form = step({"name": "readonly"}, today)
    scope = {"case": {"number": "一号"}}

    assert form.check({}, scope) == {"name": "来自一号"}
    assert list(errors(form, {"name": "来自二号"}, scope)) == ["name"]
    assert form.check({}, {}) == {"name": None}  # nothing to read is not the reader's fault


def test_what_is_hidden_is_not_sent_not_accepted_and_not_written(step, errors):
    form = step({"name": "hidden", "members[].phone": "hidden", "lead": "hidden"})
    row = {"uscc": ROWS[0]["uscc"], "type": "firm"}
    whole = {"members": [row], "plan": [FILE], "opinion": "同意"}

    text = json.dumps(form.definition, ensure_ascii=False)
    assert not any(word in text for word in ("名称", "电话", "牵头单位"))
    assert form.check(whole, SCOPE) == whole
    assert list(errors(form, {**whole, "name": "甲"}, SCOPE)) == ["name"]
    assert list(errors(form, {**whole, "name": None}, SCOPE)) == ["name"]
    assert list(errors(form, {**whole, "members": [ROWS[0]]}, SCOPE)) == ["members.0.phone"]


def test_a_read_only_table_shows_no_column_that_is_hidden(step):
    form = step({**READ, "members[].phone": "hidden"})

    assert form.prefilled(SCOPE)["members"] == [
        {"uscc": row["uscc"], "type": row["type"]} for row in ROWS
    ]
    assert all("phone" not in row for row in form.check({"opinion": "好"}, SCOPE)["members"])


def test_a_read_only_column_keeps_its_rows(step, errors):
    form = step({"members[].uscc": "readonly"}, MEMBERS)
    turned = [{**row, "type": "firm"} for row in ROWS]

    assert form.definition["components"][0]["allowAddRemove"] is False
    assert form.prefilled(SCOPE) == {"members": ROWS}
    assert form.check({"members": turned}, SCOPE) == {"members": turned}
    assert list(errors(form, {"members": turned[:1]}, SCOPE)) == ["members"]
    assert list(errors(form, {"members": [*turned, turned[0]]}, SCOPE)) == ["members"]
    swapped = [{**turned[0], "uscc": ROWS[1]["uscc"]}, turned[1]]
    assert list(errors(form, {"members": swapped}, SCOPE)) == ["members.0.uscc"]
    assert set(errors(form, {"members": [{**turned[0], "phone": "x"}, "行"]}, SCOPE)) == {
        "members.0.phone",
        "members.1",
    }


def test_a_part_of_a_group_is_read_only(step, errors):
    form = step({"lead.name": "readonly"}, LEAD)

    assert form.prefilled(SCOPE) == {"lead": {"name": "甲公司"}}
    sent = {"lead": {"phone": "13900139001"}}
    assert form.check(sent, SCOPE) == {"lead": {"name": "甲公司", "phone": "13900139001"}}
    assert list(errors(form, {"lead": {"name": "乙"}}, SCOPE)) == ["lead.name"]


def test_a_condition_reads_what_is_only_read(step):
    asked = {**OPINION, "conditional": {"hide": '=name != "甲"'}}
    form = step({"name": "readonly"}, NAME, asked)

    assert form.check({"opinion": "好"}, {"application": {"name": "乙"}}) == {"name": "乙"}
    assert "opinion" in form.check({"opinion": "好"}, {"application": {"name": "甲"}})


def test_rules_are_asked_where_the_step_can_do_something_about_them(step, errors):
    checks = [
        {"assert": "=count(members) > 2", "field": "members", "message": "至少三家"},
        {"assert": "=some m in members satisfies m.type = \"firm\"", "field": "members", "message": "须有企业"},
        {"assert": "=name != null or opinion != null", "field": "opinion", "message": "写一样"},
    ]  # fmt: skip
    parts = (NAME, MEMBERS, {**OPINION, "validate": {}})

    assert errors(step({"members": "readonly"}, *parts, checks=checks), {"name": "甲"}, SCOPE) == {}
    form = step({"members[].type": "hidden", "name": "readonly"}, *parts, checks=checks)
    row = {"uscc": ROWS[0]["uscc"], "phone": None}
    assert errors(form, {"members": [row]}, SCOPE) == {"members": ["至少三家"]}
    assert form.unasked == ("须有企业",)


def test_a_draft_keeps_nothing_that_the_step_may_not_write(step):
    form = step({**READ, "members": "readonly", "lead": "hidden"})
    typed = {**HELD, "name": "改了", "opinion": "写到一半"}

    assert form.typed(typed) == {"opinion": "写到一半"}
    resumed = form.resumed(typed, SCOPE)
    assert resumed == {
        **{key: HELD[key] for key in ("name", "members", "plan")},
        "opinion": "写到一半",
    }


def test_rows_that_came_meanwhile_are_in_a_draft_taken_up_again(step):
    form = step({"members[].uscc": "readonly"}, MEMBERS)

    assert form.typed({"members": ROWS})["members"][0] == {"type": "firm", "phone": "13900139000"}
    assert form.resumed({"members": [{"type": "firm"}]}, SCOPE) == {"members": ROWS}
    assert form.resumed({"members": [{"type": "firm"}, {}]}, SCOPE)["members"][0] == {
        "uscc": ROWS[0]["uscc"],
        "type": "firm",
    }


def test_only_files_of_the_step_itself_are_handed_in(step):
    form = step(READ)

    assert form.file_ids(HELD) == [FILE]
    assert form.new_file_ids(HELD) == []


def test_samples_are_taken_by_the_form_of_the_step(step):
    for access in (
        READ,
        {"members[].uscc": "readonly", "lead.name": "readonly"},
        {"name": "hidden"},
    ):
        form = step(access)
        made = sample(form, SCOPE, feel.DEFAULT, date(2026, 9, 1))
        form.check(made.answers, SCOPE)


@pytest.mark.parametrize(
    "value", [None, 1, "x", [], {}, [[]], [{}], [None], {"uscc": {}}, [{"uscc": []}]]
)
@pytest.mark.parametrize("access", [READ, {"members[].uscc": "readonly", "lead.name": "readonly"}])
def test_hostile_answers_are_refused_with_sentences(step, errors, access, value):
    form = step(access)
    for key in ("members", "lead", "name", "plan"):
        found = errors(form, {"opinion": "好", key: value}, SCOPE)
        assert all(text for texts in found.values() for text in texts)


@pytest.mark.parametrize("held", [None, 1, "x", [], {}, [[]], [None], {"uscc": 1}])
def test_a_case_that_holds_something_else_harms_nobody(step, held):
    scope = {"application": dict.fromkeys(HELD, held)}
    for access in (READ, {"members[].uscc": "readonly", "lead.name": "readonly"}):
        form = step(access)
        form.prefilled(scope)
        form.resumed({"members": [{}], "lead": 1}, scope)


def test_a_word_that_nobody_knows_hides(step):
    assert step({"name": "whatever"}).fields[0].path == "members"


def test_an_empty_frame_is_not_shown(step):
    frame = {"type": "group", "label": "机关填写", "components": [NAME, {"type": "separator"}]}

    assert step({"name": "hidden"}, frame, OPINION).definition["components"] == [OPINION]


def test_one_click_answers_only_what_the_step_may_answer(define):
    offer = {"title": "一键", "hint": "点击即提交", "choices": []}
    offer["choices"] = [
        {"label": "甲", "answers": {"name": "甲", "opinion": "无"}},
        {"label": "无", "answers": {"opinion": "无"}},
    ]
    whole = define(NAME, OPINION)
    whole["liancheng"]["oneClick"] = offer
    form = compile_form(whole)

    for access in ("hidden", "readonly"):
        ours = form.for_step({"name": access}).definition["liancheng"]
        assert [each["label"] for each in ours["oneClick"]["choices"]] == ["无"]
    assert "oneClick" not in form.for_step({"opinion": "hidden"}).definition["liancheng"]
