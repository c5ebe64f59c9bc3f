"""Clauses of OMG DMN 1.5 chapter 10 that are easily got wrong, each with our own values."""

from typing import Any

import pytest

from workflows import feel

SCOPE = {"limit": 5}
# 10.3.1.2 grammar: names and keys may hold signs and keywords
GRAMMAR: list[tuple[str, Any]] = [
    ("{受理-编号: 3, b/c: 4}", {"受理-编号": 3, "b/c": 4}),
    ("{days of notice: 5}", {"days of notice": 5}),
    ("5 in (..10]", True),
    ("5 in [5..)", True),
    ("5 in ]5..[", False),
    ("(..5) = (..5)", True),
    ("[1..[3, 4][1]].end", 3),
]
# 10.3.2.3 equality and kind of dates and times: equal as instants
MOMENTS: list[tuple[str, Any]] = [
    ('@"08:00:00@Asia/Shanghai" = @"00:00:00Z"', True),
    ('@"08:00:00@Asia/Shanghai" = @"08:00:00@Asia/Tokyo"', False),
    ('@"08:00:00@Asia/Shanghai".time offset', "PT8H"),
    # a time alone has no date, so a zone's summer does not count
    ('@"12:00:00@Europe/Berlin".time offset', "PT1H"),
    ('is(@"08:00:00@Asia/Shanghai", @"08:00:00+08:00")', True),
    ('is(@"08:00:00@Asia/Shanghai", @"00:00:00Z")', False),
    ('is(@"2026-03-01", @"2026-03-01T00:00:00")', False),
    ('@"23:59:59@Etc/GMT"', "23:59:59@Etc/GMT"),
    ('@"PT1.S"', "PT1S"),
]
# 10.3.2.3.6 arithmetic: a date next to a date and time is midnight in UTC
DIFFERENCES: list[tuple[str, Any]] = [
    ('@"2026-10-01" - @"2026-09-30T20:00:00Z"', "PT4H"),
    ('@"2026-10-01" - @"2026-10-01T08:00:00+08:00"', "PT0S"),
    ('@"2026-10-01" - @"2026-09-30T20:00:00"', None),
    ('@"2026-10-01T00:00:00" - @"2026-09-30T20:00:00Z"', None),
    ('@"2026-10-01" - @"PT1H"', "2026-09-30"),
    ('@"2026-10-01" + @"PT23H"', "2026-10-01"),
    # whole months between the days; clocks and zones do not count
    ('years and months duration(@"2026-01-15T18:00:00", @"2026-03-15T09:00:00")', "P2M"),
    ('years and months duration(@"2026-01-15T18:00:00+08:00", @"2026-03-16T09:00:00")', "P2M"),
    ('years and months duration(@"2026-03-14", @"2026-01-15")', "-P1M"),
]
# 10.3.2.3.4 to .6: years of up to nine digits, before our era too; nanoseconds
WIDE: list[tuple[str, Any]] = [
    ('date("-0044-03-15")', "-0044-03-15"),
    ('date("12026-02-29")', None),
    ('date("12024-02-29")', "12024-02-29"),
    ('date("012026-01-01")', None),
    ("date(-44, 3, 15).month", 3),
    ("date(1000000000, 1, 1)", None),
    ('date("-0044-03-15").weekday', 4),
    ('@"9999-12-31" + @"P1D"', "10000-01-01"),
    ('@"10000-01-01" - @"P1D"', "9999-12-31"),
    ('@"10000-01-31" + @"P1M"', "10000-02-29"),
    ('@"10000-01-01" - @"9999-12-31"', "P1D"),
    ('@"10000-01-01" > @"9999-12-31"', True),
    ('@"-0001-01-01" < @"0001-01-01T00:00:00Z"', True),
    ('@"10000-01-01" = @"10000-01-01T00:00:00"', True),
    ('@"10000-01-01" = @"9999-01-01"', False),
    ('@"10000-01-01" = "10000-01-01"', None),
    ('@"10000-01-01T00:00:00Z" < @"10000-01-01T00:00:00"', None),
    ('@"10000-01-01T08:00:00+08:00" = @"10000-01-01T00:00:00Z"', True),
    ('date(@"10000-01-01T08:00:00+08:00")', "10000-01-01"),
    ('time(@"10000-01-01T08:00:00+08:00")', "08:00:00+08:00"),
    ('date and time(@"10000-01-01", @"08:30:00")', "10000-01-01T08:30:00"),
    ('years and months duration(@"-0001-06-01", @"0001-07-02")', "P2Y1M"),
    ('@"10:00:00.123456789"', "10:00:00.123456789"),
    ('@"10:00:00.123456789" + @"PT1H"', "11:00:00.123456789"),
    ('@"10:00:00.123456789" > @"10:00:00.123456788"', True),
    ('@"10:00:00.123456789".second', 0),
    ('@"2026-05-01T10:00:00.000000001@Asia/Shanghai".time offset', "PT8H"),
    ('@"2026-05-01T23:59:59.999999999" + @"PT1S"', "2026-05-02T00:00:00.999999999"),
    ('@"2026-05-01T10:00:00.000000001" in [@"2026-05-01"..@"2026-05-02"]', True),
    ('is(@"10:00:00.000000001Z", @"11:00:00.000000001+01:00")', False),
    ('@"10000-01-01" instance of date', True),
    ('@"10000-01-01T00:00:00" instance of date and time', True),
    ('min(@"10:00:00", @"09:00:00")', "09:00:00"),
    ('max(@"10000-01-01", @"9999-12-31")', "10000-01-01"),
]
# 10.3.4.1 range(from): literal ends only
RANGES: list[tuple[str, Any]] = [
    ('range("[3..7)")', "[3..7)"),
    ('range(" ( 3 .. 7 ] ") = (3..7]', True),
    ('range("[3..)") = >= 3', True),
    ('range("(..3)") = < 3', True),
    ('range("(..3]") != < 3', True),
    ('@"2026-05-01" in range("[date(\\"2026-04-01\\")..@\\"2026-06-01\\"]")', True),
    ('range("[\\"a\\"..\\"c\\"]") instance of range<string>', True),
    ('range("[@\\"PT0S\\"..@\\"P1D\\"]").start', "PT0S"),
    ('range("[3..]")', None),
    ('range("[..3)")', None),
    ('range("(..)")', None),
    ('range("[3..\\"a\\"]")', None),
    ('range("[3..1 + 6]")', None),
    ('range("[limit..7]")', None),
    ('range("[3..@\\"2026-02-30\\"]")', None),
    ('range("[date(\\"2026-02-30\\")..)")', None),
    ('range("3")', None),
    # 10.3.2.7: the end of a range is a number, text, date, time or duration
    ("(> [3])", None),
    ("(<= {})", None),
    ("(> null)", None),
    ("(= 3)", "[3..3]"),
]
# 10.3.2.9.4 type conversions: to and from a list of one, else null
CONVERSIONS: list[tuple[str, Any]] = [
    ("(function(n: number) n + 1)([2])", 3),
    ("(function(n: list<number>) count(n))(2)", 1),
    ('(function(n: number) n = null)("2")', True),
    ('(function(n: number) n = null)(["2"])', True),
    ("(function(n: list<number>) n)([1, null])", [1, None]),
]
# 10.3.4.5 rounding: the scale is a number from -6111 to 6176, never null
ROUNDING: list[tuple[str, Any]] = [
    ("round half down(2.345, null)", None),
    ("floor(2.9, null)", None),
    ("round up(2.1, -6112)", None),
    ("ceiling(2.1, 6177)", None),
    ("decimal(2.25, 6176)", 2.25),
]
# 10.3.4.3 patterns: without case any form of a letter, blocks of Unicode by name
PATTERNS: list[tuple[str, Any]] = [
    ('matches("\\u212B", "å", "i")', True),
    ('matches("联程", "^\\p{IsCJKUnifiedIdeographs}+$")', True),
    ('matches("联程1", "^\\p{IsCJKUnifiedIdeographs}+$")', False),
    ('matches("ab", "\\p{IsNoSuchBlock}")', None),
    # a group may be matched again: the same text; nothing where it has matched nothing
    ('matches("2026-2026", "^(\\d{4})-\\1$")', True),
    ('matches("2026-2027", "^(\\d{4})-\\1$")', False),
    ('matches("aA", "^(a)\\1$", "i")', True),
    ('matches("b", "^(a)?\\1b$")', True),
    ('matches("aaa", "^(a*)*\\1$")', True),
    ('matches("aa1", "(a)\\11")', True),
    ('replace("双双对对", "(.)\\1", "$1")', "双对"),
    ('matches("a", "(a\\1)")', None),
    ('matches("a", "\\1(a)")', None),
]
# 10.3.4.3 substring: position and length are numbers; their fractions do not count
STRINGS: list[tuple[str, Any]] = [
    ('substring("收文2026号", 3, 4.9)', "2026"),
    ('substring("收文2026号", -1.5)', "号"),
    ('substring("收文", 0.9)', None),
]
ALL = [
    *(*GRAMMAR, *MOMENTS, *DIFFERENCES, *WIDE),
    *(*RANGES, *CONVERSIONS, *ROUNDING, *PATTERNS, *STRINGS),
]


@pytest.mark.parametrize(("source", "expected"), ALL, ids=[source for source, _ in ALL])
def test_the_clause_holds(source: str, expected: Any) -> None:
    found = feel.to_json(feel.evaluate(source, SCOPE))

    assert type(found) is type(expected)
    assert found == expected


def test_a_name_with_keywords_and_signs_is_read_where_it_is_declared() -> None:
    scope = {"days of notice": 5, "in-kind share": 2, "date and time": 1}

    names = frozenset(scope)

    assert feel.parse("days of notice + in-kind share", names).evaluate(scope) == 7
    assert feel.parse("[days of notice][1] in (1, 5)", names).evaluate(scope) is True
    assert feel.parse("date and time + 1", names).evaluate(scope) == 2


@pytest.mark.parametrize("source", ["(..)", "[..5]", "1 in (..)", "[1..2", "{-: 1}", "{1 a: 1}"])
def test_what_the_grammar_does_not_know_is_refused(source: str) -> None:
    with pytest.raises(feel.FeelSyntaxError):
        feel.parse(source)
