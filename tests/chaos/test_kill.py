"""The real server, killed again and again while people work: nothing lost, nothing doubled.

The seed is printed; LIANCHENG_CHAOS_SEED repeats its moments.
"""

import json
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import Event, Thread, local
from typing import Any, TypeVar
from uuid import UUID, uuid4

import pytest
import requests
from sqlalchemy import func, select, update

from bench.product import Product
from services import views
from services.db.engine import open_engine, open_sessions, unit_of_work
from services.db.models import (
    AuditEntry,
    Case,
    Decision,
    Incident,
    Job,
    JobKind,
    Task,
    TaskStatus,
)
from services.gateways.liancheng_api import ApiClient, ApiRefusedError
from services.loading import DEMO_PASSWORD
from services.scenarios import play, read_scenario
from services.scenarios.accounts import Cast
from services.scenarios.local import LocalDriver
from services.scenarios.remote import RemoteDriver
from services.settings import ROOT

SEED = int(os.environ.get("LIANCHENG_CHAOS_SEED", random.SystemRandom().randrange(10**9)))
CASES, KILLS, PEOPLE_AT_ONCE = 20, 20, 4
PATIENCE_SECONDS = 60
FOLDER = ROOT / "workflows" / "bpmn" / "liangjiang" / "scenarios"
SCENARIOS = ("approval", "silent_candidate")  # the second one's time limit runs out
STEPS = 11  # of a scenario: enough for the joint signing by five units

T = TypeVar("T")


class PatientClient(ApiClient):
    """Asks again, with the same key, while the server is away."""

    def get(self, path: str, **query: Any) -> Any:
        return self._patiently(lambda: super(PatientClient, self).get(path, **query))

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> Any:
        key = key or uuid4().hex
        return self._patiently(lambda: super(PatientClient, self).post(path, body, key=key))

    def upload(self, name: str, content: bytes) -> Any:
        return self._patiently(lambda: super(PatientClient, self).upload(name, content))

    @staticmethod
    def _patiently(ask: Callable[[], T]) -> T:
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return ask()
            except requests.RequestException:
                if time.monotonic() > until:
                    raise
            except ApiRefusedError as refusal:
                if refusal.body.get("code") != "BUSY" or time.monotonic() > until:
                    raise
            time.sleep(0.05)


class PatientDriver(RemoteDriver):
    """Drives cases through people who do not give up."""

    def _as(self, login: str) -> ApiClient:
        if login not in self.clients:
            self.clients[login] = PatientClient(self.url, login, DEMO_PASSWORD)
        return self.clients[login]


@dataclass
class Killer:
    """Kills the server, or only its workers, at random moments, and starts it again."""

    product: Product
    chance: random.Random
    is_over: Event = field(default_factory=Event)
    kills: int = 0

    def run(self) -> None:
        """Kill as often as planned, unless the work is done before."""
        while self.kills < KILLS and not self.is_over.wait(self.chance.uniform(0.1, 1.0)):
            if self.chance.random() < 0.5:
                self.product.kill()
                self._let_leases_end()
                self.product.start()
            else:
                self.product.kill_workers()
                self.product.wait_until_ready()
                self._let_leases_end()
            self.kills += 1

    def _let_leases_end(self) -> None:
        """The dead hold leases for a minute; make it pass."""
        engine = open_engine(self.product.database_url)
        with unit_of_work(open_sessions(engine)) as session:
            claimed = Job.done_at.is_(None) & Job.lease_until.is_not(None)
            session.execute(update(Job).where(claimed).values(lease_until=Job.due_at))
        engine.dispose()


def work(product: Product, cast: Cast, scenarios) -> dict[str, int]:
    """Play all cases, several at once, while the server is being killed.

    Returns for each case the number of its scenario.
    """
    own = local()

    def one(number: int) -> tuple[str, int]:
        if not hasattr(own, "driver"):
            own.driver = PatientDriver(product.url, cast)
        kind = number % len(scenarios)
        return play(scenarios[kind], own.driver).case["id"], kind

    print(f"seed {SEED}")
    killer = Killer(product, random.Random(SEED))
    thread = Thread(target=killer.run)
    thread.start()
    try:
        with ThreadPoolExecutor(PEOPLE_AT_ONCE) as people:
            played = dict(people.map(one, range(CASES)))
    finally:
        killer.is_over.set()
        thread.join()
    assert killer.kills == KILLS
    return played


