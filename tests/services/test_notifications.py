"""Notifications: once for each occasion and person, in the app and by mail."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from services import jobs, notifications, procedures
from services.cases.environment import CaseWorld
from services.db.engine import unit_of_work
from services.db.models import Case, Job, Notification, Person


@pytest.fixture
def case(desk, runtime):
    started = desk.start()
    jobs.run_due(runtime, "setup")
    runtime.mailer.sent.clear()
    return started


def notify(runtime, case, logins, key, template="accepted", **data):
    with unit_of_work(runtime.sessions) as session:
        row = session.get_one(Case, case.id)
        world = CaseWorld(session, runtime, row, procedures.ready(session, row.bundle_hash))
        people = session.scalars(select(Person.id).where(Person.login.in_(logins))).all()
        notifications.notify(world, people, template, data, key=key)


def told(runtime, template="accepted"):
    with unit_of_work(runtime.sessions) as session:
        rows = session.execute(
            select(Person.login)
            .join(Notification, Notification.person_id == Person.id)
            .where(Notification.template == template)
            .order_by(Person.login)
        )
        return [login for (login,) in rows]


def test_an_occasion_reaches_a_person_once(case, runtime):
    for _ in range(3):
        notify(runtime, case, ["lead-op", "lead-rep"], "occasion-1")
    jobs.run_due(runtime, "w")

    assert told(runtime) == ["lead-op", "lead-rep"]
    assert sorted(mail.to for mail in runtime.mailer.sent) == [
        "lead-op@example.org",
        "lead-rep@example.org",
    ]


def test_somebody_who_joins_later_is_still_told(case, runtime):
    notify(runtime, case, ["lead-op"], "occasion-1")
    notify(runtime, case, ["lead-op", "lead-rep"], "occasion-1")

    assert told(runtime) == ["lead-op", "lead-rep"]


def test_another_occasion_tells_again(case, runtime):
    notify(runtime, case, ["lead-op"], "occasion-1")
    notify(runtime, case, ["lead-op"], "occasion-2")

    assert told(runtime) == ["lead-op", "lead-op"]


def test_a_mail_sent_again_has_the_same_message_id(case, runtime):
    notify(runtime, case, ["lead-op"], "occasion-1")
    with unit_of_work(runtime.sessions) as session:
        claimed = jobs.claim(session, runtime.clock.now(), "dies")
        mail_once = notifications.mail_for(session, session.get_one(Job, claimed.id), {})
    runtime.clock.advance(jobs.LEASE + timedelta(seconds=1))

    jobs.run_due(runtime, "w")

    assert [mail.message()["Message-ID"] for mail in runtime.mailer.sent] == [
        mail_once.message()["Message-ID"]
    ]


def test_a_person_without_an_address_is_told_in_the_app_only(case, runtime):
    with unit_of_work(runtime.sessions) as session:
        session.scalars(select(Person).where(Person.login == "lead-op")).one().email = None
    notify(runtime, case, ["lead-op"], "occasion-1")

    jobs.run_due(runtime, "w")

    assert told(runtime) == ["lead-op"]
    assert runtime.mailer.sent == []


@pytest.mark.parametrize(
    "hostile", ["{0.__class__}", "{x!r}", "{x:>99}", "{{x}}", "{", "}", "{x.y}", "%s", "${x}"]
)
def test_a_template_is_filled_not_evaluated(hostile):
    templates = {"t": {"zh": {"subject": hostile, "body": "您好，{name}{missing}"}}}

    subject, body = notifications.render(templates, "t", {"name": "{secret}", "x": 1, "secret": 2})

    assert body == "您好，{secret}"
    assert "class" not in subject or subject == hostile


def test_a_new_task_of_a_unit_tells_those_who_can_do_it(desk, runtime):
    desk.start()

    assert told(runtime, "task_opened") == ["lead-op"]


def test_a_new_task_of_an_agency_mails_nobody(desk, runtime):
    desk.start("other")

    assert told(runtime, "task_opened") == []
