"""Incidents: their causes in words, retries one by one and in bulk, skips."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from services import accounts, cases, incidents, jobs
from services.db.engine import unit_of_work
from services.db.models import (
    Case,
    CaseStatus,
    Channel,
    Delivery,
    DeliveryState,
    Incident,
    Job,
    JobFailure,
    JobKind,
    Person,
)
from services.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from services.handoffs import access
from services.operations import bulk, resolving, watching
from services.service_tasks.catalogue import CATALOGUE
from services.service_tasks.operation import Operation
from tests.services.operations.operating import UNIT, do, fail_mail, party_in, rows, the_case, told
from workflows.errors import IncidentError


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


def test_an_incident_closes_for_a_part_of_the_system_too(sqlite_desk, arrived):
    [incident] = fail_mail(sqlite_desk, arrived)

    with unit_of_work(sqlite_desk.runtime.sessions) as session:
        incidents.resolve(session, incident.id, "system", sqlite_desk.runtime.clock.now())

    [row] = rows(sqlite_desk, Incident, Incident.id == incident.id)
    assert (row.resolution, row.resolved_by) == ("retried", None)


# --- of no case --------------------------------------------------------------------------------


@pytest.fixture
def late(sqlite_desk):
    """An incident of the installation: its checkpoints could not be kept outside."""
    error = IncidentError("ANCHOR", "checkpoint", "检查点未能存到库外：无法连接")
    with unit_of_work(sqlite_desk.runtime.sessions) as session:
        now = sqlite_desk.runtime.clock.now()
        return incidents.open_incident(session, error, now, case_id=None).id


@pytest.mark.parametrize("login", ["lj-owner", "nb-owner"])
def test_what_belongs_to_no_case_is_seen_to_by_every_process_owner(sqlite_desk, late, login):
    [line] = do(sqlite_desk, login, watching.incidents, watching.Filters())
    page = do(sqlite_desk, login, watching.page, late)
    elsewhere = watching.Filters(procedure="liangjiang.application")

    assert (line["id"], line["case_id"], line["case_number"]) == (late, None, None)
    assert (page["message"], page["job"]) == ("检查点未能存到库外：无法连接", None)
    assert do(sqlite_desk, login, watching.incidents, elsewhere) == []
    with pytest.raises(NotAllowedError):
        do(sqlite_desk, "lj-clerk", watching.page, late)


def test_what_belongs_to_no_case_is_retried_alone_and_with_others(sqlite_desk, late):
    with pytest.raises(ConflictError):
        do(sqlite_desk, "lj-owner", resolving.skip, late, "不需要")
    do(sqlite_desk, "nb-owner", bulk.begin, [late])
    jobs.run_due(sqlite_desk.runtime, "w")

    [row] = rows(sqlite_desk, Incident, Incident.id == late)
    assert (row.resolution, row.resolved_at is not None) == ("retried", True)


def test_a_digest_that_cannot_be_sent_is_seen_with_its_job(sqlite_desk):
    payload = {"template": "digest", "person": str(sqlite_desk.actor("lead-op").person_id)}
    with unit_of_work(sqlite_desk.runtime.sessions) as session:
        now = sqlite_desk.runtime.clock.now()
        job = Job(
            kind=JobKind.MAIL, dedupe_key="digest", payload=payload, due_at=now, failed_at=now
        )
        session.add(job)
        session.flush()
        error = IncidentError("JOB", "mail", "told to fail")
        found = incidents.open_incident(session, error, now, case_id=None, job_id=job.id).id

    page = do(sqlite_desk, "lj-owner", watching.page, found)

    assert page["job"]["summary"] == "通知“每日汇总”，经邮件"
    assert (page["job"]["case_id"], page["job"]["is_suspended"]) == (None, False)
