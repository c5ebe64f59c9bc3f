"""What is refused, where the error points, and that no budget can be exceeded."""

import sys
from collections.abc import Callable
from typing import Any

import pytest

from workflows import feel

ESCAPES = [
    "__class__",
    "__builtins__",
    "x.__class__",
    "x.__class__.__mro__",
    "x.__init__.__globals__",
    '"".__class__',
    "[].__class__.__base__.__subclasses__()",
    "{}.__getattribute__",
    "(1).real",
    "date.today",
    '@"2026-01-01".fromisoformat',
    '@"2026-01-01".__reduce__',
    "count.__globals__",
    "function.__code__",
    "(function(a) a).__closure__",
    "string.format",
    '"{0.__class__}".format(1)',
    "lambda: 1",
    "import os",
    '__import__("os")',
    '__import__("os").system("id")',
    'eval("1")',
    'exec("1")',
    'open("/etc/passwd")',
    "globals()",
    "locals()",
    "vars(x)",
    "dir()",
    'getattr(x, "a")',
    "type(x)",
    "self.context",
    "env.scope",
    "run.steps",
    "os.environ",
    "x.keys()",
    "x.items",
    "x.get",
    "[1].append",
    "item.__class__",
    "null.__class__",
]


@pytest.mark.parametrize("source", ESCAPES)
def test_nothing_outside_the_data_can_be_reached(source: str) -> None:
    try:
        found = feel.evaluate(source, {"x": {"a": 1}, "s": "text"})
    except feel.FeelError:
        return

    assert found in (None, [], [None])


SYNTAX = [
    ("", 0),
    ("   ", 3),
    ("1 +", 3),
    ("1 2", 2),
    ("(1", 2),
    ("[1, 2", 5),
    ("{a 1}", 4),
    ("{a: 1, a: 2}", 7),
    ("if true then 1", 14),
    ("for x in [1]", 12),
    ("for 1 in [1] return 1", 4),
    ('"open', 0),
    ("/* open", 0),
    ("1 $ 2", 2),
    ("x ＝ 1", 2),
    ("“甲”", 0),
    ("x，y", 1),
    ("1abc", 0),
    ("1e99999", 0),
    ('@"nonsense"', 1),
    ('@"2026-02-30"', 1),
    ("x instance of nonsense", 14),
    ("function(a) external {}", 12),
    ("function(a, a) 1", 12),
    ("f(a: 1, 2)", 8),
    ("? + 1", 0),
    ("count()", 0),
    ('substring("a")', 0),
    ('substring(string: "a", nonsense: 1)', 0),
    (r'"\uD83D"', 0),
    (r'"\uZZZZ"', 1),
    ("a.", 2),
    ("a.1", 1),
    ("[1..2", 5),
    ("eval('1')", 5),
    ("x == 1", 3),
    ("x && y", 2),
    ("a\x00b", 1),
    ("\ud800", 0),
]


@pytest.mark.parametrize(("source", "offset"), SYNTAX)
def test_a_faulty_source_is_refused_at_its_place(source: str, offset: int) -> None:
    with pytest.raises(feel.FeelSyntaxError) as caught:
        feel.parse(source)

    assert caught.value.position is not None
    assert caught.value.position.offset == offset
    assert any("\u4e00" <= character <= "\u9fff" for character in caught.value.message_zh)


def test_a_full_width_sign_is_named_with_its_half_width_one() -> None:
    with pytest.raises(feel.FeelSyntaxError) as caught:
        feel.parse("人数\n ＞ 3")

    assert caught.value.message_zh == "“＞”是全角符号,请改用半角“>”"
    assert caught.value.position == feel.Position(4, 2, 2)


DEEP: list[Callable[[int], str]] = [
    lambda n: "(" * n + "1" + ")" * n,
    lambda n: "-" * n + "1",
    lambda n: "not(" * n + "true" + ")" * n,
    lambda n: "[" * n + "]" * n,
    lambda n: "{a: " * n + "1" + "}" * n,
    lambda n: "1" + " + 1" * n,
    lambda n: "a" + ".b" * n,
    lambda n: "a" + "[1]" * n,
    lambda n: "f" + "()" * n,
    lambda n: "if a then 1 else " * n + "1",
    lambda n: "for a in b return " * n + "1",
    lambda n: "function(a) " * n + "1",
    lambda n: "for " + ", ".join(f"a{i} in [1]" for i in range(n)) + " return 1",
    lambda n: "1 in " * n + "1",
    lambda n: "x instance of " + "list<" * n + "number" + ">" * n,
]


