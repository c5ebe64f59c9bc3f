"""From tree to program: instructions for the machine, within a limit of size."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

from workflows.feel.regex.tree import (
    Again,
    Choice,
    Edge,
    Group,
    Item,
    One,
    PatternError,
    Repeat,
    Sequence,
)

MAX_INSTRUCTIONS: Final = 1500


class Op(Enum):
    """What an instruction does."""

    ONE = auto()  # consume a character that the argument matches
    SPLIT = auto()  # go on at both targets, the first preferred
    JUMP = auto()
    SAVE = auto()  # keep the position in a slot
    EDGE = auto()  # go on only at the start or the end
    AGAIN = auto()  # consume what a group has matched
    MATCH = auto()


@dataclass(frozen=True, slots=True)
class Program:
    """Instructions are pairs of operation and argument; slots 0 and 1 hold the whole match."""

    code: tuple[tuple[Op, Any], ...]
    slots: int
    by_line: bool

    @property
    def repeats_a_group(self) -> bool:
        """Tell whether what one thread does depends on what it has matched."""
        return any(op is Op.AGAIN for op, _ in self.code)


def build(tree: Item, groups: int, by_line: bool) -> Program:  # noqa: FBT001
    """Return the program of a tree. Raises PatternError when it would be too long."""
    if _size(tree) > MAX_INSTRUCTIONS:
        raise PatternError("too large")
    writer = _Writer()
    writer.write(Group(0, tree))
    writer.code.append((Op.MATCH, None))
    return Program(tuple(writer.code), 2 * (groups + 1), by_line)


def _size(item: Item) -> int:
    if isinstance(item, Sequence):
        return sum(_size(part) for part in item.items)
    if isinstance(item, Choice):
        return sum(_size(part) + 2 for part in item.branches)
    if isinstance(item, Group):
        return _size(item.item) + 2
    if isinstance(item, Repeat):
        times = item.least + 1 if item.most is None else item.most
        return (_size(item.item) + 2) * times
    return 1


class _Writer:
    def __init__(self) -> None:
        self.code: list[tuple[Op, Any]] = []

    def write(self, item: Item) -> None:
        if isinstance(item, One):
            self.code.append((Op.ONE, item.matcher))
        elif isinstance(item, Again):
            self.code.append((Op.AGAIN, item))
        elif isinstance(item, Edge):
            self.code.append((Op.EDGE, item.sign))
        elif isinstance(item, Sequence):
            for part in item.items:
                self.write(part)
        elif isinstance(item, Choice):
            self._write_choice(item)
        elif isinstance(item, Group):
            self.code.append((Op.SAVE, 2 * item.number))
            self.write(item.item)
            self.code.append((Op.SAVE, 2 * item.number + 1))
        elif isinstance(item, Repeat):
            self._write_repeat(item)

    def _write_choice(self, choice: Choice) -> None:
        jumps: list[int] = []
        for branch in choice.branches[:-1]:
            split = self._hole()
            self.write(branch)
            jumps.append(self._hole())
            self.code[split] = (Op.SPLIT, (split + 1, len(self.code)))
        self.write(choice.branches[-1])
        for jump in jumps:
            self.code[jump] = (Op.JUMP, len(self.code))

    def _write_repeat(self, repeat: Repeat) -> None:
        for _ in range(repeat.least):
            self.write(repeat.item)
        if repeat.most is None:
            self._write_loop(repeat)
        else:
            self._write_options(repeat, repeat.most - repeat.least)

    def _write_loop(self, repeat: Repeat) -> None:
        split = self._hole()
        self.write(repeat.item)
        self.code.append((Op.JUMP, split))
        self._fill(split, repeat, len(self.code))

    def _write_options(self, repeat: Repeat, times: int) -> None:
        splits: list[int] = []
        for _ in range(times):
            splits.append(self._hole())
            self.write(repeat.item)
        for split in splits:
            self._fill(split, repeat, len(self.code))

    def _hole(self) -> int:
        self.code.append((Op.JUMP, 0))
        return len(self.code) - 1

    def _fill(self, split: int, repeat: Repeat, after: int) -> None:
        targets = (split + 1, after) if repeat.is_greedy else (after, split + 1)
        self.code[split] = (Op.SPLIT, targets)
