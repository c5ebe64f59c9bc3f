"""The types of the language: who is an instance of which, and which conforms to which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from workflows.feel.values import TYPE_NAMES, Function, Range, normal, type_name


@dataclass(frozen=True, slots=True)
class Type:
    """A type: its canonical name, and the types of its parts as far as it names them.

    ``item`` is of a list or range, ``entries`` of a context; ``parameters`` (None when any)
    and ``result`` of a function.
    """

    name: str
    item: Type | None = None
    entries: tuple[tuple[str, Type], ...] = ()
    parameters: tuple[Type, ...] | None = None
    result: Type | None = None

    def __str__(self) -> str:
        """Return the type as it is written."""
        if self.item is not None:
            return f"{self.name}<{self.item}>"
        if self.entries:
            return f"context<{', '.join(f'{name}: {kind}' for name, kind in self.entries)}>"
        if self.parameters is not None:
            taken = ", ".join(str(kind) for kind in self.parameters)
            return f"function<{taken}> -> {self.result or ANY}"
        return self.name

    def entry(self, name: str) -> Type | None:
        """Return the type of an entry of a context, if this type names it."""
        return next((kind for key, kind in self.entries if key == name), None)


ANY: Final = Type("Any")
NULL: Final = Type("Null")
Types = frozenset[tuple[str, "Type"]]  # types that a model names, beside the built-in ones
NO_TYPES: Final[Types] = frozenset()
SIMPLE: Final = (
    "number",
    "string",
    "boolean",
    "date",
    "time",
    "date and time",
    "days and time duration",
    "years and months duration",
)
ALIASES: Final = {
    "dateTime": "date and time",
    "date time": "date and time",
    "day time duration": "days and time duration",
    "dayTimeDuration": "days and time duration",
    "year month duration": "years and months duration",
    "yearMonthDuration": "years and months duration",
    "any": "Any",
}
CLASSES: Final = {name: python for python, name in TYPE_NAMES.items() if name != "null"}
NAMES: Final = frozenset({*SIMPLE, "list", "context", "range", "function", *ALIASES, "Any", "Null"})


def is_instance(value: Any, wanted: Type) -> bool:
    """Tell what ``value instance of wanted`` tells: null is only of the type Null."""
    if value is None:
        return wanted.name == "Null"
    return conforms(value, wanted)


def conforms(value: Any, wanted: Type) -> bool:
    """Tell whether a value may stand where a type is wanted; null always may (10.3.2.9)."""
    value = normal(value)
    if value is None or wanted.name == "Any":
        return True
    if type_name(value) != wanted.name:
        return False
    if isinstance(value, Function):
        return is_subtype(signature(value), wanted)
    if wanted.item is not None:
        return _items_conform(value, wanted.item)
    return _entries_conform(value, wanted.entries)


def coerced(value: Any, wanted: Type) -> Any:
    """Return a value where a type is wanted (10.3.2.9.4): itself, or null if it does not conform.

    ``[x]`` becomes ``x`` where no list is wanted, and ``x`` becomes ``[x]`` where one is.
    """
    if conforms(value, wanted):
        return value
    if type(value) is list and len(value) == 1 and conforms(value[0], wanted):
        return normal(value[0])
    return [value] if wanted.name == "list" and conforms([value], wanted) else None


def _entries_conform(value: Any, entries: tuple[tuple[str, Type], ...]) -> bool:
    return all(key in value and conforms(value[key], kind) for key, kind in entries)


def _items_conform(value: Any, item: Type) -> bool:
    if type(value) is Range:
        return conforms(value.start, item) and conforms(value.end, item)
    return all(conforms(part, item) for part in value) if type(value) is list else True


def signature(function: Function) -> Type:
    """Return the type of a function value, as far as it is known."""
    if function.signature is None:
        return Type("function", parameters=(ANY,) * len(function.parameters), result=ANY)
    found: Type = function.signature()
    return found


def is_subtype(given: Type, wanted: Type) -> bool:
    """Tell whether every value of one type may stand where the other is wanted."""
    if wanted.name == "Any" or given.name == "Null":
        return True
    if given.name != wanted.name:
        return False
    if wanted.item is not None:
        return is_subtype(given.item or ANY, wanted.item)
    if wanted.parameters is not None:
        return _is_callable_as(given, wanted)
    return all(
        (mine := given.entry(name)) is not None and is_subtype(mine, kind)
        for name, kind in wanted.entries
    )


def _is_callable_as(given: Type, wanted: Type) -> bool:
    """Parameters may take more than is wanted, the result may be narrower."""
    mine, theirs = given.parameters or (), wanted.parameters or ()
    if given.parameters is None or len(mine) != len(theirs):
        return False
    return is_subtype(given.result or ANY, wanted.result or ANY) and all(
        is_subtype(needed, taken) for taken, needed in zip(mine, theirs, strict=True)
    )


def common(types: list[Type]) -> Type:
    """Return the narrowest simple type of all of these: one of them, or Any."""
    known = [kind for kind in types if kind != NULL]
    if not known:
        return NULL if types else ANY
    for candidate in known:
        if all(is_subtype(kind, candidate) for kind in known):
            return candidate
    if len({kind.name for kind in known}) == 1:
        return Type(known[0].name)
    return ANY
