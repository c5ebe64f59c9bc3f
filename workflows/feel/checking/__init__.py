"""Static types: what an expression gives, and what in it can never work, before any data."""

from collections.abc import Mapping
from dataclasses import dataclass

from workflows.feel.ast import FunctionLiteral, Node, Tests
from workflows.feel.checking import calls, flow, operators, terms
from workflows.feel.checking.checker import RULES, Checker
from workflows.feel.errors import FeelWarning
from workflows.feel.types import ANY, Type

_RULES = (calls, flow, operators, terms, RULES)  # importing them fills the table

__all__ = ["Typing", "check", "check_tests", "function_type"]


@dataclass(frozen=True, slots=True)
class Typing:
    """The type of an expression's value, and what was found wrong on the way."""

    type: Type
    findings: tuple[FeelWarning, ...]


def check(node: Node, source: str, types: Mapping[str, Type]) -> Typing:
    """Return the type of a tree whose free names have these types.

    A free name that is not among them is a finding. Raises nothing.
    """
    checker = Checker(source, types)
    return Typing(checker.of(node), tuple(checker.findings))


def check_tests(tests: Tests, source: str, types: Mapping[str, Type], value: Type) -> Typing:
    """Return the findings in the cell of a table for a value of this type, which is ``?``."""
    checker = Checker(source, types)
    with checker.names({"?": value}):
        for test in tests.tests:
            operators.check_test(checker, test, value)
    return Typing(Type("boolean"), tuple(checker.findings))


def function_type(node: FunctionLiteral, types: Mapping[str, Type]) -> Type:
    """Return the type of a function definition; free names may be anything."""
    return Checker("", types, any_name=True).of(node) or ANY
