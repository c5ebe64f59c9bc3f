"""Runs a program over a text: all its threads in step, so time is program x text at most."""

from collections.abc import Callable
from typing import Any

from workflows.feel.regex.program import Op, Program

Spans = tuple[int | None, ...]
Spend = Callable[[int], None]


def search(program: Program, text: str, start: int, spend: Spend) -> Spans | None:
    """Return the slots of the first match at or after ``start``; ``spend`` is told of each step."""
    threads: list[tuple[int, Spans]] = []
    found: Spans | None = None
    blank: Spans = (None,) * program.slots
    for at in range(start, len(text) + 1):
        seen: set[int] = set()
        here: list[tuple[int, Spans]] = []
        for pc, slots in threads:
            _follow(program, text, at, pc, slots, seen, here)
        if found is None:
            _follow(program, text, at, 0, blank, seen, here)
        elif not threads:
            break
        spend(2 + 3 * len(seen))
        threads, matched = _step(program, text, at, here)
        found = matched or found
    return found


def _follow(  # one thread, and what all threads of a step share
    program: Program,
    text: str,
    at: int,
    pc: int,
    slots: Spans,
    seen: set[int],
    here: list[tuple[int, Spans]],
) -> None:
    """Add a thread, following whatever consumes no character, preferred ways first."""
    waiting = [(pc, slots)]
    while waiting:
        pc, slots = waiting.pop()
        if pc in seen:
            continue
        seen.add(pc)
        op, argument = program.code[pc]
        if op is Op.JUMP:
            waiting.append((argument, slots))
        elif op is Op.SPLIT:
            waiting.append((argument[1], slots))
            waiting.append((argument[0], slots))
        elif op is Op.SAVE:
            waiting.append((pc + 1, (*slots[:argument], at, *slots[argument + 1 :])))
        elif op is Op.EDGE:
            if is_edge(text, at, argument, by_line=program.by_line):
                waiting.append((pc + 1, slots))
        else:
            here.append((pc, slots))


def is_edge(text: str, at: int, sign: str, *, by_line: bool) -> bool:
    """Tell whether ``^`` or ``$`` holds at a place."""
    if sign == "^":
        return at == 0 or (by_line and text[at - 1] == "\n")
    return at == len(text) or (by_line and text[at] == "\n")


def _step(
    program: Program, text: str, at: int, here: list[tuple[int, Spans]]
) -> tuple[list[tuple[int, Any]], Spans | None]:
    """Move every thread past one character; a match ends all threads less preferred."""
    following: list[tuple[int, Spans]] = []
    for pc, slots in here:
        op, matcher = program.code[pc]
        if op is Op.MATCH:
            return following, slots
        if at < len(text) and matcher(text[at]):
            following.append((pc + 1, slots))
    return following, None
