"""Merging plain data entry by entry: mappings by key, lists by what their entries are known by."""

import json
from typing import Any

from workflows.merging.conflicts import Conflict, Disputes, is_disputed
from workflows.merging.keyed import Keyed, keyed
from workflows.merging.orders import merged_order, woven

GONE: Any = object()
_SHORT = 60
TITLES = ("label", "name", "title", "article")


class Merging:
    """One merge of three versions of a form, of settings, of a list of clauses, rules."""

    def __init__(self, disputes: Disputes) -> None:
        self.disputes = disputes

    def value(self, base: Any, mine: Any, theirs: Any, place: "Place") -> Any:
        """Merge what stands at one place."""
        if isinstance(mine, dict) and isinstance(theirs, dict):
            return self._object(base if isinstance(base, dict) else {}, mine, theirs, place)
        if isinstance(mine, list) and isinstance(theirs, list):
            known = keyed(base, mine, theirs)
            if known is not None:
                name, (was, own, other) = known
                return self._list(was, own, other, place, name)
        if not is_disputed(base, mine, theirs):
            return theirs if mine == base else mine
        told = Conflict(place.element, place.name, (place.key,), _brief(mine), _brief(theirs))
        return self.disputes.settle(told, mine, theirs)

    def _object(self, base: Any, mine: Any, theirs: Any, place: "Place") -> Any:
        here = place.of(mine)
        merged = {}
        for key in woven(list(theirs), list(mine)):
            was, own, other = (side.get(key, GONE) for side in (base, mine, theirs))
            value = self.value(was, own, other, here.within(str(key), is_known="id" in mine))
            if value is not GONE:
                merged[key] = value
        return merged

    def _list(self, base: Keyed, mine: Keyed, theirs: Keyed, place: "Place", name: str) -> Any:
        order = merged_order(list(base), list(mine), list(theirs))
        if order is None:
            told = Conflict(place.element, place.name, ("order",), "", "")
            pair = woven(list(mine), list(theirs)), woven(list(theirs), list(mine))
            order = self.disputes.settle(told, *pair)
        found = []
        for key in order:
            was, own, other = (side.get(key, GONE) for side in (base, mine, theirs))
            element = key if name == "id" else f"{place.element}.{key}".strip(".")
            here = Place(element, _title([own, other], key))
            found.append(self.value(was, own, other, here))
        return [each for each in found if each is not GONE]


class Place:
    """Where something stands: in which element, what people call that, under which key of it."""

    __slots__ = ("element", "key", "name")

    def __init__(self, element: str = "", name: str = "", key: str = "") -> None:
        self.element, self.name, self.key = element, name or element, key

    def of(self, mapping: Any) -> "Place":
        """Return the place of a mapping, known by its id where it has one."""
        element = str(mapping.get("id") or self.element)
        return Place(element, _title([mapping], self.name), self.key)

    def within(self, key: str, *, is_known: bool) -> "Place":
        """Return the place of one key; within what has an id all belongs to that."""
        element = self.element if is_known else f"{self.element}.{key}".strip(".")
        name = self.name if is_known or self.name != self.element else element
        return Place(element, name, key)


def _title(sides: Any, otherwise: str) -> str:
    """Return what people call an entry."""
    named = (
        side[title]
        for side in sides
        if isinstance(side, dict)
        for title in TITLES
        if isinstance(side.get(title), str)
    )
    return next(named, otherwise)


def _brief(value: Any) -> str | None:
    if value is GONE:
        return None
    if isinstance(value, dict) and value.get("label"):
        return str(value["label"])
    if isinstance(value, str):
        return value[:_SHORT]
    return json.dumps(value, ensure_ascii=False, default=str)[:_SHORT]
