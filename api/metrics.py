"""Figures for the monitoring (Prometheus): what this server answered, and how the work stands.

With several processes the counters are shared through the folder PROMETHEUS_MULTIPROC_DIR, which
must be set before this module is imported; figures of the work are read from the database.
"""

import os
import shutil
import time
from collections.abc import Iterator
from typing import Any

from flask import Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from services import figures
from services.db.engine import reading
from services.runtime import Runtime

FOLDER = "PROMETHEUS_MULTIPROC_DIR"

_REQUESTS = Histogram(
    "liancheng_request_seconds",
    "Time to answer a request",
    ["method", "route", "status"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
_CONNECTIONS = Gauge(
    "liancheng_database_connections",
    "Connections in use at the end of the latest request",
    multiprocess_mode="livesum",
)


def begin() -> None:
    """Note when a request began."""
    g.began = time.perf_counter()


def count(response: Response, runtime: Runtime) -> None:
    """Count an answer."""
    route = str(request.url_rule) if request.url_rule else "none"
    seconds = time.perf_counter() - g.began if "began" in g else 0.0
    _REQUESTS.labels(request.method, route, response.status_code).observe(seconds)
    pool: Any = runtime.sessions.kw["bind"].pool
    if hasattr(pool, "checkedout"):
        _CONNECTIONS.set(pool.checkedout())


def page(runtime: Runtime) -> Response:
    """Return all figures in the text format of Prometheus."""
    work = CollectorRegistry()
    work.register(_Work(runtime))
    return Response(
        generate_latest(_answers()) + generate_latest(work), content_type=CONTENT_TYPE_LATEST
    )


def forget(pid: int) -> None:
    """Drop the gauges of a process that has ended."""
    if FOLDER in os.environ:
        mark_process_dead(pid)  # type: ignore[no-untyped-call]


def remove_folder() -> None:
    """Remove the folder of the shared counters."""
    if FOLDER in os.environ:
        shutil.rmtree(os.environ[FOLDER], ignore_errors=True)


def _answers() -> CollectorRegistry:
    if FOLDER not in os.environ:
        return REGISTRY
    shared = CollectorRegistry()
    MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return shared


class _Work(Collector):
    """Reads the figures of the work at the moment they are asked for."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            with reading(self._runtime.sessions) as session:
                found = figures.read(session, self._runtime.clock.now())
        except SQLAlchemyError:
            yield _gauge("database_up", "Whether the database answers", 0)
            return
        yield _gauge("database_up", "Whether the database answers", 1)
        yield from figures_of(found)
        skew = self._runtime.clock.skew_seconds()
        yield _gauge("clock_skew_seconds", "Host's clock ahead of the database's", skew)


def figures_of(found: figures.Figures) -> Iterator[GaugeMetricFamily]:
    """Return the figures of the work as the monitoring takes them."""
    jobs = GaugeMetricFamily("liancheng_jobs", "Open jobs", labels=["kind", "state"])
    for (kind, state), number in sorted(found.jobs.items()):
        jobs.add_metric([kind, state], number)
    yield jobs
    yield _gauge("oldest_due_job_seconds", "How long a job has been due", found.oldest_due_seconds)
    yield _gauge("open_incidents", "Incidents nobody has resolved", found.open_incidents)
    if found.last_sweep_seconds is not None:
        yield _gauge("last_sweep_seconds", "Since any sweeper looked", found.last_sweep_seconds)


def _gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"liancheng_{name}", meaning, value=value)
