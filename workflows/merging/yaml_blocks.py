"""A YAML text taken apart into the lines of its entries, with the comments that stand before each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import yaml

from workflows import strict_yaml
from workflows.merging.keyed import keyed


@dataclass(frozen=True)
class Entry:
    """One entry of a block. ``lead`` are the comments before it, ``head`` the lines up to its value.

    All lines are as if the entry stood at the margin. ``indent`` is how far to the right its value
    stands on lines of its own; None: the lines of the head hold the value, too.
    """

    lead: list[str]
    head: list[str]
    piece: "Piece"
    indent: int | None = None

    @property
    def whole(self) -> list[str]:
        """Return the lines of key and value."""
        return [
            *self.head,
            *(indented(self.piece.lines, self.indent) if self.indent is not None else ()),
        ]


def indented(lines: Iterable[str], columns: int) -> Iterator[str]:
    """Yield lines so many columns further right; empty ones stay empty."""
    for line in lines:
        yield f"{' ' * columns}{line}" if line else line


@dataclass(frozen=True)
class Piece:
    """A value and where it stands. ``lines`` are its own, as if it stood at the margin."""

    value: Any
    node: yaml.Node
    source: list[str] = field(repr=False)
    first: int
    column: int

    @cached_property
    def last(self) -> int:
        """Return the last line that is its own: comments after it are not."""
        return _last_line(self.node)

    @cached_property
    def lines(self) -> list[str]:
        """Return its lines at the margin; the first begins where the value does."""
        head, *rest = self.source[self.first : self.last + 1]
        return [head[self.column :], *(_moved(line, self.column) for line in rest)]

    @property
    def is_block(self) -> bool:
        """Tell whether it is written on lines of its own, entry by entry."""
        return isinstance(self.node, yaml.CollectionNode) and not self.node.flow_style

    def entries(self) -> dict[Any, Entry] | None:
        """Return the entries of a block by key, or by what those of a list are known by.

        None: it is no block, or written so that its entries share lines.
        """
        if not self.is_block:
            return None
        if isinstance(self.node, yaml.MappingNode) and isinstance(self.value, dict):
            return self._of_mapping(self.node)
        if isinstance(self.node, yaml.SequenceNode):
            return self._of_list(self.node)
        return None

    def _of_mapping(self, node: yaml.MappingNode) -> dict[Any, Entry] | None:
        found: dict[Any, Entry] = {}
        after = self.first
        for (key_node, value_node), (key, value) in zip(
            node.value, self.value.items(), strict=False
        ):
            line, column = key_node.start_mark.line, key_node.start_mark.column
            piece = self._piece(value, value_node)
            if line < after or column != self.column:
                return None
            lead = [_moved(each, column) for each in self.source[after:line]]
            is_nested = piece.is_block and piece.first > line
            head, *rest = self.source[line : piece.first if is_nested else piece.last + 1]
            moved = [head[column:], *(_moved(each, column) for each in rest)]
            found[key] = Entry(lead, moved, piece, piece.column - column if is_nested else None)
            after = max(piece.last, line) + 1
        return found if len(found) == len(node.value) else None

    def _of_list(self, node: yaml.SequenceNode) -> dict[Any, Entry] | None:
        known = keyed(self.value)
        if known is None:
            return None
        found: dict[Any, Entry] = {}
        after = self.first
        for item, (key, value) in zip(node.value, known[1][0].items(), strict=True):
            piece = self._piece(value, item)
            line = piece.first
            if line < after or self.source[line][self.column : self.column + 1] != "-":
                return None
            lead = [_moved(each, self.column) for each in self.source[after:line]]
            found[key] = Entry(lead, [], piece, 2)
            after = piece.last + 1
        return found

    def _piece(self, value: Any, node: yaml.Node) -> "Piece":
        return Piece(value, node, self.source, node.start_mark.line, node.start_mark.column)


@dataclass(frozen=True)
class Text:
    """A whole file: what stands before and after what it says."""

    head: list[str]
    piece: Piece
    tail: list[str]


def taken_apart(data: bytes, known: list[str] | None = None) -> Text | None:
    """Return a file by its entries; None: it says nothing. Raises strict_yaml.YamlError.

    ``known`` are the lines at its top in another version: what follows them is of the first entry.
    """
    text = data.decode()
    value = strict_yaml.read(text)  # bounded, without aliases: composing is safe behind it
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    if node is None:
        return None
    lines = text.splitlines()
    first, column = node.start_mark.line, node.start_mark.column
    if known is not None and not column and lines[: len(known)] == known:
        first = min(first, len(known))
    piece = Piece(value, node, lines, first, column)
    return Text(lines[:first], piece, lines[piece.last + 1 :])


def _last_line(node: yaml.Node) -> int:
    """Return the last line of a node; the mark of a block's end stands where the next begins."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    mark = node.end_mark
    is_before = mark.column == 0 and mark.line > node.start_mark.line
    return int(mark.line) - (1 if is_before else 0)


def _moved(line: str, columns: int) -> str:
    """Return a line so many columns further left, as far as there is room."""
    room = len(line) - len(line.lstrip(" "))
    return line[min(columns, room) :]
