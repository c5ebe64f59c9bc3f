"""What the harness does to find a fault: each hunt passes on the product and fails on a broken one.

A hunt raises AssertionError, or whatever no caller could be shown, when something is wrong.
"""

import threading
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import event, func, select, text

from services import cases, commands, jobs, tasks
from services.commands import Answer, Request
from services.db.engine import open_engine, open_sessions, reading, unit_of_work
from services.db.models import Delivery, DeliveryState, Job, JobKind, Phrase
from services.gateways.mail import FakeMailer, Mail
from services.lookup import get_case, lock_case
from services.runtime import make_runtime
from tests.chaos.interleaving import interleave, orders, staged
from tests.chaos.pairs.by_the_clock import worker_and_worker
from tests.chaos.pairs.deciding import complete_and_complete
from tests.chaos.pairs.table import PROCEED, Table


class Death(BaseException):
    """A process that ends here and now."""


def race(table: Table, pair: Any = complete_and_complete) -> None:
    """Let two meet in every kind of order."""
    for order in orders(every=False):
        first, second, check = pair(table)
        with staged(table.runtime.sessions.kw["bind"]):
            outcomes = interleave(first, second, order)
        check(*outcomes)
        table.is_sound()


class GatedMailer(FakeMailer):
    """Holds the first mail until its gate opens."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.gate = threading.Event(), threading.Event()

    def send(self, mail: Mail) -> None:
        if not self.begun.is_set():
            self.begun.set()
            self.gate.wait(20)
        super().send(mail)


def work_together(table: Table) -> None:
    """Let one worker look while another is in the middle of its first mail."""
    mailer = GatedMailer()
    gated = Table(type(table.desk)(replace(table.runtime, mailer=mailer)))
    first, second, check = worker_and_worker(gated)
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(first()))
    thread.start()
    assert mailer.begun.wait(20)
    other = second()
    mailer.gate.set()
    thread.join(20)
    check(found[0], other)


def die_after_the_commit(table: Table) -> None:
    """Let the process die right after its commit: what was to be told must be in the database."""
    _case, task = table.fresh()
    engine = table.runtime.sessions.kw["bind"]

    def die(_session: Any) -> None:
        raise Death

    with suppress(Death), table.runtime.sessions() as session:
        session.begin()
        event.listen(session, "after_commit", die, insert=True)
        actor = table.desk.actor("lj-reviewer")
        cases.complete_task(session, table.runtime, actor, task_id=task.id, answers=PROCEED)
        session.commit()
    assert engine is not None
    with reading(table.runtime.sessions) as session:
        wanted = session.scalars(
            select(Delivery.id).where(Delivery.state == DeliveryState.QUEUED)
        ).all()
        queued = session.scalars(select(Job.payload).where(Job.kind == JobKind.MAIL)).all()
    assert wanted
    missing = {str(each) for each in wanted} - {payload.get("delivery") for payload in queued}
    assert not missing, f"{len(missing)} deliveries that no job will ever send"


def roll_back(table: Table) -> None:
    """Let a command fail at its end: nobody may have been told of what did not happen."""
    _case, task = table.fresh()
    actor = table.desk.actor("lj-reviewer")
    before = len(table.runtime.mailer.sent)
    with suppress(Death), unit_of_work(table.runtime.sessions) as session:
        cases.complete_task(session, table.runtime, actor, task_id=task.id, answers=PROCEED)
        session.flush()
        raise Death
    assert len(table.runtime.mailer.sent) == before, "told of what did not happen"


def read_then_lock(table: Table) -> None:
    """Read a case as a permission check does, let another change it, then lock it."""
    case, task = table.fresh()
    with table.runtime.sessions() as session:
        seen = get_case(session, case.id)
        before = seen.audit_seq
        session.commit()
        table.by("lj-reviewer", tasks.claim, task.id)
        assert lock_case(session, case.id).audit_seq > before, "locked, but as it was before"
        assert seen.id == case.id
        session.rollback()


def commit_late(table: Table) -> None:
    """Let a job become visible after a later one has been run."""
    now = table.runtime.clock.now()
    payload = {"person": str(table.desk.actor("lead-op").person_id), "template": "x", "data": {}}

    def job(minutes: int) -> Job:
        due_at = now - timedelta(minutes=minutes)
        return Job(kind=JobKind.MAIL, dedupe_key=str(uuid4()), payload=payload, due_at=due_at)

    slow = table.runtime.sessions()
    slow.add(late := job(2))
    slow.flush()
    with unit_of_work(table.runtime.sessions) as session:
        session.add(job(1))
    jobs.run_due(table.runtime, "worker")
    slow.commit()
    slow.close()
    jobs.run_due(table.runtime, "worker")
    assert table.number(Job, Job.id == late.id, Job.done_at.is_not(None)) == 1, "never run"


def write_at_once(table: Table) -> None:
    """Let several write into SQLite at once, each reading first."""
    url = str(table.runtime.sessions.kw["bind"].url)
    runtime = replace(table.runtime, sessions=open_sessions(open_engine(url)))
    barrier, problems = threading.Barrier(4), []

    def one() -> None:
        barrier.wait(10)
        for _ in range(10):
            try:
                with unit_of_work(runtime.sessions) as session:
                    seen = session.scalar(text("SELECT value FROM counters WHERE series = 'x'"))
                    time.sleep(0.001)
                    session.execute(
                        text("UPDATE counters SET value = :v WHERE series = 'x'"), {"v": seen + 1}
                    )
            except Exception as error:
                problems.append(error)

    with unit_of_work(runtime.sessions) as session:
        session.execute(text("INSERT OR REPLACE INTO counters (series, value) VALUES ('x', 0)"))
    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(runtime.sessions) as session:
        value = session.scalar(text("SELECT value FROM counters WHERE series = 'x'"))
    runtime.sessions.kw["bind"].dispose()
    assert (value, problems) == (40, [])


def ask_again(table: Table) -> None:
    """Send the same request twice, as a client does whose answer was lost."""
    person = table.desk.actor("lj-reviewer").person_id
    before = table.number(Phrase)
    key = uuid4().hex
    request = Request(who=lambda _session: str(person), key=key, body=b"the same")

    def act(session: Any) -> Answer:
        session.add(Phrase(person_id=person, text="同意", position=1))
        session.flush()
        return Answer(201, {"number": session.scalar(select(func.count()).select_from(Phrase))})

    answers = [commands.execute(table.runtime, request, act) for _ in range(2)]
    assert table.number(Phrase) == before + 1, "one request, two effects"
    assert answers[0] == answers[1]


def be_ahead(table: Table) -> None:
    """Let a worker look whose host is an hour ahead: nothing that is due in half an hour may run."""
    url = table.runtime.settings.database_url
    settings = replace(table.runtime.settings, database_url=url)
    runtime = make_runtime(settings)
    payload = {"person": str(table.desk.actor("lead-op").person_id), "template": "x", "data": {}}
    due_at = datetime.now(UTC) + timedelta(minutes=30)
    with unit_of_work(runtime.sessions) as session:
        session.add(
            job := Job(kind=JobKind.MAIL, dedupe_key=str(uuid4()), payload=payload, due_at=due_at)
        )
        session.flush()
        job_id = job.id
    jobs.run_due(runtime, "worker")
    runtime.sessions.kw["bind"].dispose()
    assert table.number(Job, Job.id == job_id, Job.done_at.is_not(None)) == 0, "ran too early"
