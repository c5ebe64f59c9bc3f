"""Who reads what before, during and after a handoff: no foreign byte in any answer or mail.

A case is told with a canary in every text field. At each stage every person of the cast asks every
route there is; what came back must hold no canary that the table below forbids them.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml
from flask import Flask
from sqlalchemy import select

from api.app import create_app
from services import accounts, procedures
from services.db.engine import unit_of_work
from services.db.models import (
    Case,
    File,
    HandoffOut,
    Incident,
    Notice,
    Notification,
    Objection,
    Person,
    Task,
)
from services.scenarios import read_scenario
from services.scenarios.accounts import Cast
from services.scenarios.errors import RefusedError
from services.scenarios.local import LocalDriver
from services.scenarios.player import Player
from services.scenarios.reading import read_steps

HOME = Path(__file__).parents[2] / "workflows" / "bpmn" / "ningbo" / "scenarios"
CANARY = re.compile(r"探(\d{5})针")

STRANGERS = {"nb-bl-local", "nb-cx-local", "nb-m4-op", "lj-reviewer", "bs-reviewer", "lead-op"}
TERRITORY = {"nb-clerk", "nb-local", "nb-local-leader"}
BUREAU = {"nb-reviewer", "nb-leader", "nb-owner"}
OFFICE = {"nb-office"}
LEAD, MEMBER = {"nb-lead-op", "nb-lead-rep"}, {"nb-m1-op", "nb-m1-rep"}
ANYONE = None
REGISTERED = ("consortium_name", "industry_field", "unit_name")  # of their own consortium
EVERYBODY = [*sorted(STRANGERS | TERRITORY | BUREAU | OFFICE | LEAD | MEMBER), ANYONE]

# the stages: the steps that lead there, and who may read of what the officials write
STAGES = {
    "with the applicant": "- include: to_form",
    "with the territory": """
- {task: A-FORM, answers: {$from: application}}
- {task: A-SEAL, answers: {$from: seal}}
- include: accepted
""",
    "handed over": "- {task: A-LOCALREC, as: nb-local, answers: {$from: recommend}}",
    "with the Bureau": """
