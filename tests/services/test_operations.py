"""Keeping it running: causes of incidents, skips, bulk retries, suspensions, moved limits."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from services import (
    accounts,
    audit,
    cases,
    figures,
    incidents,
    jobs,
    jurisdictions,
    notifications,
    procedures,
    publicity,
)
from services.cases.environment import CaseWorld
from services.db.engine import unit_of_work
from services.db.models import (
    AuditEntry,
    Case,
    CaseStatus,
    Channel,
    Deadline,
    Delivery,
    DeliveryState,
    Incident,
    Job,
    JobFailure,
    JobKind,
    Party,
    Person,
    Task,
    TaskStatus,
)
from services.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from services.handoffs import access
from services.operations import bulk, limits, resolving, suspending, watching
from services.service_tasks.catalogue import CATALOGUE
from services.service_tasks.operation import Operation
from workflows.calendar import TIME_ZONE

UNIT = {
    "unit_name": "演示大学",
    "uscc": "12500000000000043P",
    "contact_name": "刘一",
    "contact_phone": "023-65120000",
    "proposed_tier": "core",
    "areas": ["rd"],
}
WHY = {"reason": "等待鉴定机构的结论，见内部便函", "public_reason": "等待鉴定结论"}


def do(desk, login, act, *args, **more):
    """Run one command as somebody, in a transaction of its own."""
    actor = desk.actor(login)
    with unit_of_work(desk.runtime.sessions) as session:
        return act(session, desk.runtime, actor, *args, **more)


def rows(desk, model, *where):
    with unit_of_work(desk.runtime.sessions) as session:
        return list(session.scalars(select(model).where(*where)))


def the_case(desk, case):
    with unit_of_work(desk.runtime.sessions) as session:
        return session.get_one(Case, case.id)


def told(desk, case):
    return [row.what for row in rows(desk, AuditEntry, AuditEntry.case_id == case.id)]


@pytest.fixture
def arrived(sqlite_desk):
    """A case that waits for a decision of the agency; its mails cannot be sent."""
    case = sqlite_desk.start("other")
    jobs.run_due(sqlite_desk.runtime, "setup")
    return case


def fail_mail(desk, case, number=1):
    """Make mails of a case that fail for good; the open incidents."""
    runtime = desk.runtime
    for each in range(number):
        with unit_of_work(runtime.sessions) as session:
            row = session.get_one(Case, case.id)
            ready = procedures.ready(session, row.bundle_hash)
            world = CaseWorld(session, runtime, row, ready)
            people = notifications.people_of(world, ["lead_operator"])
            key = f"test-{each}-{case.id}"
            notifications.notify(world, people, "accepted", {"receipt_no": "SL"}, key=key)
    runtime.mailer.failures = 1000
    for _ in range(jobs.MAX_ATTEMPTS):
        jobs.run_due(runtime, "w")
        runtime.clock.advance(timedelta(days=1))
    runtime.mailer.failures = 0
    return rows(desk, Incident, Incident.case_id == case.id, Incident.resolved_at.is_(None))


# --- incidents ---------------------------------------------------------------------------------


def test_an_incident_shows_its_cause_in_words_and_its_tries(sqlite_desk, arrived):
    [incident] = fail_mail(sqlite_desk, arrived)

    page = do(sqlite_desk, "lj-owner", watching.page, incident.id)

    assert page["job"]["summary"] == "通知“受理”，经邮件"
    assert [f.attempt for f in page["failures"]] == list(range(jobs.MAX_ATTEMPTS, 0, -1))
    assert {f.error for f in page["failures"]} == {"told to fail"}
    assert "@" not in str(page["job"])
    assert (page["case_number"], page["may_skip"]) == (arrived.number, True)


def test_a_retried_job_keeps_its_history_and_its_attempts_are_counted_anew(sqlite_desk, arrived):
    [incident] = fail_mail(sqlite_desk, arrived)
    sqlite_desk.runtime.mailer.failures = 1

    do(sqlite_desk, "lj-owner", resolving.retry, incident.id)
    jobs.run_due(sqlite_desk.runtime, "w")

    [job] = rows(sqlite_desk, Job, Job.id == incident.job_id)
    assert (job.attempts, job.forgiven) == (jobs.MAX_ATTEMPTS + 1, jobs.MAX_ATTEMPTS)
    assert (job.failed_at, job.done_at) == (None, None)
    assert len(rows(sqlite_desk, JobFailure)) == jobs.MAX_ATTEMPTS + 1
    sqlite_desk.runtime.clock.advance(timedelta(hours=1))
    jobs.run_due(sqlite_desk.runtime, "w")
    assert len(sqlite_desk.runtime.mailer.sent) == 1


def test_a_skipped_mail_is_not_sent_and_the_record_says_why(sqlite_desk, arrived):
    [incident] = fail_mail(sqlite_desk, arrived)

    for _ in range(2):
        page = do(sqlite_desk, "lj-owner", resolving.skip, incident.id, "已当面送达并签收")
    sqlite_desk.runtime.clock.advance(timedelta(days=1))
    jobs.run_due(sqlite_desk.runtime, "w")

    where = (Delivery.channel == Channel.MAIL, Delivery.template == "accepted")
    [delivery] = rows(sqlite_desk, Delivery, *where)
    assert (page["resolution"], page["resolved_by"]) == ("skipped", "冯七（流程管理员）")
    assert delivery.state is DeliveryState.UNWANTED
    assert delivery.last_error == "跳过：已当面送达并签收"
    assert told(sqlite_desk, arrived).count("incident.skipped") == 1
    assert the_case(sqlite_desk, arrived).status is CaseStatus.OPEN
    assert "申请已受理" not in {mail.subject for mail in sqlite_desk.runtime.mailer.sent}


@pytest.mark.parametrize("kind", [JobKind.TIMER, JobKind.MESSAGE])
def test_what_the_law_or_another_case_counts_on_is_not_skipped(sqlite_desk, arrived, kind):
    incident = failed(sqlite_desk, arrived, kind, {"name": "x"})

    with pytest.raises(ConflictError) as refused:
        do(sqlite_desk, "lj-owner", resolving.skip, incident, "不需要")

    assert refused.value.code == "NOT_SKIPPABLE"
    assert rows(sqlite_desk, Incident, Incident.resolved_at.is_not(None)) == []


def failed(desk, case, kind, payload):
    with unit_of_work(desk.runtime.sessions) as session:
        now = desk.runtime.clock.now()
        job = Job(
            kind=kind,
            case_id=case.id,
            dedupe_key=f"test:{kind}:node",
            payload=payload,
            due_at=now,
            failed_at=now,
        )
        session.add(job)
        session.flush()
        row = Incident(
            case_id=case.id, job_id=job.id, code="JOB", node_id="n", message="x", opened_at=now
        )
        session.add(row)
        session.flush()
        return row.id


def test_an_operation_is_skipped_only_where_the_catalogue_says_so(
    sqlite_desk, arrived, monkeypatch
):
    payload = {"operation": "notices.publish", "inputs": {}, "task_id": "x"}
    incident = failed(sqlite_desk, arrived, JobKind.SERVICE, payload)
    page = do(sqlite_desk, "lj-owner", watching.page, incident)
    settled = []
    monkeypatch.setitem(
        CATALOGUE, "tell.nobody", Operation("tell.nobody", "试", "试", len, may_skip=True)
    )
    monkeypatch.setattr(
        cases, "settle_service", lambda *_args, **given: settled.append(given["outcome"])
    )
    task = "6f1c1e0a-6a0f-4c62-9b52-3f0f2f6f6a11"
    lawful = failed_again(sqlite_desk, incident, {"operation": "tell.nobody", "task_id": task})

    do(sqlite_desk, "lj-owner", resolving.skip, lawful, "本轮不需要")

    assert (page["may_skip"], "发布公示" in page["skip_reason"]) == (False, True)
    assert settled == [{"skipped": True}]


def failed_again(desk, incident_id, payload):
    with unit_of_work(desk.runtime.sessions) as session:
        job = session.get_one(Job, session.get_one(Incident, incident_id).job_id)
        job.payload = payload
    return incident_id


def test_many_incidents_are_retried_at_once_and_a_dead_worker_is_taken_over(sqlite_desk, arrived):
    runtime = sqlite_desk.runtime
    found = fail_mail(sqlite_desk, arrived, 4)
    do(sqlite_desk, "lj-owner", resolving.skip, found[1].id, "已当面送达")
    wanted = [each.id for each in found if each.id != found[1].id]

    begun = do(sqlite_desk, "lj-owner", bulk.begin, wanted)
    do(sqlite_desk, "lj-owner", resolving.retry, wanted[2])  # somebody was faster
    bulk._one(runtime, begun["id"], 0, wanted[0], sqlite_desk.actor("lj-owner").key)
    jobs.run_due(runtime, "w")

    with unit_of_work(runtime.sessions) as session:
        actor = actor_in(session, runtime, "lj-owner")
        end = bulk.progress(session, actor, begun["id"])
    assert (begun["total"], begun["done"]) == (3, 0)
    assert (end["done"], end["retried"], end["finished_at"] is not None) == (3, 2, True)
    assert len([m for m in runtime.mailer.sent if m.subject == "申请已受理"]) == 3
    assert told(sqlite_desk, arrived).count("incident.resolved") == 3


def actor_in(session, runtime, login):
    person = session.scalars(select(Person.id).where(Person.login == login)).one()
    return accounts.actor_of(session, person, runtime.clock.now())


def test_nobody_retries_what_is_not_theirs_or_is_resolved(sqlite_desk, arrived):
    [incident] = fail_mail(sqlite_desk, arrived)

    with pytest.raises(NotAllowedError):
        do(sqlite_desk, "lj-clerk", bulk.begin, [incident.id])
    with pytest.raises(InvalidError):
        do(sqlite_desk, "nb-owner", bulk.begin, [incident.id])
    with pytest.raises(NotFoundError):
        do(sqlite_desk, "nb-owner", watching.page, incident.id)
    do(sqlite_desk, "lj-owner", resolving.retry, incident.id)
    with pytest.raises(InvalidError):
        do(sqlite_desk, "lj-owner", bulk.begin, [incident.id])


@pytest.mark.parametrize(
    ("filters", "number"),
    [
        ({}, 1),
        ({"code": "JOB", "node": "mail", "procedure": "liangjiang.application"}, 1),
        ({"code": "ENGINE"}, 0),
        ({"procedure": "ningbo.application"}, 0),
        ({"min_age_hours": 24}, 1),
        ({"min_age_hours": 24 * 30}, 0),
        ({"is_resolved": True}, 0),
    ],
)
def test_incidents_are_found_by_code_node_procedure_and_age(sqlite_desk, arrived, filters, number):
    fail_mail(sqlite_desk, arrived)

    found = do(sqlite_desk, "lj-owner", watching.incidents, watching.Filters(**filters))

    assert len(found) == number


def test_every_kind_of_job_is_told_in_words(sqlite_desk):
    case = sqlite_desk.start()
    sqlite_desk.complete("lead-op", sqlite_desk.task(case), {"candidates": [UNIT]})
    with unit_of_work(sqlite_desk.runtime.sessions) as session:
        row = session.get_one(Case, case.id)
        access.grant(session, row, party_in(session, "lj-sti"), row.started_at)

    found = do(sqlite_desk, "lj-owner", watching.open_jobs)

    said = {row["kind"]: row["summary"] for row in found}
    assert said[JobKind.MAIL].startswith("通知“")
    assert said[JobKind.TIMER].startswith("定时“")


def party_in(session, code):
    return session.scalars(select(Party.id).where(Party.code == code)).one()


# --- suspensions -------------------------------------------------------------------------------


@pytest.fixture
def timed(desk):
    """A case with a running limit and its timers, which the agency holds as well."""
    case = desk.start()
    desk.complete("lead-op", desk.task(case), {"candidates": [UNIT]})
    jobs.run_due(desk.runtime, "setup")
    with unit_of_work(desk.runtime.sessions) as session:
        row = session.get_one(Case, case.id)
        access.grant(session, row, party_in(session, "lj-sti"), row.started_at)
    return case


def timer(desk, case):
    found = rows(
        desk, Job, Job.case_id == case.id, Job.kind == JobKind.TIMER, Job.done_at.is_(None)
    )
    return min(found, key=lambda job: job.due_at)


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


# --- moved limits ------------------------------------------------------------------------------


def limit(desk, case):
    return rows(desk, Deadline, Deadline.case_id == case.id, Deadline.ended_at.is_(None))[0]


def propose(desk, case, last_day, login="lj-owner", **more):
    given = {"deadline_id": limit(desk, case).id, "last_day": last_day, "reason": "系统检修三天"}
    return do(desk, login, limits.propose, case.id, **given | more)


@pytest.fixture
def limited(desk):
    """A case whose task at the agency has a limit of its own, by an assumption."""
    case = desk.start("other")
    jobs.run_due(desk.runtime, "setup")
    return case


def test_a_limit_moves_when_a_second_person_agrees(desk, limited):
    before = limit(desk, limited)
    assert before.basis.startswith("ASM-")
    last_day = before.due_at.astimezone(TIME_ZONE).date() + timedelta(days=3)
    change = propose(desk, limited, last_day)
    assert limit(desk, limited).due_at == before.due_at

    with pytest.raises(NotAllowedError):
        do(desk, "lj-owner", limits.decide, change["id"], is_approved=True, reason=None)
    do(desk, "lj-leader", limits.decide, change["id"], is_approved=True, reason=None)

    due_at = datetime.combine(last_day + timedelta(days=1), datetime.min.time(), TIME_ZONE)
    after = limit(desk, limited)
    [task] = rows(desk, Task, Task.case_id == limited.id)
    assert after.due_at == task.due_at == due_at
    assert after.ledger[-1][:2] == [last_day.isoformat(), "moved"]
    assert "系统检修三天" in after.ledger[-1][2]
    assert told(desk, limited).count("limit.changed") == 1
    with unit_of_work(desk.runtime.sessions) as session:
        assert [finding for finding in audit.verify(session) if finding] == []


def test_of_several_limits_that_end_together_nobody_moves_one_alone(desk, timed):
    before = timer(desk, timed)
    today = desk.runtime.clock.now().astimezone(TIME_ZONE).date()
    change = propose(desk, timed, today + timedelta(days=1))

    with pytest.raises(ConflictError) as refused:
        do(desk, "lj-owner2", limits.decide, change["id"], is_approved=True, reason=None)

    assert refused.value.code == "LIMIT_NOT_CHANGEABLE"
    assert timer(desk, timed).due_at == before.due_at


def test_a_corrected_calendar_does_not_undo_a_moved_limit(desk, limited):
    before = limit(desk, limited)
    today = desk.runtime.clock.now().astimezone(TIME_ZONE).date()
    change = propose(desk, limited, today + timedelta(days=1))
    do(desk, "lj-owner2", limits.decide, change["id"], is_approved=True, reason=None)

    with unit_of_work(desk.runtime.sessions) as session:
        cases.recompute_deadlines(session, desk.runtime, case_id=limited.id)

    assert limit(desk, limited).due_at < before.due_at


def test_a_refused_proposal_moves_nothing_and_another_may_follow(desk, limited):
    before = limit(desk, limited).due_at
    day = before.astimezone(TIME_ZONE).date() + timedelta(days=3)
    change = propose(desk, limited, day)
    with pytest.raises(ConflictError):
        propose(desk, limited, day, login="lj-owner2")

    do(desk, "lj-leader", limits.decide, change["id"], is_approved=False, reason="没有必要")

    assert limit(desk, limited).due_at == before
    with pytest.raises(ConflictError):
        do(desk, "lj-leader", limits.decide, change["id"], is_approved=True, reason=None)
    propose(desk, limited, day)


def test_what_a_regulation_says_is_hard(sqlite_desk, arrived):
    with unit_of_work(sqlite_desk.runtime.sessions) as session:
        session.get_one(Deadline, limit(sqlite_desk, arrived).id).basis = "办法五(三)"

    with pytest.raises(ConflictError) as refused:
        propose(sqlite_desk, arrived, date(2026, 12, 31))

    assert refused.value.code == "LIMIT_NOT_CHANGEABLE"
    assert "办法五(三)" in refused.value.message


@pytest.mark.parametrize("last_day", [date(2026, 11, 1), date(2029, 1, 1)])
def test_a_day_that_is_over_or_years_away_is_refused(sqlite_desk, arrived, last_day):
    with pytest.raises(InvalidError) as refused:
        propose(sqlite_desk, arrived, last_day)

    assert list(refused.value.fields) == ["last_day"]


def test_an_incident_closes_for_a_part_of_the_system_too(sqlite_desk, arrived):
    [incident] = fail_mail(sqlite_desk, arrived)

    with unit_of_work(sqlite_desk.runtime.sessions) as session:
        incidents.resolve(session, incident.id, "system", sqlite_desk.runtime.clock.now())

    [row] = rows(sqlite_desk, Incident, Incident.id == incident.id)
    assert (row.resolution, row.resolved_by) == ("retried", None)
