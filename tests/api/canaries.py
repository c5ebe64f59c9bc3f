"""Canaries: a text of its own in every answer, and the search for it in whatever comes back.

What the two access tests share. Knows no jurisdiction and no rule on who may read what.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from io import BytesIO
from typing import Any
from uuid import UUID
from zipfile import ZipFile
from zlib import crc32

from flask import Flask
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from sqlalchemy import select

from api.app import create_app
from services import accounts, procedures
from services.db.engine import unit_of_work
from services.db.models import (
    Case,
    Document,
    File,
    HandoffOut,
    Incident,
    Notice,
    Notification,
    Objection,
    Person,
    Task,
)
from services.scenarios.errors import RefusedError
from services.scenarios.local import LocalDriver

CANARY = re.compile(r"探(\d{5})针")
# The package holds what the other routes give, and to those who hold the case its document, as
# long as they hold it; who gets one is in the access matrix and tests/services/documents.
_PACKAGE = "/cases/<case_id>/export"
# A procedure's description is made of its files alone: nothing of any case comes near it.
_OF_FILES = "/procedures/<procedure_id>/description"
_SAME_FOR_ALL = {"api-docs", "web", "health", "metrics"}
_QUERIES = {"file": "?format=docx", "letter": "?kind=refusal"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ANYONE = None  # who is not signed in
READING = frozenset({"GET"})
EVERYTHING = frozenset({"GET", "POST", "PUT", "DELETE"})


@dataclass
class Planted:
    """One canary: who wrote it, in which node, field and case, and in which stage."""

    login: str
    node: str
    path: str
    stage: str
    case: str = ""


@dataclass
class Planting(LocalDriver):
    """Drives cases and puts a canary into every text that the form lets it."""

    planted: list[Planted] = field(default_factory=list)
    stage: str = ""

    def complete(self, login: str, task: dict[str, Any], answers: dict[str, Any]) -> None:
        """Complete with canaries; those a form refuses are taken out again. Time goes on."""
        self.pass_time()
        place = (login, task["node_id"], task["case_id"])
        self.plant(
            place, answers, lambda marked: super(Planting, self).complete(login, task, marked)
        )

    def pass_time(self) -> None:
        self.runtime.clock.advance(timedelta(seconds=1))

    def plant(
        self, place: tuple[str, str, str], answers: dict[str, Any], act: Callable[[Any], Any]
    ) -> Any:
        """Do something with canaries in its answers; ``place`` is login, node and case."""
        first = len(self.planted)
        paths: dict[str, Any] = {}
        marked = self._marked(deepcopy(answers), place, "", paths)
        for _attempt in range(12):
            try:
                return act(marked)
            except RefusedError as refusal:
                wrong = [p for p in paths if any(_same(p, f) for f in refusal.fields)]
                if not wrong:
                    break
                for path in wrong:
                    _put(marked, path, paths.pop(path))
        del self.planted[first:]
        return act(answers)

    def canary(self, place: tuple[str, str, str], path: str) -> str:
        """Return a text not seen before, recorded as planted there."""
        login, node, case = place
        self.planted.append(Planted(login, node, path, self.stage, case))
        return f"探{len(self.planted) - 1:05d}针"

    def _marked(
        self, value: Any, place: tuple[str, str, str], path: str, paths: dict[str, Any]
    ) -> Any:
        if isinstance(value, dict):
            items = value.items()
            return {k: self._marked(v, place, f"{path}.{k}", paths) for k, v in items}
        if isinstance(value, list):
            rows = enumerate(value)
            return [self._marked(v, place, f"{path}.{n}", paths) for n, v in rows]
        if not isinstance(value, str) or not CHINESE.search(value):
            return value
        paths[path.removeprefix(".")] = value
        return value + self.canary(place, path)


@lru_cache(maxsize=20_000)
def _text(data: bytes) -> str:
    """Return what is written in an answer, in packages and papers too."""
    if data.startswith(b"PK"):
        with ZipFile(BytesIO(data)) as package:
            wanted = [n for n in package.namelist() if n.endswith((".json", ".xml", ".pdf"))]
            return "\n".join(
                _text(package.read(name)) for name in wanted if not name.startswith("bundle/")
            )
    plain = data.decode("utf-8", "replace")
    if data.startswith(b"%PDF-"):
        try:
            pages = PdfReader(BytesIO(data)).pages
            plain += "".join(page.extract_text() for page in pages).replace("\n", "")
        except PyPdfError:
            return plain  # a sample attachment
    return plain


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

    @property
    def secrets(self) -> list[str]:
        """The ids that whoever has nothing to do with the cases must not learn."""
        return [*self.values["case_id"], *self.values["task_id"], *self.values["handoff_id"]]

    def answers(self, login: str | None, methods: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Ask every route as a person; method with path, and text, of each answer.

        What says the same to everybody is asked once, by nobody. Of a thing that is not there for
        somebody, the routes below it are asked for every fourth only, another four for each route.
        """
        client = self.app.test_client()
        token = self.tokens.get(login)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        missing: set[str] = set()
        for rule in sorted(self.app.url_map.iter_rules(), key=lambda each: len(each.rule)):
            if login is not ANYONE and rule.endpoint.partition(".")[0] in _SAME_FOR_ALL:
                continue
            for method in sorted((rule.methods or set()) & {*methods}):
                for path in self._paths(rule.rule):
                    above = path.rpartition("/")[0]
                    if above in missing and crc32(f"{method} {path}".encode()) % 4:
                        continue
                    body = {} if method == "GET" else {"json": {}}
                    reply = client.open(path, method=method, headers=headers, **body)
                    if method == "GET" and reply.status_code == 404:
                        missing.add(path)
                    yield f"{method} {path}", _text(reply.data)

    def _paths(self, rule: str) -> Iterator[str]:
        plain = rule.replace("<uuid:", "<")
        if plain.endswith((_PACKAGE, _OF_FILES)):
            return
        names = re.findall(r"<(\w+)>", plain)
        if not names:
            yield plain
            if plain.endswith("/handoffs"):
                yield f"{plain}?box=out"
            return
        plain += _QUERIES.get(plain.rpartition("/")[2], "")
        for value in self.values.get(names[0], ["nothing"]):
            path = plain.replace(f"<{names[0]}>", value)
            yield path.replace("<name>", "withdrawal")


