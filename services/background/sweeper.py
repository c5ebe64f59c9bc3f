"""The sweeper: looks for due jobs by itself, whatever becomes of the doorbell."""

import faulthandler
import logging
import math
import random
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.exc import OperationalError

from services import sweeps
from services.background.chores import Chores
from services.background.looking import look, may_act, own_name
from services.db.engine import unit_of_work
from services.runtime import Runtime

log = logging.getLogger(__name__)

SIGN_EVERY = timedelta(seconds=10)


class HardLimit:
    """Ends this process, telling where it was, when a job takes too long; even when it hangs.

    Setting the alarm starts a thread: it is set anew for a job only if it was set over a second
    ago, so a job may take that second longer. ``seconds`` None: no limit.
    """

    def __init__(self, seconds: int | None) -> None:
        self._seconds = seconds
        self._set_at = -math.inf

    def begin(self) -> None:
        """Give the job that begins now its time."""
        if self._seconds is None or time.monotonic() - self._set_at < 1:
            return
        out = sys.__stderr__ or sys.stderr
        faulthandler.dump_traceback_later(self._seconds + 1, exit=True, file=out)
        self._set_at = time.monotonic()

    def lift(self) -> None:
        """No job is at hand."""
        if self._seconds is not None:
            faulthandler.cancel_dump_traceback_later()
            self._set_at = -math.inf


class Sweeper:
    """A thread that looks for due jobs each few seconds, and at once when it is rung.

    It never dies of a job or of the database going away: it looks again later. A job that takes
    longer than ``limit_seconds`` ends the process, and runs again when its lease is over. A server
    with people waiting in it gives no limit: there such a job holds up the jobs behind it.
    """

    def __init__(self, runtime: Runtime, *, limit_seconds: int | None = None) -> None:
        self._runtime = runtime
        self._limit = HardLimit(limit_seconds)
        self._bell = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sweeper", daemon=True)
        self._chores = Chores(runtime)
        self._signed_at: datetime | None = None
        self._name = own_name()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Tell whether it is at work."""
        return self._thread.is_alive()

    def ring(self) -> None:
        """Look now."""
        self._bell.set()

    def stop(self, timeout_seconds: float = 10) -> None:
        """Finish the job at hand and stop."""
        self.tell_to_stop()
        if self._thread.is_alive():
            self._thread.join(timeout_seconds)

    def tell_to_stop(self) -> None:
        """Take no further job; does not wait."""
        self._stopping.set()
        self._bell.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._surviving(self._sweep)
            self._bell.wait(self._runtime.settings.sweep_seconds * random.uniform(0.8, 1.2))  # noqa: S311 - jitter
            self._bell.clear()

    @staticmethod
    def _surviving(act: Callable[[], None]) -> None:
        try:
            act()
        except OperationalError as error:
            log.warning("sweeper.database_away", extra={"reason": str(error.orig)[:200]})
        except Exception:  # a process boundary: a sweeper outlives whatever happens
            log.exception("sweeper.failed")

    def _sweep(self) -> None:
        is_trusted = may_act(self._runtime, self._name)
        self._sign(is_trusted=is_trusted)
        if not is_trusted:
            return
        self._surviving(self._chores.see_to)  # a chore that fails holds up no job
        try:
            while not self._stopping.is_set() and self._look():
                self._sign(is_trusted=True)
        finally:
            self._limit.lift()

    def _look(self) -> bool:
        self._limit.begin()
        return look(self._runtime, self._name)

    def _sign(self, *, is_trusted: bool) -> None:
        """Record that it works, not more often than each few seconds."""
        now = self._runtime.clock.now()
        if self._signed_at is None or now - self._signed_at > SIGN_EVERY:
            skew = self._runtime.clock.skew_seconds()
            with unit_of_work(self._runtime.sessions) as session:
                sweeps.record(session, self._name, now, skew_seconds=skew, has_acted=is_trusted)
            self._signed_at = now
