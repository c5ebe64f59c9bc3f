"""Any order of acts on a case over HTTP comes to what the small model says, step by step.

``LIANCHENG_STATEFUL_RUNS`` says how many lives to play, LIANCHENG_STATEFUL_STEPS how many acts
each; the seed is printed and LIANCHENG_CHAOS_SEED repeats it.
"""

import json
import os
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from api.app import create_app
from services import accounts, audit, jobs
from services.db.engine import reading, unit_of_work
from services.db.models import AuditEntry, Case, Job, Person
from tests.chaos.reference import DOERS, PEOPLE, REVIEWERS, Life, Outcome

SEED = int(os.environ.get("LIANCHENG_CHAOS_SEED", random.SystemRandom().randrange(10**9)))
MANY = 20  # runs: from here on it is the long form
RUNS = int(os.environ.get("LIANCHENG_STATEFUL_RUNS", "6"))
STEPS = int(os.environ.get("LIANCHENG_STATEFUL_STEPS", "50" if RUNS >= MANY else "25"))
FRESH = timedelta(days=20)  # of a token
UPSTREAM = {
    "unit_name": "演示上游电控系统有限公司",
    "uscc": "91500000000000027W",
    "contact_name": "吕三",
    "contact_phone": "13800000003",
    "proposed_tier": "core",
    "areas": ["rd", "standards"],
}
CONTACT = {"contact_name": "经办人", "contact_phone": "13800000000"}


@dataclass
class World:
    """The application on one database, and the tokens of its people."""

    runtime: Any
    desk: Any
    began: datetime
    tally: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.client = create_app(self.runtime).test_client()
        with unit_of_work(self.runtime.sessions) as session:
            rows = session.execute(select(Person.login, Person.id, Person.name)).all()
            self.ids = {login: str(number) for login, number, _name in rows}
            self.names = {login: name for login, _number, name in rows} | {"system": "系统"}
        self.tokens: dict[str, tuple[datetime, str]] = {}

    def _token(self, who: str) -> str:
        """Return somebody's token, which in a long life is renewed before it ends."""
        now = self.runtime.clock.now()
        made_at, token = self.tokens.get(who, (now - FRESH, ""))
        if abs(now - made_at) >= FRESH:
            with unit_of_work(self.runtime.sessions) as session:
                person = UUID(self.ids[who])
                token = accounts.create_token(session, now, person, "model").token
            self.tokens[who] = (now, token)
        return token

    def send(self, who: str, method: str, path: str, body: Any = None, key: str = "") -> Any:
        """Return the answer to a request, which is never a fault and never without words."""
        headers = {"Authorization": f"Bearer {self._token(who)}"}
        headers |= {"Idempotency-Key": key} if key else {}
        reply = self.client.open(f"/api/v1{path}", method=method, json=body, headers=headers)
        assert reply.status_code < 500, reply.text  # noqa: PLR2004
        if reply.status_code >= 400:  # noqa: PLR2004
            assert reply.json["code"], reply.text
            assert not reply.json["message"].isascii(), reply.text
        self.tally[f"{method} {path.rpartition('/')[2]} {reply.status_code}"[-60:]] += 1
        return reply


people = st.sampled_from(PEOPLE)
number = st.integers(0, 3)


