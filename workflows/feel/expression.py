"""The two things that can be parsed: an expression, and the tests of a table's cell."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

from workflows.feel import builtins as builtin_functions
from workflows.feel import (
    comparisons,
    compile_calls,
    compile_filters,
    compile_flow,
    compile_operators,
    properties,
)
from workflows.feel.ast import Literal, Node, OpenRange, Tests, mentions
from workflows.feel.checking import Typing, check, check_tests
from workflows.feel.compile_flow import is_boolean
from workflows.feel.compile_operators import compile_membership
from workflows.feel.compiler import Compiler
from workflows.feel.errors import FeelBudgetError, FeelError, FeelEvaluationError, Position
from workflows.feel.names import Reads, reads
from workflows.feel.parser import parse_expression, parse_tests
from workflows.feel.results import settle
from workflows.feel.runtime import DEFAULT, Closure, Context, Env, Run
from workflows.feel.tokens import multi_word
from workflows.feel.types import ANY, NO_TYPES, Type, Types
from workflows.feel.values import normal

_HANDLERS: Final = (
    compile_calls,
    compile_filters,
    compile_flow,
    compile_operators,
)  # importing them registers
_PHRASES: Final = builtin_functions.PHRASES | properties.PHRASES
_NO_NAMES: Final[frozenset[str]] = frozenset()
_CACHED: Final = 4096


class _Parsed:
    """What both have in common: a source, a tree, and what the tree reads."""

    __slots__ = ("_reads", "source", "tree")

    def __init__(self, source: str, tree: Node) -> None:
        self.source = source
        self.tree = tree
        self._reads: Reads | None = None

    def names(self) -> frozenset[tuple[str, ...]]:
        """Return the free names and paths, such as ``("profile", "publicity", "days")``.

        Left out: what the expression binds itself, ``?``, built-in functions, and every name
        inside a filter (see ``filter_names``). A path ends where a filter or call begins.
        """
        return frozenset(self._read().names)

    def filter_names(self) -> frozenset[tuple[str, ...]]:
        """Return names and paths inside filters: of the list's items, or free if they lack them."""
        return frozenset(self._read().in_filters)

    def functions(self) -> frozenset[str]:
        """Return the functions called by name that are neither built in nor defined here."""
        return frozenset(self._read().functions)

    def _read(self) -> Reads:
        if self._reads is None:
            self._reads = reads(self.tree)
        return self._reads

    def _refused(self, error: FeelError) -> FeelError:
        if error.position is None:
            error.position = Position.at(self.source, 0)
        return error


class Expression(_Parsed):
    """A parsed expression. Safe to share between threads; holds no state of an evaluation."""

    __slots__ = ("_closure",)

    def __init__(self, source: str, tree: Node) -> None:
        super().__init__(source, tree)
        self._closure = Compiler(source).compile(tree)

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"

    def type(self, types: Mapping[str, Type]) -> Typing:
        """Return the static type, and findings: what can never work, whatever the data.

        ``types`` tells the types of all free names; a free name that is missing is a finding.
        """
        return check(self.tree, self.source, types)

    def evaluate_within(self, run: Run, scope: Mapping[str, Any]) -> Any:
        """Evaluate as a part of a larger run, out of the same budget."""
        return _evaluate(self, self._closure, scope, {}, run)

    def evaluate(self, scope: Mapping[str, Any], context: Context = DEFAULT) -> Any:
        """Return the value, cut loose from ``scope``; numbers are Decimal.

        Raises FeelEvaluationError and FeelBudgetError.
        """
        return _evaluate(self, self._closure, scope, {}, Run(context))


class UnaryTests(_Parsed):
    """The parsed cell of a decision table."""

    __slots__ = ("_closure",)

    tree: Tests

    def __init__(self, source: str, tree: Tests) -> None:
        super().__init__(source, tree)
        self._closure = _compile_tests(source, tree)

    def __repr__(self) -> str:
        return f"UnaryTests({self.source!r})"

    def type(self, types: Mapping[str, Type], value: Type = ANY) -> Typing:
        """Return the findings for a tested value of this type; see ``Expression.type``."""
        return check_tests(self.tree, self.source, types, value)

    def evaluate(
        self, value: Any, scope: Mapping[str, Any], context: Context = DEFAULT
    ) -> bool | None:
        """Tell whether ``value`` passes: True, False, or None when that cannot be told.

        Raises FeelEvaluationError and FeelBudgetError.
        """
        return self.evaluate_within(Run(context), value, scope)

    def evaluate_within(self, run: Run, value: Any, scope: Mapping[str, Any]) -> bool | None:
        """Evaluate as a part of a larger run, out of the same budget."""
        bound = {"?": normal(value)}
        result: bool | None = _evaluate(self, self._closure, scope, bound, run)
        return result


