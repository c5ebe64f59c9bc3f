"""Threads that start together, for everything that may be done at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest


@pytest.fixture
def at_once() -> Callable[[int, Callable[[int], Any]], list[Any]]:
    """Runs a function of the thread's number in several threads that start together."""

    def run(number: int, act: Callable[[int], Any]) -> list[Any]:
        barrier = Barrier(number)

        def one(index: int) -> Any:
            barrier.wait(10)
            return act(index)

        with ThreadPoolExecutor(number) as threads:
            return list(threads.map(one, range(number)))

    return run
