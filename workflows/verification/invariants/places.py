"""Where a part of an invariant holds: the nodes it means, and the outcomes it wants."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from workflows.diagrams import Node

OUTCOME = "outcome"
COMPOUND = frozenset({"callActivity", "subProcess"})


@dataclass(frozen=True, slots=True)
class Place:
    """What is said of a node; an empty set leaves that open. A place that says nothing means none.

    ``codes`` are activity codes; a node without one may be named by its id. ``outcomes`` are the values wanted of ``field`` once the node is done; None: any will do.
    """

    codes: frozenset[str] = frozenset()
    elements: frozenset[str] = frozenset()
    operations: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    ends: frozenset[str] = frozenset()
    outcomes: frozenset[str] | None = None
    field: str = OUTCOME

    def means(self, node: Node) -> bool:
        """Tell whether a node is meant: all that is said holds of it. Asked very often."""
        if self.codes and node.activity_code not in self.codes and node.id not in self.codes:
            return False
        if self.elements and node.id not in self.elements:
            return False
        if self.operations and node.operation not in self.operations:
            return False
        if self.states and node.case_state not in self.states:
            return False
        if self.ends:
            return node.kind == "endEvent" and node.outcome in self.ends
        return bool(self.codes or self.elements or self.operations or self.states)

    def is_call(self, node: Node) -> bool:
        """Tell whether a node is meant for a code that something inside it has to realise."""
        return node.kind in COMPOUND and node.activity_code in self.codes

    def is_met(self, outcome: str | None) -> bool | None:
        """Tell whether an outcome is one of those wanted; None: there is none to tell by."""
        if self.outcomes is None:
            return True
        return None if outcome is None else outcome in self.outcomes


def place_of(given: Any) -> Place:
    """Read a place as invariants.yaml writes it: a code, or what is said of the node."""
    if isinstance(given, str):
        return Place(codes=frozenset({given}))
    outcomes = frozenset(map(str, listed(given["outcome"]))) if "outcome" in given else None
    return Place(
        texts(given.get("code")) | texts(given.get("codes")),
        texts(given.get("element")) | texts(given.get("elements")),
        texts(given.get("operations")),
        texts(given.get("case_states")),
        texts(given.get("ends")),
        outcomes,
        str(given.get("field", OUTCOME)),
    )


def places_of(row: Mapping[str, Any], key: str) -> tuple[Place, ...]:
    """Read a list of codes with its ``key_elements`` and ``key_ends``: any of them is meant."""
    said = (
        Place(codes=texts(row.get(key))),
        Place(elements=texts(row.get(f"{key}_elements"))),
        Place(ends=texts(row.get(f"{key}_ends"))),
    )
    return tuple(place for place in said if place != Place())


def texts(given: Any) -> frozenset[str]:
    """Return a text or a list of texts as a set."""
    return frozenset(str(each) for each in listed(given))


def listed(given: Any) -> Iterable[Any]:
    """Return what is written as one thing or as a list of things as a list."""
    if given is None:
        return ()
    is_list = isinstance(given, Collection) and not isinstance(given, (str, Mapping))
    return given if is_list else (given,)
