"""The long forms of the tests that take a number from their environment, and one summary.

``make chaos`` runs it after the storm; ``python -m tests.chaos.long_forms races fuzz`` runs some.
Exits 1 if one fails.
"""

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

console = Console()


@dataclass(frozen=True)
class LongForm:
    """Tests, and the numbers with which they are long."""

    name: str
    files: tuple[str, ...]
    numbers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """What became of one; ``said`` is what its tests printed of seeds and figures."""

    form: LongForm
    is_sound: bool
    seconds: float
    said: tuple[str, ...]


FORMS = [
    LongForm(
        "interleavings",
        ("tests/chaos/test_interleavings.py", "tests/chaos/test_defects.py"),
        {"LIANCHENG_INTERLEAVINGS": "all"},
    ),
    LongForm("lives", ("tests/chaos/test_state_machine.py",), {"LIANCHENG_STATEFUL_RUNS": "200"}),
    LongForm("races", ("tests/services/test_races.py",), {"LIANCHENG_RACES": "500"}),
    LongForm("fuzz", ("tests/api/test_fuzz.py",), {"LIANCHENG_FUZZ_REQUESTS": "5000"}),
    LongForm(
        "hostile",
        ("tests/services/test_hostile_files.py", "tests/workflows/test_hostile_models.py"),
        {"LIANCHENG_HOSTILE": "500"},
    ),
    LongForm(
        "expressions",
        ("tests/workflows/feel/test_storm.py",),
        {"LIANCHENG_FEEL_STORM": "20000"},
    ),
    LongForm(
        "tampering",
        ("tests/services/checkpoints/test_tampering.py",),
        {"LIANCHENG_TAMPERINGS": "1000"},
    ),
    LongForm("corpus", ("tests/services/backups/test_corpus.py",), {"LIANCHENG_CORPUS": "all"}),
    LongForm("canaries", ("tests/api/test_canaries_rounds.py",), {"LIANCHENG_CANARIES": "all"}),
    LongForm("scenarios", ("tests/scenarios/test_scenarios.py",), {"LIANCHENG_SCENARIOS": "all"}),
]


def main() -> None:
    """Run the chosen long forms, all by default."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="of: " + _names())
    wanted = parser.parse_args().names
    unknown = set(wanted) - {form.name for form in FORMS}
    if unknown:
        parser.error(f"no long form {', '.join(sorted(unknown))}; there are: {_names()}")
    seed = os.environ.get("LIANCHENG_CHAOS_SEED") or str(random.SystemRandom().randrange(10**9))
    console.print(f"seed {seed}")
    results = [_run(form, seed) for form in FORMS if not wanted or form.name in wanted]
    _print(results)
    sys.exit(0 if all(result.is_sound for result in results) else 1)


def _names() -> str:
    return ", ".join(form.name for form in FORMS)


def _run(form: LongForm, seed: str) -> Result:
    """Run the tests of a long form with its numbers; a number set outside wins."""
    console.print(f"{form.name} …")
    seeds = {"LIANCHENG_CHAOS_SEED": seed, "LIANCHENG_FUZZ_SEED": seed}
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="liancheng-long-") as folder:
        program = [sys.executable, "-m", "pytest", "-s", "--basetemp", f"{folder}/t", *form.files]
        environment = form.numbers | seeds | dict(os.environ)
        done = subprocess.run(program, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        console.print(done.stdout[-4000:], done.stderr[-1000:], markup=False, highlight=False)
    said = tuple(re.findall(r"seed \d+[:,] (.+)", done.stdout))
    return Result(form, done.returncode == 0, time.monotonic() - start, said)


def _print(results: list[Result]) -> None:
    table = Table("what", "sound", "seconds", "numbers", "figures", title="Long forms")
    for result in results:
        numbers = " ".join(f"{k}={os.environ.get(k, v)}" for k, v in result.form.numbers.items())
        sound = "yes" if result.is_sound else "[red]NO[/red]"
        table.add_row(
            result.form.name, sound, f"{result.seconds:.0f}", numbers, "\n".join(result.said)
        )
    console.print(table)


if __name__ == "__main__":
    main()
