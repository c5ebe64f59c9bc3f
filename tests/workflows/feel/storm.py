"""Nothing breaks an expression: a storm of generated ones and of broken texts.

``python -m tests.workflows.feel.storm`` runs the long form (200,000 expressions, 1,000,000
broken texts), prints the slowest and the largest, and exits 1 if one crashed, took more than
50 ms of the processor's time, gave something that is not plain data, or reached outside.
"""

import argparse
import gc
import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import process_time
from typing import Any

from tests.workflows.feel import test_answers, test_standard
from tests.workflows.feel.attacks import ATTACKS
from tests.workflows.feel.wild import SCOPE, Wild
from workflows import feel
from workflows.feel.values import PLAIN, Range

CORPUS: Sequence[str] = [
    *(source for source, _ in test_answers.ALL),
    *(source for source, _ in test_standard.ALL),
    *ATTACKS,
]
_OUTSIDE = ("open", "socket", "subprocess", "os.", "exec", "compile", "import", "ctypes", "pickle")
_TRIES = 3  # a slow one is measured again: the collector or another process may have been at work


@dataclass
class Findings:
    """What a storm met; ``broken`` lists every source that did what none may do."""

    outcomes: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    largest: tuple[int, str] = (0, "")

    def note(self, seconds: float, size: int, source: str) -> None:
        """Keep the slowest and the largest."""
        self.slowest = max(self.slowest, (seconds, source))
        self.largest = max(self.largest, (size, source))


class Watch:
    """Counts what reaches outside while it is on; the zones' own files do not count."""

    def __init__(self) -> None:
        self.is_on = False
        self.seen: list[str] = []
        feel.evaluate('@"10:00:00@Asia/Shanghai"', {})  # the zones' reader is imported once
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.is_on or not event.startswith(_OUTSIDE):
            return
        told = f"{event} {arguments[:1]}"
        if "zoneinfo" not in told and "tzdata" not in told:
            self.seen.append(told)


WATCH = Watch()


def run(sources: Iterable[str], findings: Findings, limit_seconds: float) -> None:
    """Evaluate each source as an expression and as the cell of a table."""
    for number, source in enumerate(sources):
        if number % 20_000 == 19_999:
            gc.collect()
        seconds, outcome, size = _measured(source)
        if seconds > limit_seconds:
            seconds = min(seconds, *(_measured(source)[0] for _ in range(_TRIES)))
        if seconds > limit_seconds:
            findings.broken.append(f"{seconds * 1000:.0f} ms: {source!r}")
        if not outcome.startswith(("value", "Feel")):
            findings.broken.append(f"{outcome}: {source!r}")
        findings.outcomes[outcome.split(":")[0]] += 1
        findings.note(seconds, size, source)


def _measured(source: str) -> tuple[float, str, int]:
    """Return the time of the longest step, what became of the source, and its value's size."""
    steps = _Steps()
    WATCH.is_on = True
    outcome, value = _outcome(source, steps)
    WATCH.is_on = False
    steps.done()
    if WATCH.seen:
        outcome = f"reached outside: {WATCH.seen.pop()}"
        WATCH.seen.clear()
    size = _size(value)
    return steps.longest, outcome if size >= 0 else "not plain data", size


class _Steps:
    """Measures the processor's time of one step after the other."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._start = process_time()

    def done(self) -> None:
        """End a step; the next one begins."""
        now = process_time()
        self.longest = max(self.longest, now - self._start)
        self._start = now


def _outcome(source: str, steps: _Steps) -> tuple[str, Any]:
    """Return what became of a source; anything but a value or a FeelError is a fault."""
    try:
        parsed = feel.parse(source)
        steps.done()
        value = parsed.evaluate(SCOPE, feel.Context())
        steps.done()
        with suppress(feel.FeelError):
            json.dumps(feel.to_json(value), allow_nan=False)
        steps.done()
        parsed.names()
        parsed.type({})
        steps.done()
        with suppress(feel.FeelError):
            feel.parse_unary_tests(source).evaluate(value, SCOPE)
    except feel.FeelError as error:
        return (type(error).__name__ if error.message_zh else "no Chinese sentence"), None
    except Exception as error:  # noqa: BLE001 - whatever else it is, it is the fault looked for
        return f"{type(error).__name__}: {error}", None
    return "value", value


def _size(value: Any) -> int:
    """Return how many scalars and characters a value has; -1 if it is not plain data."""
    total, waiting = 0, [value]
    while waiting:
        here = waiting.pop()
        if type(here) not in PLAIN:
            return -1
        total += len(here) if isinstance(here, str) else 1
        if isinstance(here, list):
            waiting.extend(here)
        elif isinstance(here, dict):
            waiting.extend(here.values())
        elif isinstance(here, Range):
            waiting.extend((here.start, here.end))
    return total


def storm(expressions: int, texts: int, seed: int, limit_seconds: float = 0.05) -> Findings:
    """Run both halves and return what was met."""
    findings = Findings()
    wild = Wild(seed)
    corpus = [*CORPUS, *(wild.expression() for _ in range(2000))]
    run(ATTACKS, findings, limit_seconds)
    run((wild.expression() for _ in range(expressions)), findings, limit_seconds)
    run((wild.broken(corpus) for _ in range(texts)), findings, limit_seconds)
    return findings


def main() -> None:
    """Run the long form and print what was met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--expressions", type=int, default=200_000)
    parser.add_argument("--texts", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=20260928)
    given = parser.parse_args()
    findings = storm(given.expressions, given.texts, given.seed)
    for outcome, count in findings.outcomes.most_common():
        print(f"{count:>9,}  {outcome}")
    print(f"slowest   {findings.slowest[0] * 1000:.1f} ms  {findings.slowest[1][:300]!r}")
    print(f"largest   {findings.largest[0]:,} parts  {findings.largest[1][:300]!r}")
    for line in findings.broken[:50]:
        print("BROKEN   ", line[:600])
    sys.exit(1 if findings.broken else 0)


if __name__ == "__main__":
    main()
