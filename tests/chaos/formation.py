"""A whole formation under disturbance: work goes on, then everything is compared with the model."""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import create_engine, func, select, text
from sqlalchemy.exc import DBAPIError

from bench.product import Product
from bench.servers import Postgres, Redis
from services import loading
from services.db import migrate
from services.db.engine import Sessions, open_engine, open_sessions, reading, unit_of_work
from services.db.models import (
    Case,
    Channel,
    Decision,
    Delivery,
    DeliveryState,
    Incident,
    Job,
    Task,
    TaskStatus,
)
from services.runtime import Runtime, make_runtime
from services.scenarios import play
from services.scenarios.accounts import Cast
from services.settings import Settings
from tests.chaos.model import Told, difference, story, wish_for_webhooks
from tests.chaos.monkeys import Monkey, Plan, deaths
from tests.chaos.people import PatientDriver
from tests.outside import MailServer, Provider, serve

LEASE_SECONDS, JOB_SECONDS, SWEEP_SECONDS = 7, 3, 1.5
QUIET_SECONDS = 120
AGAIN_SECONDS = 10  # after its lease, in which a job runs again
AFTER_REDIS_SECONDS = 30  # after a loss of Redis, in which everything due has run


@dataclass
class Found:
    """What the comparison after the storm shows; ``problems`` empty: nothing lost or doubled."""

    problems: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)


@dataclass
class World:
    """Servers, the product and what lies outside, in one folder."""

    folder: Path
    postgres: Postgres
    redis: Redis
    product: Product
    mail: MailServer
    provider: Provider
    sessions: Sessions
    cast: Cast

    @property
    def deaths_log(self) -> Path:
        """Where processes note that they are about to die."""
        return self.folder / "deaths.log"


@contextmanager
def formation(folder: Path, cast: Cast, *, death_rate: float) -> Iterator[World]:
    """Start servers, two API processes and two workers on a filled database."""
    for name in ("pg", "redis", "installation"):
        (folder / name).mkdir(parents=True)
    postgres, redis = Postgres(folder / "pg"), Redis(folder / "redis")
    mail, provider = MailServer(), Provider()
    serve(mail)
    serve(provider)
    postgres.create()
    redis.start()
    url = _fill(folder, postgres.url)
    settings = {
        "LIANCHENG_SMTP_URL": mail.url,
        "LIANCHENG_WEBHOOK_URL": provider.url,
        "LIANCHENG_WEBHOOK_SECRET": "chaos-secret-of-32-characters-xx",
        "LIANCHENG_SWEEP_MILLISECONDS": str(int(SWEEP_SECONDS * 1000)),
        "LIANCHENG_JOB_SECONDS": str(JOB_SECONDS),
        "LIANCHENG_LEASE_SECONDS": str(LEASE_SECONDS),
        "LIANCHENG_CHECKPOINT_SECONDS": "20",
        "LIANCHENG_DEATHS": str(death_rate),
        "LIANCHENG_DEATHS_LOG": str(folder / "deaths.log"),
        "LIANCHENG_JUMPS": str(folder / "host-clock"),
    }
    product = Product(
        folder / "installation",
        url,
        redis_url=redis.url,
        processes=2,
        workers=2,
        settings=settings,
        module="tests.chaos.launch",
    )
    sessions = open_sessions(open_engine(url))
    wish_for_webhooks(sessions)
    world = World(folder, postgres, redis, product, mail, provider, sessions, cast)
    try:
        product.start()
        yield world
    finally:
        product.settings["LIANCHENG_DEATHS"] = "0"
        product.stop()
        sessions.kw["bind"].dispose()
        if redis.process:
            redis.kill()
        if postgres.process:
            postgres.stop()
        mail.shutdown()
        provider.shutdown()


def _fill(folder: Path, server: str) -> str:
    admin = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE chaos"))
    admin.dispose()
    filled(folder, f"{server}/chaos").sessions.kw["bind"].dispose()
    return f"{server}/chaos"


def filled(folder: Path, url: str) -> Runtime:
    """Give a runtime on a database with the shipped jurisdictions and sample parties."""
    settings = Settings.from_env(
        {"LIANCHENG_DATABASE_URL": url, "LIANCHENG_DATA_DIR": str(folder / "model")}
    )
    runtime = make_runtime(settings)
    migrate.upgrade(runtime.sessions.kw["bind"])
    with unit_of_work(runtime.sessions) as session:
        list(loading.load_all(session, runtime))
        loading.load_demo(session, runtime)
    return runtime


