"""Closures of operators: arithmetic, comparison, logic, membership."""

from collections.abc import Callable
from decimal import Decimal, DecimalException
from typing import Any, Final

from workflows.feel import arithmetic, comparisons
from workflows.feel.ast import (
    Between,
    Binary,
    In,
    InstanceOf,
    Literal,
    Logical,
    Negation,
    Node,
    OpenRange,
)
from workflows.feel.comparisons import ORDER, SCALARS
from workflows.feel.compiler import Compiler, handles, is_end, no_end
from workflows.feel.runtime import Closure, Env, Run
from workflows.feel.types import is_instance
from workflows.feel.values import NUMBERS, Range, type_name, type_name_zh

Test = Callable[[Env, Any], bool | None]
_NUMBERS_ONLY: Final = {
    "+": NUMBERS.add,
    "-": NUMBERS.subtract,
    "*": NUMBERS.multiply,
    "/": NUMBERS.divide,
}


@handles(Binary)
def _binary(compiler: Compiler, node: Binary) -> Closure:
    left, right = compiler.compile(node.left), compiler.compile(node.right)
    if node.operator == "=":
        return _equal(node, left, right)
    if node.operator == "!=":
        return _negated(_equal(node, left, right))
    if node.operator in ORDER:
        return _order(node, left, right)
    return _arithmetic(compiler, node, left, right)


def _equal(node: Binary, left: Closure, right: Closure) -> Closure:
    at = node.at
    if isinstance(node.right, Literal) and type(node.right.value) in {str, bool}:
        return _equal_constant(at, left, node.right.value)

    def equal(env: Env) -> Any:
        a, b = left(env), right(env)
        kind = type(a)
        if kind is type(b) and kind in SCALARS:
            return a == b
        return comparisons.equal(env.run, at, a, b)

    return equal


def _equal_constant(at: int, left: Closure, constant: Any) -> Closure:
    kind = type(constant)

    def equal(env: Env) -> Any:
        value = left(env)
        if type(value) is kind:
            return value == constant
        return comparisons.equal(env.run, at, value, constant)

    return equal


def _negated(closure: Closure) -> Closure:
    def differs(env: Env) -> Any:
        result = closure(env)
        return None if result is None else not result

    return differs


def _order(node: Binary, left: Closure, right: Closure) -> Closure:
    at, sign, compare = node.at, node.operator, ORDER[node.operator]

    def order(env: Env) -> Any:
        a, b = left(env), right(env)
        if type(a) is Decimal and type(b) is Decimal:
            return compare(a, b)
        return comparisons.compare(env.run, at, sign, a, b)

    return order


def _arithmetic(compiler: Compiler, node: Binary, left: Closure, right: Closure) -> Closure:
    at, sign = node.at, node.operator
    plain = _NUMBERS_ONLY.get(sign)
    if plain is None:
        compiler.nodes += arithmetic.POWER_STEPS
        return lambda env: arithmetic.operate(env.run, at, sign, left(env), right(env))

    def operation(env: Env) -> Any:
        a, b = left(env), right(env)
        if type(a) is Decimal and type(b) is Decimal:
            try:
                return plain(a, b)
            except DecimalException:
                pass
        return arithmetic.operate(env.run, at, sign, a, b)

    return operation


@handles(Negation)
def _negation(compiler: Compiler, node: Negation) -> Closure:
    operand, at = compiler.compile(node.operand), node.at
    return lambda env: arithmetic.negate(env.run, at, operand(env))


@handles(Logical)
def _logical(compiler: Compiler, node: Logical) -> Closure:
    operands = tuple(compiler.compile(operand) for operand in node.operands)
    word, at = node.operator, node.at
    decisive = word == "or"

    def logical(env: Env) -> Any:
        answer: bool | None = not decisive
        for operand in operands:
            value = operand(env)
            if value is decisive:
                return decisive
            if value is not answer:
                answer = None
                if type(value) is not bool and value is not None:
                    _warn_not_boolean(env.run, at, word, value)
        return answer

    return logical


def _warn_not_boolean(run: Run, at: int, word: str, value: Any) -> None:
    run.warn(
        at,
        f"an operand of {word} is a {type_name(value)}, not true or false",
        f"“{word}”的一侧是{type_name_zh(value)},不是“是/否”",
    )


@handles(Between)
def _between(compiler: Compiler, node: Between) -> Closure:
    value, low, high = (compiler.compile(part) for part in (node.value, node.low, node.high))
    at = node.at

    def between(env: Env) -> Any:
        subject = value(env)
        after = comparisons.compare(env.run, at, ">=", subject, low(env))
        before = comparisons.compare(env.run, at, "<=", subject, high(env))
        if after is False or before is False:
            return False
        return None if after is None or before is None else True

    return between


@handles(In)
def _in(compiler: Compiler, node: In) -> Closure:
    value = compiler.compile(node.value)
    tests = tuple(compile_membership(compiler, test) for test in node.tests)

    def contained(env: Env) -> Any:
        subject = value(env)
        return comparisons.any_of(test(env, subject) for test in tests)

    return contained


def compile_membership(compiler: Compiler, node: Node) -> Test:
    """Compile a test into a function of the environment and the value to test."""
    at = node.at
    if isinstance(node, OpenRange):
        return _open_test(compiler, node)
    test = compiler.compile(node)
    return lambda env, subject: comparisons.member(env.run, at, subject, test(env))


def _open_test(compiler: Compiler, node: OpenRange) -> Test:
    compiler.nodes += 1
    end, at, sign = compiler.compile(node.end), node.at, node.operator

    def test(env: Env, subject: Any) -> bool | None:
        if sign in ORDER:
            return comparisons.compare(env.run, at, sign, subject, end(env))
        result = comparisons.equal(env.run, at, subject, end(env))
        return result if sign == "=" or result is None else not result

    return test


@handles(OpenRange)
def _open_range(compiler: Compiler, node: OpenRange) -> Closure:
    end, sign, at = compiler.compile(node.end), node.operator, node.at
    if sign == "!=":
        raise compiler.refuse(node, "!= is not a range", "“!=”不能构成区间")
    has_start, has_end = sign in {"=", ">", ">="}, sign in {"=", "<", "<="}
    start_included, end_included = sign in {"=", ">="}, sign in {"=", "<="}

    def interval(env: Env) -> Any:
        value = end(env)
        if value is None or not is_end(value):
            return no_end(env.run, at)
        start = value if has_start else None
        return Range(start, value if has_end else None, start_included, end_included)

    return interval


@handles(InstanceOf)
def _instance_of(compiler: Compiler, node: InstanceOf) -> Closure:
    value, kind = compiler.compile(node.value), node.type

    def instance_of(env: Env) -> bool:
        subject = value(env)
        if type(subject) is list:
            env.run.spend(len(subject))
        return is_instance(subject, kind)

    return instance_of
