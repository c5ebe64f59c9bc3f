"""A mix of officials, applicants and the public on a growing PostgreSQL, through the real server.

At each size the same people do the same for the same time, with one formation and then with a
larger one; clients, servers and the database share the machine. ``python -m bench.run --only load``.
"""

import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

import urllib3
from rich.progress import Progress
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.orm import aliased

from bench import completion, herd, inbox, servers
from bench.product import Product
from bench.world import fill, percentile
from services import accounts
from services.db.engine import reading, unit_of_work
from services.db.models import Case, Person, Task, TaskStatus
from services.runtime import Runtime
from services.scenarios import Player, read_scenario
from services.scenarios.accounts import Cast
from services.scenarios.local import LocalDriver

SIZES = (1_000, 10_000, 100_000)
TASKS_PER_CASE = 10
SECONDS = 20.0
CLIENTS = 8
CROWDED = 10  # one of so many cases has the tasks that are only read
Reply = urllib3.BaseHTTPResponse
FORMATIONS = ((1, 1), (2, 2))  # server processes, workers
MIX = (  # what, of a hundred
    ("official: to-do list", 22),
    ("official: counts", 8),
    ("official: task page", 14),
    ("official: completion", 16),
    ("applicant: cases", 8),
    ("applicant: case page", 8),
    ("public: notices", 8),
    ("public: register", 8),
    ("public: progress", 8),
)


@dataclass
class Client:
    """Somebody at a browser who does one thing after the other, as the mix says."""

    url: str
    official: dict[str, str]
    applicant: dict[str, str]
    cases: list[tuple[UUID, str, str]]
    todo: list[UUID]
    answers: dict[str, Any]
    chance: random.Random
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    refused: int = 0
    http: urllib3.PoolManager = field(default_factory=urllib3.PoolManager)

    def run(self, until: float) -> None:
        """Work until an instant of the steady clock."""
        names, weights = zip(*MIX, strict=True)
        while time.monotonic() < until:
            self.do(self.chance.choices(names, weights)[0])

    def do(self, name: str) -> None:
        """Do one thing and note how long it took."""
        who, _, what = name.partition(": ")
        headers = {"official": self.official, "applicant": self.applicant}.get(who, {})
        act = getattr(self, f"_{what.replace(' ', '_').replace('-', '_')}")
        start = time.perf_counter()
        reply: Reply = act(headers)
        self.times[name].append(time.perf_counter() - start)
        if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise RuntimeError(f"{name}: {reply.status} {reply.data[:200]!r}")
        self.refused += reply.status >= HTTPStatus.BAD_REQUEST

    def _get(self, path: str, headers: dict[str, str]) -> Reply:
        return self._ask("GET", path, headers)

    def _ask(self, method: str, path: str, headers: dict[str, str], body: Any = None) -> Reply:
        url = f"{self.url}/api/v1{path}"
        return self.http.request(method, url, json=body, headers=headers, timeout=60, retries=False)

    def _to_do_list(self, headers: dict[str, str]) -> Reply:
        return self._get("/workbench/todo", headers)

    def _counts(self, headers: dict[str, str]) -> Reply:
        return self._get("/workbench/counts", headers)

    def _task_page(self, headers: dict[str, str]) -> Reply:
        return self._get(f"/tasks/{self.chance.choice(self.todo)}", headers)

    def _completion(self, headers: dict[str, str]) -> Reply:
        task = self.todo.pop()
        more = headers | {"Idempotency-Key": uuid4().hex}
        return self._ask("POST", f"/tasks/{task}/completion", more, {"answers": self.answers})

    def _cases(self, headers: dict[str, str]) -> Reply:
        return self._get("/cases", headers)

    def _case_page(self, headers: dict[str, str]) -> Reply:
        return self._get(f"/cases/{self.chance.choice(self.cases)[0]}", headers)

    def _notices(self, headers: dict[str, str]) -> Reply:
        return self._get("/public/notices", headers)

    def _register(self, headers: dict[str, str]) -> Reply:
        return self._get("/public/consortia", headers)

    def _progress(self, headers: dict[str, str]) -> Reply:
        _id, number, code = self.chance.choice(self.cases)
        return self._get(f"/public/cases/{number}?code={code}", headers)


@dataclass(frozen=True)
class Beginning:
    """A case that waits for an official's short decision, who decides it, and who applied."""

    case_id: UUID
    official: str
    applicant: str
    answers: dict[str, Any]


def measure(sizes: tuple[int, ...] = SIZES, seconds: float = SECONDS) -> dict[str, Any]:
    """Return for each size and formation requests and completions a second, and p50/p95/p99 in ms."""
    with TemporaryDirectory(prefix="liancheng-load-") as name:
        folder = Path(name)
        (folder / "pg").mkdir()
        with servers.postgres(folder / "pg", is_durable=True) as server:
            runtime = fill(folder, new_database(server))
            first = beginning(runtime)
            rows = [row for size in sizes for row in _at(runtime, folder, first, size, seconds)]
            runtime.sessions.kw["bind"].dispose()
    floor = completion.measure("postgresql", rounds=2)["floor_ms"]
    return {"rows": rows, "floor_ms": floor}


def new_database(server: str) -> str:
    """Return the address of an empty database on a server."""
    admin = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE bench"))
    admin.dispose()
    return f"{server}/bench"


