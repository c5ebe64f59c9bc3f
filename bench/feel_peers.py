"""Times bkflow-feel and pySFeel from text to value; run by ``bench.expressions``.

Runs in an environment of its own, which has these packages and not the product. Reads sources
and their data from standard input; an answer that is not true counts as none.
"""

import json
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from statistics import median
from time import perf_counter
from typing import Any

_REPEATS = 40


def main() -> None:
    """Print, for each package, microseconds for each source or null."""
    asked = json.load(sys.stdin)
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        found = {
            "bkflow-feel": _measured(_bkflow(asked["scope"]), asked["sources"]),
            "pySFeel": _measured(_pysfeel(asked["scope"]), asked["sources"]),
        }
    print(json.dumps(found))


def _bkflow(scope: dict[str, Any]) -> Callable[[str], Any]:
    from bkflow_feel.api import parse_expression  # noqa: PLC0415 - one may be missing

    return lambda source: parse_expression(source, scope)


def _pysfeel(scope: dict[str, Any]) -> Callable[[str], Any]:
    import pySFeel  # noqa: PLC0415

    parser = pySFeel.SFeelParser()
    for name, value in scope.items():
        parser.sFeelParse(f"{name} <- {json.dumps(value)}")
    return lambda source: parser.sFeelParse(source)[1]


def _measured(evaluate: Callable[[str], Any], sources: list[str]) -> list[float | None]:
    return [_one(evaluate, source) for source in sources]


def _one(evaluate: Callable[[str], Any], source: str) -> float | None:
    try:
        first = evaluate(source)
    except Exception:  # noqa: BLE001 - another package's failure is a missing figure
        return None
    if not isinstance(first, bool):
        return None
    times = []
    for _ in range(_REPEATS):
        start = perf_counter()
        evaluate(source)
        times.append(perf_counter() - start)
    return median(times) * 1e6


if __name__ == "__main__":
    main()
