"""Thousands of requests no person sends, as several people: never a 5xx, always our error shape.

Half are generated from the API's own description, half from a corpus of known nuisances. The
seed is printed; LIANCHENG_FUZZ_SEED repeats a run, LIANCHENG_FUZZ_REQUESTS says how many of each
half and database at least.
"""

import io
import json
import os
import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from math import ceil
from statistics import quantiles
from time import perf_counter
from urllib.parse import quote
from uuid import uuid4

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode
from sqlalchemy import select

from api.app import create_app
from services import accounts
from services.cases import Rehearsal
from services.db.engine import unit_of_work
from services.db.models import Call, Notification, Person

SEED = int(os.environ.get("LIANCHENG_FUZZ_SEED", random.SystemRandom().randrange(10**9)))
REQUESTS = int(os.environ.get("LIANCHENG_FUZZ_REQUESTS", "600"))
MANY = 5_000  # from here on the times are judged too, not only printed
SLOWEST_SECONDS = 1.0  # of 99 in 100
RENEWED = 0.05  # of the tokens: one may have been ended by a request
SPARE = 1.25  # some operations have nothing that could be wrong
ROLES = ("lead-op", "lj-reviewer", "lj-owner", "lj-finance", "expert1", None)


@dataclass
class Target:
    """The application, its people's tokens, ids that exist, and what came back."""

    app: Flask
    places: dict[str, list[str]]
    chance: random.Random
    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)

    def headers(self) -> dict[str, str]:
        """Return headers of somebody signed in, or of nobody."""
        login = self.chance.choice(ROLES)
        if login is None:
            return {}
        if login not in self.tokens or self.chance.random() < RENEWED:
            self.tokens[login] = self._token(login)
        return {"Authorization": f"Bearer {self.tokens[login]}"}

    def _token(self, login: str) -> str:
        runtime = self.app.extensions["liancheng"]
        with unit_of_work(runtime.sessions) as session:
            person = session.scalars(select(Person.id).where(Person.login == login)).one()
            return accounts.create_token(session, runtime.clock.now(), person, "fuzz").token

    def place(self, name: str, otherwise: str) -> str:
        """Return an id that exists, mostly, so that requests get past the door."""
        known = self.places.get(name)
        return self.chance.choice(known) if known and self.chance.random() < 0.8 else otherwise

    def note(self, told: str, status: int, content: bytes, seconds: float) -> None:
        """Keep what came back, and how long it took."""
        self.seconds.append(seconds)
        self.statuses[status] += 1
        if status >= 500 or (status >= 400 and not _is_ours(content, status)):
            self.faults.append(f"{status} {told[:400]} -> {content[:200]!r}")

    def assert_sound(self, at_least: int) -> None:
        """Nothing broke, and enough was tried, of which enough got through."""
        slow = quantiles(self.seconds, n=100)[98]
        told = f"{self.statuses.total()} requests, p99 {slow * 1000:.0f} ms"
        print(f"seed {SEED}, {told}: {dict(self.statuses)}")
        assert self.faults == [], f"seed {SEED}"
        assert self.statuses.total() >= at_least
        assert at_least < MANY or slow < SLOWEST_SECONDS
        assert sum(n for status, n in self.statuses.items() if status < 300) > at_least / 20


def _is_ours(content: bytes, status: int) -> bool:
    if not content:
        return False
    body = json.loads(content)
    return {"code", "status", "message"} <= set(body) and body["status"] == status


@pytest.fixture
def target(runtime, desk) -> Target:
    """An application with a few cases on either database."""
    cases = [desk.start(), desk.start("other"), desk.start(rehearsal=Rehearsal())]
    with unit_of_work(runtime.sessions) as session:
        notifications = [str(i) for i in session.scalars(select(Notification.id))]
        calls = [str(i) for i in session.scalars(select(Call.id))]
    places = {
        "case_id": [str(case.id) for case in cases],
        "task_id": [str(desk.task(case).id) for case in cases],
        "notification_id": notifications,
        "procedure_id": ["liangjiang.application", "liangjiang.call"],
        "jurisdiction": ["liangjiang"],
        "name": ["withdrawal", "objection"],
        "number": [case.number for case in cases],
        "party": [str(desk.party("demo-lead")), str(desk.party("lj-sti"))],
        "agency": [str(desk.party("lj-sti"))],
        "procedure": ["liangjiang.application", "liangjiang.call"],
        "call_id": calls,
    }
    settled = replace(runtime, settings=replace(runtime.settings, max_upload_bytes=200_000))
    return Target(create_app(settled), places, random.Random(SEED))


