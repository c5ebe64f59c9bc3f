"""Clauses are realised or listed with a reason; invariants are what a machine can check."""

import pytest

from workflows.verification import Things, check_law

THINGS = {"names": {"submit", "F-1.name"}, "codes": {"a.b": {"A-SUBMIT", "A-DECIDE", "submit"}}}
CLAUSE = {"id": "一.1", "article": "一", "strength": "must", "text": "应当报送"}
INVARIANT = {
    "id": "INV-1",
    "tag": "T",
    "article": "一",
    "pattern": "PREC",
    "before": [{"code": "A-SUBMIT"}],
    "after": ["A-DECIDE"],
    "procedures": ["a.b"],
    "text": "先报送，后决定",
}


def rules(clauses=(), invariants=()):
    things = Things(set(THINGS["names"]), dict(THINGS["codes"]))
    return [(f.rule, f.element_id) for f in check_law(list(clauses), list(invariants), things)]


def test_a_clause_is_realised_or_has_a_reason():
    assert rules([CLAUSE | {"realised_by": ["submit", "F-1.name"]}]) == []
    assert rules([CLAUSE | {"not_modelled": "属后续程序"}]) == []
    assert rules([CLAUSE]) == [("clauses.unrealised", "一.1")]
    assert rules([CLAUSE | {"not_modelled": " "}]) == [("clauses.unrealised", "一.1")]


def test_a_realiser_that_does_not_exist_is_found():
    assert rules([CLAUSE | {"realised_by": ["submitt"]}]) == [("clauses.realiser-unknown", "一.1")]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"strength": "maybe"}, "clauses.strength"),
        ({"text": ""}, "clauses.incomplete"),
        ({"article": None}, "clauses.incomplete"),
    ],
)
def test_a_clause_says_where_it_stands_and_how_strong_it_is(change, rule):
    assert rules([CLAUSE | {"realised_by": ["submit"]} | change]) == [(rule, "一.1")]


def test_a_clause_stands_once():
    row = CLAUSE | {"realised_by": ["submit"]}
    assert rules([row, row]) == [("clauses.twice", "一.1")]


def test_an_invariant_realises_a_clause():
    assert rules([CLAUSE | {"realised_by": ["INV-1"]}], [INVARIANT]) == []


@pytest.mark.parametrize(
    "change",
    [
        {"pattern": "SOMETIMES"},
        {"before": [{"code": "A-NOWHERE"}]},
        {"before": [{"element": "nowhere"}]},
        {"after_elements": ["nowhere"]},
        {"procedures": ["a.c"]},
        {"text": ""},
        {"tag": "X"},
        {"article": None},
        {"pattern": "RESP"},
        {"when": "A-SUBMIT done"},
        {"when": "=1 +"},
    ],
)
def test_an_invariant_that_a_machine_cannot_check_is_found(change):
    assert rules(invariants=[INVARIANT | change]) == [("invariants.malformed", "INV-1")]


def test_codes_of_later_procedures_need_no_diagram_yet():
    later = {k: v for k, v in INVARIANT.items() if k != "procedures"}
    assert rules(invariants=[later | {"before": [{"code": "A-HEARING"}]}]) == []
