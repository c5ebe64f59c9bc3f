"""FEEL: evaluating and parsing what diagrams and tables use, beside other implementations."""

import gc
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from shutil import which
from statistics import median
from time import perf_counter
from typing import Any, Final

from workflows import feel
from workflows.feel import expression as parsing

ROOT: Final = Path(__file__).parents[1]
SCOPE: Final = {
    "completeness": {"outcome": "ACCEPTED", "supplement": {"round": 1}},
    "eligibility": {"outcome": "PASS_WITH_WAIVER"},
    "profile": {"completeness": {"max_rounds": 2}},
    "waivers": [{"outcome": "GRANTED"}, {"outcome": "GRANTED"}],
    "members": [{"role": "m", "n": i} for i in range(5)],
}
SOURCES: Final = (
    'completeness.outcome = "ACCEPTED"',
    'eligibility.outcome = "PASS" or eligibility.outcome = "PASS_WITH_WAIVER"',
    "completeness.supplement != null and "  # noqa: ISC004 - one expression
    "completeness.supplement.round >= profile.completeness.max_rounds",
    "count(members) > 2",
    'every w in waivers satisfies w.outcome = "GRANTED"',
    'some m in members satisfies m.role = "x"',
    'count(members[role = "m"]) >= 3',
)
PEERS_PYTHON: Final = ROOT / ".venv-peers/bin/python"
PEERS_HINT: Final = (
    "python -m venv .venv-peers && .venv-peers/bin/pip install -r bench/requirements-peers.txt"
)
_FEELIN: Final = ROOT / "web/node_modules/@bpmn-io/feelin/dist/index.js"
_FEELIN_PROGRAM: Final = ROOT / "tests/workflows/feel/feelin.mjs"
_BATCHES, _IN_BATCH = 40, 100


def measure() -> list[dict[str, Any]]:
    """Return microseconds, medians, for each sample: ours by part, others from text to value."""
    others = {"feelin": _feelin(), **_peers()}
    rows = [_one(source) for source in SOURCES]
    for number, row in enumerate(rows):
        row["others_us"] = {name: found[number] for name, found in others.items() if found}
    return rows


def _one(source: str) -> dict[str, Any]:
    parsed = feel.parse(source)
    number = iter(range(_BATCHES * _IN_BATCH * 2))
    return {
        "expression": source,
        "evaluate_us": timed(lambda: parsed.evaluate(SCOPE)),
        "parse_us": timed(lambda: parsing.parse(f"{source} // {next(number)}"), in_batch=10),
        "fresh_us": timed(
            lambda: parsing.parse(f"{source} // {next(number)} ").evaluate(SCOPE), in_batch=10
        ),
    }


def timed(work: Callable[[], object], batches: int = _BATCHES, in_batch: int = _IN_BATCH) -> float:
    """Return the median of batches, in microseconds for one call."""
    gc.collect()
    found = []
    for _ in range(batches):
        start = perf_counter()
        for _ in range(in_batch):
            work()
        found.append((perf_counter() - start) / in_batch)
    return median(found) * 1e6


def _feelin() -> list[float | None]:
    """Return what the browser's evaluator takes from text to value, in one process of node."""
    node = which("node")
    if node is None or not _FEELIN.exists():
        return []
    asked = [{"source": source, "scope": SCOPE, "repeats": 500} for source in SOURCES]
    done = subprocess.run(
        [node, _FEELIN_PROGRAM, _FEELIN],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    )
    return [answer.get("microseconds") for answer in json.loads(done.stdout)]


def _peers() -> dict[str, list[float | None]]:
    """Return what the other Python packages take; None where one cannot evaluate a sample."""
    if not PEERS_PYTHON.exists():
        return {}
    done = subprocess.run(
        [PEERS_PYTHON, ROOT / "bench/feel_peers.py"],
        input=json.dumps({"sources": SOURCES, "scope": SCOPE}),
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, list[float | None]] = json.loads(done.stdout.splitlines()[-1])
    return found
