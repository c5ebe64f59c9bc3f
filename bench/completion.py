"""Completing a task over HTTP, against the floor measured beside each completion.

The floor is the bare engine: load the state, step, save, plus one commit of one row. Steps whose
inline operations need the database have no bare form; they are left out on both sides.
"""

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import select, text

from api.app import create_app
from bench.world import approval, filled
from services import accounts, procedures
from services.cases.environment import CaseWorld
from services.db.engine import unit_of_work
from services.db.models import Person, Task
from services.lookup import read_case
from services.scenarios import play
from services.scenarios.accounts import Cast
from services.scenarios.local import LocalDriver
from workflows import engine
from workflows.errors import WorkflowError


class _NoOperations:
    """Stands where operations would: a step that needs one has no bare form."""

    def is_deferred(self, _name: str) -> bool:
        return False

    def call(self, name: str, _context: Any, _inputs: Mapping[str, Any]) -> Any:
        if name == "notify.send":
            return {"sent": 0}
        raise LookupError(name)


@dataclass
class _Driver(LocalDriver):
    """Completes through the WSGI application and measures the floor before each completion."""

    client: FlaskClient | None = None
    tokens: dict[str, str] = field(default_factory=dict)
    pairs: list[tuple[float, float]] = field(default_factory=list)

    def complete(self, login: str, task: dict[str, Any], answers: dict[str, Any]) -> None:
        floor = self._floor(UUID(task["id"]), answers)
        assert self.client is not None
        headers = {
            "Authorization": f"Bearer {self._token(login)}",
            "Idempotency-Key": f"bench-{task['id']}",
            "Content-Type": "application/json",
        }
        body = json.dumps({"answers": answers})
        start = perf_counter()
        reply = self.client.post(
            f"/api/v1/tasks/{task['id']}/completion", data=body, headers=headers
        )
        taken = perf_counter() - start
        assert reply.status_code == 200, reply.text
        if floor is not None:
            self.pairs.append((taken, floor))

    def _token(self, login: str) -> str:
        if login not in self.tokens:
            with unit_of_work(self.runtime.sessions) as session:
                person = session.scalars(select(Person.id).where(Person.login == login)).one()
                now = self.runtime.clock.now()
                made = accounts.create_token(session, now, person, "bench")
                self.tokens[login] = made.token
        return self.tokens[login]

    def _floor(self, task_id: UUID, answers: dict[str, Any]) -> float | None:
        with self.runtime.sessions() as session:
            task = session.get_one(Task, task_id)
            case = read_case(session, task.case_id)
            ready = procedures.ready(session, case.bundle_hash)
            world = CaseWorld(session, self.runtime, case, ready)
            environment = replace(world.environment(), operations=_NoOperations())
            document, stored = deepcopy(case.document), case.engine_state or b""
            session.rollback()
        clean = {k: v for k, v in answers.items() if v is not None}
        program = ready.opened.program
        start = perf_counter()
        try:
            engine.complete(program, environment, stored, document, task_id, lambda _s: clean)
        except (WorkflowError, LookupError):
            return None
        with self.runtime.sessions.begin() as session:
            session.execute(text("UPDATE counters SET value = value + 1 WHERE series = 'bench'"))
        return perf_counter() - start


def measure(kind: str, rounds: int = 6) -> dict[str, Any]:
    """Return medians in milliseconds and the ratio of completion to floor."""
    with filled(kind) as runtime:
        with unit_of_work(runtime.sessions) as session:
            session.execute(text("INSERT INTO counters (series, value) VALUES ('bench', 0)"))
        client = create_app(runtime).test_client()
        driver = _Driver(runtime, Cast.of(runtime.library), client)
        scenario = approval(runtime)
        play(scenario, driver)
        driver.pairs.clear()  # the first round only warms up
        for _ in range(rounds):
            play(scenario, driver)
        return {
            "completions": len(driver.pairs),
            "http_ms": median(taken for taken, _floor in driver.pairs) * 1000,
            "floor_ms": median(floor for _taken, floor in driver.pairs) * 1000,
            "ratio": median(taken / floor for taken, floor in driver.pairs),
        }
