"""Where a case's diagrams put one text to several agencies, and how often they have done so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.cases.environment import CaseWorld
from workflows import feel
from workflows.diagrams import Node

TALLY = "opinions.tally"


@dataclass(frozen=True, slots=True)
class Asked:
    """A task that asks several agencies, and the tally of what they answered."""

    task: Node
    tally: Node


def asked_tasks(world: CaseWorld) -> Iterator[Asked]:
    """Yield each multi-instance task whose answers a tally takes in."""
    for process in world.ready.opened.program.nodes.values():
        tallies = [n for n in process.values() if n.operation == TALLY]
        for node in process.values():
            if node.kind != "userTask" or node.loop is None or node.data_key is None:
                continue
            taking = (t for t in tallies if node.data_key in roots(t.inputs.get("given", "")))
            found = next(taking, None)
            if found is not None:
                yield Asked(node, found)


def roots(text: str) -> set[str]:
    """Return the first names an expression reads; none where the text is no expression."""
    return {path[0] for path in feel.parse(text[1:]).names()} if text.startswith("=") else set()


def frames(document: Any, asked: Asked) -> Iterator[list[Mapping[str, Any]]]:
    """Yield, for each place where the task has been asked, the frames that lead there."""
    yield from _inside(document, asked.task.data_key or "", [])


def _inside(here: Any, key: str, around: list[Any]) -> Iterator[list[Mapping[str, Any]]]:
    if isinstance(here, dict):
        if isinstance(here.get(key), list) and any("item" in e for e in here[key]):
            yield [*around, here]
        for inner in here.values():
            yield from _inside(inner, key, [*around, here])
    elif isinstance(here, list):
        for inner in here:
            yield from _inside(inner, key, around)