def story(session, case_id: UUID) -> dict[str, Any]:
    """Tell what happened in a case in the words that all cases of a scenario share."""
    entries = session.scalars(select(AuditEntry).where(AuditEntry.case_id == case_id)).all()
    case = session.get_one(Case, case_id)

    def number(model, *where):
        return session.scalar(
            select(func.count()).select_from(model).where(model.case_id == case_id, *where)
        )

    return {
        "entries": Counter((e.what, e.payload.get("node")) for e in entries),
        "passed": Counter((p[0], p[1]) for e in entries for p in e.payload.get("passed", [])),
        "state": (case.status, case.state, case.outcome),
        "visited": sorted(views.visited(session, case_id)),
        "decisions": number(Decision),
        "tasks": {status: number(Task, Task.status == status) for status in TaskStatus},
        "mails": number(Job, Job.kind == JobKind.MAIL),
        "timers": number(Job, Job.kind == JobKind.TIMER),
        "services": number(Job, Job.kind == JobKind.SERVICE),
    }


def wait_for_quiet(sessions) -> None:
    """Wait until nothing is due any more."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        with unit_of_work(sessions) as session:
            busy = select(func.count()).where(
                Job.done_at.is_(None), (Job.kind == JobKind.MAIL) | Job.lease_until.is_not(None)
            )
            if not session.scalar(busy):
                return
        time.sleep(0.1)
    pytest.fail("jobs are still open")


@pytest.fixture
def scenarios():
    told = [read_scenario(FOLDER / f"{name}.yaml") for name in SCENARIOS]
    return [replace(each, steps=each.steps[:STEPS], expect={}) for each in told]


@pytest.fixture
def expected(sqlite_runtime, scenarios) -> list[dict[str, Any]]:
    """The story of each scenario when nothing is ever killed."""
    driver = LocalDriver(sqlite_runtime, Cast.of(sqlite_runtime.library))
    ids = [UUID(play(each, driver).case["id"]) for each in scenarios]
    with unit_of_work(sqlite_runtime.sessions) as session:
        return [story(session, case_id) for case_id in ids]


@pytest.fixture
def product(database_url, tmp_path):
    """The server on a fresh filled database of each kind."""
    folder = tmp_path / "installation"
    folder.mkdir()
    made = Product(folder, database_url)
    made.start()
    yield made
    made.stop()


@pytest.mark.timeout(300)
def test_twenty_kills_lose_nothing_and_double_nothing(product, library, scenarios, expected):
    played = work(product, Cast.of(library), scenarios)

    engine = open_engine(product.database_url)
    sessions = open_sessions(engine)
    wait_for_quiet(sessions)
    with unit_of_work(sessions) as session:
        cases = session.scalars(select(Case).order_by(Case.number)).all()
        stories = {case.id: story(session, case.id) for case in cases}
        mails = session.scalar(select(func.count()).where(Job.kind == JobKind.MAIL))
        made = session.execute(select(func.count(), func.count(Decision.task_id.distinct()))).one()
        done = session.scalar(select(func.count()).where(Task.status == TaskStatus.DONE))
        incidents = session.scalars(select(Incident.message)).all()
    sent = list((product.folder / "mail").glob("*.eml"))

    assert [case.number[-4:] for case in cases] == [f"{n:04d}" for n in range(1, CASES + 1)]
    for case_id, told in stories.items():
        assert told == expected[played[str(case_id)]]
    assert incidents == []
    assert made[0] == made[1] == done == sum(told["decisions"] for told in stories.values())
    assert len(sent) == mails
    assert list((product.folder / "mail").glob(".*.part")) == []
    _assert_chains(product, sessions, cases[CASES // 2].id)
    engine.dispose()


def _assert_chains(product: Product, sessions, case_id: UUID) -> None:
    """Verify all chains by the command line, then see it find one row changed by hand."""
    taken = product.cli("audit", "checkpoint")
    clean = product.cli("audit", "verify", "--json")
    with unit_of_work(sessions) as session:
        row = session.scalars(select(AuditEntry).where(AuditEntry.case_id == case_id)).first()
        row.actor = "somebody-else"

    changed = product.cli("audit", "verify", "--json")

    found = json.loads(clean.stdout)
    assert (taken.returncode, clean.returncode) == (0, 0)
    assert (found["cases"], found["broken"], found["checkpoint_problems"]) == (CASES, [], [])
    assert found["checkpoints"] > 0
    assert changed.returncode == 1
    assert [b["case"] for b in json.loads(changed.stdout)["broken"]] == [str(case_id)]


def test_the_stories_have_something_to_lose(expected):
    for told in expected:
        assert told["entries"]["case.started", None] == 1
        assert told["decisions"] > 5
        assert told["mails"] > 5
    assert expected[1]["entries"]["timer.fired", None] > 0
