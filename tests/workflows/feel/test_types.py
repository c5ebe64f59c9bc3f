"""Static types: what an expression gives, what in it can never work, who is an instance of what."""

from typing import Any

import pytest

from workflows import feel

TYPES = {
    "round": feel.parse_type("number"),
    "outcome": feel.parse_type("string"),
    "accepted": feel.parse_type("boolean"),
    "on": feel.parse_type("date"),
    "members": feel.parse_type("list<context<uscc: string, share: number>>"),
    "limits": feel.parse_type("range<number>"),
    "profile": feel.parse_type("context<publicity: context<days: number>>"),
    "twice": feel.parse_type("function<number> -> number"),
    "anything": feel.parse_type("Any"),
}

GIVEN = [
    ("round + 1", "number"),
    ('outcome + "!"', "string"),
    ('on + @"P1M"', "date"),
    ("on - on", "days and time duration"),
    ('@"P1Y" / @"P1M"', "number"),
    ("round > 1 and accepted", "boolean"),
    ("members[1]", "context<uscc: string, share: number>"),
    ("members[share > 50]", "list<context<uscc: string, share: number>>"),
    ("members.share", "list<number>"),
    ("sum(members.share)", "number"),
    ("profile.publicity.days", "number"),
    ("for m in members return m.uscc", "list<string>"),
    ("for i in 1..3, d in [on] return d", "list<date>"),
    ("some m in members satisfies m.share > 50", "boolean"),
    ("if accepted then 1 else 2", "number"),
    ('if accepted then 1 else "one"', "Any"),
    ("if accepted then 1 else null", "number"),
    ("{a: 1, b: a + 1}.b", "number"),
    ("[1..5].end", "number"),
    ("on.year", "number"),
    ("twice(2)", "number"),
    ("function(a: number, b) a + 1", "function<number, Any> -> number"),
    ("get entries(profile)[1].key", "string"),
    ("sort(members, function(a, b) a.share < b.share)[1].uscc", "string"),
    ('append(["a"], "b")', "list<string>"),
    ("max(1, 2)", "number"),
    ('abs(@"-P1D")', "days and time duration"),
    ("anything.a.b[1] + 1", "Any"),
    ("null", "Null"),
]


@pytest.mark.parametrize(("source", "expected"), GIVEN, ids=[source for source, _ in GIVEN])
def test_the_type_of_an_expression_follows_from_the_types_of_its_names(
    source: str, expected: str
) -> None:
    found = feel.parse(source).type(TYPES)

    assert str(found.type) == expected
    assert found.findings == ()


WRONG = [
    ("rounds + 1", 0, "没有名为“rounds”的数据"),
    ('round + "1"', 6, "数字 + 文本 无法计算"),
    ('round = "1"', 6, "数字与文本不能用“=”比较"),
    ("accepted < true", 9, "是/否与是/否不能用“<”比较"),
    ("outcome and accepted", 0, "“and”的一侧是文本,不是“是/否”"),
    ("if round then 1 else 2", 3, "条件的结果是数字,不是“是/否”"),
    ("profile.publicity.dayz", 17, "对象没有“dayz”"),
    ("members.shares", 7, "对象没有“shares”"),
    ("on.hour", 2, "日期没有“hour”"),
    ("string length(round)", 13, "函数“string length”不接受数字"),
    ("round(1)", 5, "数字不能当作函数调用"),
    ('twice("2")', 6, "参数是文本,应为数字"),
    ("twice(1, 2)", 5, "参数个数不符"),
    ('members["lead"]', 7, "方括号中应为条件或序号,不是文本"),
    ('round in ["a", "b"]', 9, "数字与文本不能用“=”比较"),
    ("outcome in [1..5]", 11, "文本与数字不能用“=”比较"),
    ('round between "a" and 2', 6, "数字与文本不能用“>=”比较"),
    ('[1.."a"]', 0, "区间两端的类型不同"),
    ("-outcome", 0, "不能对文本取负"),
    ("every m in members satisfies m.share", 30, "条件的结果是数字,不是“是/否”"),
    ('(function(a) a + "x")(1) + missing', 27, "没有名为“missing”的数据"),
]


