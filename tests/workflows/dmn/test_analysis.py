"""Gaps, overlaps and unreachable rules are found, with an example; nothing else is."""

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workflows import dmn
from workflows.dmn.analysis import Analysis, Finding, analyse


def analysis(xml: bytes) -> Analysis:
    logic = dmn.parse(xml).decisions["d"].logic
    assert isinstance(logic, dmn.DecisionTable)
    return analyse(logic)


def brief(findings: tuple[Finding, ...]) -> list[tuple[str, tuple[str, ...], dict[str, str]]]:
    return [(found.kind, found.rule_ids, found.example) for found in findings]


@pytest.mark.parametrize(
    "cells",
    [
        ["< 5", ">= 5"],
        ["[0..5]", "< 0", "> 5"],
        ["true", "false"],
        ['"a"', 'not("a")'],
        ['"a", "b"', 'not("a", "b")'],
        ["null", "< 5", ">= 5"],
        ["? > 3 and ? < 7", "<= 3", ">= 7"],
        ['< date("2026-10-01")', '>= date("2026-10-01")'],
        ['<= date("2026-10-01")', '>= date("2026-10-02")'],
        ['< @"P30D"', '>= @"P30D"'],
        ["-"],
    ],
)
def test_a_complete_table_has_no_findings(table: Any, cells: list[str]) -> None:
    assert analysis(table([[cell, "1"] for cell in cells])) == Analysis((), (), is_complete=True)


@pytest.mark.parametrize(
    ("cells", "example"),
    [
        (["< 5", "> 5"], "5"),
        (["true"], "false"),
        (['"a"', '"b"'], '"其他"'),
        (["null", "true"], "false"),
        (['< date("2026-10-01")', '> date("2026-10-02")'], "2026-10-01"),
    ],
)
def test_a_gap_is_found_with_an_example(table: Any, cells: list[str], example: str) -> None:
    found = analysis(table([[cell, "1"] for cell in cells]))

    assert brief(found.findings)[0] == ("gap", (), {"x": example})


def test_a_gap_between_whole_numbers_is_marked(table: Any) -> None:
    [gap] = analysis(table([["<= 3", "1"], [">= 4", "2"]])).findings

    assert gap.is_fractional
    assert gap.example == {"x": "3.5"}


def test_an_overlap_is_found_with_an_example(table: Any) -> None:
    rows = [["<= 5", "true", "1"], [">= 5", "-", "2"], ["< 5", "false", "3"]]

    found = analysis(table(rows, inputs=("x", "y")))

    assert brief(found.findings) == [("overlap", ("r1", "r2"), {"x": "5", "y": "true"})]


def test_any_may_overlap_where_the_outputs_are_the_same(table: Any) -> None:
    rows = [["<= 5", "1"], [">= 5", "1"], ["5", "2"]]

    found = analysis(table(rows, policy='hitPolicy="ANY"'))

    assert [finding.rule_ids for finding in found.findings] == [("r1", "r3"), ("r2", "r3")]


def test_a_rule_behind_a_wider_one_is_unreachable(table: Any) -> None:
    rows = [["< 5", "1"], ["3", "2"], ["-", "3"]]

    found = analysis(table(rows, policy='hitPolicy="FIRST"'))

    assert brief(found.findings) == [("unreachable", ("r2",), {})]


def test_allowed_values_bound_what_can_be_missing(table: Any) -> None:
    rows = [['"a"', "1"], ['"b"', "2"]]

    assert analysis(table(rows, allowed='"a", "b"')).findings == ()
    assert analysis(table([["< 50", "1"], [">= 50", "2"]], allowed="[0..100]")).findings == ()


@pytest.mark.parametrize("options", [{"default": "9"}, {"policy": 'hitPolicy="COLLECT"'}])
def test_a_default_or_a_collection_has_no_gaps(table: Any, options: dict[str, str]) -> None:
    assert analysis(table([["< 5", "1"]], **options)).findings == ()


def test_cells_that_depend_on_data_are_named_and_not_guessed(table: Any) -> None:
    rows = [["< limit", "true", "1"], [">= limit", "true", "2"]]

    found = analysis(table(rows, inputs=("x", "y")))

    assert found.unchecked == ("x",)
    assert brief(found.findings) == [("gap", (), {"x": "…", "y": "false"})]


CELLS = st.sampled_from(["-", "< 2", "[1..3]", "2", "> 2", "not(2)", "1, 3", "]1..3["])
ROWS = st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5)


@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(ROWS)
def test_the_findings_are_those_of_trying_every_value(
    table: Any, rows: list[tuple[str, str]]
) -> None:
    xml = table([[*row, "1"] for row in rows], inputs=("x", "y"))
    values = [0, 1, 1.5, 2, 2.5, 3, 4]
    hits = []
    for x, y in itertools.product(values, values):
        try:
            hits.append(len(dmn.parse(xml).evaluate("d", {"x": x, "y": y}).rules))
        except dmn.DmnError:
            hits.append(2)

    kinds = {finding.kind for finding in analysis(xml).findings}

    assert ("gap" in kinds) is (0 in hits)
    assert ("overlap" in kinds) is (2 in hits)
