"""Regular expressions in linear time: the XPath syntax without what would need backtracking.

Python's ``re`` can be made to run for years by a short pattern, so it is not used on patterns
that people write. ``compile_pattern`` and ``search`` work in time pattern x text.
"""

from functools import lru_cache

from workflows.feel.regex.machine import Spans, search
from workflows.feel.regex.program import Program, build
from workflows.feel.regex.syntax import PatternError, parse

__all__ = ["PatternError", "Program", "Spans", "compile_pattern", "search"]


@lru_cache(maxsize=256)
def compile_pattern(pattern: str, flags: str) -> Program:
    """Compile a pattern; ``flags`` are letters of ``i m s x``. Raises PatternError."""
    return build(*parse(pattern, flags))