@pytest.mark.timeout(7200)
def test_requests_made_from_the_description_break_nothing(target):
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", target.app)

    operations = [found.ok() for found in schema.get_all_operations()]
    examples = ceil(REQUESTS * SPARE / 2 / len(operations))
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        for operation in operations:
            _try_operation(target, operation, mode, examples)

    target.assert_sound(REQUESTS)


def _try_operation(target: Target, operation, mode, examples: int) -> None:
    @seed(SEED)
    @settings(
        max_examples=examples,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case):
        for name, value in dict(case.path_parameters or {}).items():
            case.path_parameters[name] = target.place(name, value)
        if isinstance(case.body, dict):
            for name in set(case.body) & {"party", "agency", "procedure"}:
                case.body[name] = target.place(name, case.body[name])
        headers, start = target.headers(), perf_counter()
        reply = case.call(headers=headers)
        taken = perf_counter() - start
        told = f"{case.method} {case.formatted_path} {case.body!r}"
        target.note(told, reply.status_code, reply.content, taken)

    with suppress(Unsatisfiable):  # some operations have nothing that could be wrong
        run()


TEXTS = [
    "",
    " ",
    "\0",
    "a\0b",
    "\x1b[31m",
    "'; DROP TABLE cases; --",
    "%s%s%n",
    "{{7*7}}",
    "${jndi:ldap://x}",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "..%2f..%2fetc",
    "\u202egnp.exe",
    "\ufeff",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "𠮷" * 50,
    "Ω" * 5_000,
    "1e400",
    "NaN",
    "-1",
    "9" * 400,
    "null",
    "true",
    "0001-01-01",
    "9999-12-31",
    "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00+14:00",
    "2026-02-30",
    "2026-11-20T24:00:00Z",
    "00000000-0000-0000-0000-000000000000",
    str(uuid4()).upper(),
    "{" + str(uuid4()) + "}",
]
VALUES = [
    None,
    True,
    0,
    -1,
    2**31,
    2**53 + 1,
    2**63,
    10**39,
    1.5,
    -0.0,
    1e308,
    [],
    {},
    [[]],
    {"": ""},
    {"constructor": {"prototype": {}}},
    {"$ref": "#"},
    ["x"] * 300,
    {f"k{n}": n for n in range(300)},
]
RAW = [
    b"",
    b"{",
    b"[]",
    b"\xff\xfe",
    b'{"answers": {"a": "\\u0000"}}',
    b'{"answers": {"a": "\\ud800"}}',
    b'{"answers": {"a": NaN}}',
    b'{"answers": {"a": 1e400}}',
    b'{"answers": {"a": ' + b"9" * 100_000 + b"}}",
    b'{"answers": ' + b"[" * 1_000 + b"]" * 1_000 + b"}",
    b'{"answers": {"a": 1, "a": 2}}',
    b'{"answers": {"typename": "UUID"}}',
    b'{"answers": {"__proto__": 1, "__builtins__": 2}}',
    b'{"answers": {' + b",".join(b'"k%d":%d' % (n, n) for n in range(10_000)) + b"}}",
    '{"answers": {}}'.encode("utf-16"),
    b'{"answers": {}}' + b" " * 1_500_000,
]
KINDS = ["application/json", "text/plain", "application/xml", "multipart/form-data; boundary=x", ""]


