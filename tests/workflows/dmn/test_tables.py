"""Decision tables under every hit policy, and models of several decisions."""

from typing import Any

import pytest

from workflows import dmn, feel

OVERLAPPING = [["> 1", "10"], ["> 2", "20"], ["> 3", "10"]]


def decide(xml: bytes, **scope: Any) -> Any:
    found = dmn.parse(xml).evaluate("d", scope)
    return feel.to_json(found.value), found.rules


def test_the_one_matching_rule_gives_the_result(table: Any) -> None:
    xml = table([["< 5", '"low"'], [">= 5", '"high"']])

    found = dmn.parse(xml).evaluate("d", {"x": 7})

    assert found == dmn.Result("high", {"out": "high"}, ("r2",))


def test_a_decision_is_found_by_its_name_too(table: Any) -> None:
    assert dmn.parse(table([["-", "1"]])).evaluate("结论", {"x": 0}).value == 1


def test_several_matching_rules_of_a_unique_table_are_an_error(table: Any) -> None:
    with pytest.raises(dmn.DmnError) as caught:
        decide(table(OVERLAPPING), x=3)

    assert caught.value.rule_ids == ("r1", "r2")
    assert "r1、r2" in caught.value.message_zh


@pytest.mark.parametrize(
    ("policy", "x", "value", "rules"),
    [
        ('hitPolicy="FIRST"', 9, 10, ("r1",)),
        ('hitPolicy="RULE ORDER"', 9, [10, 20, 10], ("r1", "r2", "r3")),
        ('hitPolicy="COLLECT"', 3, [10, 20], ("r1", "r2")),
        ('hitPolicy="COLLECT"', 0, [], ()),
        ('hitPolicy="COLLECT" aggregation="SUM"', 9, 40, ("r1", "r2", "r3")),
        ('hitPolicy="COLLECT" aggregation="MIN"', 9, 10, ("r1", "r2", "r3")),
        ('hitPolicy="COLLECT" aggregation="MAX"', 9, 20, ("r1", "r2", "r3")),
        ('hitPolicy="COLLECT" aggregation="COUNT"', 9, 3, ("r1", "r2", "r3")),
        ('hitPolicy="COLLECT" aggregation="COUNT"', 0, 0, ()),
        ('hitPolicy="COLLECT" aggregation="SUM"', 0, None, ()),
        ("", 2, 10, ("r1",)),
    ],
)
def test_the_hit_policy_decides(
    table: Any, policy: str, x: int, value: Any, rules: tuple[str, ...]
) -> None:
    assert decide(table(OVERLAPPING, policy=policy), x=x) == (value, rules)


@pytest.mark.parametrize(
    ("policy", "value", "rules"),
    [
        ('hitPolicy="PRIORITY"', 20, ("r2",)),
        ('hitPolicy="OUTPUT ORDER"', [20, 10, 10], ("r2", "r1", "r3")),
    ],
)
def test_priorities_follow_the_output_values(
    table: Any, policy: str, value: Any, rules: tuple[str, ...]
) -> None:
    assert decide(table(OVERLAPPING, policy=policy, values="20, 10"), x=9) == (value, rules)


def test_any_needs_equal_outputs(table: Any) -> None:
    xml = table([["> 1", "1"], ["> 2", "1"], ["> 3", "true"]], policy='hitPolicy="ANY"')

    assert decide(xml, x=3) == (1, ("r1", "r2"))
    with pytest.raises(dmn.DmnError) as caught:
        decide(xml, x=4)
    assert caught.value.rule_ids == ("r1", "r2", "r3")


def test_several_outputs_make_a_context(table: Any) -> None:
    xml = table([["-", "1", '"x"']], outputs=("a", "b"))

    assert decide(xml, x=0) == ({"a": 1, "b": "x"}, ("r1",))


def test_collected_rows_carry_the_names_of_their_outputs(table: Any) -> None:
    found = dmn.parse(table(OVERLAPPING, policy='hitPolicy="COLLECT"')).evaluate("d", {"x": 3})

    assert feel.to_json(found.outputs) == [{"out": 10}, {"out": 20}]


def test_without_a_match_the_default_is_the_result(table: Any) -> None:
    assert decide(table([["1", "1"]], default="99"), x=5) == (99, ())
    assert decide(table([["1", "1"]]), x=5) == (None, ())


def test_empty_cells_always_match_and_an_empty_result_is_null(table: Any) -> None:
    assert decide(table([["", ""]]), x=5) == (None, ("r1",))


def test_null_matches_only_cells_that_ask_for_it(table: Any) -> None:
    rows = [["< 5", "1"], ["not(< 5)", "2"], ["null", "3"]]

    assert decide(table(rows)) == (3, ("r3",))


@pytest.mark.parametrize(("x", "fits"), [("a", True), ("c", False), (None, True)])
def test_an_input_must_have_an_allowed_value(table: Any, x: str | None, fits: bool) -> None:
    xml = table([["-", "1"]], allowed='"a", "b"')

    if fits:
        assert decide(xml, x=x) == (1, ("r1",))
    else:
        with pytest.raises(dmn.DmnError):
            decide(xml, x=x)


def test_an_output_must_have_an_allowed_value(table: Any) -> None:
    with pytest.raises(dmn.DmnError) as caught:
        decide(table([["-", "3"]], values="1, 2"), x=0)

    assert caught.value.rule_ids == ("r1",)


def test_required_decisions_are_read_by_name(model: Any) -> None:
    xml = model(
        '<decision id="d"><variable name="d"/><informationRequirement><requiredDecision href="#p"/>'
        "</informationRequirement><literalExpression><text>Base Price * 2 + x</text>"
        '</literalExpression></decision><decision id="p" name="Base Price"><literalExpression>'
        "<text>x + 1</text></literalExpression></decision>",
    )

    assert decide(xml, x=3) == (11, ())


def test_a_decision_is_made_within_one_budget(table: Any) -> None:
    rows = [["count(for i in 1..5000 return i) = ?", "1"]] * 20

    with pytest.raises(feel.FeelBudgetError):
        decide(table(rows), x=1)


def test_a_decision_tells_what_it_reads(table: Any) -> None:
    xml = table([["< profile.limit", "y"]], inputs=("facts.n",), default="z")

    names = dmn.parse(xml).decisions["d"].names()

    assert names == {("facts", "n"), ("profile", "limit"), ("y",), ("z",)}
