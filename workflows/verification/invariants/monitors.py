"""Invariants as monitors: what each notes while a case goes on, and what it must never see.

A monitor reads a case event by event: a node has begun, a node is done. What it has noted is a set
of words; with the same words the future is judged the same. The check of diagrams feeds it every
path, a running case its own history; to keep a monitor with a case, keep its words (sorted).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from workflows.diagrams import Node
from workflows.verification.invariants.places import (
    COMPOUND,
    OUTCOME,
    Place,
    place_of,
    places_of,
)

Seen = frozenset[str]
NOTHING: Seen = frozenset()
MIXED = "（不一致）"


@dataclass(frozen=True)
class Event:
    """A node has begun, or ``is_done``. A node that goes on by itself begins and is done at once.

    ``written`` is what a done node has written: of a call its outcome, of a user task its answers;
    of a node that is done for several items one mapping each. What is broken off is never done.
    """

    node: Node
    is_done: bool = False
    written: Mapping[str, Any] | tuple[Mapping[str, Any], ...] = field(default_factory=dict)

    def value(self, name: str) -> str | None:
        """Return what was written under a name: None if nothing, MIXED if not the same for all."""
        written = (self.written,) if isinstance(self.written, Mapping) else self.written
        values = {str(each[name]) for each in written if each.get(name) is not None}
        if len(values) > 1:
            return MIXED
        return values.pop() if values else None


class Monitor(Protocol):
    """One invariant. ``matters`` tells whether it looks at a node at all."""

    def matters(self, node: Node) -> bool: ...
    def after(self, seen: Seen, event: Event) -> tuple[Seen, bool]:
        """Return what is noted after an event, and whether the event breaks the invariant."""
        ...

    def is_broken_at_end(self, seen: Seen) -> bool:
        """Tell whether a case must not end with what is noted."""
        ...

    def asks(self, node: Node) -> Mapping[str, frozenset[str]]:
        """Return the names under which it looks at what a node has written, and for what."""
        ...


class _Quiet:
    """Notes nothing and is never broken: the base of the others."""

    def matters(self, node: Node) -> bool:
        return False

    def after(self, seen: Seen, event: Event) -> tuple[Seen, bool]:
        return seen, False

    def is_broken_at_end(self, seen: Seen) -> bool:
        return False

    def asks(self, node: Node) -> Mapping[str, frozenset[str]]:
        return {}


@dataclass(frozen=True)
class Precedence(_Quiet):
    """PREC: all of ``before`` is done, each with its outcome, before any of ``then`` begins.

    What was done last counts: a second time with another outcome takes the first away. A call with
    a code is only done if a step inside it with that code is; a step for several at once may run
    out of time before all have answered.
    """

    before: tuple[Place, ...]
    then: tuple[Place, ...]

    def matters(self, node: Node) -> bool:
        return any(place.means(node) for place in (*self.before, *self.then))

    def asks(self, node: Node) -> Mapping[str, frozenset[str]]:
        return {p.field: p.outcomes for p in self.before if p.outcomes and p.means(node)}

    def after(self, seen: Seen, event: Event) -> tuple[Seen, bool]:
        node = event.node
        is_early = not event.is_done and any(place.means(node) for place in self.then)
        is_broken = is_early and any(str(n) not in seen for n in range(len(self.before)))
        for number, place in enumerate(self.before):
            if place.means(node):
                seen = _noted(seen, number, place, event)
        return seen, is_broken


def _noted(seen: Seen, number: int, place: Place, event: Event) -> Seen:
    met, inside = str(number), f"inside {number}"
    is_call = place.is_call(event.node)
    if is_call and not event.is_done:
        return seen - {inside}
    seen = seen | {inside} if not is_call and _is_realised(event) else seen
    if not event.is_done:
        return seen
    is_met = place.is_met(event.value(place.field))
    if is_met is None:
        return seen
    return seen | {met} if is_met and (inside in seen or not is_call) else seen - {met}


def _is_realised(event: Event) -> bool:
    """Tell whether a step counts as done for the call around it: those for several may run out."""
    return event.is_done or event.node.loop is not None


@dataclass(frozen=True)
class Order(_Quiet):
    """ORDER: none begins before the one that stands before it in the list is done.

    As with PREC, a call is only done if a step inside it with its code is.
    """

    codes: tuple[str, ...]

    def matters(self, node: Node) -> bool:
        return node.activity_code in self.codes

    def after(self, seen: Seen, event: Event) -> tuple[Seen, bool]:
        code = event.node.activity_code
        if code is None or code not in self.codes:
            return seen, False
        inside, is_call = f"inside {code}", event.node.kind in COMPOUND
        seen = seen | {inside} if not is_call and _is_realised(event) else seen
        if event.is_done:
            return (seen | {code} if inside in seen else seen), False
        place = self.codes.index(code)
        is_early = place > 0 and self.codes[place - 1] not in seen
        return (seen - {inside} if is_call else seen), is_early


@dataclass(frozen=True)
class Never(_Quiet):
    """NEVER: none of ``what`` begins, at all or once something of ``once`` has begun.

    ``is_absence``: unless the step is optional and names its assumption (C-INV-16).
    """

    what: tuple[Place, ...]
    once: tuple[Place, ...] = ()
    is_absence: bool = False

    def matters(self, node: Node) -> bool:
        return any(place.means(node) for place in (*self.what, *self.once))

    def after(self, seen: Seen, event: Event) -> tuple[Seen, bool]:
        if event.is_done:
            return seen, False
        node = event.node
        is_meant = any(place.means(node) for place in self.what) and not self._is_allowed(node)
        is_broken = is_meant and (not self.once or bool(seen))
        if any(place.means(node) for place in self.once):
            seen = seen | {"once"}
        return seen, is_broken

    def _is_allowed(self, node: Node) -> bool:
        return self.is_absence and node.is_optional and bool(node.assumptions)


@dataclass(frozen=True)
class Unique(_Quiet):
    """UNIQ per case: a step of the code is done only once. What contains steps does not count."""

    code: str

    def matters(self, node: Node) -> bool:
        return self.code in {node.activity_code, node.id} and node.kind not in COMPOUND

    def after(self, seen: Seen, event: Event) -> tuple[Seen, bool]:
        if not event.is_done or not self.matters(event.node):
            return seen, False
        return seen | {"done"}, "done" in seen


@dataclass(frozen=True)
class Response(_Quiet):
    """RESP: after the trigger one of ``then`` is done, or an escape begins, before the case ends.

    A trigger that wants an outcome counts when it is done with it, any other when it begins.
    """

    trigger: Place
    then: Place
    escapes: tuple[Place, ...] = ()

    def matters(self, node: Node) -> bool:
        return any(place.means(node) for place in (self.trigger, self.then, *self.escapes))

    def asks(self, node: Node) -> Mapping[str, frozenset[str]]:
        wanted = self.trigger.outcomes
        return {self.trigger.field: wanted} if wanted and self.trigger.means(node) else {}

    def after(self, seen: Seen, event: Event) -> tuple[Seen, bool]:
        node = event.node
        if event.is_done and self.then.means(node):
            seen = seen - {"owed"}
        if not event.is_done and any(place.means(node) for place in self.escapes):
            seen = seen - {"owed"}
        if self.trigger.means(node) and event.is_done is (self.trigger.outcomes is not None):
            is_met = self.trigger.is_met(event.value(self.trigger.field))
            seen = seen | {"owed"} if is_met else seen
        return seen, False

    def is_broken_at_end(self, seen: Seen) -> bool:
        return "owed" in seen


@dataclass(frozen=True)
class Duration(_Quiet):
    """DUR along a path: a call of the code is only done after its time has run out inside it."""

    code: str

    def matters(self, node: Node) -> bool:
        return node.activity_code == self.code

    def after(self, seen: Seen, event: Event) -> tuple[Seen, bool]:
        if not self.matters(event.node):
            return seen, False
        if event.node.kind in COMPOUND:
            return (seen, "over" not in seen) if event.is_done else (seen - {"over"}, False)
        is_over = event.is_done and is_timed(event.node)
        return (seen | {"over"} if is_over else seen), False


def is_timed(node: Node) -> bool:
    """Tell whether a node waits for a time to run out."""
    return node.event is not None and node.event.kind == "timer"


def monitor_of(row: Mapping[str, Any]) -> Monitor | None:
    """Return the monitor of a row of invariants.yaml; None for what events alone do not tell.

    A row with ``when`` depends on data: it is judged where these are known.
    """
    make = _MAKERS.get(str(row.get("pattern")))
    return None if make is None or "when" in row else make(row)


def _precedence(row: Mapping[str, Any]) -> Monitor:
    return Precedence(tuple(place_of(each) for each in row["before"]), places_of(row, "after"))


def _never(row: Mapping[str, Any]) -> Monitor:
    is_absence = bool(row.get("unless_optional"))
    return Never(places_of(row, "codes"), places_of(row, "after"), is_absence)


def _response(row: Mapping[str, Any]) -> Monitor:
    return Response(place_of(row["trigger"]), place_of(row["then"]), places_of(row, "escapes"))


def _unique(row: Mapping[str, Any]) -> Monitor | None:
    return Unique(str(row["code"])) if row.get("per") == "case" else None


_MAKERS: dict[str, Callable[[Mapping[str, Any]], Monitor | None]] = {
    "PREC": _precedence,
    "ORDER": lambda row: Order(tuple(map(str, row["codes"]))),
    "NEVER": _never,
    "UNIQ": _unique,
    "RESP": _response,
    "DUR": lambda row: Duration(str(row["code"])),
}

__all__ = ["MIXED", "NOTHING", "OUTCOME", "Event", "Monitor", "Seen", "is_timed", "monitor_of"]
