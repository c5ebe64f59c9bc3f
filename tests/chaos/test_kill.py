"""The embedded server, killed again and again while people work: nothing lost, nothing doubled.

The seed is printed; LIANCHENG_CHAOS_SEED repeats its moments.
"""

import json
import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event, Thread, local
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from bench.product import Product
from services.db.engine import open_engine, open_sessions, unit_of_work
from services.db.models import (
    AuditEntry,
    Case,
    Channel,
    Decision,
    Incident,
    Job,
    JobKind,
    Task,
    TaskStatus,
)
from services.scenarios import play
from services.scenarios.accounts import Cast
from tests.chaos.model import Told, difference, story, tell
from tests.chaos.people import PatientDriver

SEED = int(os.environ.get("LIANCHENG_CHAOS_SEED", random.SystemRandom().randrange(10**9)))
CASES, KILLS, PEOPLE_AT_ONCE = 8, 8, 4
PATIENCE_SECONDS = 60
SCENARIOS = {"liangjiang/approval": 11, "liangjiang/silent_candidate": 11}  # steps of each


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
def told(sqlite_runtime) -> list[Told]:
    """The scenarios, and the story of each when nothing is ever killed."""
    return tell(sqlite_runtime, sqlite_runtime.settings.bpmn_root, SCENARIOS)


@pytest.fixture
def product(databases, tmp_path):
    """The embedded server on a fresh filled SQLite file."""
    folder = tmp_path / "installation"
    folder.mkdir()
    made = Product(folder, databases.sqlite(tmp_path))
    made.start()
    yield made
    made.stop()


@pytest.mark.timeout(300)
def test_kills_again_and_again_lose_nothing_and_double_nothing(product, library, told):
    played = work(product, Cast.of(library), [each.scenario for each in told])

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
    for case_id, found in stories.items():
        assert difference(told[played[str(case_id)]].story, found) == ""
    assert incidents == []
    assert made[0] == made[1] == done == sum(found["decisions"] for found in stories.values())
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


def test_the_stories_have_something_to_lose(told):
    for each in told:
        assert each.story["entries"]["case.started", None] == 1
        assert each.story["decisions"] > 5
        assert each.story["deliveries"][Channel.MAIL] > 5
    assert told[1].story["entries"]["timer.fired", None] > 0
