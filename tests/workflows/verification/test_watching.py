"""Invariants in a running case: noted step by step, those with data judged where these are known."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from workflows import feel
from workflows.diagrams import Node
from workflows.verification.watching import watch_of

CONTEXT = feel.DEFAULT


@dataclass
class Happening:
    node: Node
    is_done: bool = False
    written: Any = field(default_factory=dict)
    scope: Any = field(default_factory=dict)


def node(code: str, kind: str = "userTask", **more: Any) -> Node:
    return Node(id=code.lower(), kind=kind, name=code, process_id="p", activity_code=code, **more)


NODES = {code: node(code) for code in ("A-FIRST", "A-LAST", "A-WAIVER", "A-REGISTER")}
NODES["A-AGRSIGN"] = node("A-AGRSIGN", "callActivity")


def told(rows, *happenings, end=False):
    """Return the invariants that a course of things breaks, and what is noted at the end."""
    watch, notes, found = watch_of(rows, "p", NODES.values()), {}, []
    for each in happenings:
        if watch.looks_at(each.node):
            notes, broken = watch.after(notes, each, CONTEXT)
            found += [broken] if broken else []
    last = watch.at_end(notes, happenings[-1].node) if end else None
    return [each.row["id"] for each in (*found, *([last] if last else []))], notes


PREC = {"id": "P", "pattern": "PREC", "before": [{"code": "A-FIRST", "outcome": "yes"}]}
PREC |= {"after": ["A-LAST"], "article": "五", "text": "先后"}


@pytest.mark.parametrize(
    ("outcome", "broken"), [("yes", []), ("no", ["P"]), (None, ["P"])], ids=["yes", "no", "never"]
)
def test_what_comes_first_counts_with_its_outcome(outcome, broken):
    course = [Happening(NODES["A-FIRST"], is_done=True, written={"outcome": outcome})]

    assert told([PREC], *course, Happening(NODES["A-LAST"]))[0] == broken


def test_the_refusal_names_invariant_article_and_step():
    watch = watch_of([PREC], "p", NODES.values())

    _, broken = watch.after({}, Happening(NODES["A-LAST"]), CONTEXT)

    assert broken.message == "“A-LAST”这一步违反不变式 P（五）：先后"


def test_notes_are_plain_words_by_invariant():
    first = Happening(NODES["A-FIRST"], is_done=True, written={"outcome": "yes"})

    assert told([PREC], Happening(NODES["A-FIRST"]), first)[1] == {"P": ["0", "inside 0"]}


def test_once_is_once():
    row = {"id": "U", "pattern": "UNIQ", "code": "A-REGISTER", "per": "case"}
    done = Happening(NODES["A-REGISTER"], is_done=True)

    assert told([row], done)[0] == []
    assert told([row], done, done)[0] == ["U"]


@pytest.mark.parametrize(("strength", "broken"), [("SOFT", []), ("HARD", ["N"]), (None, [])])
def test_never_looks_at_the_data_there(strength, broken):
    row = {"id": "N", "pattern": "NEVER", "codes": ["A-WAIVER"]}
    row["when"] = '=violation.strength = "HARD"'
    here = {"violation": {"strength": strength}} if strength else {}

    assert told([row], Happening(NODES["A-WAIVER"], scope=here))[0] == broken
    assert told([row], Happening(NODES["A-WAIVER"], is_done=True, scope=here))[0] == []


ALL = {"id": "L", "pattern": "ALL", "code": "A-AGRSIGN", "over": "=units", "key": "key"}
ALL |= {"entries": "=signed", "each": "=entry.sealed = true", "when": '=outcome = "EFFECTIVE"'}


@pytest.mark.parametrize(
    ("signed", "broken"),
    [
        ([("a", True), ("b", True)], []),
        ([("a", True)], ["L"]),
        ([("a", True), ("b", False)], ["L"]),
        ([("a", True), ("b", True), ("b", True)], ["L"]),
        ([("a", True), ("b", True), ("c", True)], ["L"]),
        (None, ["L"]),
    ],
    ids=["all", "one lacks", "not sealed", "twice", "a stranger", "nobody"],
)
def test_all_have_to_do_it(signed, broken):
    rows = signed and [{"key": key, "sealed": sealed} for key, sealed in signed]
    here = {"units": ["a", "b"], "signed": rows, "outcome": "EFFECTIVE"}

    assert told([ALL], Happening(NODES["A-AGRSIGN"], is_done=True, scope=here))[0] == broken
    assert told([ALL], Happening(NODES["A-AGRSIGN"], scope=here))[0] == []
    there = here | {"outcome": "REFUSED"}
    assert told([ALL], Happening(NODES["A-AGRSIGN"], is_done=True, scope=there))[0] == []


def test_a_case_does_not_end_with_something_owed():
    row = {"id": "R", "pattern": "RESP", "trigger": {"code": "A-FIRST"}, "then": {"code": "A-LAST"}}
    first, last = Happening(NODES["A-FIRST"]), Happening(NODES["A-LAST"], is_done=True)

    assert told([row], first, end=True)[0] == ["R"]
    assert told([row], first, last, end=True)[0] == []


@pytest.mark.parametrize(
    "row",
    [
        {"id": "X", "pattern": "PREC"},
        {"id": "X", "pattern": "NEVER", "codes": ["A-LAST"], "when": "=1 +"},
        {"id": "X", "pattern": "ALL", "code": "A-AGRSIGN", "over": "=profile.x"},
        {"id": "X", "pattern": "ODD"},
        "text",
    ],
)
def test_a_row_that_cannot_be_read_stops_nobody(row):
    for each in NODES.values():
        assert told([row, PREC], Happening(each), Happening(each, is_done=True))[0] in ([], ["P"])


def test_what_holds_elsewhere_is_not_looked_at():
    assert told([PREC | {"procedures": ["q"]}], Happening(NODES["A-LAST"]))[0] == []
