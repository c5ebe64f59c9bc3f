"""A filled database and the scenario that goes all the way, for the measurements."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import create_engine, text

from bench import servers
from services import loading
from services.db import migrate
from services.db.engine import unit_of_work
from services.gateways.mail import FakeMailer
from services.gateways.publication import FakePublisher
from services.runtime import Runtime, make_runtime
from services.scenarios import Scenario, read_scenario
from services.settings import Settings

DATABASES = ("sqlite", "postgresql")


@contextmanager
def filled(kind: str) -> Iterator[Runtime]:
    """Give a runtime on a fresh database with jurisdictions and sample parties."""
    with TemporaryDirectory(prefix="liancheng-bench-") as name:
        folder = Path(name)
        if kind == "sqlite":
            yield fill(folder, f"sqlite:///{folder / 'bench.db'}")
            return
        server = folder / "pg"
        server.mkdir()
        with servers.postgres(server, is_durable=True) as url:
            admin = create_engine(f"{url}/postgres", isolation_level="AUTOCOMMIT")
            with admin.connect() as connection:
                connection.execute(text("CREATE DATABASE bench"))
            admin.dispose()
            runtime = fill(folder, f"{url}/bench")
            yield runtime
            runtime.sessions.kw["bind"].dispose()


def fill(folder: Path, url: str) -> Runtime:
    """Give a runtime on a fresh database, filled with jurisdictions and sample parties."""
    settings = Settings.from_env(
        {"LIANCHENG_DATA_DIR": str(folder / "data"), "LIANCHENG_DATABASE_URL": url}
    )
    runtime = replace(make_runtime(settings), mailer=FakeMailer(), publisher=FakePublisher())
    migrate.upgrade(runtime.sessions.kw["bind"])
    with unit_of_work(runtime.sessions) as session:
        list(loading.load_all(session, runtime))
        loading.load_demo(session, runtime)
    return runtime


def approval(runtime: Runtime) -> Scenario:
    """Return the scenario in BENCH_SCENARIO, else the first that ends in an approval."""
    if "BENCH_SCENARIO" in os.environ:
        return read_scenario(Path(os.environ["BENCH_SCENARIO"]))
    for path in sorted(runtime.settings.bpmn_root.glob("*/scenarios/*.yaml")):
        scenario = read_scenario(path)
        if scenario.expect.get("outcome") == "APPROVED":
            return scenario
    raise LookupError("no scenario ends in an approval")


def percentile(values: list[float], share: float) -> float:
    """Return the value below which a share of the values lies."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
