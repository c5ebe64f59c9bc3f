"""Conditional fields: hidden answers are dropped, required ones asked for only when shown."""

import pytest

MODE = {
    "type": "radio",
    "key": "mode",
    "label": "模式",
    "values": [{"label": "甲", "value": "a"}, {"label": "乙", "value": "b"}],
}
REASON = {
    "type": "textfield",
    "key": "reason",
    "label": "理由",
    "validate": {"required": True},
    "conditional": {"hide": '=mode != "b"'},
}


def test_a_required_field_is_asked_for_only_when_shown(a_form, errors):
    form = a_form(MODE, REASON)

    assert form.check({"mode": "a"}, {}) == {"mode": "a"}
    assert errors(form, {"mode": "b"}) == {"reason": ["请填写“理由”。"]}
    assert form.check({"mode": "b", "reason": "有"}, {}) == {"mode": "b", "reason": "有"}


@pytest.mark.parametrize("left_over", ["旧的理由", "字" * 3000, 5, ["x"], {"typename": 1}])
def test_whatever_stands_in_a_hidden_field_is_dropped(a_form, left_over):
    assert a_form(MODE, REASON).check({"mode": "a", "reason": left_over}, {}) == {"mode": "a"}


def test_a_field_hidden_by_a_hidden_field_is_hidden_too(a_form):
    third = {
        "type": "textfield",
        "key": "more",
        "label": "补充",
        "conditional": {"hide": "=reason = null"},
    }
    form = a_form(MODE, REASON, third)

    assert form.check({"mode": "a", "reason": "旧", "more": "旧"}, {}) == {"mode": "a"}


def test_a_hidden_group_hides_everything_in_it(a_form):
    name = {"type": "textfield", "key": "name", "label": "名称", "validate": {"required": True}}
    hide = {"conditional": {"hide": '=mode != "b"'}}
    form = a_form(
        MODE,
        {"type": "group", "path": "company", "components": [name], **hide},
        {"type": "group", "components": [name], **hide},
        {"type": "dynamiclist", "path": "rows", "components": [name], **hide},
    )

    assert form.check({"mode": "a"}, {}) == {"mode": "a"}
    stale = {"mode": "a", "company": {"name": ""}, "name": "", "rows": [{}]}
    assert form.check(stale, {}) == {"mode": "a"}


def test_a_row_reads_its_own_answers_through_this(a_form, errors):
    table = {
        "type": "dynamiclist",
        "path": "rows",
        "components": [
            {"type": "checkbox", "key": "foreign", "label": "境外"},
            {
                "type": "textfield",
                "key": "code",
                "label": "代码",
                "validate": {"required": True},
                "conditional": {"hide": "=this.foreign = true"},
            },
        ],
    }
    form = a_form(table)

    clean = form.check({"rows": [{"foreign": True, "code": "旧"}, {"code": "甲"}]}, {})
    assert clean == {"rows": [{"foreign": True}, {"foreign": False, "code": "甲"}]}
    assert errors(form, {"rows": [{"foreign": True}, {}]}) == {"rows.1.code": ["请填写“代码”。"]}


def test_a_condition_may_read_into_a_group(a_form, errors):
    page = {
        "type": "number",
        "key": "page",
        "label": "页码",
        "decimalDigits": 0,
        "validate": {"required": True},
        "conditional": {"hide": "=clauses.goals.covered != true"},
    }
    goals = {
        "type": "group",
        "path": "goals",
        "components": [{"type": "checkbox", "key": "covered", "label": "已写明"}, page],
    }
    form = a_form({"type": "group", "path": "clauses", "components": [goals]})

    assert form.check({}, {}) == {"clauses": {"goals": {"covered": False}}}
    assert set(errors(form, {"clauses": {"goals": {"covered": True}}})) == {"clauses.goals.page"}


def test_a_condition_may_read_the_case_but_the_answers_win(a_form):
    form = a_form({**REASON, "conditional": {"hide": "=profile.strict = false"}})
    own = a_form(MODE, REASON)

    assert form.check({}, {"profile": {"strict": False}}) == {}
    assert own.check({"mode": "a"}, {"mode": "b"}) == {"mode": "a"}
    assert own.check({}, {"mode": "b"}) == {"mode": None}


def test_a_wrong_answer_counts_as_open_in_conditions_and_is_reported_once(a_form, errors):
    assert errors(a_form(MODE, REASON), {"mode": "c", "reason": "x"}) == {
        "mode": ["“模式”只能从所列选项中选择。"]
    }


def test_a_number_sent_as_text_works_in_conditions(a_form):
    count = {"type": "number", "key": "count", "label": "数量", "decimalDigits": 0}
    note = {
        "type": "textfield",
        "key": "note",
        "label": "说明",
        "conditional": {"hide": "=not(count > 0)"},
    }

    assert a_form(count, note).check({"count": "2", "note": "有"}, {}) == {"count": 2, "note": "有"}
