"""The ``liancheng`` vocabulary, from the moddle descriptor that the editor uses too."""

import json
from functools import cache
from pathlib import Path
from typing import Any

DESCRIPTOR = Path(__file__).with_name("liancheng.moddle.json")

# Which BPMN classes an element belongs to, besides its own: those the descriptor extends.
_OTHER_NODES = frozenset({"task", "callActivity", "subProcess", "transaction", "adHocSubProcess"})
_CATCHING = frozenset({"startEvent", "intermediateCatchEvent", "boundaryEvent"})


def _classes(tag: str) -> set[str]:
    own = f"bpmn:{tag[:1].upper()}{tag[1:]}"
    if not (tag in _OTHER_NODES or tag.endswith(("Event", "Task", "Gateway"))):
        return {own}
    return {own, "bpmn:FlowNode"} | ({"bpmn:CatchEvent"} if tag in _CATCHING else set())


@cache
def attributes_of(tag: str) -> frozenset[str]:
    """Return the attributes that a BPMN element with this local tag may carry."""
    classes = _classes(tag)
    return frozenset(
        prop["name"]
        for kind in _types()
        if classes & set(kind.get("extends", ()))
        for prop in kind["properties"]
    )


@cache
def elements() -> dict[str, frozenset[str]]:
    """Return the extension elements by tag, with the attributes each may carry."""
    return {
        kind["name"].lower(): frozenset(prop["name"] for prop in kind["properties"])
        for kind in _types()
        if "superClass" in kind
    }


@cache
def _types() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(DESCRIPTOR.read_text(encoding="utf-8"))["types"])
