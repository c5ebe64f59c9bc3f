"""Cases that stand still and go on, procedures that take no new ones."""

from datetime import timedelta

import pytest

from services import audit, cases, figures, jobs, jurisdictions, publicity
from services.db.engine import unit_of_work
from services.db.models import Case, CaseStatus, Job, JobKind, Task, TaskStatus
from services.errors import ConflictError, NotAllowedError, NotFoundError
from services.operations import suspending
from tests.services.operations.operating import WHY, do, rows, the_case, timer, told


def test_a_suspended_case_stands_still_and_goes_on_where_it_stood(desk, timed):
    runtime = desk.runtime
    due = timer(desk, timed)
    do(desk, "lj-owner", suspending.suspend_case, timed.id, **WHY)
    runtime.clock.set(due.due_at + timedelta(hours=1))
    jobs.run_due(runtime, "w")
    while_suspended = told(desk, timed)
    with unit_of_work(runtime.sessions) as session:
        overdue = figures.read(session, runtime.clock.now())

    do(desk, "lj-owner", suspending.resume_case, timed.id, reason="结论已经作出")
    jobs.run_due(runtime, "w")

    assert "timer.fired" not in while_suspended
    assert (overdue.oldest_due_seconds, overdue.in_state(figures.DUE)) == (0, 0)
    after = told(desk, timed)
    assert after.count("timer.fired") == 1
    assert after.index("case.suspended") < after.index("case.resumed") < after.index("timer.fired")
    with unit_of_work(runtime.sessions) as session:
        assert [finding for finding in audit.verify(session) if finding] == []


def test_a_timer_claimed_before_the_suspension_waits_too(desk, timed):
    runtime = desk.runtime
    due = timer(desk, timed)
    runtime.clock.set(due.due_at)
    with unit_of_work(runtime.sessions) as session:
        claimed = jobs.claim(session, runtime.clock.now(), "w", timed.id)
    do(desk, "lj-owner", suspending.suspend_case, timed.id, **WHY)

    jobs.run(runtime, claimed)

    assert claimed.kind is JobKind.TIMER
    assert "timer.fired" not in told(desk, timed)
    [job] = rows(desk, Job, Job.id == claimed.id)
    assert (job.done_at, job.lease_until) == (None, None)


def test_a_completion_of_a_suspended_case_is_refused_with_the_public_reason(sqlite_desk, arrived):
    do(sqlite_desk, "lj-owner", suspending.suspend_case, arrived.id, **WHY)

    with pytest.raises(ConflictError) as refused:
        sqlite_desk.complete("lj-reviewer", sqlite_desk.task(arrived), {})

    assert refused.value.code == "CASE_SUSPENDED"
    assert "等待鉴定结论" in refused.value.message
    assert "便函" not in refused.value.message
    [task] = rows(sqlite_desk, Task, Task.case_id == arrived.id)
    assert task.status is TaskStatus.OPEN


def test_applicants_are_told_and_read_the_public_reason_only(sqlite_desk, arrived):
    do(sqlite_desk, "lj-owner", suspending.suspend_case, arrived.id, **WHY)
    jobs.run_due(sqlite_desk.runtime, "w")

    def read(session, _runtime, actor):
        return suspending.of_case(session, actor, arrived.id)

    [theirs] = do(sqlite_desk, "lead-op", read)["items"]
    [ours] = do(sqlite_desk, "lj-clerk", read)["items"]
    subjects = {mail.subject.partition("：")[0] for mail in sqlite_desk.runtime.mailer.sent}
    assert (theirs["public_reason"], theirs["reason"], theirs["suspended_by"]) == (
        "等待鉴定结论",
        None,
        None,
    )
    assert ours["reason"] == WHY["reason"]
    assert "办件中止" in subjects


@pytest.mark.parametrize("login", ["lj-clerk", "lead-op"])
def test_only_process_owners_suspend(sqlite_desk, arrived, login):
    with pytest.raises(NotAllowedError):
        do(sqlite_desk, login, suspending.suspend_case, arrived.id, **WHY)
    with pytest.raises(NotFoundError):
        do(sqlite_desk, "nb-owner", suspending.suspend_case, arrived.id, **WHY)


def test_a_case_is_not_suspended_twice_nor_resumed_without(sqlite_desk, arrived):
    with pytest.raises(ConflictError):
        do(sqlite_desk, "lj-owner", suspending.resume_case, arrived.id, reason="x")
    do(sqlite_desk, "lj-owner", suspending.suspend_case, arrived.id, **WHY)
    with pytest.raises(ConflictError):
        do(sqlite_desk, "lj-owner2", suspending.suspend_case, arrived.id, **WHY)


def test_an_objection_to_a_suspended_case_is_taken_in_and_waits_for_it(
    sqlite_desk, arrived, monkeypatch
):
    """The period for objections runs on; whoever objects in time loses nothing."""
    runtime = sqlite_desk.runtime
    do(sqlite_desk, "lj-owner", suspending.suspend_case, arrived.id, **WHY)
    sent = []
    monkeypatch.setattr(cases, "send_message", lambda *_args, **given: sent.append(given["key"]))
    with unit_of_work(runtime.sessions) as session:
        row = session.get_one(Case, arrived.id)
        objection = type("Objection", (), {"id": arrived.id})()
        publicity._pass_on(session, runtime, row, objection, {"number": "1"})

    assert sent == []
    jobs.run_due(runtime, "w", only_case=arrived.id)
    [job] = rows(sqlite_desk, Job, Job.kind == JobKind.MESSAGE)
    assert (job.payload["name"], job.done_at) == ("objection", None)


def test_a_suspended_procedure_takes_no_new_cases_and_says_why(sqlite_desk, arrived):
    procedure = "liangjiang.application"
    more = {"reason": "办法修订", "public_reason": "办法修订期间暂停受理"}
    do(sqlite_desk, "lj-owner", suspending.suspend_procedure, procedure, **more)

    with pytest.raises(ConflictError) as refused:
        sqlite_desk.start()
    with unit_of_work(sqlite_desk.runtime.sessions) as session:
        shown = jurisdictions.summary(session, sqlite_desk.runtime, procedure)

    assert refused.value.code == "PROCEDURE_SUSPENDED"
    assert (shown["is_open"], "办法修订期间暂停受理" in shown["reason"]) == (False, True)
    assert the_case(sqlite_desk, arrived).suspended_at is None
    do(sqlite_desk, "lj-owner2", suspending.resume_procedure, procedure, reason="修订完成")
    sqlite_desk.start()


def test_the_applicant_does_not_withdraw_a_suspended_case_and_is_told_why(sqlite_desk, arrived):
    do(sqlite_desk, "lj-owner", suspending.suspend_case, arrived.id, **WHY)
    wanted = {"reason": "成员单位调整，拟重新申请。", "lead_sealed": True}

    with pytest.raises(ConflictError) as refused:
        do(
            sqlite_desk,
            "lead-op",
            cases.send_by_person,
            case_id=arrived.id,
            name="withdrawal",
            answers=wanted,
            key="withdrawal-1",
        )

    assert refused.value.code == "CASE_SUSPENDED"
    assert "等待鉴定结论" in refused.value.message
    assert the_case(sqlite_desk, arrived).status is CaseStatus.OPEN
