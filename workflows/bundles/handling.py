"""Which acts besides deciding are lawful on which task: handed on, prepared by others, taken back.

The rules are data (``handling.yaml``): kinds of tasks, and which kind a node is of.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

FOLDER = "handling"
NAMED, UNIT, AGENCY, DEFAULT = "named", "unit", "agency", "default"


class Act(StrEnum):
    """What may be done with a task short of deciding it."""

    TRANSFER = "transfer"
    DELEGATE = "delegate"
    COUNTERSIGN = "countersign"
    WITHDRAW = "withdraw"
    SUBSTITUTE = "substitute"


LABELS: Mapping[Act, str] = {
    Act.TRANSFER: "转办",
    Act.DELEGATE: "委派",
    Act.COUNTERSIGN: "加签",
    Act.WITHDRAW: "撤回",
    Act.SUBSTITUTE: "代理",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """Whether an act is allowed; if not, why; and the article or assumption it rests on."""

    is_allowed: bool
    reason: str
    basis: str


@dataclass(frozen=True, slots=True)
class Place:
    """What the rules look at: a node and whom its task is for."""

    node_id: str
    activity_code: str | None
    is_named: bool = False
    is_unit: bool = False


@dataclass(frozen=True)
class Handling:
    """The rules of one bundle. Without any, every act is refused."""

    kinds: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    nodes: Mapping[str, str] = field(default_factory=dict)

    def kind_of(self, place: Place) -> str | None:
        """Return the kind of a task; None for an activity code that the rules do not list."""
        if place.is_named:
            return NAMED
        kind = self.nodes.get(place.activity_code or place.node_id)
        if kind is None and place.activity_code is not None:
            return None
        if kind in (None, DEFAULT):
            return UNIT if place.is_unit else AGENCY
        return kind

    def rule(self, act: Act, place: Place) -> Rule:
        """Return the rule for an act on a task; what is not written down is refused."""
        kind = self.kinds.get(self.kind_of(place) or "", {})
        given = kind.get(act.value)
        if given is None:
            return Rule(False, f"本办件所用的流程版本没有规定这一环节能否{LABELS[act]}", "")
        reason, basis = str(given.get("reason") or ""), str(given["basis"])
        return Rule(bool(given["allowed"]), reason, basis)


def merged(files: Iterable[Mapping[str, Any]]) -> Handling:
    """Return the rules of several files; later ones win, kind by kind and node by node."""
    kinds: dict[str, Mapping[str, Any]] = {}
    nodes: dict[str, str] = {}
    for each in files:
        kinds |= each.get("kinds") or {}
        nodes |= each.get("nodes") or {}
    return Handling(kinds, nodes)


def shared_first(named: tuple[str, bytes]) -> tuple[bool, str]:
    """Return the order of the files: a jurisdiction's own comes after the shared one and wins."""
    path = named[0]
    return path != f"{FOLDER}/shared.yaml", path