- {task: acknowledge_handoff, as: nb-reviewer, answers: {$from: receipt}}
- {task: arrange_argumentation, as: nb-reviewer, answers: {$from: arrangement}}
- include: panel
- include: visit
""",
    "with the Office": "- include: to_office",
    "decided": "- {task: A-APPROVE, as: nb-office, answers: {$from: approve}}",
}


@dataclass
class Planted:
    """One canary: who wrote it, in which node and field, and in which stage."""

    login: str
    node: str
    path: str
    stage: str


@dataclass
class Planting(LocalDriver):
    """Drives a case and puts a canary into every text that the form lets it."""

    planted: list[Planted] = field(default_factory=list)
    stage: str = ""

    def complete(self, login: str, task: dict[str, Any], answers: dict[str, Any]) -> None:
        """Complete with canaries; those a form refuses are taken out again. Time goes on."""
        self.runtime.clock.advance(timedelta(seconds=1))
        first = len(self.planted)
        paths: dict[str, Any] = {}
        marked = self._marked(deepcopy(answers), login, task["node_id"], "", paths)
        for _attempt in range(12):
            try:
                super().complete(login, task, marked)
            except RefusedError as refusal:
                wrong = [p for p in paths if any(_same(p, f) for f in refusal.fields)]
                if not wrong:
                    break
                for path in wrong:
                    _put(marked, path, paths.pop(path))
            else:
                return
        del self.planted[first:]
        super().complete(login, task, answers)

    def _marked(self, value: Any, login: str, node: str, path: str, paths: dict[str, Any]) -> Any:
        if isinstance(value, dict):
            items = value.items()
            return {k: self._marked(v, login, node, f"{path}.{k}", paths) for k, v in items}
        if isinstance(value, list):
            rows = enumerate(value)
            return [self._marked(v, login, node, f"{path}.{n}", paths) for n, v in rows]
        if not isinstance(value, str) or not re.search(r"[\u4e00-\u9fff]", value):
            return value
        paths[path.removeprefix(".")] = value
        self.planted.append(Planted(login, node, path, self.stage))
        return f"{value}探{len(self.planted) - 1:05d}针"


def _same(path: str, refused: str) -> bool:
    return path == refused or path.startswith(f"{refused}.") or refused.startswith(f"{path}.")


def _put(target: Any, path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for name in parents:
        target = target[int(name)] if isinstance(target, list) else target[name]
    target[int(last) if isinstance(target, list) else last] = value


@dataclass
class Stage:
    """The product at one stage: an application, tokens, and the ids that routes ask for."""

    app: Flask
    tokens: dict[str | None, str]
    values: dict[str, list[str]]
    secrets: list[str]

    def answers(self, login: str | None, methods: set[str]) -> Iterator[tuple[str, bytes]]:
        """Ask every route as a person; path and body of each answer."""
        client = self.app.test_client()
        token = self.tokens.get(login)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        for rule in self.app.url_map.iter_rules():
            for method in sorted((rule.methods or set()) & methods):
                for path in self._paths(rule.rule):
                    body = {} if method == "GET" else {"json": {}}
                    reply = client.open(path, method=method, headers=headers, **body)
                    yield f"{method} {path}", reply.data

    def _paths(self, rule: str) -> Iterator[str]:
        plain = rule.replace("<uuid:", "<")
        names = re.findall(r"<(\w+)>", plain)
        if not names:
            yield plain
            yield f"{plain}?box=out"
            return
        for value in self.values.get(names[0], ["nothing"]):
            path = plain.replace(f"<{names[0]}>", value)
            yield path.replace("<name>", "withdrawal")


@pytest.fixture
def telling(sqlite_runtime, library):
    """The runtime, the driver that plants, and the player of the case."""
    driver = Planting(sqlite_runtime, Cast.of(library))
    return sqlite_runtime, driver, Player(read_scenario(HOME / "approval.yaml"), driver)


def tell(player: Player, driver: Planting, stage: str) -> None:
    driver.stage = stage
    for step in read_steps(HOME, yaml.safe_load(STAGES[stage])):
        player.step(step)


def stage_of(runtime, case_id: str) -> Stage:
    with unit_of_work(runtime.sessions) as session:
        people = {p.login: p.id for p in session.scalars(select(Person))}
        tokens = {
            login: accounts.create_token(
                session, runtime.clock.now(), people[login], "canary"
            ).token
            for login in EVERYBODY
            if login
        }
        ids = {
            "case_id": [case_id],
            "task_id": _ids(session, Task),
            "file_id": _ids(session, File),
            "handoff_id": _ids(session, HandoffOut),
            "incident_id": _ids(session, Incident),
            "notification_id": _ids(session, Notification),
            "number": [n for m in (Notice, Objection) for n in session.scalars(select(m.number))]
            or ["none"],
            "procedure_id": ["ningbo.application"],
            "jurisdiction": ["ningbo"],
            "certificate_no": ["none"],
        }
    return Stage(create_app(runtime), tokens, ids, [case_id, *ids["task_id"], *ids["handoff_id"]])


def _ids(session, model) -> list[str]:
    return [str(each) for each in session.scalars(select(model.id))] or [str(model.__name__)]


def forbidden(login: str | None, each: Planted, stage: str, audiences: dict[str, list]) -> bool:
    """What the law and the design forbid, written apart from the code that enforces it."""
    order = list(STAGES)
    at, written = order.index(stage), order.index(each.stage)
    if login is ANYONE or login in STRANGERS:
        return True
    if login in TERRITORY:
        return at < order.index("with the territory") or written > order.index("handed over")
    if login in BUREAU:
        return at < order.index("with the Bureau")
    if login in OFFICE:
        return at < order.index("with the Office")
    own = LEAD if login in LEAD else MEMBER
    if each.login in own or each.path.endswith(REGISTERED):
        return False
    told = audiences.get(each.node, [])
    return not ({"applicant", "starter"} if login in LEAD else {"applicant"}) & set(told)


def test_no_foreign_byte_reaches_anyone_at_any_stage(telling):
    runtime, driver, player = telling
    leaks: list[str] = []
    seen: dict[tuple[str | None, str], set[int]] = {}
    for stage in STAGES:
        tell(player, driver, stage)
        now = stage_of(runtime, player.case)
        audiences = _audiences(runtime, player.case)
        for login in EVERYBODY:
            read = seen.setdefault((login, stage), set())
            leaks += _leaks(now, driver, login, stage, audiences, read)
        leaks += _mail_leaks(runtime, driver, stage, audiences)
        runtime.mailer.sent.clear()

    assert player.driver.inspect(player.case)["outcome"] == "APPROVED"
    assert len(driver.planted) > 100
    assert sorted(leaks) == []
    assert len(seen["nb-lead-op", "with the applicant"]) > 20
    assert len(seen["nb-reviewer", "with the Bureau"]) > 100
    assert seen["nb-reviewer", "handed over"] == set()
    kept = seen["nb-local", "decided"]  # what the territory read before, and no more
    assert kept == seen["nb-local", "handed over"]
    assert len(kept) > 40


def _audiences(runtime, case_id) -> dict[str, list]:
    """Node -> to whom its form discloses."""
    with unit_of_work(runtime.sessions) as session:
        case = session.get_one(Case, UUID(case_id))
        ready = procedures.ready(session, case.bundle_hash)
        rows = session.execute(select(Task.node_id, Task.form_id)).all()
    return {n: ready.form(f).definition["liancheng"].get("audience") or [] for n, f in rows}


def _leaks(now: Stage, driver: Planting, login, stage, audiences, read: set[int]) -> list[str]:
    foreign = login is ANYONE or login in STRANGERS
    methods = {"GET", "POST", "PUT", "DELETE"} if foreign else {"GET"}
    found = []
    for path, data in now.answers(login, methods):
        if path.endswith("/inspection") and not foreign:
            continue  # a rehearsal is open to those it has come to
        text = data.decode("utf-8", "replace")
        for number in {int(n) for n in CANARY.findall(text)}:
            read.add(number)
            if forbidden(login, driver.planted[number], stage, audiences):
                found.append(f"{stage}: {login} {path}: {driver.planted[number]}")
        if foreign and "/public/" not in path:
            asked = path.split(" ", 1)[1]
            told = [s for s in now.secrets if s in text and s not in asked]
            found += [f"{stage}: {login} {path}: {secret}" for secret in told]
    return found


def _mail_leaks(runtime, driver: Planting, stage: str, audiences) -> list[str]:
    found = []
    for mail in runtime.mailer.sent:
        login = mail.to.partition("@")[0]
        if login not in EVERYBODY:
            continue
        for number in {int(n) for n in CANARY.findall(mail.subject + mail.body)}:
            if forbidden(login, driver.planted[number], stage, audiences):
                found.append(f"{stage}: mail to {login}: {driver.planted[number]}")
    return found
