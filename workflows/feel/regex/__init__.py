r"""Regular expressions in the XPath syntax.

Python's ``re`` can be made to run for years by a short pattern, so it is not used on patterns
that people write. ``search`` works in time pattern x text; only a pattern that repeats a group
(``(a+)\1``) has to try out ways, and pays for each step of each.
"""

from functools import lru_cache

from workflows.feel.regex import backtracking, machine
from workflows.feel.regex.machine import Spans, Spend
from workflows.feel.regex.program import Program, build
from workflows.feel.regex.syntax import parse
from workflows.feel.regex.tree import PatternError

__all__ = ["PatternError", "Program", "Spans", "compile_pattern", "search"]


@lru_cache(maxsize=256)
def compile_pattern(pattern: str, flags: str) -> Program:
    """Compile a pattern; ``flags`` are letters of ``i m s x``. Raises PatternError."""
    return build(*parse(pattern, flags))


def search(program: Program, text: str, start: int, spend: Spend) -> Spans | None:
    """Return the slots of the first match at or after ``start``; ``spend`` is told of each step.

    Slots 2n and 2n+1 are the ends of group n. Of several matches at one place the one that the
    pattern prefers is found.
    """
    run = backtracking.search if program.repeats_a_group else machine.search
    return run(program, text, start, spend)
