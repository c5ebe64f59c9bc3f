"""What the tests of operations share: acting as somebody, looking at rows, failing mails."""

from datetime import timedelta

from sqlalchemy import select

from services import jobs, notifications, procedures
from services.cases.environment import CaseWorld
from services.db.engine import unit_of_work
from services.db.models import AuditEntry, Case, Incident, Job, JobKind, Party

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


def party_in(session, code):
    return session.scalars(select(Party.id).where(Party.code == code)).one()


def timer(desk, case):
    found = rows(
        desk, Job, Job.case_id == case.id, Job.kind == JobKind.TIMER, Job.done_at.is_(None)
    )
    return min(found, key=lambda job: job.due_at)