@pytest.mark.parametrize("build", DEEP)
@pytest.mark.parametrize("depth", [40, 99, 150, 600, 2400])
def test_deep_nesting_never_exhausts_the_stack(build: Callable[[int], str], depth: int) -> None:
    try:
        feel.evaluate(build(depth), {"a": True, "b": [1]})
    except feel.FeelError as error:
        assert depth >= 40
        assert isinstance(error, feel.FeelBudgetError | feel.FeelSyntaxError)


def test_ninety_levels_are_allowed() -> None:
    assert feel.evaluate("(" * 90 + "1" + ")" * 90, {}) == 1


def test_a_long_disjunction_is_not_deep() -> None:
    assert feel.evaluate("false" + " or false" * 900, {}) is False


def test_an_almost_used_up_stack_is_a_budget_error() -> None:
    def dive(levels: int) -> Any:
        return dive(levels - 1) if levels else feel.evaluate("(" * 90 + "x" + ")" * 90, {})

    with pytest.raises(feel.FeelBudgetError):
        dive(sys.getrecursionlimit() - 120)


DOUBLING = ", ".join(f"x{i + 1}: [x{i}, x{i}]" for i in range(30))
TEXT = ", ".join(f"x{i + 1}: x{i} + x{i}" for i in range(30))
EXPENSIVE = [
    "for i in 1..1000000000 return i",
    "for a in 1..1000, b in 1..1000, c in 1..1000 return a",
    "some a in 1..1e20 satisfies a < 0",
    "count(for i in 1..1e9 return 1)",
    "for i in 1..10000 return 1.0000001 ** 12345678.5",
    "for i in 1..10000 return exp(i / 7)",
    f"{{x0: [1], {DOUBLING}}}",
    f"{{x0: [1], {DOUBLING}, r: x30 = x30}}.r",
    f"{{x0: [1], {DOUBLING}, r: string(x30)}}.r",
    f"{{x0: [1], {DOUBLING}, r: count(flatten(x30))}}.r",
    f'{{x0: "0123456789", {TEXT}}}',
    "(function(f) f(f))(function(f) f(f))",
    "{f: function(g, n) if n = 0 then 0 else 1 + g(g, n - 1), r: f(f, 1000)}.r",
    "sort(for i in 1..9000 return modulo(i * 7919, 10007), function(a, b) a < b)",
    "distinct values(for i in 1..9000 return [i])",
    'for d in date("0001-01-01")..date("9999-12-31") return d',
    "for i in 1..10000 return count(partial)",
    "for i in 1..300 return partial",
    "for i in 1..10000 return string(1e6000)",
]


@pytest.mark.parametrize("source", EXPENSIVE)
def test_too_much_work_is_cut_short(source: str) -> None:
    with pytest.raises(feel.FeelBudgetError):
        feel.evaluate(source, {})


def test_a_source_that_is_too_long_is_refused() -> None:
    with pytest.raises(feel.FeelBudgetError):
        feel.parse("1" + " " * 10_000)


@pytest.mark.parametrize(
    "value",
    [object(), b"bytes", {1, 2}, lambda: 1, 10**20_000],
    ids=["object", "bytes", "set", "function", "huge"],
)
def test_what_is_not_data_is_refused(value: Any) -> None:
    with pytest.raises(feel.FeelEvaluationError):
        feel.evaluate("x", {"x": value})


def test_what_is_not_data_is_refused_deep_inside_too() -> None:
    with pytest.raises(feel.FeelEvaluationError):
        feel.evaluate("x.y", {"x": {"y": [object()]}})


def test_not_a_number_and_infinity_are_null() -> None:
    assert feel.evaluate("[a, b]", {"a": float("nan"), "b": float("-inf")}) == [None, None]


@pytest.mark.parametrize(
    "source", ["for i in 1..9999 return long", "[{a: for i in 1..99 return {b: long, c: long}}]"]
)
def test_a_result_repeats_a_long_text_only_so_often(source: str) -> None:
    with pytest.raises(feel.FeelBudgetError) as refused:
        feel.evaluate(source, {"long": "文" * 20_000})

    assert refused.value.message_zh == "表达式的结果过大"


def test_data_nested_too_deeply_are_refused() -> None:
    value: list[Any] = []
    for _ in range(300):
        value = [value]

    with pytest.raises(feel.FeelBudgetError):
        feel.evaluate("x = x", {"x": value})
    with pytest.raises(feel.FeelBudgetError):
        feel.evaluate("x", {"x": value})


def test_warnings_are_capped() -> None:
    context = feel.Context()

    feel.evaluate("for i in 1..1000 return missing", {}, context)

    assert len(context.warnings) == 100
