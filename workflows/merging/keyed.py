"""By what the entries of a list are known: their id, or another name that each has of its own."""

from collections.abc import Hashable, Sequence
from typing import Any, Final

_NAMES: Final = ("id", "key", "code", "rule_id", "value", "name")
Keyed = dict[str, Any]


def keyed(*sides: Any) -> tuple[str, list[Keyed]] | None:
    """Return by which name the entries of several versions of a list are known, and each by it.

    None: it is no list of such entries. A side that is no list counts as an empty one.
    """
    lists = [side for side in sides if isinstance(side, list)]
    if not lists or not any(lists):
        return None
    name = next((each for each in _NAMES if all(_is_known_by(each, one) for one in lists)), None)
    if name is None:
        return None
    return name, [{str(e[name]): e for e in s} if isinstance(s, list) else {} for s in sides]


def _is_known_by(name: str, entries: Sequence[Any]) -> bool:
    if not all(isinstance(entry, dict) and _is_plain(entry.get(name)) for entry in entries):
        return False
    return len({str(entry[name]) for entry in entries}) == len(entries)


def _is_plain(value: Any) -> bool:
    return value is not None and isinstance(value, Hashable) and not isinstance(value, bool)
