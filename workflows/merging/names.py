"""What people call the elements of a file."""

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from workflows import strict_yaml
from workflows.merging.entries import TITLES
from workflows.xml import parse_xml


def names_in(path: str, data: bytes) -> Mapping[str, str]:
    """Return the name or the label of each element that has one, by its id; of nonsense nothing."""
    try:
        if path.endswith(".json"):
            return dict(_labels(json.loads(data)))
        if path.endswith(".yaml"):
            return dict(_labels(strict_yaml.read(data)))
        root = parse_xml(data)
    except ValueError:
        return {}
    named = (each for each in root.iter() if each.get("id") and each.get("name"))
    return {str(each.get("id")): str(each.get("name")) for each in named}


def _labels(value: Any) -> Iterator[tuple[str, str]]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, dict) and "id" in value:
        named = (value[each] for each in TITLES if isinstance(value.get(each), str))
        yield from ((str(value["id"]), title) for title in islice(named, 1))
    for each in inner:
        yield from _labels(each)
