"""Celery's worker: prefork processes that look for due jobs when the doorbell rings."""

from dataclasses import replace
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

from services import logs, tracing
from services.background import messages
from services.background.doorbell import Doorbell
from services.background.looking import look, may_act, own_name
from services.background.lost_acks import LostAcks, WatchedRequest
from services.runtime import Runtime, make_runtime
from services.settings import Settings

TIMEOUT_SECONDS = 30.0  # longer than the blocking read and its health check


def run(settings: Settings, concurrency: int) -> int:
    """Work until told to stop by SIGTERM; the job at hand is finished first. The exit status."""
    assert settings.redis_url is not None
    app = messages.make_app(
        settings.redis_url, timeout_seconds=TIMEOUT_SECONDS, job_seconds=settings.job_seconds
    )
    _register(app, settings)
    worker = app.Worker(
        hostname=f"jobs@{own_name().replace('/', '-')}",
        pool_cls="prefork",
        concurrency=concurrency,
        optimization="fair",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


def _register(app: Celery, settings: Settings) -> None:
    """Give the application its one task, and each of its processes a runtime of its own."""
    made: list[Runtime] = []

    def prepare(**_given: Any) -> None:
        logs.configure()
        tracing.configure(settings.traces_url, "worker")
        assert settings.redis_url is not None
        made[:] = [replace(make_runtime(settings), ring=Doorbell(settings.redis_url).ring)]

    def look_once() -> None:
        [runtime] = made
        name = own_name()
        if may_act(runtime, name) and look(runtime, name):
            runtime.ring()  # for what the job has made due

    worker_process_init.connect(prepare, weak=False)
    app.task(look_once, name=messages.LOOK, Request=WatchedRequest)
    app.steps["consumer"].add(LostAcks)
