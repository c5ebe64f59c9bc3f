"""What both sides changed differently, and who decides it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

Choice = Literal["mine", "theirs"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Conflict:
    """One element that both changed. ``what`` lists what of it: attributes, parts; empty: all of it.

    ``mine`` and ``theirs`` are short texts for people; None: deleted there.
    """

    element: str
    name: str
    what: tuple[str, ...]
    mine: str | None
    theirs: str | None


@dataclass(frozen=True)
class Merged:
    """The merged file. With conflicts nothing is merged: ``data`` is None."""

    data: bytes | None
    conflicts: tuple[Conflict, ...] = ()


@dataclass
class Disputes:
    """Collects what both changed; answers what a choice has decided."""

    choices: Mapping[str, Choice]
    found: dict[str, Conflict] = field(default_factory=dict)

    def settle(self, conflict: Conflict, mine: T, theirs: T) -> T:
        """Return the chosen side; without a choice note the conflict."""
        choice = self.choices.get(conflict.element)
        if choice is not None:
            return mine if choice == "mine" else theirs
        self.note(conflict)
        return theirs

    def note(self, conflict: Conflict) -> None:
        """Remember what both changed, all of one element together."""
        known = self.found.get(conflict.element)
        if known is None:
            self.found[conflict.element] = conflict
        elif known.what and conflict.what:
            what = tuple(dict.fromkeys((*known.what, *conflict.what)))
            mine, theirs = (
                "；".join(dict.fromkeys(text for text in pair if text))
                for pair in ((known.mine, conflict.mine), (known.theirs, conflict.theirs))
            )
            self.found[conflict.element] = Conflict(known.element, known.name, what, mine, theirs)


def is_disputed(base: object, mine: object, theirs: object) -> bool:
    """Tell whether both sides changed a value, and not to the same."""
    return mine != theirs and base not in (mine, theirs)
