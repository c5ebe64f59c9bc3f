"""A gauntlet for what strangers upload: many hostile things and honest ones, in a bounded process.

A module of things to send names its makers and how one is looked at, and calls ``print_rows``
when it is run as a program, ``python -m MODULE SEED NUMBER``; its test calls ``check``.
LIANCHENG_HOSTILE says how many are made; LIANCHENG_CHAOS_SEED repeats the printed seed.
"""

import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

MOST_MEMORY = 512_000_000  # bytes of the process, what it generates and its libraries included
MOST_SECONDS = 10  # for one of them
FEWEST_HONEST = 10

Chance = random.Random
Make = Callable[[Chance], Any]
Look = Callable[[Any], tuple[str, float]]  # why it is refused, "" if it is not, and the seconds


def print_rows(makers: list[Make], honest: Make, look: Look) -> None:
    """Print what became of so many hostile things, and of a tenth as many honest ones."""
    seed, number = int(sys.argv[1]), int(sys.argv[2])
    chance = random.Random(seed)
    rows = []
    for turn in range(number):
        make = makers[turn % len(makers)]
        rows.append((make.__name__, *look(make(chance))))
    for _ in range(max(FEWEST_HONEST, number // 10)):
        rows.append(("honest", *look(honest(chance))))
    print(json.dumps({"rows": rows, "bytes": peak_memory()}))


def peak_memory() -> int:
    """Return the most bytes that this process ever held; not what its parent did, as rusage has."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found
    return int(found[1]) * 1024


def check(module: str, makers: int) -> None:
    """Run the program: all hostile ones are told in words, all honest ones pass, within bounds."""
    seed = int(os.environ.get("LIANCHENG_CHAOS_SEED", random.SystemRandom().randrange(10**9)))
    number = int(os.environ.get("LIANCHENG_HOSTILE", str(makers)))
    program = [sys.executable, "-m", module, str(seed), str(number)]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"seed {seed}: {done.stderr[-2000:]}"

    found = json.loads(done.stdout)
    slowest = max(seconds for _kind, _why, seconds in found["rows"])
    megabytes = found["bytes"] / 1_000_000
    print(f"seed {seed}: {len(found['rows'])} uploads, {megabytes:.0f} MB, {slowest:.2f} s")
    hostile = [row for row in found["rows"] if row[0] != "honest"]
    assert len(hostile) == number
    assert [kind for kind, why, _seconds in hostile if not why] == []
    assert all(not why.isascii() for _kind, why, _seconds in hostile)
    assert [row for row in found["rows"] if row[0] == "honest" and row[1]] == []
    assert slowest < MOST_SECONDS
    assert found["bytes"] < MOST_MEMORY
