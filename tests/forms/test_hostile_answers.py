"""What no form lets through: unknown keys at any depth, size, depth, odd types."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import FormInvalidError, compile_form

HOSTILE_KEYS = [
    "typename",
    "__proto__",
    "__builtins__",
    "constructor",
    "_schema",
    "",
    "a.b",
    "\x00",
    "\ud800",
]
DEFINITION = {
    "id": "T-1",
    "type": "default",
    "schemaVersion": 16,
    "liancheng": {"title": "测试表"},
    "components": [
        {"type": "textfield", "key": "name", "label": "名称"},
        {
            "type": "group",
            "path": "head",
            "components": [{"type": "textfield", "key": "name", "label": "姓名"}],
        },
        {
            "type": "dynamiclist",
            "path": "rows",
            "components": [
                {"type": "textfield", "key": "name", "label": "名称"},
                {"type": "checkbox", "key": "main", "label": "主要"},
                {
                    "type": "number",
                    "key": "n",
                    "label": "数量",
                    "decimalDigits": 0,
                    "conditional": {"hide": "=this.main = true"},
                },
            ],
        },
        {"type": "filepicker", "key": "files", "label": "附件"},
    ],
}
FORM = compile_form(DEFINITION)


@pytest.mark.parametrize("key", HOSTILE_KEYS)
@pytest.mark.parametrize(
    "wrap",
    [lambda extra: extra, lambda extra: {"head": extra}, lambda extra: {"rows": [{}, extra]}],
    ids=["top", "group", "row"],
)
def test_an_unknown_key_is_refused_at_every_depth(errors, key, wrap):
    found = errors(FORM, wrap({key: "x"}))

    assert len(found) == 1
    assert "没有这一项" in str(found)
    json.dumps(found, ensure_ascii=False).encode("utf-8")


@pytest.mark.parametrize("answers", [None, [], "x", 5, True, [{"name": "甲"}]])
def test_only_an_object_is_a_submission(errors, answers):
    assert set(errors(FORM, answers)) == {"_form"}


def test_more_than_64_kilobytes_of_text_in_all_are_refused(errors):
    rows = [{"name": "字" * 110} for _ in range(200)]

    assert "64 KB" in errors(FORM, {"rows": rows})["_form"][0]
    assert errors(FORM, {"rows": rows[:190]}) == {}


def test_long_keys_are_refused(errors):
    assert set(errors(FORM, {"x" * 65: 1})) == {"_form"}


def test_deep_nesting_is_refused_without_recursion(errors):
    deep: object = "x"
    for _ in range(100_000):
        deep = [deep]

    assert set(errors(FORM, {"name": deep})) == {"_form"}


def test_too_many_values_are_refused(errors):
    wide = {"rows": [{str(i): [None] * 200 for i in range(10)} for _ in range(200)]}

    assert set(errors(FORM, wide)) == {"_form"}


@pytest.mark.parametrize("value", [b"x", {1: 2}, (1, 2), object(), {1, 2}])
def test_what_is_not_json_is_refused(errors, value):
    assert set(errors(FORM, {"name": value})) == {"_form"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["name", "head", "rows", "main", "n", "files", "x"]), inner
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_any_json_is_either_cleaned_or_refused_with_sentences(answers):
    try:
        clean = FORM.check(answers, {})
    except FormInvalidError as error:
        assert error.fields
        assert all(
            isinstance(m, str) and m.endswith("。") for ms in error.fields.values() for m in ms
        )
        json.dumps(error.fields, ensure_ascii=False).encode("utf-8")
    else:
        json.dumps(clean, ensure_ascii=False, allow_nan=False).encode("utf-8")
        assert FORM.check(clean, {}) == clean
