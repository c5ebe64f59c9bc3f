"""What people are told of: events with their places, urgency, and whether they are always sent.

The product's events stand in ``workflows/bpmn/shared/notifications.yaml``; a procedure may have
others, which are neither urgent nor statutory unless listed there. ``statutory``: rights in the procedure
depend on it, so that its receiver cannot switch mail off (ASM-P-62).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Texts = Mapping[str, Mapping[str, str]]  # language -> {subject, body}


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a text: what it stands for, and a sample."""

    name: str
    label: str
    sample: str


@dataclass(frozen=True, slots=True)
class Event:
    """One kind of occasion. ``texts`` are the product's own; a jurisdiction may have others."""

    name: str
    label: str
    is_statutory: bool
    is_urgent: bool
    places: tuple[Place, ...]
    texts: Texts


def event(catalogue: Mapping[str, Any], name: str) -> Event:
    """Return an event; one that is not listed has no texts and only the common places."""
    given = catalogue["events"].get(name) or {}
    places = {**catalogue["common"], **(given.get("places") or {})}
    return Event(
        name=name,
        label=given.get("label", name),
        is_statutory=bool(given.get("statutory")),
        is_urgent=bool(given.get("urgent")),
        places=tuple(
            Place(place, str(label), str(sample)) for place, (label, sample) in places.items()
        ),
        texts={language: given[language] for language in ("zh", "en") if language in given},
    )


def sample(one: Event) -> dict[str, str]:
    """Return sample values of an event's places."""
    return {place.name: place.sample for place in one.places}
