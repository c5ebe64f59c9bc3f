"""Expressions out of a seed, each of a type that is known while it is written."""

from random import Random

_NUMBERS = ("0", "1", "2", "3", "7", "10", "-1", "0.5", "2.5", "round", "limit", "missing")
_STRINGS = ('"a"', '"b"', '"ab"', '"联程"', '""', "outcome", "members[1].uscc")
_BOOLEANS = ("true", "false", "accepted")
SCOPE = {
    "round": 2,
    "limit": 5,
    "outcome": "ACCEPTED",
    "accepted": True,
    "members": [{"uscc": "A", "share": 60}, {"uscc": "B", "share": 40}],
}


class Writer:
    """Writes expressions of numbers, strings, booleans and lists of numbers."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - not for secrets

    def any(self) -> str:
        """Return an expression of any type."""
        write = self._random.choice((self.number, self.boolean, self.string, self.numbers))
        return write(self._random.randint(1, 3))

    def _pick(self, *ways: str) -> str:
        return self._random.choice(ways)

    def number(self, depth: int) -> str:
        """Return an expression that gives a number or null."""
        if depth <= 0:
            return self._pick(*_NUMBERS)
        a, b = self.number(depth - 1), self.number(depth - 1)
        items, text, test = self.numbers(depth - 1), self.string(depth - 1), self.boolean(depth - 1)
        return self._pick(
            f"({a} + {b})",
            f"({a} - {b})",
            f"({a} * {b})",
            f"(if {test} then {a} else {b})",
            f"count({items})",
            f"sum({items})",
            f"min({items})",
            f"max([{a}, {b}])",
            f"abs({a})",
            f"floor({a})",
            f"ceiling({a})",
            f"string length({text})",
            f"{items}[1]",
            f"{items}[-1]",
            f"members[2].share",
            f"modulo({a}, 3)",
            f"{{x: {a}, y: x + {b}}}.y",
        )

    def string(self, depth: int) -> str:
        """Return an expression that gives a string or null."""
        if depth <= 0:
            return self._pick(*_STRINGS)
        a, b, n = self.string(depth - 1), self.string(depth - 1), self.number(0)
        return self._pick(
            f"({a} + {b})",
            f"upper case({a})",
            f"lower case({a})",
            f'substring({a} + "abc", 2)',
            f"substring before({a}, {b})",
            f"substring after({a}, {b})",
            f"(if {self.boolean(depth - 1)} then {a} else {b})",
            f"string({n})",
            f'replace({a}, "a+", "x")',
            f'string join([{a}, {b}], "-")',
        )

    def boolean(self, depth: int) -> str:
        """Return an expression that gives true, false or null."""
        if depth <= 0:
            return self._pick(*_BOOLEANS)
        a, b = self.number(depth - 1), self.number(depth - 1)
        left, right, items = self.boolean(depth - 1), self.boolean(0), self.numbers(depth - 1)
        text, part = self.string(depth - 1), self.string(0)
        sign = self._pick("<", "<=", ">", ">=", "=", "!=")
        return self._pick(
            f"({a} {sign} {b})",
            f"({text} = {part})",
            f"({left} and {right})",
            f"({left} or {right})",
            f"not({left})",
            f"({a} between 0 and {b})",
            f"({a} in [1..5])",
            f"({a} in (< 2, 5, > 8))",
            f"({a} in {items})",
            f"contains({text}, {part})",
            f"starts with({text}, {part})",
            f"(some i in {items} satisfies i > {b})",
            f"(every i in {items} satisfies i > {b})",
            f"list contains({items}, {b})",
            f"({text} = null)",
        )

    def numbers(self, depth: int) -> str:
        """Return an expression that gives a list of numbers, not an empty one."""
        if depth <= 0:
            return self._pick("[1, 2, 3]", "[3, 1]", "[round, limit]", "members.share")
        a, items, more = self.number(depth - 1), self.numbers(depth - 1), self.numbers(0)
        return self._pick(
            f"[{a}, {self.number(0)}]",
            f"(for i in {items} return i + {a})",
            f"(for i in 1..3 return i * {a})",
            f"append({items}, {a})",
            f"concatenate({items}, {more})",
            f"reverse({items})",
            f"distinct values({items})",
            f"sort({items}, function(x, y) x < y)",
            f"insert before({items}, 1, {a})",
            f"sublist({items}, 1, 1)",
            f"append({items}[item > {a}], 1)",
        )
