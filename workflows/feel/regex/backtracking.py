"""Runs a program over a text one way after the other, for patterns that repeat a group.

The ways may be exponentially many; each step of each is paid for, so the budget ends them.
"""

from typing import Final

from workflows.feel.regex.machine import Spans, Spend, is_edge
from workflows.feel.regex.program import Op, Program
from workflows.feel.regex.tree import Again

_STEP: Final = 8
_SLOTS_A_STEP: Final = 4  # a step copies the slots
_CHARACTERS_A_STEP: Final = 64  # compared with what a group has matched
_Seen = frozenset[tuple[int, Spans]]  # instructions, with the slots then, run at this place
_Way = tuple[int, int, Spans, _Seen]  # instruction, place, slots, what was seen there


def search(program: Program, text: str, start: int, spend: Spend) -> Spans | None:
    """Return the slots of the first match at or after ``start``; ``spend`` is told of each step."""
    for at in range(start, len(text) + 1):
        found = _match(program, text, at, spend)
        if found is not None:
            return found
    return None


def _match(program: Program, text: str, start: int, spend: Spend) -> Spans | None:
    price = _STEP + program.slots // _SLOTS_A_STEP
    ways: list[_Way] = [(0, start, (None,) * program.slots, frozenset())]
    while ways:
        way = ways.pop()
        spend(price)
        op, argument = program.code[way[0]]
        if op is Op.MATCH:
            return way[2]
        if op is Op.AGAIN:
            spend(_length(way[2], argument) // _CHARACTERS_A_STEP)
        _advance(program, text, way, ways)
    return None


def _advance(program: Program, text: str, way: _Way, ways: list[_Way]) -> None:
    """Add the ways that go on from here, the preferred one last."""
    pc, at, slots, seen = way
    op, argument = program.code[pc]
    if op is Op.ONE:
        if at < len(text) and argument(text[at]):
            ways.append((pc + 1, at + 1, slots, frozenset()))
    elif op is Op.AGAIN:
        end = _repeated(text, at, slots, argument)
        if end is not None:
            ways.append((pc + 1, end, slots, seen if end == at else frozenset()))
    elif op is Op.SAVE:
        ways.append((pc + 1, at, (*slots[:argument], at, *slots[argument + 1 :]), seen))
    elif op is Op.JUMP:
        ways.append((argument, at, slots, seen))
    elif op is Op.EDGE:
        if is_edge(text, at, argument, by_line=program.by_line):
            ways.append((pc + 1, at, slots, seen))
    elif (pc, slots) not in seen:  # a loop that changes nothing is not run again
        ways.extend((target, at, slots, seen | {(pc, slots)}) for target in reversed(argument))


def _length(slots: Spans, again: Again) -> int:
    return (slots[2 * again.number + 1] or 0) - (slots[2 * again.number] or 0)


def _repeated(text: str, at: int, slots: Spans, again: Again) -> int | None:
    """Return the place after the group's text; a group without a match is the empty text."""
    first, last = slots[2 * again.number], slots[2 * again.number + 1]
    if first is None or last is None:
        return at
    wanted, found = text[first:last], text[at : at + last - first]
    if again.ignore_case:
        wanted, found = wanted.casefold(), found.casefold()
    return at + last - first if wanted == found else None