def storm(
    world: World,
    told: list[Told],
    cases: int,
    plan: Plan,
    seed: int,
    *,
    people: int = 4,
    step: Callable[[int], None] = lambda _done: None,
) -> tuple[dict[str, int], Monkey]:
    """Play cases, several at once, while a monkey disturbs; case id -> number of its scenario."""
    host_clock = world.folder / "host-clock"
    monkey = Monkey(
        world.product, world.postgres, world.redis, plan, random.Random(seed), host_clock
    )
    own, count = threading.local(), iter(range(1, cases + 1))

    def one(number: int) -> tuple[str, int] | None:
        if not hasattr(own, "driver"):
            own.driver = PatientDriver(world.product.url, world.cast)
            own.driver.sessions = world.sessions
        kind = number % len(told)
        try:
            case = play(told[kind].scenario, own.driver).case
        except Exception as error:  # noqa: BLE001 - told at the end, when all the others are done
            monkey.errors.append(error)
            return None
        assert case is not None
        step(next(count))
        return str(case["id"]), kind

    thread = threading.Thread(target=monkey.run)
    thread.start()
    try:
        with ThreadPoolExecutor(people) as pool:
            played = dict(each for each in pool.map(one, range(cases)) if each)
    finally:
        monkey.is_over.set()
        thread.join()
    return played, monkey


def calm(world: World) -> float:
    """Let nothing die any more and wait until nothing is open; how long that took, in seconds."""
    world.product.settings["LIANCHENG_DEATHS"] = "0"
    world.product.stop()
    world.product.start()
    since = time.monotonic()
    while time.monotonic() < since + QUIET_SECONDS:
        try:
            with reading(world.sessions) as session:
                tried = Job.done_at.is_(None) & Job.failed_at.is_(None)
                busy = select(func.count()).where(tried, Job.due_at <= func.now())
                again = select(func.count()).where(tried, Job.attempts > 0, Job.due_at > func.now())
                if not session.scalar(busy) and not session.scalar(again):
                    return time.monotonic() - since
        except DBAPIError:
            pass
        time.sleep(0.2)
    raise TimeoutError("jobs are still open")


def compare(world: World, told: list[Told], played: dict[str, int], monkey: Monkey) -> Found:
    """Compare everything with the model and with itself."""
    found = Found()
    with reading(world.sessions) as session:
        numbers = session.scalars(select(Case.number).order_by(Case.number)).all()
        ids = session.scalars(select(Case.id)).all()
        found.problems += [f"lost case {c}" for c in played if UUID(c) not in set(ids)]
        found.problems += [f"case {c} that nobody started" for c in ids if str(c) not in played]
        if len(set(numbers)) != len(numbers):
            found.problems.append("case numbers are not unique")
        for case_id in ids:
            wanted = told[played[str(case_id)]].story if str(case_id) in played else {}
            if wanted and (differs := difference(wanted, story(session, case_id))):
                found.problems.append(f"case {case_id}: {differs}")
        found.problems += _doubled(session)
        incidents = session.scalars(select(Incident.message)).all()
        found.problems += [f"incident: {message}" for message in incidents]
        found.problems += _deliveries(session, world)
        found.problems += _late(session, monkey)
        found.figures = _figures(session, world, monkey, len(ids))
    found.problems += _chains(world, len(ids))
    found.problems += _server_errors(world)
    found.problems += [f"people or monkey: {error!r}" for error in monkey.errors]
    return found


def _doubled(session: Any) -> list[str]:
    made, tasks = session.execute(
        select(func.count(), func.count(Decision.task_id.distinct())).where(
            Decision.withdrawn_at.is_(None)
        )
    ).one()
    done = session.scalar(select(func.count()).where(Task.status == TaskStatus.DONE))
    if made == tasks == done:
        return []
    return [f"{made} decisions on {tasks} tasks, {done} tasks done"]


