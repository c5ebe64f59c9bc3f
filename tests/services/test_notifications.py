"""Notifications: once for each occasion and person, in the app and by the channels they chose."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from services import incidents, jobs, mailbox, notifications, procedures
from services.cases.environment import CaseWorld
from services.db.engine import unit_of_work
from services.db.models import (
    Case,
    Channel,
    Delivery,
    DeliveryState,
    Incident,
    Job,
    JobKind,
    Notification,
    Person,
)
from services.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from services.notifications import preferences, proofs, restoring, texts, wording
from services.notifications.channels import Hours, after_quiet, next_digest
from services.settings import NotifyingHours
from workflows.calendar import WorkingCalendar

WISHES = {
    "language": "zh", "by_mail": True, "by_sms": False, "by_webhook": False,
    "wants_digest": False, "quiet_from": None, "quiet_to": None, "quiet_on_rest_days": True,
}  # fmt: skip
PHONE = "13800000001"


@pytest.fixture
def case(desk, runtime):
    started = desk.start()
    jobs.run_due(runtime, "setup")
    runtime.mailer.sent.clear()
    return started


def notify(runtime, case, logins, key, template="comment_added", **data):
    with unit_of_work(runtime.sessions) as session:
        row = session.get_one(Case, case.id)
        world = CaseWorld(session, runtime, row, procedures.ready(session, row.bundle_hash))
        people = session.scalars(select(Person.id).where(Person.login.in_(logins))).all()
        notifications.notify(world, people, template, data, key=key)


def wish(desk, login, phone=None, **wanted):
    actor = desk.actor(login)
    with unit_of_work(desk.runtime.sessions) as session:
        session.scalars(select(Person).where(Person.login == login)).one().phone = phone
        preferences.change(session, desk.runtime, actor, WISHES | wanted)


def told(runtime, template="comment_added"):
    with unit_of_work(runtime.sessions) as session:
        rows = session.execute(
            select(Person.login)
            .join(Notification, Notification.person_id == Person.id)
            .where(Notification.template == template)
            .order_by(Person.login)
        )
        return [login for (login,) in rows]


def delivery(runtime, channel, template="comment_added"):
    with unit_of_work(runtime.sessions) as session:
        return session.scalars(
            select(Delivery).where(Delivery.channel == channel, Delivery.template == template)
        ).one()


def sms(runtime):
    return runtime.messengers[Channel.SMS]


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


# --- what people choose ------------------------------------------------------------------------


def test_mail_that_somebody_does_not_want_is_not_sent_but_what_the_law_orders_is(
    case, runtime, desk
):
    wish(desk, "lead-op", by_mail=False)

    notify(runtime, case, ["lead-op"], "occasion-1")
    notify(runtime, case, ["lead-op"], "occasion-2", "accepted", receipt_no="SL-1")
    jobs.run_due(runtime, "w")

    assert [mail.subject for mail in runtime.mailer.sent] == ["申请已受理"]
    assert delivery(runtime, Channel.MAIL).state is DeliveryState.UNWANTED


def test_somebody_reads_in_english_where_there_is_english(case, runtime, desk):
    wish(desk, "lead-op", language="en")

    notify(runtime, case, ["lead-op"], "occasion-1")
    jobs.run_due(runtime, "w")

    [mail] = runtime.mailer.sent
    assert mail.subject.startswith("Comment: ")


def test_an_sms_waits_for_the_morning_of_a_working_day_unless_it_is_urgent(case, runtime, desk):
    runtime.clock.set(datetime(2026, 11, 20, 13, 0, tzinfo=UTC))  # Friday, 21:00
    wish(desk, "lead-op", PHONE, by_sms=True)

    notify(runtime, case, ["lead-op"], "occasion-1")
    notify(runtime, case, ["lead-op"], "occasion-2", "case_reminded", task_name="补充材料")
    jobs.run_due(runtime, "w")
    at_night = [message.subject for message in sms(runtime).sent.values()]
    runtime.clock.set(datetime(2026, 11, 22, 23, 59, tzinfo=UTC))  # Monday, 07:59
    jobs.run_due(runtime, "w")
    before = len(sms(runtime).sent)
    runtime.clock.advance(timedelta(minutes=1))
    jobs.run_due(runtime, "w")

    assert at_night == ["催办：补充材料"]
    assert (before, len(sms(runtime).sent)) == (1, 2)
    assert {message.to for message in sms(runtime).sent.values()} == {PHONE}


@pytest.mark.parametrize(
    ("now", "at"),
    [
        ("2026-11-20T15:00+08:00", "2026-11-20T15:00+08:00"),
        ("2026-11-20T07:00+08:00", "2026-11-20T08:00+08:00"),
        ("2026-11-19T21:00+08:00", "2026-11-20T08:00+08:00"),
        ("2026-09-30T22:00+08:00", "2026-10-08T08:00+08:00"),  # the holiday lies between
        ("2026-10-10T12:00+08:00", "2026-10-10T12:00+08:00"),  # a Saturday that is worked
    ],
)
def test_quiet_hours_end_on_a_working_morning(now, at):
    hours = Hours(NotifyingHours(), WorkingCalendar())

    found = after_quiet(datetime.fromisoformat(now), preferences.default(uuid4()), hours)

    assert found == datetime.fromisoformat(at)


def test_a_digest_goes_out_on_the_next_working_day():
    hours = Hours(NotifyingHours(), WorkingCalendar())

    found = next_digest(datetime.fromisoformat("2026-11-20T08:30+08:00"), hours)

    assert found == datetime.fromisoformat("2026-11-23T08:30+08:00")


def test_a_digest_gathers_what_is_neither_urgent_nor_statutory(case, runtime, desk):
    wish(desk, "lead-op", wants_digest=True)
    for number in range(3):
        notify(runtime, case, ["lead-op"], f"occasion-{number}")
    notify(runtime, case, ["lead-op"], "occasion-9", "accepted", receipt_no="SL-1")
    jobs.run_due(runtime, "w")
    at_once = [mail.subject for mail in runtime.mailer.sent]

    runtime.clock.set(datetime(2026, 11, 23, 0, 30, tzinfo=UTC))
    runtime.mailer.failures = 1
    jobs.run_due(runtime, "w")
    notify(runtime, case, ["lead-op"], "too-late")
    runtime.clock.advance(timedelta(minutes=2))
    jobs.run_due(runtime, "w")

    assert at_once == ["申请已受理"]
    [digest] = runtime.mailer.sent[1:]
    assert digest.subject == "今日通知汇总（3 条）"
    assert digest.body.count("新意见：") == 3
    with unit_of_work(runtime.sessions) as session:
        parts = session.scalars(
            select(Delivery).where(Delivery.digest_id == UUID(digest.key))
        ).all()
        assert {part.state for part in parts} == {DeliveryState.DELIVERED}
        assert len(parts) == 3


def test_who_wants_sms_without_a_number_is_told_what_to_do(desk):
    with pytest.raises(InvalidError) as refused:
        wish(desk, "lead-op", by_sms=True)

    assert "by_sms" in refused.value.fields


# --- handed over, once -------------------------------------------------------------------------


@pytest.fixture
def texted(case, runtime, desk):
    wish(desk, "lead-op", PHONE, by_sms=True, by_mail=False)
    notify(runtime, case, ["lead-op"], "occasion-1")
    return case


def test_a_provider_whose_answer_was_lost_is_asked_before_anything_is_sent_again(texted, runtime):
    sms(runtime).lost_answers = 1
    jobs.run_due(runtime, "w")
    runtime.clock.advance(timedelta(minutes=2))

    jobs.run_due(runtime, "w")

    key = str(delivery(runtime, Channel.SMS).id)
    assert sms(runtime).asked == [key]
    assert [message.key for message in sms(runtime).tries] == [key]
    found = delivery(runtime, Channel.SMS)
    assert (found.state, found.reference) == (DeliveryState.DELIVERED, f"fake-{key}")


def test_a_worker_that_dies_between_sending_and_marking_tells_nobody_twice(texted, runtime):
    class DeadError(BaseException):
        """The process is gone."""

    sender, real = sms(runtime), sms(runtime).send

    def dies(message):
        real(message)
        raise DeadError

    sender.send = dies
    with pytest.raises(DeadError):
        jobs.run_due(runtime, "dies")
    sender.send = real
    runtime.clock.advance(jobs.LEASE + timedelta(seconds=1))

    jobs.run_due(runtime, "w")

    assert len(sender.tries) == len(sender.sent) == 1
    assert delivery(runtime, Channel.SMS).state is DeliveryState.DELIVERED


def test_a_provider_that_does_not_know_a_message_gets_it_again_unchanged(texted, runtime):
    sms(runtime).failures = 1
    jobs.run_due(runtime, "w")
    runtime.clock.advance(timedelta(minutes=2))

    jobs.run_due(runtime, "w")

    first, second = sms(runtime).tries
    assert first == second


def test_a_provider_that_refuses_for_good_makes_an_incident_at_once(texted, runtime):
    sms(runtime).refuses = True

    jobs.run_due(runtime, "w")

    with unit_of_work(runtime.sessions) as session:
        [incident] = session.scalars(select(Incident))
    assert (incident.code, incident.node_id) == ("DELIVERY", "sms")
    assert PHONE not in incident.message
    assert delivery(runtime, Channel.SMS).state is DeliveryState.FAILED


def test_a_restored_installation_asks_or_holds_what_was_unsent(texted, runtime, desk):
    notify(runtime, texted, ["lead-rep"], "occasion-1")
    key = str(delivery(runtime, Channel.SMS).id)
    gone_out = next(iter(sms(runtime).sent), None)
    with unit_of_work(runtime.sessions) as session:
        first = restoring.hold_unsent(session, runtime.clock.now())
    with unit_of_work(runtime.sessions) as session:
        second = restoring.hold_unsent(session, runtime.clock.now())

    jobs.run_due(runtime, "w")

    assert (gone_out, first, second) == (None, (1, 1), (1, 0))
    assert sms(runtime).asked == [key]
    assert runtime.mailer.sent == []
    with unit_of_work(runtime.sessions) as session:
        [incident] = session.scalars(select(Incident))
        incidents.resolve(session, incident.id, "owner", runtime.clock.now())
    jobs.run_due(runtime, "w")
    assert [mail.to for mail in runtime.mailer.sent] == ["lead-rep@example.org"]


def test_a_mail_job_of_an_earlier_release_is_still_sent_once(case, runtime):
    with unit_of_work(runtime.sessions) as session:
        person = session.scalars(select(Person.id).where(Person.login == "lead-op")).one()
        data = {"case_number": "X-1", "receipt_no": "SL-1"}
        payload = {"person": str(person), "template": "accepted", "data": data}
        session.add(
            Job(
                kind=JobKind.MAIL,
                case_id=case.id,
                dedupe_key="old",
                payload=payload,
                due_at=runtime.clock.now(),
            )
        )
    runtime.mailer.failures = 1
    jobs.run_due(runtime, "w")
    runtime.clock.advance(timedelta(minutes=2))

    jobs.run_due(runtime, "w")

    assert [mail.subject for mail in runtime.mailer.sent] == ["申请已受理"]


# --- 送达 --------------------------------------------------------------------------------------


def test_the_case_shows_what_was_told_to_whom_and_when_it_was_first_read(case, runtime, desk):
    lead = desk.actor("lead-op")
    runtime.clock.advance(timedelta(minutes=1))
    notify(runtime, case, ["lead-op"], "occasion-1")
    jobs.run_due(runtime, "w")
    with unit_of_work(runtime.sessions) as session:
        [note, *_] = mailbox.listed(session, runtime, lead, before=None, limit=5)
        runtime.clock.advance(timedelta(hours=1))
        mailbox.mark_read(session, runtime, lead, note["id"])
        read_at = runtime.clock.now()
        runtime.clock.advance(timedelta(hours=1))
        mailbox.mark_read(session, runtime, lead, note["id"])

    found = delivery(runtime, Channel.IN_APP)

    assert found.content["subject"] == note["subject"]
    assert found.read_at == read_at
    with unit_of_work(runtime.sessions) as session, pytest.raises(NotAllowedError):
        proofs.of_case(session, runtime, lead, case.id)


def test_officials_see_the_deliveries_with_addresses_masked(desk, runtime):
    case = desk.start("other")
    notify(runtime, case, ["lead-op"], "occasion-1")
    jobs.run_due(runtime, "w")

    reviewer = desk.actor("lj-reviewer")
    with unit_of_work(runtime.sessions) as session:
        rows = proofs.of_case(session, runtime, reviewer, case.id)

    mails = [row for row in rows if row["channel"] is Channel.MAIL]
    assert {row["address"] for row in mails} == {"le***@example.org"}
    assert {row["state"] for row in mails} == {DeliveryState.DELIVERED}


# --- an agency's own words ---------------------------------------------------------------------


def write(desk, event, subject, body, base=0, login="lj-owner"):
    actor, agency = desk.actor(login), desk.party("lj-sti")
    with unit_of_work(desk.runtime.sessions) as session:
        return texts.write(
            session,
            desk.runtime,
            actor,
            agency_id=agency,
            wanted=texts.Wording(event, "zh", subject, body),
            base_version=base,
            reason="用语更清楚",
        )


def test_an_agencys_own_words_hold_for_its_cases_and_can_be_taken_back(case, runtime, desk):
    write(desk, "comment_added", "请看意见：{case_number}", "请登录。")
    notify(runtime, case, ["lead-op"], "occasion-1")
    write(desk, "comment_added", None, None, base=1)
    notify(runtime, case, ["lead-op"], "occasion-2")

    jobs.run_due(runtime, "w")

    assert [mail.subject for mail in runtime.mailer.sent] == [
        f"请看意见：{case.number}",
        f"新意见：{case.title}",
    ]


def test_a_place_that_an_event_does_not_have_is_refused_by_name(desk):
    with pytest.raises(InvalidError) as refused:
        write(desk, "comment_added", "{case_number}", "{password}")

    assert list(refused.value.fields) == ["body"]
    assert "{password}" in refused.value.fields["body"][0]


def test_two_who_edit_the_same_text_do_not_overwrite_each_other(desk):
    write(desk, "comment_added", "甲", "甲")

    with pytest.raises(ConflictError):
        write(desk, "comment_added", "乙", "乙", login="lj-owner2")


def test_only_the_agencys_process_owners_write_its_texts(desk):
    for login in ("lj-clerk", "nb-owner", "lead-op"):
        with pytest.raises(NotAllowedError):
            write(desk, "comment_added", "甲", "甲", login=login)
    with pytest.raises(NotFoundError):
        write(desk, "no_such_event", "甲", "甲")


def test_every_version_stays_with_its_reason_and_author(desk, runtime):
    write(desk, "accepted", "受理了", "{receipt_no}")
    write(desk, "accepted", "已受理", "{receipt_no}", base=1, login="lj-owner2")

    owner, agency = desk.actor("lj-owner"), desk.party("lj-sti")
    with unit_of_work(runtime.sessions) as session:
        found = texts.history(session, owner, agency, "accepted")
        [shown] = [
            row
            for row in texts.listed(session, runtime, owner, agency)
            if row["event"] == "accepted"
        ]

    assert [row["version"] for row in found] == [2, 1]
    assert {row["reason"] for row in found} == {"用语更清楚"}
    zh, en = shown["texts"]
    assert (zh["subject"], zh["default_subject"], zh["version"]) == ("已受理", "申请已受理", 2)
    assert (en["is_own"], en["subject"]) == (False, "Application accepted")


def test_all_texts_on_disk_use_places_that_their_events_have(library):
    catalogue = library.notifications
    sources = [("shared", catalogue["events"])]
    sources += [(j.code, j.settings["notifications"]) for j in library.jurisdictions.values()]
    wrong = []
    for code, source in sources:
        for name, given in source.items():
            given = {k: v for k, v in given.items() if k in wording.LANGUAGES}
            used = wording.places_in(*(t for one in given.values() for t in one.values()))
            known = {*catalogue["common"], *(catalogue["events"][name].get("places") or {})}
            wrong += [(code, name, place) for place in used - known]

    assert wrong == []
