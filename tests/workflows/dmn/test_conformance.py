"""The runner of OMG's test cases: what counts as passed, failed and external."""

from collections import Counter
from pathlib import Path

import pytest

from bench.conformance import run

TESTS = "http://www.omg.org/spec/DMN/20160719/testcase"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
MODEL = """<definitions xmlns="{namespace}" name="m" namespace="urn:m">
<inputData id="i" name="x"><variable name="x" typeRef="number"/></inputData>
<decision id="d1" name="next"><variable name="next"/><informationRequirement>
<requiredInput href="#i"/></informationRequirement>
<literalExpression><text>{{n: x + 1, days: [@"2026-01-01", null]}}</text></literalExpression></decision>
<decision id="d2" name="faulty"><literalExpression id="l2"><text>1 +</text></literalExpression></decision>
{more}</definitions>"""
JAVA = '<decision id="d3" name="foreign"><functionDefinition kind="Java" id="f3"/></decision>'


def folder(
    tmp_path: Path, expected: str, name: str = "next", more: str = "", year: str = ""
) -> Path:
    namespace = year or "https://www.omg.org/spec/DMN/20230324/MODEL/"
    (tmp_path / "0001").mkdir()
    text = MODEL.format(namespace=namespace, more=more)
    (tmp_path / "0001" / "m.dmn").write_text(text, encoding="utf-8")
    (tmp_path / "0001" / "m-test-01.xml").write_text(
        f'<testCases xmlns="{TESTS}" xmlns:xsi="{XSI}"><modelName>m.dmn</modelName>'
        '<testCase id="1"><inputNode name="x"><value xsi:type="xsd:decimal">4</value></inputNode>'
        f'<resultNode name="{name}" type="decision"><expected>{expected}</expected></resultNode>'
        "</testCase></testCases>",
        encoding="utf-8",
    )
    return tmp_path


def whole(number: str) -> str:
    return (
        f'<component name="n"><value xsi:type="xsd:decimal">{number}</value></component>'
        '<component name="days"><list><item><value xsi:type="xsd:date">2026-01-01</value></item>'
        '<item><value xsi:nil="true"/></item></list></component>'
    )


NULL = '<value xsi:nil="true"/>'


@pytest.mark.parametrize(
    ("name", "expected", "more", "result"),
    [
        ("next", whole("5"), "", "passed"),
        ("next", whole("5.0"), "", "passed"),
        ("next", whole("6"), "", "failed"),
        ("next", NULL, "", "failed"),
        ("next", whole("5"), JAVA, "passed"),
        ("faulty", NULL, "", "passed"),
        ("faulty", whole("5"), "", "failed"),
        ("foreign", whole("5"), JAVA, "external"),
        ("nobody", whole("5"), "", "failed"),
    ],
)
def test_a_case_is_judged_by_its_result(
    tmp_path: Path, name: str, expected: str, more: str, result: str
) -> None:
    outcomes = run(folder(tmp_path, expected, name, more))

    assert Counter(each.result for each in outcomes) == {result: 1}


@pytest.mark.parametrize(
    "year",
    [
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
    ],
)
def test_cases_of_older_editions_run_too(tmp_path: Path, year: str) -> None:
    [outcome] = run(folder(tmp_path, whole("5"), year=year))

    assert outcome.result == "passed"
