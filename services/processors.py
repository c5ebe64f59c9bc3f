"""Which processor a process stays on.

The threads of a process share one interpreter lock and wait for the database some forty times a
request. Where they may run on any processor each wait hands the lock to a thread on another one,
which has to be woken there and begins with cold caches: that costs more than the work itself
(docs/scaling.md). A process that stays on one processor does two thirds more.
"""

import logging
import os
import random
from collections import Counter
from collections.abc import Iterable

log = logging.getLogger(__name__)


def least_taken(taken: Iterable[int | None]) -> int | None:
    """Return the processor that the fewest stay on; None where the system has no say in it.

    Among equals it is any, so that installations which do not know of each other spread out.
    """
    allowed = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    if not allowed:
        return None
    counts = Counter(taken)
    return min(random.sample(sorted(allowed), len(allowed)), key=counts.__getitem__)


def stay_on(processor: int | None) -> None:
    """Keep this process, the threads it will start and its children on a processor; None: on any."""
    if processor is not None:
        _run_on({processor})


def roam() -> None:
    """Let this process run on any processor again: a child with work of its own."""
    if hasattr(os, "sched_setaffinity"):
        _run_on(range(os.cpu_count() or 1))


def _run_on(some: Iterable[int]) -> None:
    try:
        os.sched_setaffinity(0, some)
    except OSError as error:  # the host forbids it: slower, but it works
        log.warning("processor.not_chosen", extra={"reason": str(error)})
