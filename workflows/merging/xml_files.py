"""Merging diagrams and decision tables: element by element, attribute by attribute.

An element is known by its id, one without an id by its name or its place among those of its kind.
Where a shape stands is no matter of law: of two places the merging person's is taken.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import cast

from lxml import etree

from workflows.merging.conflicts import Choice, Conflict, Disputes, Merged, is_disputed
from workflows.merging.orders import merged_order, woven
from workflows.xml import parse_xml

Element = etree._Element  # noqa: SLF001 - the name of the type in lxml
Key = tuple[str, ...]
Sides = tuple[Element | None, Element | None, Element | None]

_LAYOUT = frozenset({"BPMNShape", "BPMNEdge", "DMNShape", "DMNEdge"})
_PICTURES = frozenset({"BPMNDiagram", "DMNDI"})
_LISTED = frozenset({"incoming", "outgoing", "flowNodeRef"})
_ENDS = ("sourceRef", "targetRef", "attachedToRef")
_ORDERED = frozenset({"decisionTable", "rule"})
_OF_TOOLS = frozenset({"exporter", "exporterVersion"})
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SHORT = 60


def merge_xml(base: bytes, mine: bytes, theirs: bytes, choices: Mapping[str, Choice]) -> Merged:
    """Merge two versions of a diagram or table. Raises UnsafeXmlError."""
    merging = _Merging(Disputes(choices))
    merged = merging.whole(parse_xml(base), parse_xml(mine), parse_xml(theirs))
    if merging.disputes.found:
        return Merged(None, tuple(merging.disputes.found.values()))
    etree.indent(merged, "  ")
    return Merged((_HEAD + etree.tostring(merged, encoding="unicode") + "\n").encode())


class _Merging:
    """One merge. ``ids`` are those of the merged model: a shape stands for one of them, or goes."""

    def __init__(self, disputes: Disputes) -> None:
        self.disputes = disputes
        self.ids: set[str] = set()

    def whole(self, base: Element, mine: Element, theirs: Element) -> Element:
        """Merge roots: first the model, then the pictures of what is left of it."""
        merged = self._begun(base, mine, theirs)
        children = [_children(each) for each in (base, mine, theirs)]
        order = woven(list(children[2]), list(children[1]))
        for key in sorted(order, key=lambda key: key in _pictures(children)):
            if key in _pictures(children) and not self.ids:
                self._close(merged)
            self._put(merged, tuple(side.get(key) for side in children))
        self._close(merged)
        return merged

    def _close(self, model: Element) -> None:
        """Drop what leads nowhere since a choice let its end go; know what there is."""
        self.ids = _ids(model)
        for flow in [e for e in model.iter() if self._hangs(e)]:
            _remove(flow)
            self.ids.discard(str(flow.get("id")))
        for listed in list(model.iter(*(f"{{*}}{tag}" for tag in _LISTED))):
            if (listed.text or "").strip() not in self.ids:
                _remove(listed)
        for twice in [each for each, n in Counter(_all_ids(model)).items() if n > 1]:
            self.disputes.note(Conflict(twice, twice, ("parent",), "", ""))

    def _hangs(self, element: Element) -> bool:
        ends = [element.get(name) for name in _ENDS]
        return any(end and end not in self.ids and end in self.disputes.choices for end in ends)

    def _begun(self, base: Element | None, mine: Element, theirs: Element) -> Element:
        """Return a new element with the attributes and the text of both sides."""
        merged = etree.Element(theirs.tag, nsmap=_prefixes(mine, theirs))
        for name in dict.fromkeys([*theirs.attrib, *mine.attrib]):
            values = [None if e is None else e.get(name) for e in (base, mine, theirs)]
            value = self._value(str(name), values, mine)
            if value is not None:
                merged.set(name, value)
        if not len(mine) and not len(theirs):
            texts = [None if e is None else (e.text or "").strip() for e in (base, mine, theirs)]
            merged.text = self._value("text", texts, mine)
        return merged

    def _value(self, name: str, values: list[str | None], owner: Element) -> str | None:
        base, mine, theirs = values
        name = etree.QName(name).localname
        if not is_disputed(base, mine, theirs) or name in _OF_TOOLS:
            return theirs if mine == base else mine
        known = _owner(owner)
        key, called = _id(known), _named(known)
        told = Conflict(key, called, (name,), mine, theirs)
        return self.disputes.settle(told, mine, theirs)

    def _merged(self, base: Element | None, mine: Element, theirs: Element) -> Element:
        merged = self._begun(base, mine, theirs)
        children = [{} if e is None else _children(e) for e in (base, mine, theirs)]
        for key in self._order(children, theirs):
            self._put(merged, tuple(side.get(key) for side in children))
        return merged

    def _order(self, children: list[dict[Key, Element]], owner: Element) -> list[Key]:
        base, mine, theirs = (list(side) for side in children)
        if _local(owner) not in _ORDERED:
            return woven(theirs, mine)
        order = merged_order(base, mine, theirs)
        if order is not None:
            return order
        known = _owner(owner)
        key, called = _id(known), _named(known)
        told = Conflict(key, called, ("order",), "", "")
        return self.disputes.settle(told, woven(mine, theirs), woven(theirs, mine))

    def _put(self, around: Element, sides: tuple[Element | None, ...]) -> None:
        base, mine, theirs = sides
        child = self._child(base, mine, theirs)
        if child is not None:
            around.append(child)

    def _child(
        self, base: Element | None, mine: Element | None, theirs: Element | None
    ) -> Element | None:
        present = mine if mine is not None else theirs
        if present is None:
            return None
        if _local(present) in _LAYOUT:
            return self._shape(base, mine, theirs)
        if mine is not None and theirs is not None:
            return self._merged(base, mine, theirs)
        if base is None:
            return deepcopy(present)
        if _print(base) == _print(present):
            return None
        known = _owner(present)
        key, called = _id(known), _named(known)
        told = Conflict(key, called, (), _brief(mine), _brief(theirs))
        return deepcopy(self.disputes.settle(told, mine, theirs))

    def _shape(
        self, base: Element | None, mine: Element | None, theirs: Element | None
    ) -> Element | None:
        """Return where the merged element stands: where the merging person has put it."""
        is_moved = mine is not None and (base is None or _print(base) != _print(mine))
        chosen = mine if is_moved or theirs is None else theirs
        if chosen is None or _shown_by(chosen) not in self.ids:
            return None
        return deepcopy(chosen)


def _prefixes(*elements: Element) -> dict[str, str]:
    found = {prefix: uri for each in elements for prefix, uri in each.nsmap.items()}
    return cast("dict[str, str]", found)  # lxml takes None as the default, its stubs do not


def _pictures(children: Iterable[Mapping[Key, Element]]) -> set[Key]:
    return {key for side in children for key, e in side.items() if _local(e) in _PICTURES}


def _children(element: Element) -> dict[Key, Element]:
    """Return the children by what they are known by, in order."""
    found: dict[Key, Element] = {}
    seen: Counter[str] = Counter()
    for child in element:
        key = _key(child)
        if key is None or key in found:
            seen[child.tag] += 1
            key = (child.tag, "", str(seen[child.tag]))
        found[key] = child
    return found


def _key(child: Element) -> Key | None:
    if child.get("id"):
        return ("#", str(child.get("id")))
    if _local(child) in _LISTED:
        return (child.tag, "=", (child.text or "").strip())
    if child.get("name"):
        return (child.tag, "@", str(child.get("name")))
    return None


def _ids(model: Element) -> set[str]:
    return set(_all_ids(model))


def _all_ids(model: Element) -> list[str]:
    return [str(e.get("id")) for e in model.iter() if e.get("id")]


def _remove(element: Element) -> None:
    around = element.getparent()
    if around is not None:
        around.remove(element)


def _shown_by(shape: Element) -> str:
    shown = shape.get("bpmnElement") or shape.get("dmnElementRef") or ""
    return shown.rpartition("#")[2]


def _local(element: Element) -> str:
    return str(etree.QName(element).localname)


def _owner(element: Element) -> Element:
    """Return the element that people know: the nearest with an id, the element or one around it."""
    for each in (element, *element.iterancestors()):
        if each.get("id"):
            return each
    return element


def _id(element: Element) -> str:
    return str(element.get("id") or _local(element))


def _named(element: Element) -> str:
    return str(element.get("name") or _id(element))


def _print(element: Element) -> tuple[object, ...]:
    """Return what an element says, whatever its spaces."""
    text = "" if len(element) else (element.text or "").strip()
    inner = tuple(_print(child) for child in element)
    return (element.tag, tuple(sorted(element.attrib.items())), text, inner)


def _brief(element: Element | None) -> str | None:
    if element is None:
        return None
    words = element.get("name") or " ".join(" ".join(map(str, element.itertext())).split())
    return words[:_SHORT] or _id(_owner(element))
