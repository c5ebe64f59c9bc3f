"""Expressions nobody should write: any operand anywhere, any function on anything, and broken."""

from collections.abc import Callable, Sequence
from random import Random

from workflows.feel.builtins import BUILTINS

SCOPE = {
    "a": 1,
    "b": "text",
    "c": [1, 2.5, "x", None, {"d": True}],
    "d": {"e": {"f": [3]}, "on": "2026-09-28"},
    "名": False,
    "big": 10**300,
    "long": "xy" * 2000,
    "many": list(range(500)),
    "rows": [{"k": n % 7, "v": str(n)} for n in range(60)],
}
_ATOMS = (
    '0 1 -1 2.5 7 1e400 1e6000 1e-6000 0.1e-6000 99999999999999999999 "x" "" "a,b;c" true false null a'
    " b c d d.e.f 名 big long many rows item missing partial [] {} [1,2] [1..5] (1..1e9) [1..) (..5]"
    ' @"2026-01-31" @"P1M" @"-P2DT3H" @"P999999999Y" @"P999999999D" @"10:00:00Z"'
    ' @"2026-01-31T10:00:00" @"9999-12-31T23:59:59@Asia/Shanghai" @"0001-01-01"'
    ' @"0001-01-01T00:00:00+14:00" @"23:59:59@Europe/Paris" count "^(a+)+$" "(x|xy)*y" "[a-z-[aeiou]]"'
    ' "\\\\p{L}{1,900}" "$1" "2026-02-30" "PT1.S" "[1..5)" "\U0001f40e" "mode"'
).split(" ")
_FUNCTIONS = (
    "function(x) x",
    "function(x, y) x < y",
    "function(x: number) x + 1",
    "function(f) f(f)",
    "function() rows",
)
_SIGNS = "+ - * / ** = != < <= > >= and or in".split()
_TYPES = (
    "number",
    "list<string>",
    "date and time",
    "context<a: number>",
    "function<number> -> Any",
    "range<date>",
    "Any",
)
_PROPERTIES = "e year month weekday hour days months start end timezone x k v d".split()
_PIECES = (
    "( ) [ ] { } , : . .. + - * / ** = != < <= > >= -> @ ? ' \" \\ /* */ // if then else for in"
    " return some every satisfies and or not between instance of function external null true 1"
    " 2.5 1e9 a 中 ， 。 date duration list < > # $ % ^ & ; ~ ` | \u0000 \u2028 \ufeff \U0001f600 \ud800"
).split(" ")


class Wild:
    """Writes expressions out of a seed; most of them parse."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - not for secrets
        self._names = sorted(BUILTINS)
        self._ways: Sequence[Callable[[int], str]] = (
            self._binary,
            self._call,
            self._call,
            self._named_call,
            self._loop,
            self._choice,
            self._filter,
            self._value,
            self._membership,
            self._applied,
        )

    def expression(self, depth: int | None = None) -> str:
        """Return an expression, nested so deep at most."""
        depth = self.random.randint(1, 5) if depth is None else depth
        if depth <= 0 or self.random.random() < 0.15:
            return self.random.choice(_ATOMS if self.random.random() < 0.9 else _FUNCTIONS)
        return self.random.choice(self._ways)(depth - 1)

    def _binary(self, depth: int) -> str:
        sign = self.random.choice(_SIGNS)
        return f"({self.expression(depth)} {sign} {self.expression(depth)})"

    def _call(self, depth: int) -> str:
        count = self.random.choice((1, 1, 2, 2, 2, 3, 4))
        given = ", ".join(self.expression(depth) for _ in range(count))
        return f"{self.random.choice(self._names)}({given})"

    def _named_call(self, depth: int) -> str:
        builtin = BUILTINS[self.random.choice(self._names)]
        overload = self.random.choice(builtin.overloads)
        given = ", ".join(f"{part.name}: {self.expression(depth)}" for part in overload.parameters)
        return f"{builtin.name}({given})"

    def _loop(self, depth: int) -> str:
        word, then = self.random.choice(
            (("for", "return"), ("some", "satisfies"), ("every", "satisfies"))
        )
        domains = (self.expression(depth), f"{self.expression(depth)}..{self.expression(0)}")
        more = f", j in {self.expression(depth)}" if self.random.random() < 0.4 else ""
        body = self.random.choice(("i", "[i, partial]", self.expression(depth)))
        return f"({word} i in {self.random.choice(domains)}{more} {then} {body})"

    def _choice(self, depth: int) -> str:
        parts = [self.expression(depth) for _ in range(3)]
        return f"(if {parts[0]} then {parts[1]} else {parts[2]})"

    def _filter(self, depth: int) -> str:
        return f"{self.expression(depth)}[{self.expression(depth)}]"

    def _value(self, depth: int) -> str:
        a, b = self.expression(depth), self.expression(depth)
        name = self.random.choice(_PROPERTIES)
        ways = (f"[{a}, {b}]", f"[{a}..{b})", f"{{k: {a}, m: {b}}}", f"({a}).{name}", f"-({a})")
        return self.random.choice(ways)

    def _membership(self, depth: int) -> str:
        a, b, c = (self.expression(depth) for _ in range(3))
        ways = (
            f"({a} between {b} and {c})",
            f"({a} in ({b}, > {c}))",
            f"({a} instance of {self.random.choice(_TYPES)})",
        )
        return self.random.choice(ways)

    def _applied(self, depth: int) -> str:
        a, b = self.expression(depth), self.expression(depth)
        return self.random.choice(
            (
                f"(function(i, j) {a})({b}, i)",
                f"{{f: function(x) {a}, r: f({b})}}.r",
                f"sort({a}, function(x, y) {b})",
                f"list replace({a}, function(x, y) x = {b}, i)",
            )
        )

    def broken(self, corpus: Sequence[str]) -> str:
        """Return a text of the corpus after a few blows."""
        text = self.random.choice(corpus)
        for _ in range(self.random.randint(1, 6)):
            text = self._blow(text, corpus)
        return text[:2000]

    def _blow(self, text: str, corpus: Sequence[str]) -> str:
        at, end = sorted(self.random.randrange(len(text) + 1) for _ in range(2))
        way = self.random.randrange(7)
        if way == 0:
            return text[:at] + text[end:]
        if way == 1:
            return text[:end] + text[at:]
        if way == 2:
            return text[:at] + self.random.choice(_PIECES) + text[at:]
        if way == 3:
            return text[:at] + chr(self.random.randrange(0x3000)) + text[at + 1 :]
        if way == 4:
            other = self.random.choice(corpus)
            return text[:at] + other[self.random.randrange(len(other) + 1) :]
        if way == 5:
            return text[:at] + " " + self.random.choice(_PIECES) + " " + text[end:]
        return text[:at] + text[at:end] * self.random.randint(2, 4) + text[end:]
