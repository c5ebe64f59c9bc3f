"""A production WSGI server around the application; without Redis with the sweeper beside it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

from api import metrics
from api.app import create_app
from services import logs, processors, tracing
from services.background.sweeper import Sweeper
from services.runtime import Runtime, make_runtime
from services.settings import Settings

GRACE_SECONDS = 5  # beyond the hard limit of a job


class _Server(BaseApplication):
    """gunicorn with threads. Each of its processes makes a runtime of its own, after the fork."""

    def __init__(
        self, settings: Settings, options: dict[str, Any], *, has_sweeper: bool, is_pinned: bool
    ) -> None:
        self._settings = settings
        self._options = options
        self._has_sweeper = has_sweeper
        self._is_pinned = is_pinned
        self._ends: list[Callable[[], None]] = []
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)
        if self._is_pinned:
            self.cfg.set("pre_fork", _choose_processor)
            self.cfg.set("post_fork", lambda _server, worker: processors.stay_on(worker.processor))
        self.cfg.set("worker_exit", lambda _server, _worker: self._end())
        self.cfg.set("child_exit", lambda _server, worker: metrics.forget(worker.pid))
        self.cfg.set("on_exit", lambda _server: metrics.remove_folder())

    def load(self) -> Flask:
        tracing.configure(self._settings.traces_url, "api")
        runtime = make_runtime(self._settings)
        ring = self._sweeper(runtime) if self._has_sweeper else self._doorbell()
        return create_app(replace(runtime, ring=ring))

    def _sweeper(self, runtime: Runtime) -> Callable[[], None]:
        """Start the sweeper of this process; how to wake it."""
        sweeper = Sweeper(runtime)
        sweeper.start()
        self._ends.append(lambda: sweeper.stop(self._settings.job_seconds))
        return sweeper.ring

    def _doorbell(self) -> Callable[[], None]:
        """Return how to wake the workers; without Redis they look by themselves."""
        if self._settings.redis_url is None:
            return lambda: None
        from services.background.doorbell import Doorbell  # noqa: PLC0415 - only with Redis

        doorbell = Doorbell(self._settings.redis_url)
        self._ends.append(doorbell.stop)
        return doorbell.ring

    def _end(self) -> None:
        for end in self._ends:
            end()


def _choose_processor(server: Arbiter, worker: Worker) -> None:
    """Give a process that is about to begin the processor that the fewest others stay on."""
    worker.processor = processors.least_taken(each.processor for each in server.WORKERS.values())


def run(
    settings: Settings,
    *,
    host: str,
    port: int,
    threads: int,
    processes: int,
    has_sweeper: bool,
    is_pinned: bool,
) -> None:
    """Serve until stopped; requests and the job at hand are finished first.

    ``is_pinned``: each process stays on one processor.
    """
    logs.configure()
    options = {
        "bind": f"{host}:{port}",
        "workers": processes,
        "threads": threads,
        "worker_class": "gthread",
        "timeout": 120,
        "graceful_timeout": settings.job_seconds + GRACE_SECONDS,
        "limit_request_line": 8190,
        "control_socket_disable": True,
        "loglevel": "warning",
    }
    _Server(settings, options, has_sweeper=has_sweeper, is_pinned=is_pinned).run()
