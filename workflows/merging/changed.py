"""Which elements of a file an edit touches, and what they lie in."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from workflows import strict_yaml
from workflows.xml import parse_xml

Element = etree._Element  # noqa: SLF001 - the name of the type in lxml
_SHOWN = ("bpmnElement", "dmnElementRef")


def touched(path: str, old: bytes, new: bytes) -> frozenset[str]:
    """Return the ids of the elements that an edit touches, and of those around them.

    What has no id belongs to the nearest element that has; a shape is the element it shows.
    Raises ValueError where a side cannot be read.
    """
    before, after = (_said(path, each) for each in (old, new))
    found = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    return frozenset(each for key in found for each in key)


def _said(path: str, data: bytes) -> Mapping[tuple[str, ...], Any]:
    if path.endswith(".json"):
        return _of_entries(json.loads(data))
    return _of_entries(strict_yaml.read(data)) if path.endswith(".yaml") else _of_xml(data)


def _of_xml(data: bytes) -> Mapping[tuple[str, ...], Any]:
    """Return what each element says by its id and the ids around it, the outermost first."""
    found: dict[tuple[str, ...], list[Any]] = {}
    root = parse_xml(data)
    for element, key in _placed(root, ()):
        text = "" if len(element) else (element.text or "").strip()
        own = (element.tag, sorted(map(str, element.attrib.items())), text)
        found.setdefault(key, []).append(own)
    return found


def _placed(element: Element, around: tuple[str, ...]) -> Iterator[tuple[Element, tuple[str, ...]]]:
    shown = next((element.get(name) for name in _SHOWN if element.get(name)), None)
    name = (shown or "").rpartition("#")[2] or element.get("id") or ""
    here = (name,) if shown else (*around, name) if name else around
    yield element, here
    for child in element:
        yield from _placed(child, here)


def _of_entries(content: Any) -> Mapping[tuple[str, ...], Any]:
    found: dict[tuple[str, ...], list[Any]] = {}
    for key, own in _entries(content, ()):
        found.setdefault(key, []).append(own)
    return found


def _entries(value: Any, around: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict):
        here = (*around, str(value["id"])) if "id" in value else around
        own = {k: v for k, v in value.items() if not isinstance(v, (dict, list))}
        yield (*here, ""), own
        for key, inner in value.items():
            if isinstance(inner, (dict, list)):
                yield from _entries(inner, here if "id" in value else (*here, key))
    elif isinstance(value, list):
        yield (*around, "[]"), [v for v in value if not isinstance(v, (dict, list))]
        for inner in value:
            yield from _entries(inner, around)
