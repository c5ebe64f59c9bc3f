"""Completions a second: one server process, PostgreSQL, every guard on; beside a worker, and alone.

Several people complete tasks of many cases over HTTP as fast as they are answered; clients, server
and database share the machine, first with a worker that sends what the completions tell, then as if
it were on another machine. Beside it the floor of the same run, the bare engine with one commit, and
what the server's processor spends on a completion. ``python -m bench.run --only rate``.
"""

import os
import platform
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, select

from bench import completion, load, servers
from bench.product import Product
from bench.world import fill
from services.db.engine import reading
from services.db.models import Job
from services.runtime import Runtime

CASES = 8_000
SECONDS = 20.0
WARM_UP_SECONDS = 5.0
_TICKS = os.sysconf("SC_CLK_TCK")


def measure(cases: int = CASES, seconds: float = SECONDS) -> dict[str, Any]:
    """Return two measurements, the floor in ms, and the Python it ran on.

    Each tells completions a second, p50/p95/p99 in ms and processor time of the server in ms;
    ``beside_worker`` also how many jobs were due at its end. A Python that was built without
    profiles is slower by a sixth.
    """
    with TemporaryDirectory(prefix="liancheng-rate-") as name:
        folder = Path(name)
        (folder / "pg").mkdir()
        with servers.postgres(folder / "pg", is_durable=True) as server:
            runtime = fill(folder, load.new_database(server))
            first = load.beginning(runtime)
            load.grow(runtime, first, cases)
            product = Product(folder / "home", runtime.settings.database_url, workers=1)
            product.folder.mkdir()
            product.start()
            try:
                clients = load.clients_of(runtime, first, product.url)
                _warm_up(runtime, clients)
                beside = _measured(clients, product, seconds) | {"jobs_behind": _behind(runtime)}
                product.stop_worker(0)
                alone = _measured(clients, product, seconds)
            finally:
                product.stop()
            runtime.sessions.kw["bind"].dispose()
    return {
        "beside_worker": beside,
        "alone": alone,
        "floor_ms": completion.measure("postgresql", rounds=2)["floor_ms"],
        "python": f"{platform.python_version()} of {sys.base_prefix}",
    }


def _measured(clients: list[load.Client], product: Product, seconds: float) -> dict[str, Any]:
    for client in clients:
        client.times.clear()
        client.refused = 0
    before = _processor_seconds(product)
    start = time.monotonic()
    load.together([lambda c=client: _complete(c, start + seconds) for client in clients])
    taken = time.monotonic() - start
    spent = _processor_seconds(product) - before
    times = [each for client in clients for found in client.times.values() for each in found]
    refused = sum(client.refused for client in clients)
    return {
        "completions_per_second": round((len(times) - refused) / taken, 1),
        "refused": refused,
        "server_ms": round(spent / len(times) * 1000, 1),
        **load.percentiles(times),
    }


def _warm_up(runtime: Runtime, clients: list[load.Client]) -> None:
    """Bring it to where a running installation is: programs parsed, plans made on full tables.

    A plan made on an empty table is kept until the database has taken statistics of the full one.
    """
    until = time.monotonic() + WARM_UP_SECONDS
    load.together([lambda c=client: _complete(c, until) for client in clients])
    load.take_statistics(runtime)


def _behind(runtime: Runtime) -> int:
    """Return how many jobs are due that the worker has not come to."""
    due = select(func.count()).where(Job.done_at.is_(None), Job.due_at <= runtime.clock.now())
    with reading(runtime.sessions) as session:
        return session.scalar(due) or 0


def _complete(client: load.Client, until: float) -> None:
    while client.todo and time.monotonic() < until:
        client.do("official: completion")


def _processor_seconds(product: Product) -> float:
    """Return what the server's processes, those of its group, have spent so far."""
    assert product.process is not None
    group = os.getpgid(product.process.pid)
    return sum(_spent(each, group) for each in Path("/proc").glob("[0-9]*/stat")) / _TICKS


def _spent(stat: Path, group: int) -> int:
    try:
        fields = stat.read_text().rpartition(")")[2].split()
    except OSError:
        return 0  # it has ended meanwhile
    return int(fields[11]) + int(fields[12]) if int(fields[2]) == group else 0