def _deliveries(session: Any, world: World) -> list[str]:
    """Compare what people should have been told with what went out."""
    rows = session.execute(
        select(Delivery.id, Delivery.channel).where(Delivery.state == DeliveryState.DELIVERED)
    ).all()
    waiting = session.scalar(
        select(func.count()).where(
            Delivery.state.in_([DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.FAILED])
        )
    )
    mails = {f"<{i}@liancheng>" for i, channel in rows if channel is Channel.MAIL}
    calls = {str(i) for i, channel in rows if channel is Channel.WEBHOOK}
    problems = [f"{waiting} deliveries have not arrived"] if waiting else []
    problems += [f"mail {key} was never handed over" for key in mails - world.mail.taken.keys]
    problems += [f"mail {key} that nobody wanted" for key in world.mail.taken.keys - mails]
    problems += [
        f"message {key} was never handed over" for key in calls - set(world.provider.shown)
    ]
    problems += [f"message {key} that nobody wanted" for key in set(world.provider.shown) - calls]
    for taken in (world.mail.taken, world.provider.taken):
        problems += [f"{key} with two contents" for key in taken.with_two_contents]
    return problems


def _figures(session: Any, world: World, monkey: Monkey, cases: int) -> dict[str, Any]:
    by_themselves = deaths(world.deaths_log)
    kills = monkey.done["kill"] + sum(by_themselves.values())
    return {
        "cases": cases,
        "decisions": session.scalar(select(func.count()).select_from(Decision)),
        "kills": kills,
        "died at the worst moments": dict(by_themselves),
        "disturbances": dict(monkey.done),
        "mails": len(world.mail.taken.keys),
        "mails again": world.mail.taken.again,
        "mails again per kill": round(world.mail.taken.again / max(kills, 1), 3),
        "messages": len(world.provider.shown),
        "messages again to the provider, unseen": world.provider.taken.again,
        "longest delay of a job by attempts, seconds": {
            str(attempts): round(seconds, 1) for attempts, seconds in _delays(session).items()
        },
        "longest outage, seconds": round(
            max((o.until - o.since for o in monkey.outages), default=0.0), 1
        ),
        "jobs": Counter(
            {
                str(kind): n
                for kind, n in session.execute(select(Job.kind, func.count()).group_by(Job.kind))
            }
        ),
    }


def _delays(session: Any) -> dict[int, float]:
    """Return how late jobs were at most that needed so many attempts, in seconds.

    Without those that seem days late: the clock of their rehearsal was moved on meanwhile.
    """
    late = Job.done_at - Job.due_at
    rows = session.execute(
        select(Job.attempts, func.max(late))
        .where(Job.done_at.is_not(None), Job.attempts > 0, late < timedelta(days=1))
        .group_by(Job.attempts)
        .order_by(Job.attempts)
    )
    return {attempts: most.total_seconds() for attempts, most in rows}


def _late(session: Any, monkey: Monkey) -> list[str]:
    """Return which jobs came too late: after the first attempt each lease may run out once."""
    away = max((each.until - each.since for each in monkey.outages), default=0.0)
    found = []
    for attempts, seconds in _delays(session).items():
        allowed = AFTER_REDIS_SECONDS + away + (attempts - 1) * (LEASE_SECONDS + AGAIN_SECONDS)
        if seconds > allowed:
            found.append(f"a job of {attempts} attempts was {seconds:.1f} s late, not {allowed}")
    return found


def _server_errors(world: World) -> list[str]:
    """Return what the server could not explain: each kind of exception that became a 500."""
    lines = (world.product.folder / "server.log").read_text(errors="replace").splitlines()
    told = [json.loads(line) for line in lines if line.startswith('{"at"')]
    wrong = [each for each in told if each["event"] == "request" and each.get("status") == 500]  # noqa: PLR2004
    ids = {each.get("request_id") for each in wrong}
    causes = [e for e in told if e.get("request_id") in ids and "error" in e]
    return [f"500: {each['error'][-1500:]}" for each in causes] or [f"500: {e}" for e in wrong]


def _chains(world: World, cases: int) -> list[str]:
    """Verify all chains with their checkpoints by the command line."""
    world.product.cli("audit", "checkpoint")
    verified = world.product.cli("audit", "verify", "--json")
    if verified.returncode:
        return [f"audit: {verified.stdout} {verified.stderr}"[:2000]]
    found = json.loads(verified.stdout)
    return [] if found["cases"] == cases else [f"audit: {found['cases']} chains of {cases}"]
