"""Values by dotted name, such as parameters, as the document that expressions read."""

from collections.abc import Mapping
from typing import Any


class ContradictionError(ValueError):
    """One name lies within another that is a value. The message is in Chinese."""


def nested(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document; what was given stays as it is.

    Raises ContradictionError.
    """
    found: dict[str, Any] = {}
    for name, value in given.items():
        *parents, last = name.split(".")
        here = found
        for parent in parents:
            inner = here.get(parent, {})
            if not isinstance(inner, dict):
                raise ContradictionError(f"“{name}”和另一项互相矛盾：“{parent}”已经是一个值")
            here[parent] = here = dict(inner)
        here[last] = value
    return found
