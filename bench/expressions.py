"""FEEL: evaluating and parsing what diagrams and tables use."""

import gc
from time import perf_counter
from typing import Any

from workflows import feel
from workflows.feel import expression as parsing

_SCOPE = {
    "completeness": {"outcome": "ACCEPTED", "supplement": {"round": 1}},
    "profile": {"completeness": {"max_rounds": 2}},
    "members": [{"role": "m", "n": i} for i in range(5)],
}
_SOURCES = (
    'completeness.outcome = "ACCEPTED"',
    "completeness.supplement != null and "  # noqa: ISC004 - one expression
    "completeness.supplement.round >= profile.completeness.max_rounds",
    "count(members) > 2",
    'some m in members satisfies m.role = "x"',
    'count(members[role = "m"]) >= 3',
)


def measure(repeats: int = 3000) -> list[dict[str, Any]]:
    """Return microseconds to evaluate and to parse each sample."""
    return [_one(source, repeats) for source in _SOURCES]


def _one(source: str, repeats: int) -> dict[str, Any]:
    parsed = feel.parse(source)
    gc.collect()
    start = perf_counter()
    for _ in range(repeats):
        parsed.evaluate(_SCOPE)
    evaluated = (perf_counter() - start) / repeats
    fresh = 200
    gc.collect()
    start = perf_counter()
    for number in range(fresh):
        parsing.parse(f"{source} // {number}")
    return {
        "expression": source,
        "evaluate_us": evaluated * 1e6,
        "parse_us": (perf_counter() - start) / fresh * 1e6,
    }
