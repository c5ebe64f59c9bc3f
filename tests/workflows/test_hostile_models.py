"""Hostile diagrams, tables and forms by the hundred: each is found in words, soon and in bounds.

LIANCHENG_HOSTILE says how many; the seed is printed and LIANCHENG_CHAOS_SEED repeats it.
"""

import json
import os
import random
import subprocess
import sys

import pytest

from tests.workflows.hostile_models import HOSTILE, MOST_MEMORY

SEED = int(os.environ.get("LIANCHENG_CHAOS_SEED", random.SystemRandom().randrange(10**9)))
NUMBER = int(os.environ.get("LIANCHENG_HOSTILE", str(len(HOSTILE))))
MOST_SECONDS = 10


@pytest.mark.timeout(3600)
def test_no_hostile_upload_is_found_clean_and_every_honest_one_is():
    program = [sys.executable, "-m", "tests.workflows.hostile_models", str(SEED), str(NUMBER)]
    done = subprocess.run(program, capture_output=True, text=True, check=False)

    assert done.returncode == 0, f"seed {SEED}: {done.stderr[-2000:]}"
    found = json.loads(done.stdout)
    slowest = max(seconds for _kind, _why, seconds in found["rows"])
    print(
        f"seed {SEED}: {len(found['rows'])} uploads, {found['megabytes']:.0f} MB, {slowest:.2f} s"
    )
    hostile = [row for row in found["rows"] if row[0] != "honest"]
    assert len(hostile) == NUMBER
    assert [kind for kind, why, _seconds in hostile if not why] == []
    assert all(not why.isascii() for _kind, why, _seconds in hostile)
    assert [row for row in found["rows"] if row[0] == "honest" and row[1]] == []
    assert slowest < MOST_SECONDS
    assert found["megabytes"] * 1_000_000 < MOST_MEMORY
