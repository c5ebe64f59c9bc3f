"""Cells that cannot be meant: wrong types, results that are not allowed, rows without effect."""

from typing import Any

import pytest

from workflows import dmn
from workflows.dmn.analysis import analyse

TYPED = """
<itemDefinition name="tGrade"><typeRef>string</typeRef><allowedValues><text>"A", "B"</text>
</allowedValues></itemDefinition>
<decision id="d" name="评级"><decisionTable id="t" hitPolicy="{policy}">
<input id="i1"><inputExpression typeRef="number"><text>分数</text></inputExpression></input>
<input id="i2"><inputExpression typeRef="date"><text>日期</text></inputExpression></input>
<output id="o" name="grade" typeRef="tGrade"/>{rules}</decisionTable></decision>
"""


def found(model: Any, *rows: tuple[str, str, str], policy: str = "FIRST") -> list[tuple[str, str]]:
    rules = "".join(
        f'<rule id="r{n}"><inputEntry><text>{score}</text></inputEntry>'
        f"<inputEntry><text>{day}</text></inputEntry><outputEntry><text>{grade}</text>"
        "</outputEntry></rule>"
        for n, (score, day, grade) in enumerate(rows, 1)
    )
    [(_owner, table)] = dmn.parse(model(TYPED.format(rules=rules, policy=policy))).tables
    return [
        (each.kind, each.rule_ids[-1]) for each in analyse(table).findings if each.kind != "gap"
    ]


@pytest.mark.parametrize(
    ("row", "kinds"),
    [
        (("[0..60]", '&lt; date("2026-01-01")', '"A"'), []),
        (("1, 2", '@"2026-01-01"', 'if 分数 &gt; 1 then "A" else "Z"'), []),
        (("-", '&lt; date and time("2026-01-01T00:00:00Z")', "null"), []),
        (('"60"', "-", '"A"'), ["type"]),
        (("&gt; true", "-", '"A"'), ["type"]),
        (("1", '"2026-01-01"', '"A"'), ["type"]),
        (("1", "-", "1"), ["type"]),
        (("? = upper case(名称)", "-", '"A"'), ["type"]),
        (("&lt; 限额", "&gt;= 生效日", "结论"), []),
        (("1", "-", "string length(名称)"), ["type"]),
        (("1", "-", 'if 分数 &gt; 1 then "A" else "B"'), []),
        (("1", "-", '"C"'), ["value"]),
        (("? &gt; 5 and ? &lt; 3", "-", '"A"'), ["unreachable"]),
        (("]1..1[", "-", '"A"'), ["unreachable"]),
    ],
)
def test_a_cell_is_judged_by_its_column(model: Any, row: Any, kinds: list[str]) -> None:
    assert found(model, row) == [(kind, "r1") for kind in kinds]


def test_of_rows_that_are_listed_the_one_that_adds_nothing_is_named(model: Any) -> None:
    wide, narrow, other = ("&gt; 5", "-", '"A"'), ("7", "-", '"A"'), ("7", "-", '"B"')

    assert found(model, wide, narrow, policy="COLLECT") == [("duplicate", "r2")]
    assert found(model, narrow, wide, policy="RULE ORDER") == [("duplicate", "r1")]
    assert found(model, wide, wide, policy="COLLECT") == [("duplicate", "r2")]
    assert found(model, wide, other, policy="COLLECT") == []


def test_formulas_make_a_duplicate_only_when_written_alike(model: Any) -> None:
    one, two = ("&lt; limit", "-", '"A"'), ("&lt; bound", "-", '"A"')

    assert found(model, one, one, policy="COLLECT") == [("duplicate", "r2")]
    assert found(model, one, two, policy="COLLECT") == []


def test_tables_are_found_wherever_they_stand(model: Any, table: Any) -> None:
    text = table([["1", "2"]]).decode()
    inner = text[text.index("<decisionTable") : text.index("</decision>")]
    again = inner.replace('id="', 'id="b')
    xml = model(
        f'<decision id="d"><list>{inner}</list></decision><businessKnowledgeModel id="b">'
        f"<encapsulatedLogic>{again}</encapsulatedLogic>"
        "</businessKnowledgeModel>"
    )

    assert [owner for owner, _table in dmn.parse(xml).tables] == ["d", "b"]
