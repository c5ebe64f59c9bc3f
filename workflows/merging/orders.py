"""The order of what two sides hold."""

from collections.abc import Hashable, Sequence
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def woven(first: Sequence[T], second: Sequence[T]) -> list[T]:
    """Return ``first``, with what only ``second`` holds after what stands before it there."""
    order, known = list(first), set(first)
    before: T | None = None
    for each in second:
        if each not in known:
            order.insert(order.index(before) + 1 if before is not None else 0, each)
            known.add(each)
        before = each
    return order


def merged_order(base: Sequence[T], mine: Sequence[T], theirs: Sequence[T]) -> list[T] | None:
    """Return the order of the side that changed it; None: both did, differently."""
    common = set(base) & set(mine) & set(theirs)
    was, own, other = ([e for e in side if e in common] for side in (base, mine, theirs))
    if own in (was, other):
        return woven(theirs, mine)
    return woven(mine, theirs) if other == was else None
