"""What a form definition may not be. Whatever is uploaded, nothing but a refusal comes back."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import FormDefinitionError, FormInvalidError, compile_form
from forms.library import ROOT

NAME = {"type": "textfield", "key": "name", "label": "名称"}
OPTIONS = [{"label": "甲", "value": "a"}]


def refusal(definition):
    with pytest.raises(FormDefinitionError) as caught:
        compile_form(definition)
    problems = caught.value.problems
    assert all(
        problem.message.endswith(("。", "！")) or "：" in problem.message for problem in problems
    )
    return {problem.path for problem in problems}


@pytest.mark.parametrize(
    "kind",
    ["html", "iframe", "image", "button", "table", "taglist", "expression", "documentPreview", "x"],
)
def test_other_components_are_refused(define, kind):
    assert refusal(define({"type": kind, "key": "a", "label": "项"})) == {"components.0.type"}


@pytest.mark.parametrize(
    "key",
    [
        "round",
        "key",
        "item",
        "profile",
        "typename",
        "__proto__",
        "_form",
        "a.b",
        "名",
        "",
        "1a",
        "a-b",
        "x" * 65,
    ],
)
def test_reserved_or_odd_keys_are_refused_everywhere(define, key):
    field = {**NAME, "key": key}
    table = {"type": "dynamiclist", "path": "rows", "components": [field]}

    assert refusal(define(field)) == {"components.0.key"}
    assert "components.0.components.0.key" in refusal(define(table))


def test_outcome_may_be_a_key(a_form):
    assert a_form({**NAME, "key": "outcome"}).check({"outcome": "x"}, {}) == {"outcome": "x"}


def test_the_same_key_twice_at_one_level_is_refused(define):
    inner = {"type": "group", "label": "组", "components": [NAME]}

    assert refusal(define(NAME, NAME)) == {"components.1.key"}
    assert refusal(define(NAME, inner)) == {"components.1.components.0.key"}
    assert refusal(define(NAME, {**inner, "path": "name"})) == {"components.1.path"}


def test_the_same_key_at_different_levels_is_fine(a_form):
    assert a_form(NAME, {"type": "group", "path": "head", "components": [NAME]}).fields


def test_the_same_component_id_twice_is_refused(define):
    other = {**NAME, "key": "other", "id": "Field_1"}

    assert refusal(define({**NAME, "id": "Field_1"}, other)) == {"components.1.id"}


@pytest.mark.parametrize(
    ("component", "place"),
    [
        ({**NAME, "validate": {"pattern": "^(a+)+$"}}, "validate.pattern"),
        ({**NAME, "validate": {"validationType": "phone"}}, "validate.validationType"),
        ({**NAME, "validate": {"maxLength": "=5"}}, "validate.maxLength"),
        ({**NAME, "validate": {"maxLength": True}}, "validate.maxLength"),
        ({**NAME, "validate": {"maxLength": 0}}, "validate.maxLength"),
        ({**NAME, "validate": {"minLength": 5, "maxLength": 4}}, "validate.minLength"),
        ({**NAME, "validate": {"required": "=true"}}, "validate.required"),
        ({**NAME, "validate": {"min": 1}}, "validate.min"),
        ({**NAME, "validate": []}, "validate"),
        ({**NAME, "label": "=name"}, "label"),
        ({**NAME, "label": "{{name}}"}, "label"),
        ({**NAME, "label": ""}, "label"),
        ({**NAME, "description": "<b>粗</b>"}, "description"),
        ({**NAME, "description": "[点](javascript:x)"}, "description"),
        ({**NAME, "readonly": "=true"}, "readonly"),
        ({**NAME, "values": OPTIONS}, "values"),
        ({**NAME, "onclick": "x"}, "onclick"),
        ({**NAME, "disabled": True}, "disabled"),
        ({**NAME, "properties": {"pattern": "iban"}}, "properties.pattern"),
        ({**NAME, "properties": {"pattrn": "uscc"}}, "properties.pattrn"),
        ({**NAME, "properties": {"article": 5}}, "properties.article"),
        ({**NAME, "properties": {"reconstructed": "yes"}}, "properties.reconstructed"),
        ({**NAME, "properties": {"reconstructed": "true"}}, "label"),
        ({**NAME, "properties": "x"}, "properties"),
        ({**NAME, "conditional": {"hide": "name = 1"}}, "conditional.hide"),
        ({**NAME, "conditional": {"hide": True}}, "conditional.hide"),
        ({**NAME, "conditional": {"show": "=true"}}, "conditional"),
        ({**NAME, "conditional": {"hide": "=1 +"}}, "conditional.hide"),
        ({**NAME, "appearance": {"prefixAdorner": "=x"}}, "appearance"),
        ({**NAME, "defaultValue": "=x"}, "defaultValue"),
        ({"type": "number", "key": "n", "label": "数"}, "decimalDigits"),
        ({"type": "number", "key": "n", "label": "数", "decimalDigits": True}, "decimalDigits"),
        ({"type": "datetime", "key": "d", "label": "日期", "subtype": "time"}, "subtype"),
        (
            {"type": "datetime", "key": "d", "label": "日期", "subtype": "datetime"},
            "timeSerializingFormat",
        ),
        ({"type": "select", "key": "s", "label": "选"}, "values"),
        ({"type": "select", "key": "s", "label": "选", "values": []}, "values"),
        ({"type": "select", "key": "s", "label": "选", "valuesKey": "x"}, "valuesKey"),
        ({"type": "select", "key": "s", "label": "选", "values": OPTIONS * 2}, "values.1"),
        (
            {"type": "select", "key": "s", "label": "选", "values": [{"value": 1, "label": "甲"}]},
            "values.0",
        ),
        ({"type": "filepicker", "key": "f", "label": "件", "accept": ".exe"}, "accept"),
        ({"type": "filepicker", "key": "f", "label": "件", "accept": "=x"}, "accept"),
        ({"type": "filepicker", "key": "f", "label": "件", "multiple": True}, "multiple"),
        (
            {"type": "filepicker", "key": "f", "label": "件", "properties": {"maxFiles": "999"}},
            "properties.maxFiles",
        ),
        ({"type": "text", "text": "<script>1</script>"}, "text"),
        ({"type": "text", "text": "=secret"}, "text"),
        ({"type": "text", "text": "甲\x00"}, "text"),
        ({"type": "dynamiclist", "path": "rows", "components": []}, "components"),
        ({"type": "dynamiclist", "components": [NAME]}, "path"),
        (
            {
                "type": "dynamiclist",
                "path": "r",
                "components": [NAME],
                "properties": {"uniqueBy": "x"},
            },
            "properties.uniqueBy",
        ),
        (
            {
                "type": "dynamiclist",
                "path": "r",
                "components": [NAME],
                "properties": {"minRows": "-1"},
            },
            "properties.minRows",
        ),
        (
            {
                "type": "dynamiclist",
                "path": "r",
                "components": [NAME],
                "properties": {"minRows": "9", "maxRows": "2"},
            },
            "properties.minRows",
        ),
        ({"type": "group", "path": "g", "components": [NAME], "readonly": True}, "readonly"),
    ],
)
def test_a_bad_attribute_is_refused_at_its_place(define, component, place):
    assert refusal(define(component)) == {f"components.0.{place}"}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"schemaVersion": 15}, "schemaVersion"),
        ({"schemaVersion": 20}, "schemaVersion"),
        ({"schemaVersion": "19"}, "schemaVersion"),
        ({"id": "../x"}, "id"),
        ({"type": "other"}, "type"),
        ({"components": {}}, "components"),
        ({"liancheng": {}}, "liancheng.title"),
        ({"liancheng": None}, "liancheng"),
        ({"liancheng": {"title": "表", "script": "x"}}, "liancheng.script"),
        ({"liancheng": {"title": "表", "audience": "applicant"}}, "liancheng.audience"),
        ({"liancheng": {"title": "表", "audience": ["everyone"]}}, "liancheng.audience"),
        ({"liancheng": {"title": "表", "audience": [["expert"]]}}, "liancheng.audience"),
        ({"liancheng": {"title": "表", "audience": ["expert", "expert"]}}, "liancheng.audience"),
        ({"liancheng": {"title": "表", "checks": [{"assert": "=true"}]}}, "liancheng.checks.0"),
        ({"liancheng": {"title": "表", "oneClick": {"title": "一键"}}}, "liancheng.oneClick"),
        (
            {
                "liancheng": {
                    "title": "表",
                    "oneClick": {"title": "一", "hint": "点", "choices": []},
                }
            },
            "liancheng.oneClick",
        ),
        ({"css": "x"}, "css"),
    ],
)
def test_a_bad_form_is_refused_at_its_place(define, change, place):
    assert refusal({**define(NAME), **change}) == {place}


@pytest.mark.parametrize(
    ("rule", "place"),
    [
        ({"assert": "true", "field": "name", "message": "不。"}, "assert"),
        ({"assert": "=1 +", "field": "name", "message": "不。"}, "assert"),
        ({"assert": "=true", "field": "nobody", "message": "不。"}, "field"),
        ({"assert": "=name.first = 1", "field": "name", "message": "不。"}, "assert"),
    ],
)
def test_a_bad_check_is_refused(define, rule, place):
    assert refusal(define(NAME, checks=[rule])) == {f"liancheng.checks.0.{place}"}


def hidden(source, **other):
    return {**NAME, "key": "other", "conditional": {"hide": source}, **other}


@pytest.mark.parametrize(
    "source", ["=other = 1", "=later = 1", "=this.name = 1", "=parent.name = 1", "=i = 1"]
)
def test_a_condition_reads_only_fields_above_it(define, source):
    later = {**NAME, "key": "later"}

    assert refusal(define(NAME, hidden(source), later)) == {"components.1.conditional.hide"}


def test_a_condition_may_read_fields_above_and_the_case(define):
    assert compile_form(define(NAME, hidden("=name = profile.name and case.rehearsal")))


def test_inside_a_table_this_is_the_row(define):
    def table(source):
        return define({"type": "dynamiclist", "path": "rows", "components": [NAME, hidden(source)]})

    assert compile_form(table("=this.name = null"))
    assert refusal(table("=this.other = null"))
    assert refusal(table("=rows.name = null"))
    assert refusal(table("=this.nobody = null"))


def test_nesting_and_numbers_of_components_are_bounded(define):
    nested = NAME
    for level in range(6):
        nested = {"type": "group", "path": f"g{level}", "components": [nested]}

    assert refusal(define(nested))
    assert refusal(define(*({**NAME, "key": f"f{n}"} for n in range(401))))


@pytest.mark.parametrize("value", [None, [], "x", 5])
def test_only_an_object_is_a_definition(value):
    assert refusal(value) == {""}


SHIPPED = [json.loads(path.read_text("utf-8")) for path in sorted(ROOT.glob("*/*.json"))]
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


def spots(value, found):
    if isinstance(value, dict):
        found += [(value, key) for key in value]
    elif isinstance(value, list):
        found += [(value, index) for index in range(len(value))]
    for child in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        spots(child, found)
    return found


@given(st.sampled_from(SHIPPED), st.data(), JUNK)
def test_a_shipped_form_with_junk_anywhere_compiles_or_is_refused(definition, data, junk):
    broken = copy.deepcopy(definition)
    container, key = data.draw(st.sampled_from(spots(broken, [])))
    container[key] = junk

    try:
        compile_form(broken).check({}, {})
    except FormDefinitionError as error:
        assert error.problems
    except FormInvalidError as error:
        assert error.fields


@given(JUNK)
def test_junk_is_refused(junk):
    with pytest.raises(FormDefinitionError):
        compile_form(junk)
