"""Grammar: everything that stands between or after values."""

from typing import Final

from workflows.feel import pratt
from workflows.feel.ast import (
    Between,
    Binary,
    Call,
    Filter,
    In,
    InstanceOf,
    Literal,
    Logical,
    Node,
    OpenRange,
    Path,
    RangeLiteral,
)
from workflows.feel.constructs import read_type
from workflows.feel.pratt import INFIX, Infix, Parser
from workflows.feel.tokens import Token

COMPARISONS: Final = ("<", "<=", ">", ">=", "=", "!=")
_MAX_ARGUMENT_NAME_WORDS: Final = 6


def _binary(power: int) -> Infix:
    def read(parser: Parser, left: Node, token: Token) -> Node:
        return Binary(token.at, token.text, left, parser.expression(power))

    return read


def _equality(parser: Parser, left: Node, token: Token) -> Node:
    """Read ``= value``, also ``= >= 2``: equal to an interval without end."""
    if parser.at("=", "!="):
        parser.refuse(parser.peek(), "expected a value", "此处应为一个值")
    return Binary(token.at, token.text, left, read_test(parser))


def _logical(power: int) -> Infix:
    def read(parser: Parser, left: Node, token: Token) -> Node:
        operands = [left, parser.expression(power)]
        while parser.accept(token.text):
            operands.append(parser.expression(power))
        return Logical(token.at, token.text, tuple(operands))

    return read


def _between(parser: Parser, left: Node, token: Token) -> Node:
    low = parser.expression(pratt.COMPARISON)
    parser.expect("and")
    return Between(token.at, left, low, parser.expression(pratt.COMPARISON))


def _in(parser: Parser, left: Node, token: Token) -> Node:
    if not parser.at("("):
        return In(token.at, left, (read_test(parser),))
    opening = parser.take()
    if parser.at(".."):
        return In(token.at, left, (open_start(parser, opening),))
    outer, parser.range_end = parser.range_end, False
    tests = [read_test(parser, power=0)]
    if parser.accept(".."):
        tests = [close_range(parser, opening, tests[0])]
    else:
        while parser.accept(","):
            tests.append(read_test(parser, power=0))
        parser.expect(")")
    parser.range_end = outer
    return In(token.at, left, tuple(tests))


def read_test(parser: Parser, power: int = pratt.COMPARISON) -> Node:
    """Read one positive unary test: ``< 5``, or any expression."""
    if parser.at(*COMPARISONS):
        token = parser.take()
        return OpenRange(token.at, token.text, parser.expression(pratt.COMPARISON))
    return parser.expression(power)


def _no_end(parser: Parser) -> Node:
    return Literal(parser.peek().at, None)


def open_start(parser: Parser, opening: Token) -> Node:
    """Read an interval without a start, after its bracket: ``(..5]``."""
    start = _no_end(parser)
    parser.expect("..")
    node = close_range(parser, opening, start)
    if isinstance(node.end, Literal) and node.end.value is None:
        parser.refuse(parser.peek(), "a range needs an end", "区间至少要有一个端点")
    return node


def close_range(parser: Parser, opening: Token, start: Node) -> RangeLiteral:
    """Read the rest of an interval after its ``..``."""
    end = _no_end(parser) if parser.at_open_end() else parser.end_of_range()
    closing = parser.take()
    if closing.kind != "symbol" or closing.text not in {"]", ")", "["}:
        parser.refuse(closing, "expected the end of the range", "此处应为区间的结束括号")
    return RangeLiteral(opening.at, start, end, opening.text == "[", closing.text == "]")


def _instance(parser: Parser, left: Node, token: Token) -> Node:
    parser.expect("of")
    return InstanceOf(token.at, left, read_type(parser))


def _path(parser: Parser, left: Node, token: Token) -> Node:
    name = parser.take()
    if name.kind not in {"name", "keyword"}:
        parser.refuse(name, "expected a name after the dot", "点号之后应为名称")
    return Path(token.at, left, name.text)


def _filter(parser: Parser, left: Node, token: Token) -> Node:
    predicate = parser.inside()
    parser.expect("]")
    return Filter(token.at, left, predicate)


def _call(parser: Parser, left: Node, token: Token) -> Node:
    arguments: list[Node] = []
    names: list[str] = []
    while not parser.at(")"):
        name = _argument_name(parser)
        if arguments and (name is None) == bool(names):
            parser.refuse(
                parser.peek(), "name all arguments or none", "参数要么全部写名称,要么都不写"
            )
        if name is not None:
            names.append(name)
        arguments.append(parser.inside())
        if not parser.accept(","):
            break
    parser.expect(")")
    return Call(token.at, left, tuple(arguments), tuple(names) or None)


def _argument_name(parser: Parser) -> str | None:
    """Read ``start position:`` if that is what comes next."""
    words: list[str] = []
    for ahead in range(_MAX_ARGUMENT_NAME_WORDS):
        token = parser.peek(ahead)
        if token.kind not in {"name", "keyword"}:
            break
        words.append(token.text)
    following = parser.peek(len(words))
    if not words or following.kind != "symbol" or following.text != ":":
        return None
    for _ in range(len(words) + 1):
        parser.take()
    return " ".join(words)


INFIX.update(
    {
        "or": (pratt.OR, _logical(pratt.OR)),
        "and": (pratt.AND, _logical(pratt.AND)),
        **{word: (pratt.COMPARISON, _binary(pratt.COMPARISON)) for word in COMPARISONS},
        "=": (pratt.COMPARISON, _equality),
        "!=": (pratt.COMPARISON, _equality),
        "between": (pratt.COMPARISON, _between),
        "in": (pratt.COMPARISON, _in),
        "+": (pratt.SUM, _binary(pratt.SUM)),
        "-": (pratt.SUM, _binary(pratt.SUM)),
        "*": (pratt.PRODUCT, _binary(pratt.PRODUCT)),
        "/": (pratt.PRODUCT, _binary(pratt.PRODUCT)),
        "**": (pratt.POWER, _binary(pratt.POWER)),
        "instance": (pratt.INSTANCE, _instance),
        ".": (pratt.POSTFIX, _path),
        "[": (pratt.POSTFIX, _filter),
        "(": (pratt.POSTFIX, _call),
    },
)
