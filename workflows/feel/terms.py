"""Grammar: everything a value can begin with."""

from decimal import Decimal
from typing import Any, Final

from workflows.feel import pratt, temporal
from workflows.feel.ast import (
    ContextLiteral,
    Entry,
    ListLiteral,
    Literal,
    Name,
    Negation,
    Node,
)
from workflows.feel.operators import COMPARISONS, close_range, open_start, read_test
from workflows.feel.pratt import PREFIX, Parser, Prefix
from workflows.feel.tokens import Token


def _literal(_parser: Parser, token: Token) -> Node:
    return Literal(token.at, token.value)


def _constant(value: Any) -> Prefix:
    def read(_parser: Parser, token: Token) -> Node:
        return Literal(token.at, value)

    return read


def _name(_parser: Parser, token: Token) -> Node:
    return Name(token.at, token.text)


def _at_literal(parser: Parser, token: Token) -> Node:
    text = parser.take()
    value = temporal.parse_literal(text.value) if text.kind == "string" else None
    if value is None:
        parser.refuse(
            text,
            "expected a date, time or duration in quotes after @",
            "@ 之后应为带引号的日期、时间或时长",
        )
    return Literal(token.at, value)


def _minus(parser: Parser, token: Token) -> Node:
    operand = parser.expression(pratt.MINUS)
    if isinstance(operand, Literal) and isinstance(operand.value, Decimal):
        return Literal(token.at, -operand.value)
    return Negation(token.at, operand)


def _parenthesis(parser: Parser, token: Token) -> Node:
    if parser.at(".."):
        return open_start(parser, token)
    if parser.at(*COMPARISONS):
        node = read_test(parser)
    else:
        node = parser.inside()
        if parser.accept(".."):
            return close_range(parser, token, node)
    parser.expect(")")
    return node


def _bracket(parser: Parser, token: Token) -> Node:
    """Read a list, or an interval that begins with ``[``."""
    if parser.accept("]"):
        return ListLiteral(token.at, ())
    items = [parser.inside()]
    if parser.accept(".."):
        return close_range(parser, token, items[0])
    while parser.accept(","):
        items.append(parser.inside())
    parser.expect("]")
    return ListLiteral(token.at, tuple(items))


def _reversed_bracket(parser: Parser, token: Token) -> Node:
    if parser.at(".."):
        return open_start(parser, token)
    start = parser.inside()
    parser.expect("..")
    return close_range(parser, token, start)


def _brace(parser: Parser, token: Token) -> Node:
    entries: dict[str, Entry] = {}
    while not parser.at("}"):
        key = _key(parser)
        if key.text in entries:
            parser.refuse(key, "two entries have one name", "对象中有重名的条目")
        entries[key.text] = Entry(key.at, key.text, parser.inside())
        if not parser.accept(","):
            break
    parser.expect("}")
    return ContextLiteral(token.at, tuple(entries.values()))


def _key(parser: Parser) -> Token:
    """Read a key up to its colon: a string, or words that make one name."""
    first = parser.take()
    if first.kind == "string":
        parser.expect(":")
        return Token("name", first.value, first.at)
    if first.kind not in {"name", "keyword"}:
        parser.refuse(first, "expected the name of an entry", "此处应为条目名称")
    last = first
    while not parser.at(":") and _continues_name(parser.peek()):
        last = parser.take()
    parser.expect(":")
    return Token("name", _one_name(parser.source[first.at : last.at + len(last.text)]), first.at)


def _continues_name(token: Token) -> bool:
    """Tell whether a token may stand in a name: a word, digits, or one of ``. / - + * '``."""
    return token.kind in {"name", "keyword", "number"} or token.text in _NAME_SIGNS


def _one_name(text: str) -> str:
    return " ".join(text.split())


_NAME_SIGNS: Final = frozenset({".", "/", "-", "+", "*", "'"})

PREFIX.update(
    {
        "number": _literal,
        "string": _literal,
        "name": _name,
        "?": _name,
        "true": _constant(value=True),
        "false": _constant(value=False),
        "null": _constant(None),
        "@": _at_literal,
        "-": _minus,
        "(": _parenthesis,
        "[": _bracket,
        "]": _reversed_bracket,
        "{": _brace,
    },
)
