"""The types that a model defines for its data, and how a value is fitted to one.

A value that does not fit becomes null, as the standard has it (DMN 1.5, 10.3.2.9.4); what may be
converted on the way is a single value to a list of one and back, and a date to its midnight.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from workflows.feel import temporal
from workflows.feel.types import ALIASES, CLASSES, Type
from workflows.feel.types import ANY as ANY_TYPE
from workflows.feel.values import normal, type_name

if TYPE_CHECKING:
    from workflows.feel import Run, UnaryTests

MISFIT: Final = object()
ANY: Final = "Any"
_MAX_DEPTH: Final = 40
_READERS: Final = {
    "date": temporal.parse_date,
    "time": temporal.parse_time,
    "date and time": temporal.parse_date_time,
    "days and time duration": temporal.parse_duration,
    "years and months duration": temporal.parse_duration,
}


@dataclass(slots=True)
class ItemType:
    """A type of the model. Filled while the model is read, never changed afterwards.

    ``base`` is a built-in's name or another type; ``components`` make it a structure; ``gives``
    makes it a function's type. ``allowed`` says which values one item may have, ``constraint``
    what must hold for the whole.
    """

    name: str
    base: str | ItemType = ANY
    is_collection: bool = False
    components: tuple[tuple[str, ItemType], ...] = ()
    allowed: UnaryTests | None = None
    constraint: UnaryTests | None = None
    gives: ItemType | None = None
    is_function: bool = False

    def fitted(self, run: Run, value: Any, *, is_data: bool = False) -> Any:
        """Return the value as this type has it, or null with a warning.

        ``is_data``: it comes from outside as JSON, where dates and durations are text.
        """
        found = self._fit(run, value, 0, is_data=is_data)
        if found is not MISFIT:
            return found
        return run.null(0, f"the value is not of type {self.name}", f"值不符合类型“{self.name}”")

    def values(self) -> UnaryTests | None:
        """Return the allowed values of one item, its own or those of the type it is based on."""
        here: str | ItemType = self
        for _ in range(_MAX_DEPTH):
            if not isinstance(here, ItemType):
                return None
            if here.allowed is not None:
                return here.allowed
            here = here.base
        return None

    def plain(self) -> str | None:
        """Return the built-in type of one plain value; None for a list, structure or function."""
        here: str | ItemType = self
        for _ in range(_MAX_DEPTH):
            if not isinstance(here, ItemType):
                return None if here == ANY else here
            if here.is_collection or here.components or here.is_function:
                return None
            here = here.base
        return None

    def described(self, budget: list[int], depth: int = 0) -> Type:
        """Return the type as the expression language knows it; Any where it is too large."""
        budget[0] -= 1
        if budget[0] < 0 or depth > _MAX_DEPTH:
            return ANY_TYPE
        if self.is_function:
            return Type("function")
        if self.components:
            entries = ((name, kind.described(budget, depth + 1)) for name, kind in self.components)
            found = Type("context", entries=tuple(entries))
        elif isinstance(self.base, ItemType):
            found = self.base.described(budget, depth + 1)
        else:
            found = ANY_TYPE if self.base == ANY else Type(self.base)
        return Type("list", item=found) if self.is_collection else found

    def _fit(self, run: Run, value: Any, depth: int, *, is_data: bool) -> Any:
        run.spend(1)
        if depth > _MAX_DEPTH:
            return MISFIT
        value = normal(value)
        if value is None or (self.is_function and not self.components):
            return value
        found = self._whole(run, value, depth, is_data=is_data)
        if found is MISFIT or self.constraint is None:
            return found
        return found if self.constraint.evaluate_within(run, found, {}) is True else MISFIT

    def _whole(self, run: Run, value: Any, depth: int, *, is_data: bool) -> Any:
        if self.is_collection:
            items = value if type(value) is list else [value]
            run.spend(len(items))
            fits = [self._one(run, normal(item), depth, is_data=is_data) for item in items]
            return MISFIT if MISFIT in fits else fits
        found = self._one(run, value, depth, is_data=is_data)
        if found is MISFIT and type(value) is list and len(value) == 1 and depth < _MAX_DEPTH:
            return self._whole(run, normal(value[0]), depth + 1, is_data=is_data)
        return found

    def _one(self, run: Run, value: Any, depth: int, *, is_data: bool) -> Any:
        if value is None:
            return None
        if self.components:
            found = self._structure(run, value, depth, is_data=is_data)
        elif isinstance(self.base, ItemType):
            found = self.base._fit(run, value, depth + 1, is_data=is_data)  # noqa: SLF001
        else:
            found = _built_in(self.base, value, is_data=is_data)
        if found is MISFIT or found is None or self.allowed is None:
            return found
        return found if self._allows(run, found) else MISFIT

    def _allows(self, run: Run, value: Any) -> bool:
        """Tell whether a value is allowed; of a list that the base type makes, every item."""
        assert self.allowed is not None
        items = value if type(value) is list else [value]
        return all(self.allowed.evaluate_within(run, item, {}) is True for item in items)

    def _structure(self, run: Run, value: Any, depth: int, *, is_data: bool) -> Any:
        if type(value) is not dict:
            return MISFIT
        found = dict(value)
        for name, kind in self.components:
            if name not in value and not is_data:
                return MISFIT
            fitted = kind._fit(run, value.get(name), depth + 1, is_data=is_data)  # noqa: SLF001
            if fitted is MISFIT:
                return MISFIT
            found[name] = fitted
        return found


def built_in(name: str) -> str | None:
    """Return the canonical name of a built-in type, or None."""
    plain = name.strip()
    for prefix in ("feel:", "feel."):
        plain = plain.removeprefix(prefix)
    plain = ALIASES.get(plain, plain)
    return plain if plain in CLASSES or plain == ANY else None


def _built_in(name: str, value: Any, *, is_data: bool) -> Any:
    if name == ANY or type_name(value) == name:
        return value
    if type(value) is date and name == "date and time":
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    reader = _READERS.get(name)
    if is_data and reader is not None and type(value) is str:
        read = reader(value)
        return read if type_name(read) == name else MISFIT
    return MISFIT
