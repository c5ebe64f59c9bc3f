"""Models that are not accepted, and what the error names."""

from typing import Any

import pytest

from workflows import dmn

LITERAL = "<literalExpression><text>1</text></literalExpression>"


def refusal(xml: bytes) -> dmn.DmnError:
    with pytest.raises(dmn.DmnError) as caught:
        dmn.parse(xml)
    assert any("\u4e00" <= character <= "\u9fff" for character in caught.value.message_zh)
    return caught.value


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"not xml",
        b"<definitions/>",
        b'<definitions xmlns="http://www.omg.org/spec/DMN/20151101/dmn.xsd"/>',
        (
            b'<!DOCTYPE definitions [<!ENTITY a "1">]>'
            b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/">&a;</definitions>'
        ),
        b'<!DOCTYPE d SYSTEM "file:///etc/passwd"><d/>',
        "<?xml version='1.0' encoding='UTF-16'?><!DOCTYPE d><d/>".encode("utf-16"),
        b"<a>" * 400 + b"</a>" * 400,
        b" " * 1_000_001,
    ],
    ids=["empty", "text", "bare", "old", "entity", "external", "utf-16", "deep", "long"],
)
def test_unsafe_or_foreign_files_are_refused(xml: bytes) -> None:
    refusal(xml)


@pytest.mark.parametrize(
    ("rows", "options", "element"),
    [
        ([["1 +", "1"]], {}, "r1"),
        ([["-", "]"]], {}, "r1"),
        ([["-", "1", "2"]], {}, "r1"),
        ([["-", "1"]], {"inputs": ("x >",)}, "in1"),
        ([["-", "1"]], {"policy": 'hitPolicy="BEST"'}, "t"),
        ([["-", "1"]], {"policy": 'hitPolicy="FIRST" aggregation="SUM"'}, "t"),
        ([["-", "1"]], {"policy": 'hitPolicy="PRIORITY"'}, "t"),
        (
            [["-", "1", "2"]],
            {"policy": 'hitPolicy="COLLECT" aggregation="SUM"', "outputs": "ab"},
            "t",
        ),
        ([["-", "1", "2"]], {"outputs": ("a", "a")}, "oa"),
        ([["-"]], {"outputs": ()}, "t"),
        ([["-", "1"]] * 1001, {}, "t"),
        ([["-", "1"]], {"values": "1, ("}, "oout"),
    ],
)
def test_a_faulty_table_is_refused_with_its_element(
    table: Any, rows: list[list[str]], options: dict[str, Any], element: str
) -> None:
    assert refusal(table(rows, **options)).element_id == element


@pytest.mark.parametrize(
    ("body", "element"),
    [
        ('<decision id="d"><conditional id="c"/></decision>', "c"),
        ('<decision id="d"><list><functionDefinition id="f" kind="Java"/></list></decision>', "f"),
        ('<decision id="d"><functionDefinition kind="PMML"/></decision>', "d"),
        ('<decision id="d">' + "<list>" * 30 + "</list>" * 30 + "</decision>", "d"),
        (f'<decision id="d"><some><in>{LITERAL}</in></some></decision>', "d"),
        (
            f'<decision id="d"><relation><column name="a"/><row>{LITERAL * 2}</row></relation>'
            "</decision>",
            "d",
        ),
        ('<import name="x" namespace="urn:x"/>', "x"),
        ('<itemDefinition name="t"><typeRef>t</typeRef></itemDefinition>', "t"),
        (
            '<itemDefinition name="t"><typeRef>u</typeRef></itemDefinition>'
            '<itemDefinition name="u"><typeRef>t</typeRef></itemDefinition>',
            "t",
        ),
        ('<itemDefinition name="t"/>' * 2, "t"),
        (
            '<businessKnowledgeModel id="b"><knowledgeRequirement><requiredKnowledge href="#c"/>'
            '</knowledgeRequirement></businessKnowledgeModel><businessKnowledgeModel id="c">'
            '<knowledgeRequirement><requiredKnowledge href="#b"/></knowledgeRequirement>'
            "</businessKnowledgeModel>",
            "b",
        ),
        (f'<decision id="1d">{LITERAL}</decision>', "1d"),
        (f"<decision>{LITERAL}</decision>", ""),
        (f'<decision id="d">{LITERAL}</decision>' * 2, "d"),
        (
            (
                '<decision id="d"><literalExpression expressionLanguage="juel"><text>1</text>'
                "</literalExpression></decision>"
            ),
            "d",
        ),
        ("<businessKnowledgeModel/>", ""),
        (
            (
                '<decision id="d"><informationRequirement><requiredDecision href="#e"/>'
                f"</informationRequirement>{LITERAL}</decision>"
            ),
            "d",
        ),
        (
            (
                '<decision id="d"><informationRequirement><requiredDecision href="#d"/>'
                f"</informationRequirement>{LITERAL}</decision>"
            ),
            "d",
        ),
    ],
)
def test_a_faulty_model_is_refused_with_its_element(model: Any, body: str, element: str) -> None:
    assert refusal(model(body)).element_id == element


@pytest.mark.parametrize("year", ["20191111", "20211108", "20230324"])
def test_three_versions_of_the_standard_are_read(model: Any, year: str) -> None:
    xml = model(
        f'<decision id="d">{LITERAL}</decision>', f"https://www.omg.org/spec/DMN/{year}/MODEL/"
    )

    assert dmn.parse(xml).evaluate("d", {}).value == 1


def test_an_unknown_decision_is_an_error(table: Any) -> None:
    with pytest.raises(dmn.DmnError):
        dmn.parse(table([["-", "1"]])).evaluate("other", {})
