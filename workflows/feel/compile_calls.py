"""Closures of function definitions and invocations."""

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from workflows.feel import checking
from workflows.feel.ast import Call, FunctionLiteral, Name, depth
from workflows.feel.builtins import BUILTINS
from workflows.feel.compiler import Compiler, handles
from workflows.feel.errors import FeelError, FeelSyntaxError, Position
from workflows.feel.runtime import Closure, Env, Run
from workflows.feel.signatures import Builtin, call_builtin, positions
from workflows.feel.types import Type, coerced
from workflows.feel.values import Function

_LEFT_OUT: Final[Closure] = lambda _env: None  # noqa: E731


@handles(FunctionLiteral)
def _function(compiler: Compiler, node: FunctionLiteral) -> Closure:
    names = tuple(parameter.name for parameter in node.parameters)
    kinds = tuple((part.name, part.type) for part in node.parameters if part.type is not None)
    body, weight = compiler.compile_inner(node.body, frozenset(names))
    levels, at = depth(node.body) + 1, node.at
    signature = cache(lambda: checking.function_type(node, {}))

    def define(env: Env) -> Function:
        def call(run: Run, arguments: list[Any]) -> Any:
            if len(arguments) != len(names):
                return run.null(at, "wrong number of arguments", "参数个数不符")
            bound = dict(zip(names, arguments, strict=True))
            for name, kind in kinds:
                bound[name] = _fitted(run, at, bound[name], kind)
            run.spend(weight)
            run.enter(levels)
            try:
                return body(Env(env.scope, {**env.locals, **bound}, run))
            finally:
                run.depth -= levels

        return Function("", names, call, signature)

    return define


def _fitted(run: Run, at: int, value: Any, kind: Type) -> Any:
    """Return an argument as its parameter takes it; one that does not conform becomes null."""
    fitted = coerced(value, kind)
    if fitted is None and value is not None:
        run.warn(at, "an argument has the wrong type", "参数类型不符")
    return fitted


@handles(Call)
def _call(compiler: Compiler, node: Call) -> Closure:
    callee = node.callee
    if isinstance(callee, Name) and not compiler.is_bound(callee.name):
        builtin = BUILTINS.get(callee.name)
        if builtin is not None:
            return _builtin_call(compiler, node, builtin)
    function = compiler.compile(callee)
    arguments = tuple(compiler.compile(argument) for argument in node.arguments)
    at, names, invoke = node.at, node.names, _invoke

    def call(env: Env) -> Any:
        return invoke(env.run, at, function(env), names, [value(env) for value in arguments])

    return call


def _invoke(
    run: Run, at: int, function: Any, names: tuple[str, ...] | None, arguments: list[Any]
) -> Any:
    if type(function) is not Function:
        return run.null(at, "this is not a function", "被调用的不是函数")
    if names is None:
        return function.call(run, arguments)
    given = dict(zip(names, arguments, strict=True))
    if given.keys() != set(function.parameters):
        return run.null(at, "the names of the arguments do not fit", "参数名称不符")
    return function.call(run, [given[name] for name in function.parameters])


def _builtin_call(compiler: Compiler, node: Call, builtin: Builtin) -> Closure:
    arguments = _arrange(compiler, node, builtin)
    compiler.nodes += builtin.steps
    at, position = node.at, Position.at(compiler.source, node.callee.at)
    evaluate = _evaluator(arguments)

    def call(env: Env) -> Any:
        try:
            return call_builtin(env.run, at, builtin, evaluate(env))
        except FeelError as error:
            if error.position is None:
                error.position = position
            raise

    return call


def _evaluator(arguments: list[Closure]) -> Callable[[Env], list[Any]]:
    if len(arguments) == 1:
        only = arguments[0]
        return lambda env: [only(env)]
    return lambda env: [argument(env) for argument in arguments]


def _arrange(compiler: Compiler, node: Call, builtin: Builtin) -> list[Closure]:
    """Return the arguments in the order of the built-in's parameters."""
    arguments = [compiler.compile(argument) for argument in node.arguments]
    if node.names is None:
        if not any(overload.takes(len(arguments)) for overload in builtin.overloads):
            raise _misfit(compiler, node, builtin)
        return arguments
    order = positions(builtin, node.names)
    if order is None:
        raise _misfit(compiler, node, builtin)
    return [_LEFT_OUT if index is None else arguments[index] for index in order]


def _misfit(compiler: Compiler, node: Call, builtin: Builtin) -> FeelSyntaxError:
    ways = " / ".join(
        f"{builtin.name}({', '.join(part.name for part in overload.parameters)})"
        for overload in builtin.overloads
    )
    return compiler.refuse(
        node.callee,
        f"the arguments do not fit: {ways}",
        f"参数的个数或名称不符,应为:{ways}",
    )