def _honest_bodies(target: Target) -> dict[str, dict]:
    """Bodies that get through, by the end of the path; nuisances are put into them."""
    now = target.app.extensions["liancheng"].clock.now()
    start = {
        "call_id": target.places["call_id"][0],
        "working_name": "联合体",
        "industry_field": "nev",
        "registered_region": "longxing",
        "operating_region": "longxing",
        "tax_region": "longxing",
        "registered_address": "演示路1号",
    }
    unit = {"unit_name": "演示大学", "uscc": "12500000000000043P", "contact_name": "刘一"}
    return {
        "/sign-in": {"login": "lead-rep", "password": "liancheng-demo"},
        "/tokens": {"label": "x"},
        "/cases": {
            "procedure": "liangjiang.application",
            "party": target.places["party"][0],
            "answers": start,
            "rehearsal": {"starts_at": now.isoformat(), "legal_basis": "in_force"},
        },
        "/clock": {"to": (now + timedelta(days=1)).isoformat()},
        "/comments": {"audience": "applicant", "text": "说明"},
        "/draft": {"answers": {"a": [{"b": 1}]}, "version": 1},
        "/completion": {
            "answers": {
                "candidates": [
                    {
                        **unit,
                        "contact_phone": "023-65120000",
                        "proposed_tier": "core",
                        "areas": ["rd"],
                    }
                ]
            }
        },
        "/calendar": {
            "agency": target.places["agency"][0],
            "day": "2026-12-25",
            "is_working": False,
            "reason": "检修",
        },
        "/liangjiang": {
            "status": "IN_FORCE",
            "title": "办法",
            "number": "1",
            "effective_from": "2026-01-01",
            "effective_to": "2029-01-01",
            "note": "",
            "document_id": str(uuid4()),
        },
        "/withdrawal": {"answers": {"reason": "调整", "lead_sealed": True}},
    }


@pytest.mark.timeout(7200)
def test_known_nuisances_break_nothing(target):
    client, honest = target.app.test_client(), _honest_bodies(target)
    routes = [
        (method, rule)
        for rule in target.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/v1/")
    ]

    for turn in range(ceil(REQUESTS / len(routes))):
        for method, rule in routes:
            _try_nuisance(target, client, honest, method, rule, turn)

    target.assert_sound(REQUESTS)


def _try_nuisance(target, client, honest, method, rule, turn) -> None:
    chance = target.chance
    path = rule.rule
    for name in rule.arguments:
        place = target.place(name, quote(chance.choice(TEXTS).replace("/", ""), safe="%") or "x")
        path = path.replace(f"<uuid:{name}>", place).replace(f"<{name}>", place)
    query, headers = {}, target.headers()
    if chance.random() < 0.4:
        query[chance.choice(["cursor", "limit", "first", "days", "uscc", "open", "code", "x"])] = (
            chance.choice(TEXTS)
        )
    if chance.random() < 0.2:
        headers["Idempotency-Key"] = chance.choice(["k", "k2", "é", "x" * 200])
    more = _nuisance_body(chance, honest, path, turn)
    start = perf_counter()
    reply = client.open(path, method=method, query_string=query, headers=headers, **more)
    taken = perf_counter() - start
    told = f"{method} {path} {query} {headers.get('Idempotency-Key')} {more!r}"
    target.note(told, reply.status_code, reply.data, taken)


def _nuisance_body(chance, honest, path, turn) -> dict:
    if path.endswith("/files"):
        name, content = chance.choice(TEXTS), chance.choice(RAW)
        ending = chance.choice([".pdf", ".docx", ".xlsx", ".png", ".jpg", ".exe", ""])
        return {"data": {"file": (io.BytesIO(content), name + ending)}}
    body = honest.get("/" + path.rpartition("/")[2])
    if body is None or turn % 4 == 3:
        return {"data": chance.choice(RAW), "content_type": chance.choice(KINDS)}
    if turn % 4 == 0:
        return {"json": body}
    return {"json": _spoilt(chance, body)}


def _spoilt(chance, value):
    """Replace, drop or add something somewhere in a body."""
    if isinstance(value, dict) and value and chance.random() < 0.8:
        changed, key = dict(value), chance.choice(sorted(value))
        what = chance.random()
        if what < 0.1:
            del changed[key]
        elif what < 0.2:
            changed[chance.choice(TEXTS)] = chance.choice(VALUES)
        else:
            changed[key] = _spoilt(chance, value[key])
        return changed
    if isinstance(value, list) and value and chance.random() < 0.7:
        return [_spoilt(chance, value[0]), *value[1:]]
    return chance.choice(TEXTS if chance.random() < 0.5 else VALUES)
