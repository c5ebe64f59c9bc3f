"""Jobs: claimed once, leased, fenced, retried, given up visibly, never in each other's way."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from services import audit, housekeeping, incidents, jobs
from services.db.engine import unit_of_work
from services.db.models import AuditEntry, Case, CaseStatus, Incident, Job, JobKind, Person

UNIT = {
    "unit_name": "演示大学",
    "uscc": "12500000000000043P",
    "contact_name": "刘一",
    "contact_phone": "023-65120000",
    "proposed_tier": "core",
    "areas": ["rd"],
}


def put(runtime, number=1, kind=JobKind.MAIL, case=None, **more):
    """Put mail jobs that are due into the table; their ids."""
    with unit_of_work(runtime.sessions) as session:
        person = session.scalars(select(Person.id).where(Person.login == "lead-op")).one()
        payload = {"person": str(person), "template": "task_opened", "data": {}}
        rows = [
            Job(
                kind=kind,
                case_id=case.id if case else None,
                dedupe_key=f"test:{uuid4()}",
                due_at=runtime.clock.now(),
                **{"payload": payload, **more},
            )
            for _ in range(number)
        ]
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]


def claim(runtime, worker="w"):
    with unit_of_work(runtime.sessions) as session:
        return jobs.claim(session, runtime.clock.now(), worker)


def job(runtime, job_id):
    with unit_of_work(runtime.sessions) as session:
        return session.get_one(Job, job_id)


def rows(runtime, model):
    with unit_of_work(runtime.sessions) as session:
        return list(session.scalars(select(model)))


@pytest.fixture
def timed(desk, runtime):
    """A case with timers: its one candidate has a limit to answer by."""
    case = desk.start()
    desk.complete("lead-op", desk.task(case), {"candidates": [UNIT]})
    jobs.run_due(runtime, "setup")
    return case


def timers(runtime, case):
    with unit_of_work(runtime.sessions) as session:
        return list(
            session.scalars(
                select(Job)
                .where(Job.case_id == case.id, Job.kind == JobKind.TIMER, Job.done_at.is_(None))
                .order_by(Job.due_at)
            )
        )


def test_concurrent_workers_claim_each_job_once(runtime, at_once):
    ids = put(runtime, 40)

    def work(number):
        mine = []
        while (claimed := claim(runtime, f"w{number}")) is not None:
            mine.append(claimed.id)
        return mine

    found = [job_id for mine in at_once(6, work) for job_id in mine]

    assert sorted(found) == sorted(ids)


def test_concurrent_workers_send_each_mail_once(runtime, at_once):
    put(runtime, 30)

    at_once(6, lambda n: jobs.run_due(runtime, f"w{n}"))

    assert len({mail.key for mail in runtime.mailer.sent}) == len(runtime.mailer.sent) == 30


def test_the_job_due_longest_goes_first(runtime):
    late = put(runtime)
    runtime.clock.advance(timedelta(hours=1))
    put(runtime)

    assert claim(runtime).id == late[0]


def test_a_job_not_yet_due_waits(runtime):
    put(runtime)
    runtime.clock.advance(-timedelta(seconds=1))

    assert claim(runtime) is None


def test_a_claimed_job_is_left_alone_until_its_lease_ends(runtime):
    put(runtime)
    first = claim(runtime, "one")

    assert claim(runtime, "two") is None
    runtime.clock.advance(jobs.LEASE + timedelta(seconds=1))
    second = claim(runtime, "two")

    assert (first.id, first.attempt, second.id, second.attempt) == (first.id, 1, first.id, 2)


def test_a_done_job_is_never_claimed_again(runtime):
    put(runtime)
    jobs.run_due(runtime, "w")
    runtime.clock.advance(timedelta(days=2))

    assert claim(runtime) is None


def test_a_timer_fires_once_and_its_late_finisher_changes_nothing(timed, runtime):
    due = timers(runtime, timed)[0]
    runtime.clock.set(due.due_at)
    stalled = claim(runtime, "stalled")
    runtime.clock.advance(jobs.LEASE + timedelta(seconds=1))
    jobs.run_due(runtime, "quick")
    before = rows(runtime, AuditEntry), job(runtime, due.id)

    jobs.run(runtime, stalled)

    after = rows(runtime, AuditEntry), job(runtime, due.id)
    assert stalled.id == due.id
    assert [e.hash for e in before[0]] == [e.hash for e in after[0]]
    assert before[1].done_at == after[1].done_at
    assert [e.what for e in after[0]].count("timer.fired") == 1


def test_a_late_finisher_does_not_put_a_job_back_in_the_queue(runtime):
    [job_id] = put(runtime)
    stalled = claim(runtime, "stalled")
    runtime.clock.advance(jobs.LEASE + timedelta(seconds=1))
    jobs.run_due(runtime, "quick")
    runtime.mailer.failures = 1

    jobs.run(runtime, stalled)

    assert job(runtime, job_id).done_at is not None
    assert job(runtime, job_id).last_error is None


def test_two_workers_at_the_same_timer_fire_it_once(timed, runtime, at_once):
    due = timers(runtime, timed)[0]
    runtime.clock.set(due.due_at)
    one = claim(runtime, "one")

    at_once(4, lambda _n: jobs.run(runtime, one))

    assert [e.what for e in rows(runtime, AuditEntry)].count("timer.fired") == 1
    assert rows(runtime, Incident) == []


def test_a_timer_whose_limit_was_moved_after_the_claim_stays(timed, runtime):
    due = timers(runtime, timed)[0]
    runtime.clock.set(due.due_at)
    claimed = claim(runtime)
    with unit_of_work(runtime.sessions) as session:
        session.get_one(Job, due.id).due_at = due.due_at + timedelta(days=1)

    jobs.run(runtime, claimed)

    assert job(runtime, due.id).done_at is None
    assert job(runtime, due.id).lease_until is None
    runtime.clock.advance(timedelta(days=1))
    assert claim(runtime).id == due.id


def test_a_timer_is_not_lost_when_the_clock_is_set_back(timed, runtime):
    due = timers(runtime, timed)[0]
    runtime.clock.set(due.due_at)
    claimed = claim(runtime)
    runtime.clock.advance(-timedelta(seconds=2))

    jobs.run(runtime, claimed)
    runtime.clock.advance(timedelta(seconds=2))
    jobs.run_due(runtime, "w")

    assert [e.what for e in rows(runtime, AuditEntry)].count("timer.fired") == 1


def test_a_failed_try_comes_back_later_and_later(runtime):
    [job_id] = put(runtime)
    runtime.mailer.failures = 100
    waits = []

    for _ in range(jobs.MAX_ATTEMPTS - 1):
        jobs.run_due(runtime, "w")
        waits.append((job(runtime, job_id).due_at - runtime.clock.now()).total_seconds())
        assert job(runtime, job_id).lease_until is None
        runtime.clock.set(job(runtime, job_id).due_at)

    for number, seconds in enumerate(waits):
        assert 0.8 * 30 * 2**number <= seconds <= 1.2 * 30 * 2**number
    assert job(runtime, job_id).last_error == "told to fail"
    assert rows(runtime, Incident) == []


def exhaust(runtime):
    for _ in range(jobs.MAX_ATTEMPTS):
        jobs.run_due(runtime, "w")
        runtime.clock.advance(timedelta(days=1))


def test_after_the_last_try_an_incident_shows_it(runtime, desk):
    case = desk.start()
    runtime.mailer.failures = 100

    exhaust(runtime)

    [incident] = rows(runtime, Incident)
    [failed] = rows(runtime, Job)
    with unit_of_work(runtime.sessions) as session:
        assert session.get_one(Case, case.id).status is CaseStatus.ATTENTION
        assert [finding for finding in audit.verify(session) if finding] == []
    assert (incident.code, incident.node_id, incident.job_id) == ("JOB", "mail", failed.id)
    assert failed.failed_at is not None
    assert failed.attempts == jobs.MAX_ATTEMPTS
    assert claim(runtime) is None


def test_a_resolved_incident_runs_its_job_again(runtime, desk):
    case = desk.start()
    runtime.mailer.failures = jobs.MAX_ATTEMPTS
    exhaust(runtime)
    [incident] = rows(runtime, Incident)

    for _ in range(2):
        with unit_of_work(runtime.sessions) as session:
            incidents.resolve(session, incident.id, "owner", runtime.clock.now())
    jobs.run_due(runtime, "w")

    with unit_of_work(runtime.sessions) as session:
        assert session.get_one(Case, case.id).status is CaseStatus.OPEN
    assert len(runtime.mailer.sent) == 1
    assert [e.what for e in rows(runtime, AuditEntry)].count("incident.resolved") == 1


def test_each_failed_job_has_its_own_incident_and_runs_again(runtime, desk):
    case = desk.start()
    put(runtime, 2, case=case)
    runtime.mailer.failures = 3 * jobs.MAX_ATTEMPTS

    exhaust(runtime)
    for incident in rows(runtime, Incident):
        with unit_of_work(runtime.sessions) as session:
            incidents.resolve(session, incident.id, "owner", runtime.clock.now())
    jobs.run_due(runtime, "w")

    assert len(rows(runtime, Incident)) == 3
    assert len(runtime.mailer.sent) == 3


def test_a_poison_job_does_not_block_others(runtime, desk):
    case = desk.start()
    poison = put(
        runtime, 3, JobKind.SERVICE, case, payload={"operation": "no.such", "task_id": "x"}
    )
    runtime.clock.advance(timedelta(seconds=1))
    put(runtime, 5)

    ran = jobs.run_due(runtime, "w")

    assert ran == 9
    assert len(runtime.mailer.sent) == 6
    assert all(job(runtime, job_id).done_at is None for job_id in poison)


def test_only_one_cases_jobs_run_on_demand(runtime, desk):
    case, other = desk.start(), desk.start()

    assert jobs.run_due(runtime, "w", only_case=case.id) == 1

    with unit_of_work(runtime.sessions) as session:
        left = select(func.count()).where(Job.case_id == other.id, Job.done_at.is_(None))
        assert session.scalar(left) == 1


def test_old_jobs_are_dropped_but_not_those_an_incident_tells_of(runtime, desk):
    desk.start()
    runtime.mailer.failures = jobs.MAX_ATTEMPTS
    exhaust(runtime)
    put(runtime)
    [incident] = rows(runtime, Incident)
    with unit_of_work(runtime.sessions) as session:
        incidents.resolve(session, incident.id, "owner", runtime.clock.now())
    jobs.run_due(runtime, "w")
    runtime.clock.advance(timedelta(days=31))

    with unit_of_work(runtime.sessions) as session:
        housekeeping.tidy(session, runtime.clock.now())

    assert [row.id for row in rows(runtime, Job)] == [incident.job_id]
