"""Known answers, most of them from the tables of OMG DMN 1.5 chapter 10."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from workflows import feel
from workflows.calendar import WorkingCalendar

SCOPE: dict[str, Any] = {
    "x": 3,
    "half": 0.5,
    "flag": False,
    "名称": "联合体",
    "members": [
        {"uscc": "A", "role": "lead", "share": 60},
        {"uscc": "B", "role": "member", "share": 40},
    ],
    "profile": {"publicity": {"days": 5}},
    "count": 7,
    "entries": [{"key": "A", "item": {"n": 1}}, {"key": "B", "item": {"n": 2}}],
}


def answer(source: str) -> Any:
    return feel.to_json(feel.evaluate(source, SCOPE))


ARITHMETIC = [
    ("1 + 2 * 3", 7),
    ("(1 + 2) * 3", 9),
    ("10 / 4", 2.5),
    ("1 / 0", None),
    ("2 ** 3 ** 2", 64),
    ("-3 ** 2", 9),
    ("0.1 + 0.2 = 0.3", True),
    ("1 - -1", 2),
    (".5 + 1e3", 1000.5),
    ("null + 1", None),
    ('"a" + "b"', "ab"),
    ('"a" + 1', None),
    ("half * 2", 1),
    ("flag + 1", None),
    ("9 ** 9 ** 9 ** 9 ** 9", None),
]
LOGIC = [
    ("true and null", None),
    ("false and null", False),
    ("true or null", True),
    ("false or null", None),
    ("true and 5", None),
    ("false and 5", False),
    ("not(null)", None),
    ("not(true)", False),
    ("null = null", True),
    ("null = 1", False),
    ("null != 1", True),
    ('1 = "1"', None),
    ('1 < "1"', None),
    ("null < 1", None),
    ("true = 1", None),
    ("flag = 0", None),
    ("[1, [2]] = [1, [2]]", True),
    ("{a: 1, b: 2} = {b: 2, a: 1}", True),
    ("x != null and x > 2", True),
    ("missing != null and missing > 2", False),
]
MEMBERSHIP = [
    ("5 in [1..10]", True),
    ("10 in [1..10)", False),
    ("1 in ]1..10]", False),
    ("10 in [1..10[", False),
    ("10 in [1..10[ or false", False),
    ("5 in (< 6)", True),
    ("5 in < 6", True),
    ("5 in (<= 4, > 10)", False),
    ("5 in (1..5)", False),
    ("5 in ([1..3], [4..6])", True),
    ('"b" in ("a", "b")', True),
    ("2 in [1, 2, 3]", True),
    ("5 between 1 and 5", True),
    ("null between 1 and 2", None),
    ('date("2026-10-01") in [date("2026-01-01")..date("2026-12-31")]', True),
]
LISTS = [
    ("[1, 2, 3][1]", 1),
    ("[1, 2, 3][-1]", 3),
    ("[1, 2, 3][0]", None),
    ("[1, 2, 3][4]", None),
    ("[1, 2, 3][item > 1]", [2, 3]),
    ("[1, 2, 3][x]", 3),
    ('members[role = "lead"].uscc', ["A"]),
    ('members[role = "lead"][1].uscc', "A"),
    ("members.share", [60, 40]),
    ("members[share > profile.publicity.days * 10].uscc", ["A"]),
    ("members[count(members)].uscc", "B"),
    ("entries[item.n = 2].key", ["B"]),
    ("[{item: 1}, {item: 2}][item >= 2]", [{"item": 2}]),
    ("5[item > 1]", [5]),
    ("null[1]", None),
    ("[][1]", None),
    ("for i in 1..3 return i * 2", [2, 4, 6]),
    ("for i in 3..1 return i", [3, 2, 1]),
    ("for i in [1, 2], j in [i, 10] return i * j", [1, 10, 4, 20]),
    ("for i in 1..4 return if i = 1 then 1 else i * partial[-1]", [1, 2, 6, 24]),
    (
        'for d in date("2026-01-31")..date("2026-02-01") return string(d)',
        ["2026-01-31", "2026-02-01"],
    ),
    ("for i in [1..3) return i", [1, 2]),
    ("for i in null return i", None),
    ("some m in members satisfies m.share > 50", True),
    ("every m in members satisfies m.share > 50", False),
    ("some i in [] satisfies i", False),
    ("every i in [] satisfies i", True),
    ("some i in [null, true] satisfies i", True),
    ("some i in [null, false] satisfies i", None),
]
CONTEXTS = [
    ("{a: 1, b: a + 1}.b", 2),
    ('{"a b": 1, c d: 2}', {"a b": 1, "c d": 2}),
    ("{a: {b: {c: 3}}}.a.b.c", 3),
    ("{a: 1}.z", None),
    ("null.x", None),
    ("profile.publicity.days", 5),
    ("profile.none.days", None),
    ("名称", "联合体"),
    ('名称 + "甲"', "联合体甲"),
    ("{名: 1}.名", 1),
    ("count > 5 and count([1, 2]) = 2", True),
    ("[1..5].start", 1),
    ("(1..5].start included", False),
]
FUNCTIONS = [
    ("{f: function(a, b) a - b, r: f(3, 1)}.r", 2),
    ("{f: function(a, b) a - b, r: f(b: 3, a: 1)}.r", -2),
    ("(function(n: number) n + 1)(2)", 3),
    ('(function(n: number) n + 1)("2")', None),
    ('substring(string: "foobar", start position: 3)', "obar"),
    ("sort([3, 1, 2], function(a, b) a < b)", [1, 2, 3]),
    ("1(2)", None),
    ("missing(2)", None),
]
TYPES = [
    ("1 instance of number", True),
    ("1 instance of string", False),
    ("[1, 2] instance of list<number>", True),
    ('[1, "a"] instance of list<number>', False),
    ("{a: 1} instance of context<a: number>", True),
    ("null instance of number", False),
    ('@"2026-01-01" instance of date', True),
    ('@"2026-01-01T00:00:00" instance of date and time', True),
    ('@"P1D" instance of days and time duration', True),
    ('@"P1M" instance of years and months duration', True),
    ("[1..2] instance of range<number>", True),
    ("(function(a: number) a) instance of function<number> -> number", True),
]
BUILTINS = [
    ('substring("foobar", -2)', "ar"),
    ('substring("foobar", 3, 2)', "ob"),
    ('substring("🐎ab", 2)', "ab"),
    ('string length("中文🐎")', 3),
    ('substring before("foobar", "bar")', "foo"),
    ('substring after("foobar", "ob")', "ar"),
    ('string join(["a", null, "c"], "-")', "a-c"),
    ("string(1.50)", "1.5"),
    ('string([1, "a", null, {b: true}])', '[1, "a", null, {b: true}]'),
    ('number("1,000.5", ",", ".")', 1000.5),
    ('number("abc")', None),
    ("list contains([1, null], null)", True),
    ("count(null)", None),
    ("count([])", 0),
    ("min([3, 1, 2])", 1),
    ("max(1, 5, 3)", 5),
    ('min([1, "a"])', None),
    ("sum([])", None),
    ("sum([1, 2, 3])", 6),
    ("mean([1, 2, 3, 4])", 2.5),
    ("median([6, 1, 2, 3])", 2.5),
    ("mode([6, 1, 9, 6, 1])", [1, 6]),
    ("product(2, 3, 4)", 24),
    ("all([true, null])", None),
    ("all([])", True),
    ("any([false, true])", True),
    ("sublist([1, 2, 3], 2)", [2, 3]),
    ("append([1], 2, 3)", [1, 2, 3]),
    ("concatenate([1, 2], [3])", [1, 2, 3]),
    ("insert before([1, 3], 2, 2)", [1, 2, 3]),
    ("remove([1, 2, 3], 2)", [1, 3]),
    ("list replace([2, 4, 7, 8], 3, 6)", [2, 4, 6, 8]),
    ("index of([1, 2, 3, 2], 2)", [2, 4]),
    ("union([1, 2], [2, 3])", [1, 2, 3]),
    ("distinct values([1, 2, 1])", [1, 2]),
    ('duplicate values(["A", "B", "A"])', ["A"]),
    ("flatten([[1, 2], [[3]], 4])", [1, 2, 3, 4]),
    ("decimal(2.5, 0)", 2),
    ("floor(-1.5)", -2),
    ("ceiling(1.56, 1)", 1.6),
    ("round up(-1.126, 2)", -1.13),
    ("round half up(2.5)", 3),
    ("modulo(-12, 5)", 3),
    ("modulo(1, 0)", None),
    ("sqrt(16)", 4),
    ("sqrt(-1)", None),
    ("even(2) and odd(3)", True),
    ("abs(-10)", 10),
    ('get value({a: {b: 1}}, ["a", "b"])', 1),
    ("get entries({a: 1})", [{"key": "a", "value": 1}]),
    ('context([{key: "a", value: 1}])', {"a": 1}),
    ('context put({x: {y: 0, z: 1}}, ["x", "y"], 2)', {"x": {"y": 2, "z": 1}}),
    ("context merge([{x: 1}, {y: 2}])", {"x": 1, "y": 2}),
    ("before([1..5), [5..10])", True),
    ("overlaps([5..10], [1..6])", True),
    ("during(5, [1..10])", True),
    ("meets([1..5], [5..10])", True),
    ("overlaps before([1..5], [4..10])", True),
    ("coincides((1..5), [1..5])", False),
    ("starts([1..5], [1..10])", True),
    ("finished by([1..10], [5..10])", True),
]
DATES = [
    ('date("2026-01-31") + duration("P1M")', "2026-02-28"),
    ('date("2028-02-29") + @"P1Y"', "2029-02-28"),
    ('date("2026-09-28") + @"P3Y" - @"P1D"', "2029-09-27"),
    ('date("2026-03-01") - date("2026-02-28")', "P1D"),
    ('date("2026-02-30")', None),
    ('date("2026-1-1")', None),
    ("date(2026, 1, 5)", "2026-01-05"),
    ('date("2026-09-28") < date("2026-09-29")', True),
    ('date(date and time("2026-09-28T23:30:00+08:00"))', "2026-09-28"),
    ('@"2026-09-28T16:00:00Z" = @"2026-09-29T00:00:00+08:00"', True),
    ('@"2026-09-28T16:00:00Z" < @"2026-09-29T00:00:00"', None),
    ('@"10:00:00Z" = @"11:00:00+01:00"', True),
    ('time("23:00:00") + duration("PT2H")', "01:00:00"),
    ('duration("P1Y2M") + duration("P1M")', "P1Y3M"),
    ('duration("P1D") * 1.5', "P1DT12H"),
    ('duration("P2D") / duration("PT12H")', 4),
    ('duration("P1Y1D")', None),
    ('@"P14M"', "P1Y2M"),
    ('@"-PT36H"', "-P1DT12H"),
    ('@"-PT36H".hours', -12),
    ('@"2026-05-06".weekday', 3),
    ('@"2026-05-06T10:11:12".minute', 11),
    ('@"2026-05-06T10:11:12@Asia/Shanghai".timezone', "Asia/Shanghai"),
    ('@"2026-05-06T10:11:12+08:00".time offset', "PT8H"),
    ('day of week(date("2026-11-21"))', "Saturday"),
    ('month of year(date("2026-11-21"))', "November"),
    ('day of year(date("2026-02-01"))', 32),
    ('week of year(date("2005-01-01"))', 53),
    ('last day of month(date("2028-02-03"))', "2028-02-29"),
    ('years and months duration(date("2011-12-22"), date("2013-08-24"))', "P1Y8M"),
    ('years and months duration(date("2013-08-24"), date("2011-12-22"))', "-P1Y8M"),
    ('date("9999-12-31") + @"P1D"', "10000-01-01"),
    ('is(@"10:00:00Z", @"11:00:00+01:00")', False),
    ('string(@"2026-09-28T10:00:00.120+08:00")', "2026-09-28T10:00:00.12+08:00"),
]
COMMENTS = [
    ("1 /* one */ + 2 // two", 3),
    ("// first\n4", 4),
    ('"//" + "/*"', "//" + "/*"),
    (r'"a\"b\\c\u4e2d\U01F40E"', 'a"b\\c中🐎'),
    (r'"\uD83D\uDC0E"', "🐎"),
]
ALL = [
    *ARITHMETIC,
    *LOGIC,
    *MEMBERSHIP,
    *LISTS,
    *CONTEXTS,
    *FUNCTIONS,
    *TYPES,
    *BUILTINS,
    *DATES,
    *COMMENTS,
]


@pytest.mark.parametrize(("source", "expected"), ALL, ids=[source for source, _ in ALL])
def test_the_answer_is_the_standards(source: str, expected: Any) -> None:
    found = answer(source)

    assert type(found) is type(expected)
    assert found == pytest.approx(expected) if isinstance(expected, float) else found == expected


TESTS = [
    ("-", 5, True),
    ("", None, True),
    ("< 5", 4, True),
    ("< 5", None, None),
    ("10, 30", 30, True),
    ("10,30", 20, False),
    ("[10..40]", 40, True),
    ("]10..40[", 40, False),
    ("not(5)", 6, True),
    ("not(5)", 5, False),
    ('not("a", "b")', "c", True),
    ('"a", "b"', "b", True),
    ("null", None, True),
    ("true", True, True),
    ("true", False, False),
    ("false", False, True),
    ("true", None, False),
    ("? > 5 and ? < 10", 7, True),
    ('contains(?, "ob")', "foobar", True),
    ("x > 2", "whatever", True),
    ("limit", 3, True),
    ("< limit", 2, True),
    ("[1, 2]", 2, True),
    ("wanted", "A", True),
    ('date("2026-10-01")', date(2026, 10, 1), True),
    ('>= date("2026-10-01")', date(2026, 9, 30), False),
    ("every i in ? satisfies i > 0", [1, 2], True),
    ('not(contains(?, "a"))', "b", True),
    ("-5", -5, True),
    ("= 5", 5, True),
    ("!= 5", 5, False),
]


@pytest.mark.parametrize(("source", "value", "expected"), TESTS)
def test_a_cell_of_a_table_tells_whether_the_value_passes(
    source: str, value: Any, expected: bool | None
) -> None:
    scope = {"x": 3, "limit": 3, "wanted": ["A", "B"]}

    assert feel.unary_tests(source, value, scope) is expected


def test_a_value_read_from_the_data_is_not_shared_with_them() -> None:
    scope = {"units": [{"name": "A"}]}

    feel.evaluate("units", scope)[0]["name"] = "B"

    assert scope == {"units": [{"name": "A"}]}


def test_a_variable_named_like_a_function_does_not_replace_it() -> None:
    scope = {"count": "broken", "date": 1, "sum": [1]}

    assert feel.evaluate("count([1, 2])", scope) == 2
    assert feel.evaluate('date("2026-01-01").year + date', scope) == 2027


def test_a_missing_name_is_null_and_told_of() -> None:
    context = feel.Context()

    assert feel.evaluate("1 +\n missing", {}, context) is None

    assert context.warnings[0].message_zh == "没有名为“missing”的数据"
    assert context.warnings[0].position == feel.Position(5, 2, 2)


def test_comparing_different_types_is_null_and_told_of() -> None:
    context = feel.Context()

    assert feel.evaluate('1 = "1"', {}, context) is None

    assert "数字" in context.warnings[0].message_zh


def test_the_shared_default_context_keeps_no_warnings() -> None:
    feel.evaluate("missing", {})

    assert feel.DEFAULT.warnings == []


def test_the_clock_is_the_contexts_and_stands_still() -> None:
    times = iter([datetime(2026, 9, 28, 17, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)])
    context = feel.Context(now=lambda: next(times))

    assert feel.to_json(feel.evaluate("[today(), now() = now()]", {}, context)) == [
        "2026-09-29",
        True,
    ]


def test_without_a_clock_the_time_is_refused() -> None:
    with pytest.raises(feel.FeelEvaluationError) as caught:
        feel.evaluate("1 + count([now()])", {})

    assert caught.value.message_zh == "此处不能使用当前时间"
    assert caught.value.position == feel.Position(11, 1, 12)


class _Weekdays:
    def working_days_after(self, day: date, n: int) -> date:
        while n:
            day = date.fromordinal(day.toordinal() + 1)
            n -= day.weekday() < 5
        return day

    def working_days_between(self, first: date, last: date) -> int:
        days = range(first.toordinal() + 1, last.toordinal() + 1)
        return sum(date.fromordinal(day).weekday() < 5 for day in days)


def test_working_days_come_from_the_calendar_of_the_context() -> None:
    context = feel.Context(calendar=_Weekdays())

    found = feel.evaluate('working days after(date("2026-11-20"), 5)', {}, context)
    between = 'days between working(date("2026-11-20"), @"2026-11-27")'

    assert found == date(2026, 11, 27)
    assert feel.evaluate(between, {}, context) == 5


def test_what_the_calendar_refuses_is_an_error_of_the_expression() -> None:
    context = feel.Context(calendar=WorkingCalendar({}, "test"))

    with pytest.raises(feel.FeelEvaluationError) as caught:
        feel.evaluate('working days after(date("9999-12-30"), 5)', {}, context)

    assert caught.value.message_zh
    assert caught.value.position == feel.Position(0, 1, 1)


@pytest.mark.parametrize(
    "source",
    ['working days after(date("2026-11-20"), 5)', 'working days after(date("2026-11-20"), 99999)'],
)
def test_working_days_without_a_calendar_or_without_end_are_refused(source: str) -> None:
    with pytest.raises(feel.FeelEvaluationError):
        feel.evaluate(source, {})


NAMES = [
    ("profile.publicity.days + 1", {("profile", "publicity", "days")}, set()),
    ("for m in members return m.name", {("members",)}, set()),
    ("some m in members satisfies m.x > limit", {("members",), ("limit",)}, set()),
    ("members[role = wanted].name", {("members",)}, {("role",), ("wanted",)}),
    ("members[item.role = 1]", {("members",)}, set()),
    ("{a: b, c: a}.c", {("b",)}, set()),
    ("(function(a) a + b)(c)", {("b",), ("c",)}, set()),
    ("count(x) + count", {("x",), ("count",)}, set()),
    ("if a then b else c", {("a",), ("b",), ("c",)}, set()),
    ("x in [low..high]", {("x",), ("low",), ("high",)}, set()),
    ("x in (< a, b)", {("x",), ("a",), ("b",)}, set()),
    ("not(a) and b between c and d", {("a",), ("b",), ("c",), ("d",)}, set()),
    ("x instance of list<number>", {("x",)}, set()),
]


@pytest.mark.parametrize(("source", "names", "filter_names"), NAMES)
def test_an_expression_tells_what_it_reads(source: str, names: Any, filter_names: Any) -> None:
    parsed = feel.parse(source)

    assert parsed.names() == names
    assert parsed.filter_names() == filter_names


def test_an_expression_tells_which_unknown_functions_it_calls() -> None:
    assert feel.parse("foo(bar(1)) + count([])").functions() == {"foo", "bar"}


def test_a_cell_tells_what_it_reads() -> None:
    cell = feel.parse_unary_tests("< profile.limit, ? > other")

    assert cell.names() == {("profile", "limit"), ("other",)}


def test_a_source_is_parsed_once() -> None:
    assert feel.parse("1 + 1") is feel.parse("1 + 1")


def test_names_with_spaces_can_be_declared() -> None:
    parsed = feel.parse("Monthly Salary * 12", frozenset({"Monthly Salary"}))

    assert parsed.evaluate({"Monthly Salary": 10}) == 120


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("1e400", "数字过大,无法保存"),
        ("function(a) a", "结果不能是函数"),
    ],
)
def test_what_json_cannot_hold_is_refused(source: str, text: str) -> None:
    with pytest.raises(feel.FeelEvaluationError) as caught:
        feel.to_json(feel.evaluate(source, {}))

    assert caught.value.message_zh == text


def test_large_whole_numbers_and_fractions_become_floats() -> None:
    assert feel.to_json(feel.evaluate("[2 ** 53, 1.5, 3.0]", {})) == [2.0**53, 1.5, 3]
