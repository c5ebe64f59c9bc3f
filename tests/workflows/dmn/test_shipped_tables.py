"""Every table that is shipped: the check is silent on it, and finds what is broken in a copy."""

import re
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from services.settings import ROOT
from workflows import dmn, feel
from workflows.dmn.analysis import Analysis, analyse

PATHS = sorted((ROOT / "workflows" / "bpmn").glob("*/*.dmn"))
SINGLE = [path for path in PATHS if b'hitPolicy="UNIQUE"' in path.read_bytes()]
LISTS = [path for path in PATHS if path not in SINGLE]


def table_of(xml: bytes) -> dmn.DecisionTable:
    [(_owner, table)] = dmn.parse(xml).tables
    return table


def checked(root: Any) -> Analysis:
    return analyse(table_of(etree.tostring(root)))


def opened(path: Path) -> tuple[Any, list[Any]]:
    root = etree.fromstring(path.read_bytes())
    return root, root.findall(".//{*}rule")


def hits(table: dmn.DecisionTable, example: dict[str, str]) -> list[str]:
    """The rules that match a row of example, as the table itself judges."""
    values = [
        None if example[column.label] == "…" else feel.evaluate(_written(example[column.label]), {})
        for column in table.inputs
    ]
    return [
        rule.id
        for rule in table.rules
        if all(cell.evaluate(value, {}) for cell, value in zip(rule.tests, values, strict=True))
    ]


def _written(value: str) -> str:
    return f'@"{value}"' if re.fullmatch(r"-?P[\dDYMTHS.]+|\d{4}-\d\d-\d\d.*", value) else value


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_check_is_silent_on_a_shipped_table(path: Path) -> None:
    found = analyse(table_of(path.read_bytes()))

    assert (found.findings, found.is_complete) == ((), True)


def known_values(column: dmn.Input) -> list[Any]:
    if column.base == "boolean":
        return [True, False]
    tests = column.allowed.tree.tests if column.allowed is not None else ()
    return [feel.Expression(column.allowed.source, test).evaluate({}) for test in tests]


def is_for_the_unknown(table: dmn.DecisionTable, rule_id: str) -> bool:
    """A row only for what is not known (null): its absence is no gap among known values."""
    [rule] = [rule for rule in table.rules if rule.id == rule_id]
    return any(
        known_values(column)
        and cell.evaluate(None, {})
        and not any(cell.evaluate(value, {}) for value in known_values(column))
        for column, cell in zip(table.inputs, rule.tests, strict=True)
    )


@pytest.mark.parametrize("path", SINGLE, ids=lambda path: path.stem)
def test_a_row_taken_out_is_a_gap_with_an_example_that_it_decided(path: Path) -> None:
    whole = table_of(path.read_bytes())
    known = [rule.id for rule in whole.rules if not is_for_the_unknown(whole, rule.id)]
    for rule_id in known:
        root, rows = opened(path)
        [row] = [row for row in rows if row.get("id") == rule_id]
        row.getparent().remove(row)
        left = table_of(etree.tostring(root))

        gaps = [each for each in analyse(left).findings if each.kind == "gap"]

        assert [hits(left, gap.example) for gap in gaps] == [[]] * len(gaps)
        assert any(rule_id in hits(whole, gap.example) for gap in gaps)
    assert known


@pytest.mark.parametrize("path", SINGLE, ids=lambda path: path.stem)
def test_a_widened_row_overlaps_with_an_example_that_both_rows_decide(path: Path) -> None:
    root, rows = opened(path)
    for cell in rows[0].findall("{*}inputEntry/{*}text"):
        cell.text = "-"

    overlaps = [each for each in checked(root).findings if each.kind == "overlap"]

    assert overlaps
    widened = table_of(etree.tostring(root))
    assert all(set(each.rule_ids) <= set(hits(widened, each.example)) for each in overlaps)


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_in_a_table_that_lists_every_hit_a_row_said_twice_is_found(path: Path) -> None:
    """Such a table may decide nothing, or several things at once: those are no faults of it."""
    for place in range(len(opened(path)[1])):
        root, rows = opened(path)
        again = etree.fromstring(etree.tostring(rows[place]))
        for number, element in enumerate(again.iter()):
            if element.get("id"):
                element.set("id", f"again_{number}")
        rows[-1].addnext(again)

        kinds = {(each.kind, each.rule_ids[0]) for each in checked(root).findings}

        assert kinds == {("duplicate", rows[place].get("id"))}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_cell_of_the_wrong_type_is_found_by_its_rule(path: Path) -> None:
    root, rows = opened(path)
    plain = [n for n, column in enumerate(table_of(path.read_bytes()).inputs) if column.base]
    if not plain:
        pytest.skip("no column says its type")
    cell = rows[0].findall("{*}inputEntry/{*}text")[plain[0]]
    cell.text = '@"P1Y"'

    found = [each for each in checked(root).findings if each.kind == "type"]

    assert [each.rule_ids for each in found] == [(rows[0].get("id"),)]
