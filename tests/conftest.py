"""Databases, runtimes and clocks for all tests. Servers start on free ports and are stopped."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import hypothesis
import pytest
from sqlalchemy import create_engine, select, text

from bench import servers
from services import accounts, cases, loading, memory
from services.actors import Actor
from services.db import migrate
from services.db.engine import open_engine, open_sessions, unit_of_work
from services.db.models import Call, Case, Channel, Party, Person, Task, TaskStatus
from services.gateways.anchors import FakeAnchors
from services.gateways.clock import FakeClock
from services.gateways.files import FakeFileStore
from services.gateways.keys import FakeKeyStore
from services.gateways.mail import FakeMailer
from services.gateways.messages import FakeMessenger
from services.gateways.publication import FakePublisher
from services.runtime import Runtime
from services.settings import Settings
from workflows.bundles import Library

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
memory.collect_seldom()  # as the command line does

# How long a machine takes to make an example says nothing about the product.
hypothesis.settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(scope="session")
def library() -> Library:
    """The shipped jurisdictions."""
    settings = Settings.from_env({})
    return Library(settings.bpmn_root, settings.forms_root)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a PostgreSQL server, without a database name."""
    folder = tmp_path_factory.mktemp("pg")
    with servers.postgres(folder) as url:
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
    settings = Settings.from_env(
        {"LIANCHENG_DATABASE_URL": url, "LIANCHENG_DATA_DIR": str(data_dir)}
    )
    return Runtime(
        settings=settings,
        sessions=open_sessions(open_engine(url)),
        clock=FakeClock(NOW),
        files=FakeFileStore(),
        keys=FakeKeyStore(),
        mailer=FakeMailer(),
        publisher=FakePublisher(),
        anchors=FakeAnchors(),
        library=library,
        messengers={Channel.SMS: FakeMessenger(), Channel.WEBHOOK: FakeMessenger()},
    )


@dataclass
class Databases:
    """Makes fresh copies of a filled database."""

    template: Path
    postgres: Callable[[], str]
    library: Library
    now: datetime = NOW
    _pg_template: str | None = None

    def sqlite(self, folder: Path) -> str:
        """Copy the filled SQLite file; each copy is another one."""
        target = folder / f"case_{uuid4().hex[:12]}.db"
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


@pytest.fixture
def postgresql_runtime(databases: Databases, library: Library, tmp_path: Path) -> Iterator[Runtime]:
    """The same on PostgreSQL only."""
    made = _runtime(databases.postgresql(), library, tmp_path)
    yield made
    made.sessions.kw["bind"].dispose()


@pytest.fixture
def second_runtime(databases: Databases, library: Library, tmp_path: Path) -> Iterator[Runtime]:
    """Another installation: a database and signing keys of its own."""
    made = _runtime(databases.sqlite(tmp_path), library, tmp_path / "second")
    yield made
    made.sessions.kw["bind"].dispose()


@dataclass(frozen=True)
class Desk:
    """What people do at their desks, through the services, each in a transaction of its own."""

    runtime: Runtime

    def actor(self, login: str) -> Actor:
        """The sample person of that login."""
        with unit_of_work(self.runtime.sessions) as session:
            person = session.scalars(select(Person.id).where(Person.login == login)).one()
            return accounts.actor_of(session, person, self.runtime.clock.now())

    def party(self, code: str) -> UUID:
        """The id of an agency or a unit."""
        with unit_of_work(self.runtime.sessions) as session:
            return session.scalars(select(Party.id).where(Party.code == code)).one()

    def start_answers(self, region: str = "longxing") -> dict[str, Any]:
        """What the start form of an application asks."""
        with unit_of_work(self.runtime.sessions) as session:
            call = session.scalars(select(Call.id).where(Call.number == "LJ-TZ-2026-001")).one()
        return {
            "call_id": str(call),
            "working_name": "智行汽车产业创新联合体",
            "industry_field": "nev",
            "registered_region": region,
            "operating_region": region,
            "tax_region": region,
            "registered_address": "重庆市两江新区演示路1号",
        }

    def start(
        self, region: str = "longxing", rehearsal: cases.Rehearsal | None = None, **more: Any
    ) -> Case:
        """Start an application of the unit demo-lead: one that waits for its list of candidates.

        From the region "other" it waits for the agency to decide whether it is in scope.
        """
        actor, answers = self.actor("lead-op"), self.start_answers(region) | more
        party_id = self.party("demo-lead")
        with unit_of_work(self.runtime.sessions) as session:
            return cases.start_case(
                session,
                self.runtime,
                actor,
                procedure_id="liangjiang.application",
                party_id=party_id,
                answers=answers,
                rehearsal=rehearsal,
            )

    def task(self, case: Case) -> Task:
        """The one open task of a case."""
        with unit_of_work(self.runtime.sessions) as session:
            return session.scalars(
                select(Task).where(Task.case_id == case.id, Task.status == TaskStatus.OPEN)
            ).one()

    def complete(self, login: str, task: Task, answers: dict[str, Any]) -> Case:
        """Complete a task as somebody."""
        actor = self.actor(login)
        with unit_of_work(self.runtime.sessions) as session:
            return cases.complete_task(
                session, self.runtime, actor, task_id=task.id, answers=answers
            )


@pytest.fixture
def desk(runtime: Runtime) -> Desk:
    """People at their desks, on either database."""
    return Desk(runtime)


@pytest.fixture(scope="session")
def make_desk() -> type[Desk]:
    """How to put people at desks on a runtime of one's own."""
    return Desk


@pytest.fixture
def sqlite_desk(sqlite_runtime: Runtime) -> Desk:
    """People at their desks, on SQLite only."""
    return Desk(sqlite_runtime)
