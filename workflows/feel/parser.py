"""From source to syntax tree. All functions raise FeelSyntaxError or FeelBudgetError."""

from typing import Final

from workflows.feel import constructs, operators, terms
from workflows.feel.ast import Node, Tests, depth
from workflows.feel.errors import FeelBudgetError, Position
from workflows.feel.limits import MAX_DEPTH
from workflows.feel.pratt import Parser
from workflows.feel.types import NO_TYPES, Type, Types

_GRAMMAR: Final = (constructs, terms)  # importing them fills the tables of the grammar


def parse_expression(source: str, phrases: frozenset[str], types: Types = NO_TYPES) -> Node:
    """Read a whole expression; ``phrases`` are the names with spaces that it may use."""
    parser = Parser(source, phrases, types)
    if parser.peek().kind == "end":
        parser.refuse(parser.peek(), "the expression is empty", "表达式为空")
    node = parser.expression()
    parser.finish()
    return _checked(node, source)


def parse_type(source: str, types: Types = NO_TYPES) -> Type:
    """Read the name of a type, such as ``list<number>``."""
    parser = Parser(source, frozenset(), types)
    found = constructs.read_type(parser)
    parser.finish()
    return found


def parse_tests(source: str, phrases: frozenset[str], types: Types = NO_TYPES) -> Tests:
    """Read the cell of a decision table. An empty cell is the same as ``-``."""
    parser = Parser(source, phrases, types)
    if parser.peek().kind == "end" or (parser.at("-") and parser.peek(1).kind == "end"):
        return Tests(0, (), negated=False)
    negated = _is_negation(parser)
    if negated:
        parser.take()
        parser.expect("(")
    tests = [operators.read_test(parser, power=0)]
    while parser.accept(","):
        tests.append(operators.read_test(parser, power=0))
    if negated:
        parser.expect(")")
    parser.finish()
    node = Tests(0, tuple(tests), negated)
    _checked(node, source)
    return node


def _is_negation(parser: Parser) -> bool:
    """Tell ``not(…)`` around a whole cell from ``not(…)`` that is part of an expression."""
    if parser.peek().text != "not" or parser.peek(1).text != "(":
        return False
    level = 0
    for ahead in range(1, len(parser.source) + 2):
        token = parser.peek(ahead)
        if token.kind == "symbol":
            level += (token.text == "(") - (token.text == ")")
        if level == 0 or token.kind == "end":
            return parser.peek(ahead + 1).kind == "end"
    return False


def _checked(node: Node, source: str) -> Node:
    """Refuse a tree that could exhaust the stack, also one made of a long flat chain."""
    if depth(node) > MAX_DEPTH + 2:
        raise FeelBudgetError(
            f"nested more than {MAX_DEPTH} levels deep",
            f"表达式嵌套超过 {MAX_DEPTH} 层",
            Position.at(source, 0),
        )
    return node
