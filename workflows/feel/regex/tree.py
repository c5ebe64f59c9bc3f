"""The tree of a pattern."""

from dataclasses import dataclass

from workflows.feel.regex.characters import Matcher


class PatternError(ValueError):
    """The text is not a pattern of the supported kind."""


@dataclass(frozen=True, slots=True)
class Item:
    """A part of a pattern."""


@dataclass(frozen=True, slots=True)
class One(Item):
    """One character."""

    matcher: Matcher


@dataclass(frozen=True, slots=True)
class Edge(Item):
    """``^`` or ``$``."""

    sign: str


@dataclass(frozen=True, slots=True)
class Sequence(Item):
    """One item after the other."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Choice(Item):
    """The first branch that leads to a match."""

    branches: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Group(Item):
    """A group whose text is kept under its number."""

    number: int
    item: Item


@dataclass(frozen=True, slots=True)
class Repeat(Item):
    """An item several times; ``most`` None is without end."""

    item: Item
    least: int
    most: int | None
    is_greedy: bool


@dataclass(frozen=True, slots=True)
class Again(Item):
    """The text that a group has matched, once more."""

    number: int
    ignore_case: bool
