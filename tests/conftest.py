"""Databases, runtimes and clocks for all tests. Servers start on free ports and are stopped."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from services import loading
from services.db import migrate
from services.db.engine import open_engine, open_sessions, unit_of_work
from services.gateways.clock import FakeClock
from services.gateways.files import FakeFileStore
from services.gateways.mail import FakeMailer
from services.gateways.publication import FakePublisher
from services.runtime import Runtime
from services.settings import Settings
from workflows.bundles import Library

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def library() -> Library:
    """The shipped jurisdictions."""
    settings = Settings.from_env({})
    return Library(settings.bpmn_root, settings.forms_root)


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _program(name: str) -> str:
    found = shutil.which(name) or next(
        (str(p) for p in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))), None
    )
    if found is None:
        pytest.fail(f"{name} is missing: install Debian's package postgresql")
    return found


@contextmanager
def _postgres(folder: Path) -> Iterator[str]:
    """Run a PostgreSQL server in a folder; as nobody where we are root, which it refuses."""
    user = "nobody" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
        for parent in folder.parents:
            if parent.stat().st_uid == 0 and str(parent).startswith("/tmp/"):
                parent.chmod(parent.stat().st_mode | 0o055)
    data, port = folder / "data", free_port()
    options = {"user": user, "cwd": folder, "stdout": subprocess.DEVNULL}
    subprocess.run(
        [_program("initdb"), "-D", data, "-U", "liancheng", "-A", "trust", "-E", "UTF8", "-N"],
        check=True,
        **options,
    )
    server = subprocess.Popen(
        [
            _program("postgres"),
            *("-D", str(data), "-p", str(port), "-k", str(folder)),
            *("-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=60"),
        ],
        stderr=subprocess.DEVNULL,
        **options,
    )
    url = f"postgresql+psycopg://liancheng@127.0.0.1:{port}"
    try:
        _wait_for(f"{url}/postgres")
        yield url
    finally:
        server.terminate()
        server.wait(20)


def _wait_for(url: str) -> None:
    engine = create_engine(url)
    for _ in range(200):
        try:
            with engine.connect():
                engine.dispose()
                return
        except Exception:
            time.sleep(0.05)
    raise TimeoutError(url)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a PostgreSQL server, without a database name."""
    folder = tmp_path_factory.mktemp("pg")
    with _postgres(folder) as url:
        yield url


def _fill(engine_url: str, library: Library) -> None:
    """Migrate a database and load the jurisdictions and sample parties into it."""
    engine = open_engine(engine_url)
    migrate.upgrade(engine)
    runtime = _runtime(engine_url, library, Path("/nonexistent"))
    with unit_of_work(runtime.sessions) as session:
        list(loading.load_all(session, runtime))
        loading.load_demo(session, runtime)
    runtime.sessions.kw["bind"].dispose()
    engine.dispose()


def _runtime(url: str, library: Library, data_dir: Path) -> Runtime:
    settings = Settings.from_env({"LIANCHENG_DATABASE_URL": url, "LIANCHENG_DATA_DIR": str(data_dir)})
    return Runtime(
        settings=settings,
        sessions=open_sessions(open_engine(url)),
        clock=FakeClock(NOW),
        files=FakeFileStore(),
        mailer=FakeMailer(),
        publisher=FakePublisher(),
        library=library,
    )


@dataclass
class Databases:
    """Makes fresh copies of a filled database."""

    template: Path
    postgres: Callable[[], str]
    library: Library
    _pg_template: str | None = None

    def sqlite(self, folder: Path) -> str:
        """Copy the filled SQLite file."""
        target = folder / "case.db"
        shutil.copy(self.template, target)
        return f"sqlite:///{target}"

    def postgresql(self) -> str:
        """Create a database from the filled template."""
        server = self.postgres()
        admin = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            if self._pg_template is None:
                self._pg_template = f"filled_{uuid4().hex[:8]}"
                connection.execute(text(f"CREATE DATABASE {self._pg_template}"))
                _fill(f"{server}/{self._pg_template}", self.library)
            name = f"case_{uuid4().hex[:12]}"
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {self._pg_template}"))
        admin.dispose()
        return f"{server}/{name}"


@pytest.fixture(scope="session")
def databases(
    tmp_path_factory: pytest.TempPathFactory, library: Library, request: pytest.FixtureRequest
) -> Databases:
    """Copies of a database with the shipped jurisdictions and sample parties."""
    template = tmp_path_factory.mktemp("filled") / "filled.db"
    _fill(f"sqlite:///{template}", library)
    return Databases(template, lambda: request.getfixturevalue("postgres"), library)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> str:
    """A fresh filled database, once of each kind."""
    if request.param == "sqlite":
        return databases.sqlite(tmp_path)
    return databases.postgresql()


@pytest.fixture
def runtime(database_url: str, library: Library, tmp_path: Path) -> Iterator[Runtime]:
    """A runtime on a fresh filled database, with fakes outside and a clock that stands still."""
    made = _runtime(database_url, library, tmp_path)
    yield made
    made.sessions.kw["bind"].dispose()


@pytest.fixture
def sqlite_runtime(databases: Databases, library: Library, tmp_path: Path) -> Iterator[Runtime]:
    """The same on SQLite only, for what no database can change."""
    made = _runtime(databases.sqlite(tmp_path), library, tmp_path)
    yield made
    made.sessions.kw["bind"].dispose()