@pytest.mark.parametrize(("source", "offset", "message"), WRONG, ids=[row[0] for row in WRONG])
def test_what_can_never_work_is_found_before_any_data(
    source: str, offset: int, message: str
) -> None:
    (finding,) = feel.parse(source).type(TYPES).findings

    assert finding.message_zh == message
    assert finding.position is not None
    assert finding.position.offset == offset
    assert finding.message.isascii()


@pytest.mark.parametrize(
    ("source", "value", "count"),
    [
        ("< 5", "number", 0),
        ("< 5", "string", 1),
        ('"a", "b"', "string", 0),
        ('"a", 1', "string", 1),
        ("[1..5]", "number", 0),
        ("[1..5]", "date", 1),
        ("? > round", "number", 0),
        ("not(true)", "boolean", 0),
        ("true", "number", 1),
        ("-", "number", 0),
        ('"a"', "list<string>", 1),
    ],
)
def test_a_cell_that_no_value_can_pass_is_found(source: str, value: str, count: int) -> None:
    cell = feel.parse_unary_tests(source)

    assert len(cell.type(TYPES, feel.parse_type(value)).findings) == count


@pytest.mark.parametrize(
    "text",
    [
        "list<list<string>>",
        "context<a: number, b: range<date>>",
        "function<number, list<string>> -> boolean",
        "date and time",
        "years and months duration",
    ],
)
def test_a_type_is_written_as_it_is_read(text: str) -> None:
    assert str(feel.parse_type(text)) == text


@pytest.mark.parametrize("text", ["nubmer", "list<number", "context<a>", "function<> ->", "", "1"])
def test_what_is_no_type_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(feel.FeelSyntaxError) as refused:
        feel.parse_type(text)

    assert refused.value.position is not None


INSTANCES: list[tuple[str, Any]] = [
    # 10.3.2.9: null is an instance of Null only, but conforms to every type inside another value
    ("null instance of Any", False),
    ("null instance of Null", True),
    ("{号: null} instance of context<号: string>", True),
    ("[1, null] instance of list<number>", True),
    ("{号: 1, 名: 2} instance of context<号: number>", True),
    ("{号: 1} instance of context<号: number, 名: number>", False),
    ("[[1], [2, 3]] instance of list<list<number>>", True),
    ("[1..2) instance of range<string>", False),
    # functions: parameters may take more, the result may be narrower
    ("(function(a: number) a > 1) instance of function<number> -> boolean", True),
    ("(function(a: number) a > 1) instance of function<number> -> Any", True),
    ("(function(a: number) a > 1) instance of function<number> -> string", False),
    ("(function(a: number) a > 1) instance of function<string> -> boolean", False),
    ("(function(a: number) a > 1) instance of function<number, number> -> boolean", False),
    (
        "(function(a: context<x: number>) a.x) instance of"
        " function<context<x: number, y: number>> -> number",
        True,
    ),
    (
        "(function(a: context<x: number, y: number>) a.x) instance of"
        " function<context<x: number>> -> number",
        False,
    ),
    ("count instance of function", True),
    ("(function(a) a) instance of function", True),
]


@pytest.mark.parametrize(("source", "expected"), INSTANCES, ids=[row[0] for row in INSTANCES])
def test_instance_of_knows_structured_types(source: str, expected: bool) -> None:
    assert feel.evaluate(source, {}) is expected


def test_types_that_a_model_names_are_known_where_it_says_so() -> None:
    types = frozenset(
        {
            ("tTitles", feel.parse_type("list<string>")),
            ("承办 单位", feel.parse_type("context<name: string>")),
        }
    )
    yes = (
        '["文件一"] instance of tTitles',
        '[{name: "法规处", level: 2}] instance of list<承办 单位>',
        '(function(all: tTitles) count(all))("文件一") = 1',
        "not([1] instance of tTitles)",
    )
    for source in yes:
        assert feel.parse(source, types=types).evaluate({}) is True, source
    assert feel.parse_unary_tests("? instance of tTitles", types=types).evaluate(["a"], {}) is True
    with pytest.raises(feel.FeelSyntaxError, match="name of a type"):
        feel.parse("[1] instance of tTitles")
