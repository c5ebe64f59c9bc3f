"""Regular expressions: the usual answers, agreement with ``re``, and no way to make them slow."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows import feel
from workflows.feel.regex import PatternError, compile_pattern, search

ANSWERS = [
    ('matches("foobar", "^fo*b")', True),
    ('matches("foobar", "O", "i")', True),
    ('matches("a\\nb", "^b$", "m")', True),
    ('matches("a\\nb", "a.b")', False),
    ('matches("a\\nb", "a.b", "s")', True),
    ('matches("ab", "a b", "x")', True),
    (r'matches("91500000MA5U12345X", "^[0-9A-HJ-NP-RTUWXY]{18}$")', True),
    (r'matches("联合体", "^\p{Lo}+$")', True),
    (r'matches("abc", "^[a-z-[aeiou]]+$")', False),
    (r'matches("a-b", "^\w-\w$")', True),
    ('replace("abracadabra", "bra", "*")', "a*cada*"),
    ('replace("darted", "^(.*?)d(.*)$", "$1c$2")', "carted"),
    ('replace("abcd", "(ab)|(a)", "[1=$1][2=$2]")', "[1=ab][2=]cd"),
    (r'replace("a", "a", "\$")', "$"),
    ('replace("abc", "b", "$")', None),
    ('replace("abc", "x*", "-")', None),
    ('split("a;b;c;;", ";")', ["a", "b", "c", "", ""]),
    (r'split("John Doe", "\s")', ["John", "Doe"]),
    ('matches("a", "(")', None),
    ('matches("a", "a", "z")', None),
    (r'matches("aa", "(a)\1")', True),
    ('matches("a", "(?=a)")', None),
    ('matches("a", "a{2001}")', None),
    ('matches("a", "((((a{99}){99}){99}){99})")', None),
]


@pytest.mark.parametrize(("source", "expected"), ANSWERS)
def test_the_answer_is_the_standards(source: str, expected: Any) -> None:
    assert feel.evaluate(source, {}) == expected


SLOW = ["(a+)+$", "(a|a)*b", "(a|aa)+$", "(.*)*b", "(a*)*(a*)*b", "a{0,50}a{0,50}a{0,50}b"]


@pytest.mark.parametrize("pattern", SLOW)
@pytest.mark.parametrize("length", [30, 3000])
def test_no_pattern_runs_away(pattern: str, length: int) -> None:
    steps = []
    text = "a" * length + "!"

    assert search(compile_pattern(pattern, ""), text, 0, steps.append) is None

    assert sum(steps) < 1000 * length


PATTERNS = st.recursive(
    st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "^", "$", "[a-c]", "ab"]),
    lambda inner: st.one_of(
        st.builds("{}{}".format, inner, inner),
        st.builds("({})".format, inner),
        st.builds("(?:{}|{})".format, inner, inner),
        st.builds(
            "(?:a{}){}".format,
            inner,
            st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "*?", "+?", "??"]),
        ),
    ),
    max_leaves=8,
)


@settings(max_examples=500)
@given(PATTERNS, st.text("abc1", max_size=10))
def test_the_match_is_the_one_that_re_finds(pattern: str, text: str) -> None:
    found = search(compile_pattern(pattern, ""), text, 0, lambda _steps: None)
    expected = re.search(pattern.replace("$", r"\Z"), text)

    assert (found[:2] if found else None) == (expected.span() if expected else None)


@settings(max_examples=500)
@given(st.text(r"ab.*+?{}[]()|^$\-1,pdws:<", max_size=15))
def test_any_text_is_a_pattern_or_refused(pattern: str) -> None:
    try:
        program = compile_pattern(pattern, "")
    except PatternError:
        return
    search(program, "ab1", 0, lambda _steps: None)
