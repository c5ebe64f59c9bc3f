"""Notifications: once for each occasion and person."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from services import jobs
from services.db.engine import unit_of_work
from services.db.models import Channel, DeliveryState, Job, JobKind, Person
from services.notifications import wording
from tests.services.notifications.telling import delivery, notify, told, write


def test_an_occasion_reaches_a_person_once(case, runtime):
    for _ in range(3):
        notify(runtime, case, ["lead-op", "lead-rep"], "occasion-1")
    jobs.run_due(runtime, "w")

    assert told(runtime) == ["lead-op", "lead-rep"]
    assert sorted(mail.to for mail in runtime.mailer.sent) == [
        "lead-op@example.org",
        "lead-rep@example.org",
    ]


def test_an_occasion_is_not_told_again_when_its_job_is_long_gone(case, runtime):
    notify(runtime, case, ["lead-op"], "occasion-1")
    jobs.run_due(runtime, "w")
    with unit_of_work(runtime.sessions) as session:
        for job in session.scalars(select(Job).where(Job.kind == JobKind.MAIL)):
            session.delete(job)

    notify(runtime, case, ["lead-op"], "occasion-1")

    assert told(runtime) == ["lead-op"]


def test_somebody_who_joins_later_is_still_told(case, runtime):
    notify(runtime, case, ["lead-op"], "occasion-1")
    notify(runtime, case, ["lead-op", "lead-rep"], "occasion-1")

    assert told(runtime) == ["lead-op", "lead-rep"]


def test_another_occasion_tells_again(case, runtime):
    notify(runtime, case, ["lead-op"], "occasion-1")
    notify(runtime, case, ["lead-op"], "occasion-2")

    assert told(runtime) == ["lead-op", "lead-op"]


def test_a_mail_sent_again_is_the_same_to_the_byte_though_the_words_have_changed(
    case, runtime, desk
):
    notify(runtime, case, ["lead-op"], "occasion-1")
    runtime.mailer.failures = 1
    jobs.run_due(runtime, "w")
    before = delivery(runtime, Channel.MAIL)
    write(desk, "comment_added", "另一个标题", "另一段正文")
    runtime.clock.advance(timedelta(minutes=2))

    jobs.run_due(runtime, "w")

    [mail] = runtime.mailer.sent
    after = delivery(runtime, Channel.MAIL)
    assert (mail.key, mail.subject) == (str(before.id), before.content["subject"])
    assert (before.state, after.state) == (DeliveryState.SENDING, DeliveryState.DELIVERED)
    assert (after.attempts, after.content_sha256) == (2, before.content_sha256)


def test_a_person_without_an_address_is_told_in_the_app_only(case, runtime):
    with unit_of_work(runtime.sessions) as session:
        session.scalars(select(Person).where(Person.login == "lead-op")).one().email = None
    notify(runtime, case, ["lead-op"], "occasion-1")

    jobs.run_due(runtime, "w")

    assert told(runtime) == ["lead-op"]
    assert runtime.mailer.sent == []
    assert delivery(runtime, Channel.MAIL).state is DeliveryState.UNWANTED


@pytest.mark.parametrize(
    "hostile", ["{0.__class__}", "{x!r}", "{x:>99}", "{{x}}", "{", "}", "{x.y}", "%s", "${x}"]
)
def test_a_template_is_filled_not_evaluated(hostile):
    source = {"t": {"zh": {"subject": hostile, "body": "您好，{name}{missing}"}}}
    data = {"name": "{secret}", "x": 1, "secret": 2}

    subject, body = wording.render([source], "t", data, "zh")

    assert body == "您好，{secret}"
    assert "class" not in subject or subject == hostile


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (["知识产权", "退出"], "知识产权、退出"),
        ("2026-12-01T00:00:00+08:00", "2026-11-30 24:00"),
        ("2026-12-01T01:30:00Z", "2026-12-01 09:30"),
        ("T恤衫", "T恤衫"),
        (None, ""),
        (5, "5"),
    ],
)
def test_values_are_shown_as_people_read_them(value, text):
    assert wording.shown(value) == text


def test_a_new_task_of_a_unit_tells_those_who_can_do_it(desk, runtime):
    desk.start()

    assert told(runtime, "task_opened") == ["lead-op"]


def test_a_new_task_of_an_agency_mails_nobody(desk, runtime):
    desk.start("other")

    assert told(runtime, "task_opened") == []
