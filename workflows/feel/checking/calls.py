"""Types of function definitions and invocations."""

from workflows.feel.ast import Call, FunctionLiteral, Name
from workflows.feel.builtins import BUILTINS
from workflows.feel.checking.checker import Checker, is_known, types_of, zh
from workflows.feel.checking.results import result_of
from workflows.feel.signatures import Builtin, Overload, Parameter, positions
from workflows.feel.types import ANY, NULL, Type, is_subtype
from workflows.feel.values import TYPE_NAMES


@types_of(FunctionLiteral)
def _function(checker: Checker, node: FunctionLiteral) -> Type:
    types = {part.name: part.type or ANY for part in node.parameters}
    with checker.names(types):
        return Type("function", parameters=tuple(types.values()), result=checker.of(node.body))


@types_of(Call)
def _call(checker: Checker, node: Call) -> Type:
    callee = node.callee
    if isinstance(callee, Name) and checker.lookup(callee.name) in {None, ANY}:
        builtin = BUILTINS.get(callee.name)
        if builtin is not None:
            return _builtin(checker, node, builtin)
    function = checker.of(callee)
    given = [checker.of(argument) for argument in node.arguments]
    if is_known(function) and function.name != "function":
        checker.find(node.at, f"a {function} cannot be called", f"{zh(function)}不能当作函数调用")
    elif function.parameters is not None and node.names is None:
        _check_arguments(checker, node, function.parameters, given)
    return function.result or ANY


def _check_arguments(
    checker: Checker, node: Call, wanted: tuple[Type, ...], given: list[Type]
) -> None:
    if len(given) != len(wanted):
        checker.find(node.at, "wrong number of arguments", "参数个数不符")
        return
    for argument, kind, parameter in zip(node.arguments, given, wanted, strict=True):
        if is_known(kind) and not is_subtype(kind, parameter) and kind.name != "list":
            checker.find(
                argument.at,
                f"the argument is a {kind}, wanted is {parameter}",
                f"参数是{zh(kind)},应为{zh(parameter)}",
            )


def _builtin(checker: Checker, node: Call, builtin: Builtin) -> Type:
    given = [checker.of(argument) for argument in node.arguments]
    if node.names is not None:
        order = positions(builtin, node.names) or ()
        given = [NULL if index is None else given[index] for index in order]
    if not any(_fits(overload, given) for overload in builtin.overloads):
        checker.find(
            node.at,
            f"{builtin.name} does not take {', '.join(str(kind) for kind in given)}",
            f"函数“{builtin.name}”不接受{'、'.join(zh(kind) for kind in given)}",
        )
        return NULL
    return result_of(builtin.name, given)


def _fits(overload: Overload, given: list[Type]) -> bool:
    if not overload.takes(len(given)):
        return False
    if overload.variadic:
        return all(_takes(overload.parameters[0], kind) for kind in given)
    return all(map(_takes, overload.parameters, given))


def _takes(parameter: Parameter, kind: Type) -> bool:
    """Tell whether an argument of a type may fit; a list of one item may stand for the item."""
    if parameter.types is None or not is_known(kind):
        return True
    wanted = {TYPE_NAMES[python] for python in parameter.types}
    if kind.name in wanted or "list" in wanted:
        return True
    return kind.name == "list" and (
        not is_known(kind.item or ANY) or _takes(parameter, kind.item or ANY)
    )
