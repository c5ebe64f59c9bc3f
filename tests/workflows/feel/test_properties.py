"""Whatever is written, an expression gives JSON or raises FeelError, within its budget."""

import json
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from workflows import feel
from workflows.feel.builtins import BUILTINS
from workflows.feel.limits import MAX_STEPS

SCOPE: dict[str, Any] = {
    "a": 1,
    "b": "text",
    "c": [1, 2.5, "x", None, {"d": True}],
    "d": {"e": {"f": [3]}, "on": "2026-09-28"},
    "名": False,
    "big": 10**300,
}
ATOMS = st.sampled_from(
    ["1", "0", "-1", "2.5", "1e400", "1e6000", "0.1e-6000", '"x"', '""', '"2026-01-01"', "true"]
    + ["false", "null", "a", "b", "c", "d", "d.e.f", "名", "big", "item", "missing", "partial"]
    + ["[]", "{}", "[1, 2]", "[1..5]", '@"2026-01-31"', '@"P1M"', '@"-P2DT3H"', '@"10:00:00Z"']
    + ['@"2026-01-31T10:00:00"', '@"9999-12-31T23:59:59@Asia/Shanghai"', '@"0001-01-01"', "count"]
    + ["function(x) x", "function(x, y) x < y", "(< 5)", '@"0001-01-01T00:00:00+14:00"'],
)
OPERATORS = st.sampled_from(
    ["+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "and", "or", "in"],
)
TYPES = st.sampled_from(["number", "list<string>", "date and time", "context<a: number>", "Any"])


def _compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    names = st.sampled_from(sorted(BUILTINS))
    return st.one_of(
        st.builds("({} {} {})".format, inner, OPERATORS, inner),
        st.builds("{}({})".format, names, st.lists(inner, min_size=1, max_size=3).map(", ".join)),
        st.builds("if {} then {} else {}".format, inner, inner, inner),
        st.builds("(for i in {} return {})".format, inner, inner),
        st.builds("(for i in {}..{} return {})".format, inner, inner, inner),
        st.builds("(some i in {} satisfies {})".format, inner, inner),
        st.builds("(every i in {}, j in i satisfies {})".format, inner, inner),
        st.builds("{}[{}]".format, inner, inner),
        st.builds("({}).{}".format, inner, st.sampled_from(["e", "year", "days", "start", "x"])),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("[{}..{})".format, inner, inner),
        st.builds("{{k: {}, m: {}}}".format, inner, inner),
        st.builds("({} between {} and {})".format, inner, inner, inner),
        st.builds("({} in ({}, > {}))".format, inner, inner, inner),
        st.builds("({} instance of {})".format, inner, TYPES),
        st.builds("(function(i, j) {})({}, {})".format, inner, inner, inner),
        st.builds("-({})".format, inner),
    )


EXPRESSIONS = st.recursive(ATOMS, _compound, max_leaves=12)
PIECES = st.lists(
    st.sampled_from(
        [
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            ",",
            ":",
            ".",
            "..",
            "+",
            "-",
            "*",
            "/",
            "**",
            "=",
            "!=",
            "<",
            "<=",
            ">",
            ">=",
            "->",
            "@",
            "?",
            "if",
            "then",
            "else",
            "for",
            "in",
            "return",
            "some",
            "every",
            "satisfies",
            "and",
            "or",
            "not",
            "between",
            "instance",
            "of",
            "function",
            "external",
            "a",
            "b",
            "1",
            "2.5",
            '"x"',
            "null",
            "true",
            "date",
            "time",
            "duration",
            "list",
            "number",
            "中",
            "，",
            "/*",
            "*/",
            "//",
            '"',
            "\\",
        ],
    ),
    max_size=25,
).map(" ".join)


def check(source: str) -> None:
    context = feel.Context()
    run = feel.Run(context)
    try:
        parsed = feel.parse(source)
        value = feel.to_json(parsed.evaluate_within(run, SCOPE))
    except feel.FeelError as error:
        assert error.message_zh
        assert (
            error.position is not None or "结果" in error.message_zh or "数字" in error.message_zh
        )
        return
    assert run.steps <= MAX_STEPS
    json.dumps(value, allow_nan=False)


@settings(max_examples=600, suppress_health_check=list(HealthCheck))
@given(EXPRESSIONS)
@example("c[c[c]]")
@example("sort(c, function(x, y) x < y)")
@example("string(function(x) x)")
@example("{k: function(x) x}")
def test_a_well_formed_expression_gives_json_or_a_feel_error(source: str) -> None:
    check(source)


@settings(max_examples=600, suppress_health_check=list(HealthCheck))
@given(PIECES)
def test_a_jumble_of_tokens_gives_json_or_a_feel_error(source: str) -> None:
    check(source)


@settings(max_examples=300)
@given(st.text(max_size=60))
def test_any_text_gives_json_or_a_feel_error(source: str) -> None:
    check(source)


@settings(max_examples=200, suppress_health_check=list(HealthCheck))
@given(EXPRESSIONS, st.sampled_from([None, 1, "x", True, [1], {"a": 1}]))
def test_a_cell_gives_true_false_or_null_or_a_feel_error(source: str, value: Any) -> None:
    try:
        assert feel.unary_tests(source, value, SCOPE) in {True, False, None}
    except feel.FeelError:
        pass


@settings(max_examples=200)
@given(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9))
def test_whole_numbers_are_exact(first: int, second: int) -> None:
    scope = {"a": first, "b": second}

    assert feel.to_json(feel.evaluate("a + b", scope)) == first + second
    assert feel.evaluate("a * b", scope) == first * second
    assert feel.evaluate("a < b", scope) is (first < second)


@settings(max_examples=200)
@given(st.dates(), st.integers(-400, 400))
def test_adding_and_taking_away_days_meet_again(day: Any, days: int) -> None:
    scope = {"day": day.isoformat(), "n": days}

    found = feel.evaluate('date(day) + duration("P1D") * n', scope)

    if found is not None:
        assert feel.evaluate('(b - date(day)) / @"P1D"', {**scope, "b": found}) == days
