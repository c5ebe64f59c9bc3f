"""The sweeper: runs whatever is due, in every worker and in the embedded server."""

import logging
import os
import random
import socket
import threading

from services import jobs
from services.background.chores import Chores
from services.runtime import Runtime

log = logging.getLogger(__name__)


class Sweeper:
    """A thread that looks for due jobs each few seconds, and at once when it is rung.

    It never dies of a job or of the database going away: it looks again later.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._bell = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sweeper", daemon=True)
        self._chores = Chores(runtime)
        self._name = f"{socket.gethostname()}/{os.getpid()}"

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def ring(self) -> None:
        """Look now."""
        self._bell.set()

    def stop(self, timeout_seconds: float = 10) -> None:
        """Finish the job at hand and stop."""
        self._stopping.set()
        self._bell.set()
        self._thread.join(timeout_seconds)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._bell.wait(self._runtime.settings.sweep_seconds * random.uniform(0.8, 1.2))  # noqa: S311 - jitter
            self._bell.clear()
            self._sweep()

    def _sweep(self) -> None:
        try:
            self._chores.see_to()
            while not self._stopping.is_set() and jobs.run_due(self._runtime, self._name, limit=1):
                pass
        except Exception:  # a process boundary: the database may be away for a while
            log.exception("sweeper.failed")
