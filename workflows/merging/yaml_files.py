"""Merging YAML: clauses, invariants, rules on tasks, papers.

What both sides come to is written with their own lines, so that comments and layout stay with
their entries; only what neither side says as a whole is written anew.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import yaml

from workflows import strict_yaml
from workflows.merging.conflicts import Choice, Disputes, Merged
from workflows.merging.entries import Merging, Place
from workflows.merging.keyed import keyed
from workflows.merging.yaml_blocks import Entry, Piece, indented, taken_apart

_WIDTH: Final = 100
Lines = list[str]
Block = dict[Any, Entry] | None
T = TypeVar("T")
R = TypeVar("R")


def merge_yaml(base: bytes, mine: bytes, theirs: bytes, choices: Mapping[str, Choice]) -> Merged:
    """Merge two versions of a YAML file. Raises ValueError."""
    merging = Merging(Disputes(choices))
    was, own, other = (strict_yaml.read(each) for each in (base, mine, theirs))
    merged = merging.value(was, own, other, Place())
    if merging.disputes.found:
        return Merged(None, tuple(merging.disputes.found.values()))
    return Merged(_written(merged, base, mine, theirs))


def _written(merged: Any, base: bytes, *sides_of: bytes) -> bytes:
    """Write what was merged with the lines of both sides; where that says anything else, anew."""
    before = taken_apart(base)
    known = None if before is None else before.head
    texts = [before, *(taken_apart(each, known) for each in sides_of)]
    sides = _Sides(*_each(texts, lambda text: text.piece))
    head = _chosen(_each(texts, lambda text: text.head))
    tail = _chosen(_each(texts, lambda text: text.tail))
    written = "\n".join([*head, *_lines(merged, sides), *tail]) + "\n"
    try:
        if _is_same(strict_yaml.read(written), merged):
            return written.encode()
    except strict_yaml.YamlError:
        pass
    return ("\n".join(_dumped(merged)) + "\n").encode()


@dataclass(frozen=True)
class _Sides:
    """One value in three versions; None: not there."""

    base: Piece | None
    mine: Piece | None
    theirs: Piece | None

    @property
    def both(self) -> list[Piece]:
        return [each for each in (self.theirs, self.mine) if each is not None]

    def texts(self) -> list[Lines | None]:
        return _each((self.base, self.mine, self.theirs), lambda each: each.lines)

    def blocks(self) -> list[Block]:
        """Return the entries of each version; of one that is no block none."""
        versions = (self.base, self.mine, self.theirs)
        return [None if each is None else each.entries() for each in versions]


def _each(versions: Iterable[T | None], get: Callable[[T], R]) -> list[R | None]:
    """Return something of each version that is there."""
    return [None if each is None else get(each) for each in versions]


def _chosen(versions: list[Lines | None]) -> Lines:
    """Return the lines of the side that changed them; theirs where both did."""
    base, mine, theirs = versions
    return (mine if theirs is None or theirs == base else theirs) or theirs or []


def _is_same(left: Any, right: Any) -> bool:
    """Compare what was read, the order of keys and the kinds of values too."""
    return repr(left) == repr(right)


def _said(merged: Any, sides: _Sides, texts: list[Lines | None]) -> Lines | None:
    """Return the lines of a side that says a value, if nothing of the other's is lost by that."""
    base, mine, theirs = texts
    for piece, own, other in ((sides.mine, mine, theirs), (sides.theirs, theirs, mine)):
        if piece is not None and _is_same(piece.value, merged) and other in (None, base, own):
            return own
    return None


def _lines(merged: Any, sides: _Sides) -> Lines:
    """Return a value as lines at the margin."""
    said = _said(merged, sides, sides.texts())
    if said is not None:
        return said
    base, mine, theirs = sides.blocks()
    if mine is not None or theirs is not None:
        blocks = [base, mine, theirs]
        if isinstance(merged, dict):
            return [line for row in merged.items() for line in _pair(*row, blocks)]
        known = keyed(merged) if isinstance(merged, list) else None
        if known is not None:
            return [line for row in known[1][0].items() for line in _item(*row, blocks)]
    return _anew(merged, sides)


def _anew(merged: Any, sides: _Sides) -> Lines:
    """Return the lines of whichever side says a value, else lines like theirs."""
    same = next((each for each in sides.both if _is_same(each.value, merged)), None)
    return same.lines if same is not None else _dumped(merged, like=sides.both)


def _pair(key: Any, value: Any, blocks: list[Block]) -> Iterator[str]:
    """Yield the lines of an entry of a mapping."""
    entries = [None if block is None else block.get(key) for block in blocks]
    sides = _Sides(*_each(entries, lambda entry: entry.piece))
    yield from _chosen(_each(entries, lambda entry: entry.lead))
    there = [entry for entry in entries[1:] if entry is not None]
    if all(entry.indent is not None for entry in there):
        yield from _chosen(_each(entries, lambda entry: entry.head))
        yield from indented(_lines(value, sides), there[-1].indent or 0)
        return
    wholes = _each(entries, lambda entry: entry.whole)
    same = (each.whole for each in reversed(there) if _is_same(each.piece.value, value))
    yield from _said(value, sides, wholes) or next(same, None) or _new_pair(key, value, sides)


def _new_pair(key: Any, value: Any, sides: _Sides) -> Lines:
    """Return an entry that no side has so, on one line where one has it on one."""
    if isinstance(value, (dict, list)) and value and _is_flow(sides.both):
        [name] = _dumped({key: None})
        return [f"{name.rpartition(':')[0]}: {' '.join(_dumped(value, like=sides.both))}"]
    return _dumped({key: value})


def _item(key: str, value: Any, blocks: list[Block]) -> Iterator[str]:
    """Yield the lines of an entry of a list."""
    entries = [None if block is None else block.get(key) for block in blocks]
    yield from _chosen(_each(entries, lambda entry: entry.lead))
    first, *rest = _lines(value, _Sides(*_each(entries, lambda entry: entry.piece)))
    yield f"- {first}"
    yield from indented(rest, 2)


def _is_flow(pieces: list[Piece]) -> bool:
    nodes = [each.node for each in pieces]
    return any(isinstance(each, yaml.CollectionNode) and bool(each.flow_style) for each in nodes)


def _dumped(value: Any, *, like: list[Piece] | None = None) -> Lines:
    is_flow = _is_flow(like or [])
    text = yaml.safe_dump(
        value,
        allow_unicode=True,
        sort_keys=False,
        width=float("inf") if is_flow else _WIDTH,
        default_flow_style=is_flow,
    )
    return [line for line in text.splitlines() if line != "..."]
