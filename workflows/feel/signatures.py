"""How a built-in function says what it takes, and how arguments are fitted to that."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from workflows.feel.limits import MAX_LIST_ITEMS
from workflows.feel.runtime import Run
from workflows.feel.temporal import YearsMonths
from workflows.feel.values import Function, Range, normal
from workflows.feel.wide import WIDE, WideDate, WideMoment, WideTime

_CLASSES: Final[dict[str, frozenset[type]]] = {
    "number": frozenset({Decimal}),
    "string": frozenset({str}),
    "boolean": frozenset({bool}),
    "date": frozenset({date, datetime}),
    "moment": frozenset({date, datetime}),
    "date and time": frozenset({datetime}),
    "wide moment": frozenset({date, datetime, WideDate, WideMoment}),
    "wide date and time": frozenset({datetime, WideMoment}),
    "time": frozenset({time, WideTime}),
    "list": frozenset({list}),
    "context": frozenset({dict}),
    "range": frozenset({Range}),
    "function": frozenset({Function}),
    "duration": frozenset({timedelta, YearsMonths}),
    "point": frozenset({Decimal, str, date, datetime, time, timedelta, YearsMonths, *WIDE}),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """``types`` None takes anything; ``nullable`` takes null; ``optional`` may be left out."""

    name: str
    types: frozenset[type] | None
    nullable: bool
    optional: bool
    whole: bool  # a number that must be an integer


@dataclass(frozen=True, slots=True)
class Overload:
    """One way to call a built-in. A variadic one gathers its arguments into one list."""

    parameters: tuple[Parameter, ...]
    variadic: bool
    call: Callable[..., Any]

    def takes(self, count: int) -> bool:
        """Tell whether so many positional arguments could fit."""
        if self.variadic:
            return count > (self.parameters[0].types is None)  # one alone is taken for the list
        return sum(not part.optional for part in self.parameters) <= count <= len(self.parameters)


@dataclass(frozen=True, slots=True)
class Builtin:
    """A built-in function; ``steps`` is what one call costs, besides its arguments' size."""

    name: str
    overloads: tuple[Overload, ...]
    steps: int


class Registry(dict[str, Builtin]):
    """Built-ins by name, filled by decorators."""

    def add(
        self, name: str, signature: str, steps: int = 2
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register a function under one more signature.

        A signature lists ``name: type``; ``?`` after the type allows null, ``=`` after that
        allows leaving it out, ``*`` gathers all arguments. The function gets the Run first.
        """

        def register(call: Callable[..., Any]) -> Callable[..., Any]:
            known = self[name].overloads if name in self else ()
            self[name] = Builtin(name, (*known, _overload(signature, call)), steps)
            return call

        return register


def _overload(signature: str, call: Callable[..., Any]) -> Overload:
    parts = [part.strip() for part in signature.split(",") if part.strip()]
    variadic = signature.endswith("*")
    return Overload(tuple(_parameter(part.rstrip("*")) for part in parts), variadic, call)


def _parameter(part: str) -> Parameter:
    name, _, kind = (piece.strip() for piece in part.partition(":"))
    optional = kind.endswith("=")
    kind = kind.removesuffix("=")
    nullable = kind.endswith("?")
    kind = kind.removesuffix("?")
    types = None if kind == "any" else _CLASSES["number" if kind == "integer" else kind]
    return Parameter(name, types, nullable, optional, kind == "integer")


MISFIT: Final = object()


def fit(value: Any, parameter: Parameter) -> Any:
    """Return the value as the parameter wants it, or MISFIT.

    ``[x]`` becomes ``x`` where no list is wanted, and ``x`` becomes ``[x]`` where one is.
    """
    if parameter.types is None:
        return value
    if type(value) in parameter.types:
        if not parameter.whole or value == value.to_integral_value():
            return value
        return MISFIT
    if value is None:
        return None if parameter.nullable else MISFIT
    if list in parameter.types:
        return [value]
    if type(value) is list and len(value) == 1:
        return fit(normal(value[0]), parameter)
    return MISFIT


def call_builtin(run: Run, at: int, builtin: Builtin, arguments: list[Any]) -> Any:
    """Call the first overload that the arguments fit; null with a warning if there is none."""
    cost = builtin.steps
    for value in arguments:
        kind = type(value)
        if kind is str:
            cost += len(value) >> 6
        elif kind is list:
            cost += len(value)
    run.spend(cost)
    for overload in builtin.overloads:
        if overload.takes(len(arguments)):
            fitted = _fit_all(overload, arguments)
            if fitted is not None:
                return overload.call(run, *fitted)
    return run.null(
        at,
        f"the arguments of {builtin.name} do not fit",
        f"函数“{builtin.name}”的参数类型不符",
    )


def _fit_all(overload: Overload, arguments: list[Any]) -> list[Any] | None:
    if overload.variadic:
        items = [fit(value, overload.parameters[0]) for value in arguments]
        return None if MISFIT in items else [items]
    fitted = []
    for value, parameter in zip(arguments, overload.parameters, strict=False):
        good = fit(value, parameter)
        if good is MISFIT:
            return None
        fitted.append(good)
    return fitted


def positions(builtin: Builtin, names: tuple[str, ...]) -> tuple[int | None, ...] | None:
    """Return, for the parameters of the overload these names belong to, which argument each is.

    None stands for a parameter left out before another; a whole None for no such overload.
    """
    for overload in builtin.overloads:
        known = [parameter.name for parameter in overload.parameters]
        required = {part.name for part in overload.parameters if not part.optional}
        if set(names) <= set(known) and required <= set(names) and len(set(names)) == len(names):
            found = [names.index(name) if name in names else None for name in known]
            while found and found[-1] is None:
                found.pop()
            return tuple(found)
    return None


def is_too_long(items: int) -> bool:
    """Tell whether a list of so many items exceeds the budget."""
    return items > MAX_LIST_ITEMS
