"""Editable tables, groups with and without a path, and the paths of their errors."""

import pytest

TABLE = {
    "type": "dynamiclist",
    "path": "members",
    "label": "成员单位",
    "properties": {"minRows": "1", "maxRows": "3", "uniqueBy": "name"},
    "components": [
        {"type": "textfield", "key": "name", "label": "名称", "validate": {"required": True}},
        {
            "type": "number",
            "key": "age",
            "label": "年龄",
            "decimalDigits": 0,
            "validate": {"min": 16},
        },
    ],
}


def test_rows_are_read_by_the_rules_of_their_columns(a_form):
    clean = a_form(TABLE).check({"members": [{"name": "甲", "age": "16"}, {"name": "乙"}]}, {})

    assert clean == {"members": [{"name": "甲", "age": 16}, {"name": "乙", "age": None}]}


def test_errors_name_the_row_from_zero_and_the_column(a_form, errors):
    found = errors(a_form(TABLE), {"members": [{"name": "甲"}, {"age": 15}]})

    assert found == {
        "members.1.name": ["请填写“名称”。"],
        "members.1.age": ["“年龄”不能小于 16。"],
    }


@pytest.mark.parametrize("rows", [None, []])
def test_too_few_rows_are_refused(a_form, errors, rows):
    assert errors(a_form(TABLE), {"members": rows}) == {"members": ["“成员单位”至少填写 1 行。"]}
    assert errors(a_form(TABLE), {}) == {"members": ["“成员单位”至少填写 1 行。"]}


def test_fewer_rows_than_asked_are_refused_beside_the_errors_of_the_rows(a_form, errors):
    table = {**TABLE, "properties": {"minRows": "2"}}

    assert errors(a_form(table), {"members": [{"age": 20}]}) == {
        "members": ["“成员单位”至少填写 2 行。"],
        "members.0.name": ["请填写“名称”。"],
    }


def test_too_many_rows_are_refused(a_form, errors):
    rows = [{"name": str(i)} for i in range(4)]

    assert errors(a_form(TABLE), {"members": rows}) == {
        "members": ["“成员单位”最多 3 行，请删减。"]
    }


def test_no_table_takes_more_than_200_rows(a_form, errors):
    table = {**TABLE, "properties": {}}

    assert errors(a_form(table), {"members": [{"name": str(i)} for i in range(200)]}) == {}
    found = errors(a_form(table), {"members": [{"name": str(i)} for i in range(201)]})
    assert found == {"_form": ["每张表格不能超过 200 行，请删减后再提交。"]}


def test_a_repeated_row_is_named(a_form, errors):
    found = errors(a_form(TABLE), {"members": [{"name": "甲"}, {"name": "乙"}, {"name": " 甲"}]})

    assert found == {"members.2.name": ["“名称”与第 1 行重复，请更正或删除。"]}


@pytest.mark.parametrize("value", ["甲", {"0": {"name": "甲"}}, 5, True])
def test_only_a_list_is_a_table(a_form, errors, value):
    assert set(errors(a_form(TABLE), {"members": value})) == {"members"}


@pytest.mark.parametrize("row", ["甲", 5, None, ["甲"], []])
def test_only_an_object_is_a_row(a_form, errors, row):
    assert set(errors(a_form(TABLE), {"members": [row]})) == {"members.0"}


NAME = {"type": "textfield", "key": "name", "label": "姓名", "validate": {"required": True}}


def test_a_group_with_a_path_nests_its_answers(a_form, errors):
    form = a_form({"type": "group", "path": "head", "label": "负责人", "components": [NAME]})

    assert form.check({"head": {"name": "甲"}}, {}) == {"head": {"name": "甲"}}
    for missing in ({}, {"head": None}, {"head": {}}):
        assert errors(form, missing) == {"head.name": ["请填写“姓名”。"]}
    assert set(errors(form, {"head": "甲"})) == {"head"}


def test_a_group_without_a_path_does_not_nest(a_form):
    form = a_form({"type": "group", "label": "负责人", "components": [NAME]})

    assert form.check({"name": "甲"}, {}) == {"name": "甲"}


def test_files_are_found_wherever_they_are(a_form):
    file = {"type": "filepicker", "key": "f", "label": "附件"}
    form = a_form(
        {"type": "group", "path": "g", "components": [file]},
        {"type": "dynamiclist", "path": "rows", "components": [file]},
        file,
    )
    ids = [f"10000000-0000-4000-8000-00000000000{n}" for n in range(4)]
    answers = {"f": [ids[3]], "g": {"f": [ids[0]]}, "rows": [{"f": [ids[1]]}, {"f": [ids[2]]}, {}]}

    assert form.file_ids(form.check(answers, {})) == ids


def test_the_flat_description_names_every_field_with_its_path(a_form):
    form = a_form({**TABLE, "path": "members"}, {"type": "text", "text": "说明"}, NAME)

    assert [(f.path, f.type, f.is_required) for f in form.fields] == [
        ("members", "dynamiclist", True),
        ("members[].name", "textfield", True),
        ("members[].age", "number", False),
        ("name", "textfield", True),
    ]


@pytest.mark.parametrize(
    "key", ["fields", "load", "validate", "Meta", "dump", "context", "opts", "set_class"]
)
def test_a_key_may_be_called_like_a_method_of_marshmallow(a_form, errors, key):
    form = a_form({"type": "textfield", "key": key, "label": "项", "validate": {"required": True}})

    assert form.check({key: "甲"}, {}) == {key: "甲"}
    assert set(errors(form, {})) == {key}
