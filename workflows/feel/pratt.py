"""The Pratt parser's engine: a stream of tokens, and one loop over binding powers.

The grammar is in the tables that ``operators``, ``terms`` and ``constructs`` fill.
"""

from collections.abc import Callable
from typing import Final, NoReturn

from workflows.feel.ast import Node
from workflows.feel.errors import FeelBudgetError, FeelSyntaxError, Position
from workflows.feel.limits import MAX_DEPTH
from workflows.feel.tokens import Token, tokenize
from workflows.feel.types import NO_TYPES, Type, Types

Prefix = Callable[["Parser", Token], Node]
Infix = Callable[["Parser", Node, Token], Node]

PREFIX: Final[dict[str, Prefix]] = {}
INFIX: Final[dict[str, tuple[int, Infix]]] = {}

OR, AND, COMPARISON, SUM, PRODUCT, POWER, MINUS, INSTANCE, POSTFIX = range(10, 100, 10)


def key_of(token: Token) -> str:
    """Return under which word the tables hold a token."""
    return token.text if token.kind in {"symbol", "keyword"} else token.kind


class Parser:
    """Reads one source. ``expression`` is the only way into the grammar."""

    __slots__ = ("_depth", "_index", "_tokens", "range_end", "source", "types")

    def __init__(self, source: str, phrases: frozenset[str], types: Types = NO_TYPES) -> None:
        self.source = source
        self.types: dict[str, Type] = dict(types)  # those that the model names
        self.range_end = False  # reading the end of an interval, where ``[`` may close it
        self._tokens = tokenize(source, phrases)
        self._index = 0
        self._depth = 0

    def peek(self, ahead: int = 0) -> Token:
        """Return a token without taking it; past the end it is the end."""
        return self._tokens[min(self._index + ahead, len(self._tokens) - 1)]

    def take(self) -> Token:
        """Take the next token."""
        token = self.peek()
        self._index += 1
        return token

    def at(self, *words: str) -> bool:
        """Tell whether the next token is one of these symbols or keywords."""
        token = self.peek()
        return token.kind in {"symbol", "keyword"} and token.text in words

    def accept(self, word: str) -> bool:
        """Take the next token if it is this symbol or keyword."""
        found = self.at(word)
        self._index += found
        return found

    def expect(self, word: str) -> Token:
        """Take this symbol or keyword, or raise FeelSyntaxError."""
        if not self.at(word):
            self.refuse(self.peek(), f"expected {word}", f"此处应为“{word}”")
        return self.take()

    def refuse(self, token: Token, message: str, message_zh: str) -> NoReturn:
        """Raise FeelSyntaxError at a token, naming what was found there."""
        found = token.text[:40] if token.kind != "end" else ""
        raise FeelSyntaxError(
            f"{message}, found {found or 'the end'}",
            f"{message_zh},实际为“{found}”" if found else f"{message_zh},但表达式已结束",
            Position.at(self.source, token.at),
        )

    def expression(self, power: int = 0) -> Node:
        """Read an expression whose operators all bind tighter than ``power``."""
        self._depth += 1
        token = self.take()
        if self._depth > MAX_DEPTH:
            raise FeelBudgetError(
                f"nested more than {MAX_DEPTH} levels deep",
                f"表达式嵌套超过 {MAX_DEPTH} 层",
                Position.at(self.source, token.at),
            )
        prefix = PREFIX.get(key_of(token))
        if prefix is None:
            self.refuse(token, "expected a value", "此处应为一个值")
        left = prefix(self, token)
        while True:
            token = self.peek()
            found = INFIX.get(key_of(token))
            if found is None or found[0] <= power or self._closes_range(token):
                break
            self._index += 1
            left = found[1](self, left, token)
        self._depth -= 1
        return left

    def inside(self) -> Node:
        """Read a whole expression within brackets."""
        outer, self.range_end = self.range_end, False
        node = self.expression()
        self.range_end = outer
        return node

    def end_of_range(self) -> Node:
        """Read the end of an interval, up to ``]``, ``)`` or ``[``."""
        outer, self.range_end = self.range_end, True
        node = self.expression(COMPARISON)
        self.range_end = outer
        return node

    def _closes_range(self, token: Token) -> bool:
        """Tell ``1..5[`` (closed by it) from ``1..a[2]`` (a filter)."""
        return token.text == "[" and self.range_end and key_of(self.peek(1)) not in PREFIX

    def at_open_end(self) -> bool:
        """Tell whether an interval ends here although no end was written: ``[1..)``."""
        return self.at(")") or (self.at("[") and key_of(self.peek(1)) not in PREFIX)

    def finish(self) -> None:
        """Raise FeelSyntaxError unless everything was read."""
        token = self.peek()
        if token.kind != "end":
            self.refuse(token, "expected an operator or the end", "此处应为运算符或结尾")
