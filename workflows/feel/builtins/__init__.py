"""The built-in functions by family. Each takes the Run and arguments already fitted."""

from typing import Final

from workflows.feel.builtins import (
    contexts,
    conversions,
    dates,
    intervals,
    lists,
    numbers,
    patterns,
    ranges,
    statistics,
    strings,
)
from workflows.feel.signatures import Builtin
from workflows.feel.tokens import callable_phrases

BUILTINS: Final[dict[str, Builtin]] = {
    **conversions.FUNCTIONS,
    **strings.FUNCTIONS,
    **patterns.FUNCTIONS,
    **numbers.FUNCTIONS,
    **lists.FUNCTIONS,
    **statistics.FUNCTIONS,
    **contexts.FUNCTIONS,
    **dates.FUNCTIONS,
    **ranges.FUNCTIONS,
    **intervals.FUNCTIONS,
}
PHRASES: Final = callable_phrases(BUILTINS)