class LivesOfACase(RuleBasedStateMachine):
    """Acts of anybody on anything of one case, lawful or not."""

    world: World

    @initialize()
    def start(self) -> None:
        clock = self.world.runtime.clock
        clock.set(self.world.began)
        body = {
            "procedure": "liangjiang.application",
            "party": str(self.world.desk.party("demo-lead")),
            "answers": self.world.desk.start_answers("other"),
        }
        self.last: tuple[Any, ...] | None = None
        self.earlier: set[UUID] = set()  # what workers had to do before the last completion
        self.texts = 0
        self.life = Life(clock.now())
        self.life.kept = None
        self.case = self.world.send("lead-op", "POST", "/cases", body).json["id"]
        self._see()

    # --- helpers ---

    def _do(self, expected: Outcome, who: str, method: str, path: str, body: Any = None) -> Any:
        key = uuid4().hex
        reply = self.world.send(who, method, path, body, key)
        got = (reply.status_code, reply.json.get("code") if reply.status_code >= 400 else None)  # noqa: PLR2004
        assert got == expected, f"{who} {method} {path} {body}: {reply.text}"
        if got[1] is None:
            self.last = (who, method, path, body, key, reply.status_code, reply.data)
        return reply

    def _errands(self) -> dict[UUID, int]:
        """Return what workers have to do or have done for the case: how often it was begun."""
        with reading(self.world.runtime.sessions) as session:
            rows = select(Job.id, Job.attempts).where(Job.case_id == UUID(self.case))
            return {number: attempts for number, attempts in session.execute(rows)}

    def _job(self, back: int) -> Any:
        """Return one of the latest tasks, mostly the last."""
        jobs_ = self.life.jobs
        return jobs_[max(0, len(jobs_) - 1 - max(0, back - 1))]

    def _doer(self, job: Any, who: str, is_fit: bool) -> str:
        """Return who may be expected to do a task, or anybody."""
        fit = DOERS[job.node]
        return job.claimer if is_fit and job.claimer else fit[0] if is_fit else who

    def _see(self) -> list[dict[str, Any]]:
        """Read the tasks of the case and learn the ids of those that are new."""
        found = self.world.send("lj-owner", "GET", f"/cases/{self.case}/tasks").json
        known = {job.id for job in self.life.jobs}
        fresh = [row for row in found if row["id"] not in known]
        for job in self.life.jobs:
            if not job.id:
                [row] = fresh
                job.id = row["id"]
        return found

    def _answers(self, node: str, choice: str, is_valid: bool) -> dict[str, Any]:
        self.texts += 1
        text = f"第{self.texts}稿"
        answers: dict[str, dict[str, Any]] = {
            "scope_decision": {"decision": choice, "reasons": text},
            "list_candidates": {"candidates": [UPSTREAM]},
            "intent": {
                "answer": "agree",
                "areas": ["rd"],
                "proposed_tier": "core",
                "contact": CONTACT,
            },
            "confirm_members": {"outcome": choice, "remark": text},
        }
        return answers[node] if is_valid else {**answers[node], "nobody_asked": text}

    # --- acts on a task ---

    @rule(back=number, who=people, fit=st.booleans())
    def claim(self, back: int, who: str, fit: bool) -> None:
        job = self._job(back)
        who = self._doer(job, who, fit)
        self._do(self.life.claim(who, job), who, "POST", f"/tasks/{job.id}/claim")

    @rule(back=number, who=people, fit=st.booleans())
    def release(self, back: int, who: str, fit: bool) -> None:
        job = self._job(back)
        who = self._doer(job, who, fit)
        self._do(self.life.release(who, job), who, "DELETE", f"/tasks/{job.id}/claim")

    @rule(back=number, who=people, fit=st.booleans(), known=st.sampled_from(["new", "old", None]))
    def save_draft(self, back: int, who: str, fit: bool, known: str | None) -> None:
        job = self._job(back)
        who = self._doer(job, who, fit)
        has = job.drafts.get(who, 0)
        version = None if known is None else has if known == "new" else has + 7
        self.texts += 1
        body = {"answers": {"reasons": f"第{self.texts}稿"}, "version": version}
        reply = self._do(
            self.life.draft(who, job, version), who, "PUT", f"/tasks/{job.id}/draft", body
        )
        if reply.status_code == 200:  # noqa: PLR2004
            assert reply.json["version"] == job.drafts[who]

    @rule(
        back=st.sampled_from([0, 0, 0, 2, 3]),
        who=people,
        fit=st.sampled_from([True, True, False]),
        valid=st.sampled_from([True, True, False]),
        first=st.sampled_from([True, True, True, False]),
    )
    def complete(self, back: int, who: str, fit: bool, valid: bool, first: bool) -> None:
        job = self._job(back)
        if job.node == "agreement_draft":
            return
        who = self._doer(job, who, fit)
        later = "invite_more" if first or not self.life.has_members else "confirm"
        choice = {"scope_decision": "proceed", "confirm_members": later}.get(job.node, "")
        body = {"answers": self._answers(job.node, choice, valid)}
        earlier = self._errands()
        expected = self.life.complete(who, job, choice=choice, is_valid=valid)
        self.earlier = self.earlier if expected[1] else set(earlier)
        reply = self._do(expected, who, "POST", f"/tasks/{job.id}/completion", body)
        if expected == (409, "TASK_TAKEN"):
            assert reply.json["details"]["winner"] == self.world.names[job.winner]

    @rule(twice=st.booleans())
    def go_on(self, twice: bool) -> None:
        """Do what is next, so that lives get somewhere and not only attempts are made."""
        for _ in range(1 + twice):
            self.complete(0, "lj-owner", fit=True, valid=True, first=True)
            self._see()

    @rule(who=st.sampled_from(REVIEWERS), after=st.booleans())
    def ask_the_clerk(self, who: str, after: bool) -> None:
        self.ask(0, who, fit=False, to="lj-clerk", after=after)

    @rule(back=st.sampled_from([0, 2, 2, 3]), who=people, fit=st.sampled_from([True, True, False]))
    def take_back(self, back: int, who: str, fit: bool) -> None:
        job = self._job(back)
        who = job.winner if fit and job.winner else who
        index = self.life.jobs.index(job)
        expected = self.life.take_back(who, job)
        path, body = f"/tasks/{job.id}/withdrawal", {"reason": "写错了"}
        self._do(expected, who, "POST", path, body)
        if expected[1] is None:
            job = self.life.jobs[index]
            job.drafts[who] = self.world.send(who, "GET", f"/tasks/{job.id}").json["draft"][
                "version"
            ]

    @rule(back=number, who=people, fit=st.booleans(), to=st.sampled_from((*REVIEWERS, *PEOPLE)))
    def transfer(self, back: int, who: str, fit: bool, to: str) -> None:
        job = self._job(back)
        who = self._doer(job, who, fit)
        body = {"to": self.world.ids[to], "reason": "出差"}
        path = f"/tasks/{job.id}/transfer"
        self._do(self.life.transfer(who, job, to), who, "POST", path, body)

    @rule(back=number, who=people, fit=st.booleans(), to=people)
    def delegate(self, back: int, who: str, fit: bool, to: str) -> None:
        job = self._job(back)
        who = self._doer(job, who, fit)
        body = {"to": self.world.ids[to], "note": "请先拟稿"}
        path = f"/tasks/{job.id}/delegation"
        self._do(self.life.delegate(who, job, to), who, "POST", path, body)

    @rule(back=number, who=people, fit=st.booleans(), back_unprepared=st.booleans())
    def give_back(self, back: int, who: str, fit: bool, back_unprepared: bool) -> None:
        job = self._job(back)
        if fit and job.prepares:
            who = job.prepares[0 if back_unprepared else 1]
        path = f"/tasks/{job.id}/delegation"
        if back_unprepared:
            self._do(self.life.end_delegation(who, job), who, "DELETE", path)
            return
        body = {"answers": {"reasons": "代拟"}, "note": "已拟好"}
        self._do(self.life.hand_back(who, job), who, "POST", f"{path}/reply", body)

    @rule(back=number, who=people, fit=st.booleans(), to=people, after=st.booleans())
    def ask(self, back: int, who: str, fit: bool, to: str, after: bool) -> None:
        job = self._job(back)
        who = self._doer(job, who, fit)
        timing = "after" if after else "before"
        body = {"to": self.world.ids[to], "timing": timing, "question": "是否妥当"}
        expected = self.life.ask(who, job, to, is_after=after)
        reply = self._do(expected, who, "POST", f"/tasks/{job.id}/countersigns", body)
        if expected[1] is None:
            job.questions[-1].id = reply.json["id"]

    @precondition(lambda self: any(job.questions for job in self.life.jobs))
    @rule(which=st.integers(0, 9), who=people, fit=st.booleans(), gives=st.booleans())
    def answer(self, which: int, who: str, fit: bool, gives: bool) -> None:
        every = [(job, each) for job in self.life.jobs for each in job.questions]
        job, question = every[-1 - which % len(every)]
        if fit:
            who = question.person if gives else question.asker
        path = f"/countersigns/{question.id}"
        if gives:
            body = {"opinion": "agree", "text": ""}
            self._do(self.life.answer(who, job, question), who, "POST", f"{path}/opinion", body)
        else:
            self._do(self.life.ask_no_more(who, job, question), who, "DELETE", path)

    # --- acts on the case ---

    @rule(who=st.sampled_from(["lead-op", "lead-rep", "lj-clerk", "lj-finance"]), sure=number)
    def withdraw(self, who: str, sure: int) -> None:
        if sure and who == "lead-op":
            return  # or few cases would live long
        body = {"answers": {"reason": "内部调整", "lead_sealed": True}}
        path = f"/cases/{self.case}/messages/withdrawal"
        self._do(self.life.withdraw(who), who, "POST", path, body)

    @rule(who=people)
    def remind(self, who: str) -> None:
        path = f"/cases/{self.case}/reminders"
        self._do(self.life.remind(who), who, "POST", path, {"note": "请尽快"})

    @rule(who=st.sampled_from(["lj-owner", *PEOPLE]))
    def suspend(self, who: str) -> None:
        body = {"reason": "等待上级答复", "public_reason": "等待核实"}
        path = f"/cases/{self.case}/suspension"
        self._do(self.life.suspend(who), who, "POST", path, body)

    @rule(who=st.sampled_from(["lj-owner", "lj-owner", "lj-owner", *PEOPLE]))
    def resume(self, who: str) -> None:
        path = f"/cases/{self.case}/resumption"
        self._do(self.life.resume(who), who, "POST", path, {"reason": "已经核实"})

    # --- time, workers, repeated requests ---

    @rule(hours=st.sampled_from([1, 30, 24 * 20]))
    def time_passes(self, hours: int) -> None:
        self.world.runtime.clock.advance(timedelta(hours=hours))
        self.life.now = self.world.runtime.clock.now()

    @rule()
    def the_sweeper_runs(self) -> None:
        job = self.life.jobs[-1]
        rows = self.world.send("lj-owner", "GET", f"/cases/{self.case}/tasks").json
        due = next(datetime.fromisoformat(row["due_at"]) for row in rows if row["id"] == job.id)
        jobs.run_due(self.world.runtime, "worker", only_case=UUID(self.case))
        is_over = job.node == "intent" and job.status == "open" and due <= self.life.now
        begun = {number for number, attempts in self._errands().items() if attempts}
        if self.life.kept and begun - self.earlier:
            self.life.kept.is_touched = True  # what came of the last completion has gone out
        if is_over and not self.life.is_suspended:
            self.life.lapse(job)

    @precondition(lambda self: self.last is not None)
    @rule(same=st.booleans())
    def repeat_the_request(self, same: bool) -> None:
        assert self.last is not None
        who, method, path, body, key, status, data = self.last
        if same:
            again = self.world.send(who, method, path, body, key)
            assert (again.status_code, again.data) == (status, data)
            return
        other = {**(body or {}), "note": "另一份"} if method != "DELETE" else None
        path = path if method != "DELETE" else f"/tasks/{uuid4()}/claim"
        reply = self.world.send(who, method, path, other, key)
        assert reply.status_code == 422, reply.text  # noqa: PLR2004

    # --- what must hold ---

    @invariant()
    def the_api_shows_what_the_model_says(self) -> None:
        if not hasattr(self, "life"):
            return
        self._tasks_agree()
        for job in self.life.jobs:
            if job.status == "open":
                for who in DOERS[job.node]:
                    self._page_agrees(job, who)
        self._time_line_agrees()
        self._chain_verifies()

    def _tasks_agree(self) -> None:
        found = {row["id"]: (row["node_id"], row["status"]) for row in self._see()}
        assert len(found) == len(self.life.jobs), found
        for job in self.life.jobs:
            node, status = found[job.id]
            assert status == job.status, (job, found)
            assert job.node in {node, "intent"}

    def _page_agrees(self, job: Any, who: str) -> None:
        page = self.world.send(who, "GET", f"/tasks/{job.id}").json
        claimer = self.world.ids[job.claimer] if job.claimer else None
        assert page["task"]["claimed_by"] == claimer
        assert page["may_act"] == job.admits(who), (job, who, page["reason"])
        assert page["may_prepare"] == job.lets_draft(who), (job, who)
        shown = page["draft"]["version"] if page["draft"] else None
        assert shown == job.drafts.get(who), (job, who)

    def _time_line_agrees(self) -> None:
        rows = self.world.send("lj-owner", "GET", f"/cases/{self.case}/timeline").json
        told = [(row["what"], row["actor"]) for row in rows]
        assert told == [(what, self.world.names[who]) for what, who in self.life.story]

    def _chain_verifies(self) -> None:
        with reading(self.world.runtime.sessions) as session:
            case = session.get_one(Case, UUID(self.case))
            chain = select(AuditEntry).where(AuditEntry.case_id == case.id)
            entries = list(session.scalars(chain.order_by(AuditEntry.seq)))
            assert audit.verify_case(entries, case.id) is None
            assert (entries[-1].seq, entries[-1].hash) == (case.audit_seq, case.audit_head)


def _play(runtime: Any, desk: Any, runs: int) -> World:
    world = World(runtime, desk, runtime.clock.now())
    chosen = settings(
        max_examples=runs,
        stateful_step_count=STEPS,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    machine = type("Lives", (LivesOfACase,), {"world": world})
    run_state_machine_as_test(seed(SEED)(machine), settings=chosen)
    with reading(runtime.sessions) as session:
        assert [finding for finding in audit.verify(session) if finding] == []
    return world


@pytest.mark.timeout(3600)
def test_a_life_of_a_case_is_what_the_model_says(runtime, desk):
    is_sqlite = runtime.sessions.kw["bind"].dialect.name == "sqlite"
    runs = RUNS if is_sqlite else max(2, RUNS // 10)
    world = _play(runtime, desk, runs)

    statuses = Counter(told.rpartition(" ")[2] for told in world.tally.elements())
    print(f"seed {SEED}: {json.dumps(statuses)}")
    print({told: n for told, n in sorted(world.tally.items()) if not told.startswith("GET")})
    assert statuses["201"] >= runs  # each life begins
    assert runs < MANY or statuses.keys() >= {"200", "404", "409", "403", "422"}