def _at(
    runtime: Runtime, folder: Path, first: Beginning, size: int, seconds: float
) -> list[dict[str, Any]]:
    filled_in = grow(runtime, first, size)
    rows = []
    for processes, workers in FORMATIONS:
        found = _run(runtime, folder, first, processes, workers, seconds)
        rows.append({"cases": size, "processes": processes, "workers": workers} | found)
    rows[0]["filled_in_seconds"] = filled_in
    return rows


def grow(runtime: Runtime, first: Beginning, size: int) -> float:
    """Bring the database to a number of running cases and ten times as many open tasks."""
    start = time.monotonic()
    with runtime.sessions.kw["bind"].connect() as connection, Progress() as bar:
        known = connection.scalar(select(func.count()).select_from(Case)) or 0
        source = herd.template(connection, first.case_id)
        task = bar.add_task(f"{size:,} cases", total=size, completed=known)
        made = herd.multiply(
            connection, [source], size - known, lambda n: bar.update(task, completed=known + n)
        )
        herd.as_production(connection, made)
    with unit_of_work(runtime.sessions) as session:
        opened = select(func.count()).where(Task.status == TaskStatus.OPEN)
        wanted = size * TASKS_PER_CASE - (session.scalar(opened) or 0)
        inbox.insert(session, "postgresql", made[::CROWDED], wanted)
    take_statistics(runtime)
    return round(time.monotonic() - start, 1)


def take_statistics(runtime: Runtime) -> None:
    """Have the database look at what its tables hold, as it does by itself within a minute."""
    with runtime.sessions.kw["bind"].connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()


def beginning(runtime: Runtime) -> Beginning:
    """Return the first case of the scenarios that begins with an official's short decision."""
    for path in sorted(runtime.settings.bpmn_root.glob("*/scenarios/*.yaml")):
        scenario = read_scenario(path)
        start, then, *_more = [*scenario.steps, {}, {}]
        is_short = "start" in start and "task" in then and 0 < len(then.get("answers") or {}) <= 3
        if not is_short or "$" in str([start, then]) or "refused" in then:
            continue
        driver = LocalDriver(runtime, Cast.of(runtime.library))
        player = Player(scenario, driver)
        player.step(start)
        assert player.case is not None
        [task] = driver.tasks(player.case)
        official = driver.login_for(player.case, task, then.get("as"))
        applicant = driver.cast.starter(scenario.procedure)
        if official != applicant:
            return Beginning(UUID(player.case), official, applicant, then["answers"])
    raise LookupError("no scenario begins with an official's short decision")


def _run(
    runtime: Runtime,
    folder: Path,
    first: Beginning,
    processes: int,
    workers: int,
    seconds: float,
) -> dict[str, Any]:
    home = folder / f"installation-{uuid4().hex[:6]}"
    home.mkdir()
    product = Product(home, runtime.settings.database_url, processes=processes, workers=workers)
    product.start()
    try:
        return _measured(clients_of(runtime, first, product.url), seconds)
    finally:
        product.stop()


def clients_of(runtime: Runtime, first: Beginning, url: str) -> list[Client]:
    """Return people who share out what is open; each completes what no other does."""
    with unit_of_work(runtime.sessions) as session:
        heads = {
            login: _token(session, runtime, login) for login in (first.official, first.applicant)
        }
    read_only = aliased(Task)  # those without an engine behind them
    with reading(runtime.sessions) as session:
        mine = select(Task.id).join(Case, Case.id == Task.case_id)
        todo = session.scalars(
            mine.where(
                Task.status == TaskStatus.OPEN,
                ~select(read_only.id)
                .where(read_only.case_id == Task.case_id, read_only.node_id == "n")
                .exists(),
                Case.is_rehearsal.is_(False),
            ).limit(100_000)
        ).all()
        cases = session.execute(select(Case.id, Case.number, Case.progress_code).limit(2000)).all()
    share = len(todo) // CLIENTS
    return [
        Client(
            url,
            heads[first.official],
            heads[first.applicant],
            [(a, b, c) for a, b, c in cases],
            list(todo[n * share : (n + 1) * share]),
            first.answers,
            random.Random(n),
        )
        for n in range(CLIENTS)
    ]


def _token(session: Any, runtime: Runtime, login: str) -> dict[str, str]:
    person = session.scalars(select(Person.id).where(Person.login == login)).one()
    made = accounts.create_token(session, runtime.clock.now(), person, "bench")
    return {"Authorization": f"Bearer {made.token}"}


def _measured(clients: list[Client], seconds: float) -> dict[str, Any]:
    for client in clients[:2]:  # warm up: programs are parsed once a process
        client.run(time.monotonic() + 1)
        client.times.clear()
        client.refused = 0
    together([lambda c=client: c.run(time.monotonic() + seconds) for client in clients])
    times: dict[str, list[float]] = defaultdict(list)
    for client in clients:
        for name, found in client.times.items():
            times[name] += found
    return {
        "requests_per_second": round(sum(map(len, times.values())) / seconds, 1),
        "completions_per_second": round(len(times["official: completion"]) / seconds, 1),
        "refused": sum(client.refused for client in clients),
        "routes": {name: percentiles(found) for name, found in sorted(times.items())},
    }


def together(acts: list[Callable[[], None]]) -> None:
    """Do them at the same time, and wait for all."""
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def percentiles(found: list[float]) -> dict[str, float]:
    """Return the median and the tail of times, in milliseconds."""
    marks = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    return {name: round(percentile(found, share) * 1000, 1) for name, share in marks.items()}
