"""Grammar: ``if``, ``for``, ``some``, ``every``, ``function`` and the names of types."""

from typing import Final

from workflows.feel import types
from workflows.feel.ast import For, FunctionLiteral, If, Iteration, Node, Parameter, Quantified
from workflows.feel.pratt import COMPARISON, PREFIX, Parser
from workflows.feel.tokens import Token
from workflows.feel.types import Type

_MAX_TYPE_WORDS: Final = 8
_MAX_TYPE_DEPTH: Final = 10


def _if(parser: Parser, token: Token) -> Node:
    condition = parser.inside()
    parser.expect("then")
    consequence = parser.inside()
    parser.expect("else")
    return If(token.at, condition, consequence, parser.expression())


def _for(parser: Parser, token: Token) -> Node:
    iterations = _iterations(parser)
    parser.expect("return")
    return For(token.at, iterations, parser.expression())


def _quantified(parser: Parser, token: Token) -> Node:
    iterations = _iterations(parser)
    parser.expect("satisfies")
    return Quantified(token.at, token.text, iterations, parser.expression())


def _iterations(parser: Parser) -> tuple[Iteration, ...]:
    found = [_iteration(parser)]
    while parser.accept(","):
        found.append(_iteration(parser))
    return tuple(found)


def _iteration(parser: Parser) -> Iteration:
    name = _name(parser)
    parser.expect("in")
    domain = parser.expression(COMPARISON)
    end = parser.expression(COMPARISON) if parser.accept("..") else None
    return Iteration(name.at, name.text, domain, end)


def _name(parser: Parser) -> Token:
    token = parser.take()
    if token.kind != "name":
        parser.refuse(token, "expected a name", "此处应为名称")
    return token


def _function(parser: Parser, token: Token) -> Node:
    parser.expect("(")
    parameters: list[Parameter] = []
    while not parser.at(")"):
        name = _name(parser)
        if any(name.text == known.name for known in parameters):
            parser.refuse(name, "two parameters have one name", "参数重名")
        kind = read_type(parser) if parser.accept(":") else None
        parameters.append(Parameter(name.text, kind))
        if not parser.accept(","):
            break
    parser.expect(")")
    if parser.at("external"):
        parser.refuse(parser.peek(), "external functions are not supported", "不支持外部函数")
    return FunctionLiteral(token.at, tuple(parameters), parser.expression())


def read_type(parser: Parser, depth: int = 0) -> Type:
    """Read the name of a type, with its item types in angle brackets."""
    found = _named_type(parser)
    if depth > _MAX_TYPE_DEPTH:
        parser.refuse(parser.peek(), "the type is nested too deeply", "类型嵌套过深")
    if found == Type("function"):
        return _function_type(parser, depth)
    if found in {Type("list"), Type("range")} and parser.accept("<"):
        item = read_type(parser, depth + 1)
        parser.expect(">")
        return Type(found.name, item)
    if found == Type("context") and parser.accept("<"):
        return Type("context", entries=_entry_types(parser, depth + 1))
    return found


def _named_type(parser: Parser) -> Type:
    """Take the longest known name that the next tokens make."""
    words = [parser.peek(ahead).text for ahead in range(_MAX_TYPE_WORDS)]
    for length in range(_MAX_TYPE_WORDS, 0, -1):
        name = " ".join(words[:length])
        built_in = name in types.NAMES
        if built_in or name in parser.types:
            for _ in range(length):
                parser.take()
            return Type(types.ALIASES.get(name, name)) if built_in else parser.types[name]
    return parser.refuse(parser.peek(), "expected the name of a type", "此处应为类型名称")


def _entry_types(parser: Parser, depth: int) -> tuple[tuple[str, Type], ...]:
    entries: list[tuple[str, Type]] = []
    while True:
        name = _name(parser).text
        parser.expect(":")
        entries.append((name, read_type(parser, depth)))
        if not parser.accept(","):
            break
    parser.expect(">")
    return tuple(entries)


def _function_type(parser: Parser, depth: int) -> Type:
    """Read ``function<…> -> …``, or ``function`` alone for any."""
    if not parser.accept("<"):
        return Type("function")
    parameters: list[Type] = []
    while not parser.at(">"):
        parameters.append(read_type(parser, depth + 1))
        if not parser.accept(","):
            break
    parser.expect(">")
    parser.expect("->")
    return Type("function", parameters=tuple(parameters), result=read_type(parser, depth + 1))


PREFIX.update(
    {
        "if": _if,
        "for": _for,
        "some": _quantified,
        "every": _quantified,
        "function": _function,
    },
)
