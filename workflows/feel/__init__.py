"""The expression language of diagrams, tables and forms: FEEL (OMG DMN 1.5, chapter 10).

Works on JSON-like data only. Knows no database, no web, no engine.
"""

from workflows.feel.checking import Typing
from workflows.feel.errors import (
    FeelBudgetError,
    FeelError,
    FeelEvaluationError,
    FeelSyntaxError,
    FeelWarning,
    Position,
)
from workflows.feel.expression import (
    Expression,
    UnaryTests,
    evaluate,
    parse,
    parse_unary_tests,
    unary_tests,
)
from workflows.feel.parser import parse_type
from workflows.feel.results import to_json
from workflows.feel.runtime import DEFAULT, Context, Run, WorkingDays
from workflows.feel.temporal import YearsMonths
from workflows.feel.types import Type
from workflows.feel.values import Range
from workflows.feel.words import WORDS, signatures

__all__ = [
    "DEFAULT",
    "WORDS",
    "Context",
    "Expression",
    "FeelBudgetError",
    "FeelError",
    "FeelEvaluationError",
    "FeelSyntaxError",
    "FeelWarning",
    "Position",
    "Range",
    "Run",
    "Type",
    "Typing",
    "UnaryTests",
    "WorkingDays",
    "YearsMonths",
    "evaluate",
    "parse",
    "parse_type",
    "parse_unary_tests",
    "signatures",
    "to_json",
    "unary_tests",
]
