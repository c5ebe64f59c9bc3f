"""Each process of the server stays on one processor, and they share the processors out."""

import os
import signal
import subprocess
import sys
import time

import pytest

from bench.product import Product, children
from services import processors

EVERY = os.sched_getaffinity(0)
TWO = set(sorted(EVERY)[:2])
pytestmark = pytest.mark.skipif(len(TWO) < 2, reason="there is one processor only")


@pytest.fixture(autouse=True)
def _two_processors():
    os.sched_setaffinity(0, TWO)
    yield
    os.sched_setaffinity(0, EVERY)


@pytest.fixture
def product(databases, tmp_path):
    made = Product(tmp_path, databases.postgresql(), processes=2)
    yield made
    made.stop()


def processes(product, gone=None):
    """The two processes of the server, once each has begun its work."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        pids = [pid for pid in children(product.process.pid) if pid != gone]
        if len(pids) == 2 and all(len(threads(pid)) > 1 for pid in pids):
            return pids
        time.sleep(0.05)
    raise TimeoutError


def threads(pid):
    return [int(each) for each in os.listdir(f"/proc/{pid}/task")]


def test_two_processes_stay_on_a_processor_each(product):
    product.start()

    first, second = map(os.sched_getaffinity, processes(product))

    assert (len(first), len(second)) == (1, 1)
    assert first != second
    assert os.sched_getaffinity(product.process.pid) == TWO


def test_a_process_takes_the_place_of_the_one_that_died(product):
    product.start()
    stays, dies = processes(product)
    place = os.sched_getaffinity(dies)

    os.kill(dies, signal.SIGKILL)
    [new] = {*processes(product, gone=dies)} - {stays}

    assert os.sched_getaffinity(new) == place


def test_processes_may_roam(product):
    product.options = ["--no-pin"]
    product.start()

    assert [*map(os.sched_getaffinity, processes(product))] == [TWO, TWO]


def test_all_threads_of_a_process_stay_with_it(product):
    product.start()
    pid = processes(product)[0]

    for thread in threads(pid):
        assert os.sched_getaffinity(thread) == os.sched_getaffinity(pid)


def test_the_processor_of_the_fewest_is_chosen():
    one, other = TWO

    assert processors.least_taken([one]) == other
    assert processors.least_taken([None, one, other, one]) == other
    assert processors.least_taken([one, other]) in TWO


def test_a_child_with_work_of_its_own_roams():
    code = """
import os
from services import processors
processors.stay_on(min(os.sched_getaffinity(0)))
print(len(os.sched_getaffinity(0)))
processors.roam()
print(len(os.sched_getaffinity(0)))
"""

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout.split() == ["1", str(len(EVERY))]


def test_a_host_that_forbids_it_is_worked_on_all_the_same(monkeypatch, caplog):
    def forbidden(_pid, _processors):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "sched_setaffinity", forbidden)

    processors.stay_on(0)
    processors.roam()
    monkeypatch.undo()

    assert [line.message for line in caplog.records] == ["processor.not_chosen"] * 2
