"""Workers and the clock meet each other, and people."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from services import audit, jobs, tasks
from services.checkpoints import taking, verifying
from services.db.engine import reading, unit_of_work
from services.db.models import Case, Job, JobKind, Task
from services.errors import TaskTakenError
from tests.chaos.pairs.table import Race, Table, answers, won

UNIVERSITY = {
    "unit_name": "演示大学",
    "uscc": "12500000000000043P",
    "contact_name": "刘一",
    "contact_phone": "023-65120000",
    "proposed_tier": "core",
    "areas": ["rd"],
}


def complete_and_timer(table: Table) -> Race:
    """The period to answer an invitation ends while the invited answers it."""
    case, invitation, timer = _at_its_end(table)

    def check(first: Any, second: Any) -> None:
        assert won(second)
        told = table.told(case)
        assert told.count(audit.TASK_COMPLETED) == 1 + won(first)  # the list of candidates before
        assert told.count("timer.fired") == 1 - won(first)
        if not won(first):
            assert isinstance(first, TaskTakenError)
        assert table.number(Job, Job.id == timer.id, Job.done_at.is_not(None)) == 1
        table.complete("lead-op", table.desk.task(case), {"outcome": "invite_more"})
        assert table.desk.task(case).node_id == "list_candidates"
        table.runtime.clock.set(case.started_at)  # many races run on one calendar

    return (
        lambda: table.complete("university-op", invitation, answers("intent")),
        lambda: jobs.run(table.runtime, timer),
        check,
    )


def _at_its_end(table: Table) -> tuple[Case, Task, jobs.Claim]:
    """An invitation at the instant its period ends, and the timer that a worker has in hand."""
    case = table.desk.start()
    table.complete("lead-op", table.desk.task(case), {"candidates": [UNIVERSITY]})
    invitation = table.desk.task(case)
    assert invitation.activity_code == "A-INTENT"
    clock = table.runtime.clock
    clock.set(invitation.due_at - timedelta(seconds=1))
    jobs.run_due(table.runtime, "setup", only_case=case.id)  # what was to be told before
    clock.set(invitation.due_at)
    timer = jobs.claim_next(table.runtime, "worker", case.id)
    assert timer is not None
    assert timer.kind is JobKind.TIMER
    return case, invitation, timer


def worker_and_worker(table: Table) -> Race:
    case, task = table.fresh()
    table.complete("lj-reviewer", task)
    with unit_of_work(table.runtime.sessions) as session:
        for job in session.scalars(select(Job).where(Job.case_id != case.id)):
            job.done_at = job.done_at or table.runtime.clock.now()
    sent = len(table.runtime.mailer.sent)
    waiting = table.number(
        Job, Job.case_id == case.id, Job.kind == JobKind.MAIL, Job.done_at.is_(None)
    )

    def run() -> Any:
        return jobs.run_due(table.runtime, str(uuid4()), only_case=case.id)

    def check(first: Any, second: Any) -> None:
        assert won(first)
        assert won(second)
        keys = [mail.key for mail in table.runtime.mailer.sent[sent:]]
        assert len(keys) == len(set(keys)) == waiting
        assert waiting > 0

    return run, run, check


def checkpoint_and_append(table: Table) -> Race:
    case, task = table.fresh()

    def check(first: Any, second: Any) -> None:
        assert won(first)
        assert won(second)
        taking.take(table.runtime)
        replayed = verifying.replay(table.runtime.anchors.records())
        with reading(table.runtime.sessions) as session:
            assert replayed.problems == []
            assert list(verifying.compare(session, replayed)) == []
            assert max(replayed.heads[case.id]) == session.get_one(Case, case.id).audit_seq

    return (
        lambda: taking.take(table.runtime),
        lambda: table.by("lj-reviewer", tasks.claim, task.id),
        check,
    )
