"""From XML to the types that a model defines (itemDefinition)."""

from collections.abc import Iterator
from typing import Final

from workflows.dmn.elements import Element, Elements, words
from workflows.dmn.errors import DmnError
from workflows.dmn.itemtypes import ANY, ItemType, built_in
from workflows.feel import UnaryTests
from workflows.feel.types import Type

MAX_NESTING: Final = 24
MAX_PARTS: Final = 300  # of a type, as expressions know it
MAX_ALL_PARTS: Final = 30_000  # of all types of a model


class Types:
    """The types of one model by name, those of imported models as ``import.name``.

    ``unknown`` are (element, type) that refer to nothing.
    """

    def __init__(self, source: Elements, imported: dict[str, ItemType]) -> None:
        self._source = source
        self.known: dict[str, ItemType] = dict(imported)
        self.own: dict[str, ItemType] = {}
        self.unknown: list[tuple[str, str]] = []
        elements = list(source.all(source.root, "itemDefinition"))
        for element in elements:
            name = words(element.get("name"))
            if not name or name in self.own:
                raise DmnError(
                    "the type has no name of its own", f"类型没有名称或重名:{name}", name
                )
            self.known[name] = self.own[name] = ItemType(name)
        for element in elements:
            self._fill(self.own[words(element.get("name"))], element, 0)
        sound: set[int] = set()
        for kind in self.own.values():
            _check_based(kind, sound)
        source.types = frozenset(self._described())

    def _described(self) -> Iterator[tuple[str, Type]]:
        """Yield the types as expressions know them."""
        left = MAX_ALL_PARTS
        for name, kind in self.known.items():
            budget = [granted := min(MAX_PARTS, left)]
            yield name, kind.described(budget)
            left -= granted - max(budget[0], 0)

    def of(self, name: str | None, element_id: str) -> ItemType | None:
        """Return a type by its name; None for anything, also for one that nothing defines."""
        if name is None:
            return None
        kind = self._named(name, element_id)
        if isinstance(kind, ItemType):
            return kind
        return None if kind == ANY else ItemType(kind, kind)

    def _named(self, name: str, element_id: str) -> ItemType | str:
        plain = words(name)
        known = self.known.get(plain) or self.known.get(plain.rpartition(":")[2])
        if known is not None:
            return known
        found = built_in(plain)
        if found is None:
            self.unknown.append((element_id, plain[:64]))
        return found or ANY

    def _fill(self, kind: ItemType, element: Element, depth: int) -> None:
        if depth > MAX_NESTING:
            text = f"类型“{kind.name}”嵌套超过 {MAX_NESTING} 层"
            raise DmnError("the type is nested too deeply", text, kind.name)
        source, where = self._source, element.get("id") or kind.name
        kind.is_collection = element.get("isCollection") in {"true", "1"}
        base = source.one(element, "typeRef")
        if base is not None:
            kind.base = self._named(base.text or "", where)
        kind.components = tuple(
            (words(part.get("name")), self._component(kind, part, depth))
            for part in source.all(element, "itemComponent")
        )
        kind.allowed = self._tests(element, "allowedValues", where)
        kind.constraint = self._tests(element, "typeConstraint", where)
        function = source.one(element, "functionItem")
        if function is not None:
            kind.is_function = True
            kind.gives = self.of(function.get("outputTypeRef"), where)

    def _component(self, kind: ItemType, element: Element, depth: int) -> ItemType:
        part = ItemType(f"{kind.name}.{words(element.get('name'))}")
        self._fill(part, element, depth + 1)
        return part

    def _tests(self, element: Element, tag: str, where: str) -> UnaryTests | None:
        part = self._source.one(element, tag)
        if part is None or not self._source.text(part):
            return None
        return self._source.tests(part, where)


def _check_based(kind: ItemType, sound: set[int]) -> None:
    """Refuse a type that is based on itself, whatever is between; ``sound`` are those that end."""
    seen: set[int] = set()
    here: ItemType | str = kind
    while isinstance(here, ItemType) and id(here) not in sound:
        if id(here) in seen:
            text = f"类型“{kind.name}”以自身为基础"
            raise DmnError("the type is based on itself", text, kind.name)
        seen.add(id(here))
        here = here.base
    sound |= seen
