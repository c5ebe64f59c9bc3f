"""A production formation: PostgreSQL, Redis, workers as they really run, and a mail server with a gate."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from bench import servers
from bench.product import Product
from services.db.engine import Sessions, open_engine, open_sessions, unit_of_work
from services.db.models import Job, JobKind, Person, Sweep
from tests.outside import MailServer, serve

PATIENCE_SECONDS = 40


@dataclass
class Formation:
    """The installation, and what its database says."""

    product: Product
    redis: servers.Redis
    mail: MailServer
    sessions: Sessions = field(init=False)

    def __post_init__(self) -> None:
        self.sessions = open_sessions(open_engine(self.product.database_url))

    def put(self, number: int = 1) -> list[UUID]:
        """Put mails into the table that are due now; their jobs' ids."""
        with unit_of_work(self.sessions) as session:
            person = session.scalars(select(Person.id).where(Person.login == "lead-op")).one()
            payload = {"person": str(person), "template": "task_opened", "data": {}}
            rows = [
                Job(
                    kind=JobKind.MAIL,
                    dedupe_key=f"test:{uuid4()}",
                    due_at=datetime.now(UTC),
                    payload=payload,
                )
                for _ in range(number)
            ]
            session.add_all(rows)
            session.flush()
            return [row.id for row in rows]

    def jobs(self, ids: list[UUID]) -> list[Job]:
        with unit_of_work(self.sessions) as session:
            return list(session.scalars(select(Job).where(Job.id.in_(ids))))

    def sweepers(self) -> set[str]:
        """The names of the processes that sweep; all others were called by the doorbell."""
        with unit_of_work(self.sessions) as session:
            return set(session.scalars(select(Sweep.worker)))

    def wait_until_done(self, ids: list[UUID]) -> list[Job]:
        wait_for(lambda: all(job.done_at for job in self.jobs(ids)), "the jobs are done")
        return self.jobs(ids)

    def start_worker(self, number: int) -> None:
        """Start a worker and wait until all its processes are at work."""
        before = self.sweepers()
        self.product.start_worker(number)
        wait_for(lambda: self.sweepers() > before, "the sweeper signs")
        if self.product.redis_url:
            every = 3 + self.product.concurrency
            wait_for(lambda: len(self.product.worker_pids(number)) == every, "Celery has forked")


def wait_for(is_so: Callable[[], Any], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, f"waited in vain until {what}"
        time.sleep(0.02)


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Redis]:
    with servers.redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="session")
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    serve(server)
    yield server
    server.gate.set()
    server.shutdown()


@pytest.fixture
def formation(
    databases: Any, redis_server: servers.Redis, mail_server: MailServer, tmp_path: Path
) -> Iterator[Formation]:
    """Nothing runs yet. The sweeper looks seldom, a job may take 2 s, its lease is 5 s."""
    mail_server.forget()
    redis_server.client().flushall()
    settings = {
        "LIANCHENG_SMTP_URL": mail_server.url,
        "LIANCHENG_SWEEP_MILLISECONDS": "1500",
        "LIANCHENG_JOB_SECONDS": "2",
        "LIANCHENG_LEASE_SECONDS": "5",
    }
    product = Product(
        tmp_path,
        databases.postgresql(),
        redis_url=redis_server.url,
        settings=settings,
    )
    made = Formation(product, redis_server, mail_server)
    yield made
    mail_server.gate.set()
    for number, process in list(product.worker_processes.items()):
        if process.poll() is None:
            product.kill_worker(number)
    product.stop()
    made.sessions.kw["bind"].dispose()
