"""The worker: a parent that keeps a sweeper, and with Redis Celery's worker, running.

The parent holds no connection and no thread, so it may fork at any time. A child that dies is
started again; children whose parent dies stop by themselves.
"""

import logging
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing import connection, get_context
from multiprocessing.context import ForkProcess
from typing import Any

from billiard.util import set_pdeathsig

from services import logs, tracing
from services.background.sweeper import Sweeper
from services.runtime import make_runtime
from services.settings import Settings

log = logging.getLogger(__name__)

REST_SECONDS = 1.0  # before a child that died is started again
GRACE_SECONDS = 5.0  # beyond the hard limit of the job at hand

_FORK = get_context("fork")


@dataclass
class _Child:
    name: str
    work: Callable[[], int]
    process: ForkProcess | None = None
    started_at: float = 0.0
    is_told: bool = False

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.process = _FORK.Process(target=self._run, name=self.name)
        self.process.start()

    def tell_to_stop(self) -> None:
        """Send one SIGTERM; Celery takes a second one for impatience."""
        if not self.is_told and self.process is not None and self.process.is_alive():
            self.is_told = True
            self.process.terminate()

    def _run(self) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent passes on what it is told
        _end_with_parent()
        logs.configure()
        sys.exit(self.work())

    @property
    def is_due(self) -> bool:
        has_died = self.process is None or not self.process.is_alive()
        return has_died and time.monotonic() - self.started_at >= REST_SECONDS


class Worker:
    """``concurrency`` processes that run jobs, called by the doorbell, and one that sweeps.

    Without Redis all of them sweep.
    """

    def __init__(self, settings: Settings, concurrency: int) -> None:
        self._settings = settings
        self._is_stopping = False
        if settings.redis_url is None:
            self._children = [
                _Child(f"sweeper-{number}", self._sweep) for number in range(concurrency)
            ]
        else:
            self._children = [
                _Child("sweeper", self._sweep),
                _Child("celery", lambda: self._celery(concurrency)),
            ]

    def run(self) -> None:
        """Work until SIGTERM or SIGINT, then finish the jobs at hand and return."""
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, self._stop)
        while not self._is_stopping:
            for child in self._children:
                if child.is_due and not self._is_stopping:
                    self._start(child)
            self._wait()
        self._end()

    def _wait(self) -> None:
        """Wait a moment, or until a child dies."""
        running = [child.process for child in self._children if child.process is not None]
        connection.wait([each.sentinel for each in running if each.is_alive()], timeout=0.5)

    def _stop(self, *_given: Any) -> None:
        """Pass a signal on at once: no child shall take another job."""
        self._is_stopping = True
        for child in self._children:
            child.tell_to_stop()

    def _start(self, child: _Child) -> None:
        if child.process is not None:
            log.error(
                "worker.child_died",
                extra={"child": child.name, "exit_status": child.process.exitcode},
            )
        child.start()

    def _end(self) -> None:
        for child in self._children:
            child.tell_to_stop()  # one that was being started when the signal came
        running = [child.process for child in self._children if child.process is not None]
        until = time.monotonic() + self._settings.job_seconds + GRACE_SECONDS
        for process in running:
            process.join(max(0.0, until - time.monotonic()))
            if process.is_alive():
                process.kill()
                process.join()

    def _sweep(self) -> int:
        tracing.configure(self._settings.traces_url, "worker")
        runtime = make_runtime(self._settings)
        if self._settings.redis_url is not None:
            from services.background.doorbell import Doorbell  # noqa: PLC0415 - only with Redis

            runtime = replace(runtime, ring=Doorbell(self._settings.redis_url).ring)
        sweeper = Sweeper(runtime, limit_seconds=self._settings.job_seconds)
        signal.signal(signal.SIGTERM, lambda *_given: sweeper.tell_to_stop())
        sweeper.start()
        while sweeper.is_alive:
            time.sleep(0.2)
        return 0

    def _celery(self, concurrency: int) -> int:
        from services.background import celery_worker  # noqa: PLC0415 - only with Redis

        return celery_worker.run(self._settings, concurrency)


def _end_with_parent() -> None:
    """Have the kernel stop this process when its parent dies; on Linux only."""
    with suppress(OSError):
        set_pdeathsig(signal.SIGTERM)
