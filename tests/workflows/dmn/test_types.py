"""Types of a model: structures, lists, allowed values, and what becomes of what does not fit."""

from typing import Any

import pytest

from workflows import dmn, feel

TYPES = """
<itemDefinition name="tGrade"><typeRef>string</typeRef>
  <allowedValues><text>"A", "B"</text></allowedValues></itemDefinition>
<itemDefinition name="tGrades" isCollection="true"><typeRef>tGrade</typeRef>
  <typeConstraint><text>count(?) &lt;= 2</text></typeConstraint></itemDefinition>
<itemDefinition name="tShare"><typeRef>number</typeRef>
  <allowedValues><text>[0..100]</text></allowedValues></itemDefinition>
<itemDefinition name="tMember">
  <itemComponent name="name"><typeRef>string</typeRef></itemComponent>
  <itemComponent name="joined on"><typeRef>date</typeRef></itemComponent>
  <itemComponent name="shares" isCollection="true"><typeRef>tShare</typeRef></itemComponent>
</itemDefinition>
"""
MEMBER = {"name": "甲", "joined on": "2026-05-01", "shares": [40, 60]}


def given(model: Any, kind: str, value: Any, text: str = "x") -> Any:
    context = feel.Context()
    xml = model(
        f'{TYPES}<inputData id="i" name="x"><variable name="x" typeRef="{kind}"/></inputData>'
        '<decision id="d" name="d"><informationRequirement><requiredInput href="#i"/>'
        f"</informationRequirement><literalExpression><text>{text}</text></literalExpression>"
        "</decision>"
    )
    found = dmn.parse(xml).evaluate("d", {"x": value}, context)
    return feel.to_json(found.value), len(context.warnings)


def decided(model: Any, kind: str, text: str) -> Any:
    xml = model(
        f'{TYPES}<decision id="d" name="d"><variable name="d" typeRef="{kind}"/>'
        f"<literalExpression><text>{text}</text></literalExpression></decision>"
    )
    return feel.to_json(dmn.parse(xml).evaluate("d", {}).value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("tGrade", "A"),
        ("tGrades", ["A", "B"]),
        ("tGrades", []),
        ("tShare", 0),
        ("tMember", MEMBER),
        ("number", 1.5),
        ("Any", {"x": [1]}),
        ("tGrade", None),
    ],
)
def test_data_of_their_type_come_in_as_they_are(model: Any, kind: str, value: Any) -> None:
    assert given(model, kind, value) == (value, 0)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("tGrade", "C"),
        ("tGrade", 1),
        ("tGrades", ["A", "C"]),
        ("tGrades", ["A", "A", "A"]),
        ("tShare", 101),
        ("tMember", {**MEMBER, "shares": [-1]}),
        ("tMember", {**MEMBER, "joined on": "gestern"}),
        ("tMember", "甲"),
        ("number", "1"),
        ("boolean", 1),
        ("date", "2026-02-30"),
    ],
)
def test_data_that_do_not_fit_are_null_with_a_warning(model: Any, kind: str, value: Any) -> None:
    assert given(model, kind, value) == (None, 1)


def test_dates_of_data_come_as_text_and_are_dates_to_expressions(model: Any) -> None:
    assert given(model, "date", "2026-05-01", "x.month") == (5, 0)
    assert (
        given(model, "tMember", MEMBER, "x.joined on + duration(&quot;P1D&quot;)")[0]
        == "2026-05-02"
    )


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("tGrade", '["A"]', "A"),
        ("tGrades", '"A"', ["A"]),
        ("tGrade", '["A", "B"]', None),
        ("number", '"1"', None),
        ("date and time", 'date("2026-05-01")', "2026-05-01T00:00:00Z"),
        ("date", '"2026-05-01"', None),
        ("tMember", '{name: "甲"}', None),
        ("tMember", '{name: "甲", joined on: null, shares: 5, more: 1}', None),
        ("feel:string", '"x"', "x"),
    ],
)
def test_what_a_decision_gives_is_fitted_to_its_type(
    model: Any, kind: str, text: str, value: Any
) -> None:
    if "more" in text:
        value = {"name": "甲", "joined on": None, "shares": [5], "more": 1}
    assert decided(model, kind, text) == value


def test_a_column_takes_its_allowed_values_from_its_type(model: Any) -> None:
    xml = model(
        f'{TYPES}<decision id="d" name="d"><decisionTable id="t" hitPolicy="PRIORITY">'
        '<input id="i"><inputExpression typeRef="tGrade"><text>x</text></inputExpression></input>'
        '<output id="o" name="o" typeRef="tGrade"/>'
        '<rule id="r1"><inputEntry><text>-</text></inputEntry>'
        '<outputEntry><text>"B"</text></outputEntry></rule>'
        '<rule id="r2"><inputEntry><text>-</text></inputEntry>'
        '<outputEntry><text>"A"</text></outputEntry></rule></decisionTable></decision>'
    )

    assert dmn.parse(xml).evaluate("d", {"x": "B"}).rules == ("r2",)
    with pytest.raises(dmn.DmnError) as caught:
        dmn.parse(xml).evaluate("d", {"x": "C"})
    assert caught.value.element_id == "i"


def test_a_type_that_nothing_defines_takes_any_value_and_is_told(model: Any) -> None:
    xml = model(
        '<decision id="d" name="d"><variable name="d" typeRef="tNone"/>'
        "<literalExpression><text>1</text></literalExpression></decision>"
    )

    found = dmn.parse(xml)

    assert found.evaluate("d", {}).value == 1
    assert found.unknown_types == (("d", "tNone"),)


def test_a_parameter_with_a_dot_in_its_name_is_no_path_where_it_is_one(model: Any) -> None:
    xml = model(
        '<businessKnowledgeModel id="b" name="shown"><encapsulatedLogic>'
        '<formalParameter name="who.name"/><literalExpression><text>who.name + "!"</text>'
        '</literalExpression></encapsulatedLogic></businessKnowledgeModel><decision id="d" name="d">'
        '<knowledgeRequirement><requiredKnowledge href="#b"/></knowledgeRequirement><invocation>'
        "<literalExpression><text>shown</text></literalExpression><binding>"
        '<parameter name="who.name"/><literalExpression><text>who.name</text></literalExpression>'
        "</binding></invocation></decision>"
    )

    assert dmn.parse(xml).evaluate("d", {"who": {"name": "甲"}}).value == "甲!"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{name: "甲", joined on: null, shares: [1]} instance of tMember', True),
        ('{name: "甲"} instance of tMember', False),
        ("[1, 2] instance of tShares", True),
    ],
)
def test_expressions_may_name_the_types_of_the_model(model: Any, text: str, value: Any) -> None:
    shares = '<itemDefinition name="tShares" isCollection="true"><typeRef>tShare</typeRef>'
    xml = model(
        f'{TYPES}{shares}</itemDefinition><decision id="d" name="d">'
        f"<literalExpression><text>{text}</text></literalExpression></decision>"
    )

    assert dmn.parse(xml).evaluate("d", {}).value is value