def stage_of(
    runtime: Any, people: Iterable[str | None], cases: Iterable[str], procedure: str
) -> Stage:
    """Return the product as it is now, with a token for each person."""
    with unit_of_work(runtime.sessions) as session:
        known = {p.login: p.id for p in session.scalars(select(Person))}
        tokens = {
            login: accounts.create_token(session, runtime.clock.now(), known[login], "canary").token
            for login in people
            if login
        }
        ids = {
            "case_id": list(cases),
            "task_id": _ids(session, Task),
            "file_id": _ids(session, File),
            "document_id": _ids(session, Document),
            "handoff_id": _ids(session, HandoffOut),
            "incident_id": _ids(session, Incident),
            "notification_id": _ids(session, Notification),
            "number": [n for m in (Notice, Objection) for n in session.scalars(select(m.number))]
            or ["none"],
            "procedure_id": [procedure],
            "jurisdiction": [procedure.partition(".")[0]],
            "certificate_no": ["none"],
            "list_name": ["todo", "done", "started", "followed"],
        }
    return Stage(create_app(runtime), tokens, ids)


def _ids(session: Any, model: Any) -> list[str]:
    return [str(each) for each in session.scalars(select(model.id))] or [str(model.__name__)]


def owners(runtime: Any) -> dict[str, str]:
    """Return by id to which case it belongs: cases, their tasks, what they handed over."""
    with unit_of_work(runtime.sessions) as session:
        found = {str(case): str(case) for case in session.scalars(select(Case.id))}
        for model in (Task, HandoffOut):
            rows = session.execute(select(model.id, model.case_id)).all()
            found |= {str(each): str(case) for each, case in rows}
    return found


def canaries_in(text: str) -> set[int]:
    """Return the numbers of the canaries in a text."""
    return {int(number) for number in CANARY.findall(text)}


def ids_told(now: Stage, path: str, text: str) -> list[str]:
    """Return the ids in an answer that the question did not name."""
    if "/public/" in path:
        return []
    asked = path.split(" ", 1)[1]
    return [secret for secret in now.secrets if secret in text and secret not in asked]


def mailed(runtime: Any, people: Iterable[str | None]) -> list[tuple[str, set[int]]]:
    """Take the mails sent since the last time: to whom of the people, and which canaries."""
    mails = [(mail.to.partition("@")[0], mail.subject + mail.body) for mail in runtime.mailer.sent]
    runtime.mailer.sent.clear()
    return [(login, canaries_in(text)) for login, text in mails if login in {*people}]


def audiences(runtime: Any, cases: Iterable[str]) -> dict[str, list[str]]:
    """Return by node to whom its form discloses."""
    found: dict[str, list[str]] = {}
    with unit_of_work(runtime.sessions) as session:
        for case_id in map(UUID, cases):
            case = session.get_one(Case, case_id)
            ready = procedures.ready(session, case.bundle_hash)
            rows = session.execute(
                select(Task.node_id, Task.form_id).where(Task.case_id == case_id)
            )
            for node, form in rows:
                found[node] = ready.form(form).definition["liancheng"].get("audience") or []
    return found
