"""What the ways through a level depend on outside it, and how far a check may go."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from workflows.diagrams import Node
from workflows.verification.invariants.conditions import Formula

Way = str  # how a level ends: "completed:" and its outcome, or "error:" and its code


@dataclass(frozen=True)
class Surroundings:
    """What a level's ways depend on outside it.

    ``ways_of``: how what a node contains or calls can end. ``wanted``: names under which invariants
    look at what a node writes, with the values they want. ``options``: those a form offers.
    ``keys_inside``: data keys that a node's inside may write here. ``is_apart``: invariants look at
    the node, or at something inside. ``conditions``: by node, those judged when it begins.
    ``is_alone``: a single invariant looks on, so that few orders count.
    """

    formula: Callable[[str], Formula]
    ways_of: Callable[[Node], frozenset[Way] | None]
    wanted: Callable[[Node], Mapping[str, frozenset[str]]]
    options: Callable[[Node, str], tuple[str, ...]]
    keys_inside: Callable[[Node], frozenset[str]]
    is_apart: Callable[[Node], bool]
    conditions: Callable[[Node], Mapping[str, Formula]]
    is_alone: bool = False


@dataclass
class Budget:
    """How many states and positions a whole check may still make, so that it ends soon."""

    states: int = 30_000
    positions: int = 100_000