def _evaluate(
    parsed: _Parsed,
    closure: Closure,
    scope: Mapping[str, Any],
    bound: dict[str, Any],
    run: Run,
) -> Any:
    run.source = parsed.source
    try:
        return settle(closure(Env(scope, bound, run)))
    except FeelError as error:
        raise parsed._refused(error) from None  # noqa: SLF001
    except ArithmeticError as error:
        raise parsed._refused(  # noqa: SLF001
            FeelEvaluationError("a number is out of range", "数字超出范围")
        ) from error
    except RecursionError:
        raise parsed._refused(  # noqa: SLF001
            FeelBudgetError("nested too deeply", "嵌套层数过多")
        ) from None


def _compile_tests(source: str, tree: Tests) -> Closure:
    compiler = Compiler(source, bound=frozenset({"?"}))
    tests = tuple(_compile_test(compiler, test) for test in tree.tests)
    negated = tree.negated
    if not tests:
        return lambda _env: True

    def passes(env: Env) -> bool | None:
        value = env.locals["?"]
        answer = comparisons.any_of(test(env, value) for test in tests)
        return answer if not negated or answer is None else not answer

    return passes


def _compile_test(compiler: Compiler, node: Node) -> Callable[[Env, Any], bool | None]:
    """Compile one test.

    What is true or false by its form, or uses ``?``, decides itself; anything else is compared
    with the value.
    """
    if isinstance(node, OpenRange | Literal):
        return compile_membership(compiler, node)
    decides = is_boolean(node) or mentions(node, "?")
    test, at = compiler.compile(node), node.at

    def passes(env: Env, value: Any) -> bool | None:
        result = test(env)
        if type(result) is bool and (decides or type(value) is not bool):
            return result
        if decides and result is None:
            return None
        return comparisons.member(env.run, at, value, result)

    return passes


def parse(source: str, names: frozenset[str] = _NO_NAMES, types: Types = NO_TYPES) -> Expression:
    """Parse an expression; the same source gives the same object.

    ``names`` are variables with spaces or signs in their names that the source may use;
    ``types`` are the types that it may name beside the built-in ones.
    Raises FeelSyntaxError, and FeelBudgetError for a source too long or too deep.
    """
    return _parse(source, names, types)


@lru_cache(maxsize=_CACHED)
def _parse(source: str, names: frozenset[str], types: Types) -> Expression:
    try:
        return Expression(source, parse_expression(source, _PHRASES | multi_word(names), types))
    except RecursionError:
        raise _too_deep() from None


def parse_unary_tests(
    source: str, names: frozenset[str] = _NO_NAMES, types: Types = NO_TYPES
) -> UnaryTests:
    """Parse the cell of a decision table; otherwise as ``parse``."""
    return _parse_unary_tests(source, names, types)


@lru_cache(maxsize=_CACHED)
def _parse_unary_tests(source: str, names: frozenset[str], types: Types) -> UnaryTests:
    try:
        return UnaryTests(source, parse_tests(source, _PHRASES | multi_word(names), types))
    except RecursionError:
        raise _too_deep() from None


def _too_deep() -> FeelBudgetError:
    return FeelBudgetError("nested too deeply", "表达式嵌套层数过多", Position(0, 1, 1))


def evaluate(source: str, scope: Mapping[str, Any], context: Context = DEFAULT) -> Any:
    """Parse and evaluate; see ``parse`` and ``Expression.evaluate``."""
    return parse(source).evaluate(scope, context)


def unary_tests(
    source: str, value: Any, scope: Mapping[str, Any], context: Context = DEFAULT
) -> bool | None:
    """Parse and evaluate the cell of a decision table; see ``UnaryTests.evaluate``."""
    return parse_unary_tests(source).evaluate(value, scope, context)
