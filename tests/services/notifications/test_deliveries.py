"""Handed over once, whatever dies or gets lost, and on record."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from services import incidents, jobs, mailbox
from services.db.engine import unit_of_work
from services.db.models import Channel, Delivery, DeliveryState, Incident, Job, JobKind, Person
from services.errors import NotAllowedError
from services.notifications import deliveries, proofs, restoring
from tests.services.notifications.telling import PHONE, delivery, notify, sms, wish


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


def test_a_mail_is_noted_as_sent_once_the_database_is_back(case, runtime, desk):
    wish(desk, "lead-op", by_mail=True)
    notify(runtime, case, ["lead-op"], "occasion-1")
    refusals = iter([True, True, False])

    def away_for_a_while(_connection):
        if runtime.mailer.sent and next(refusals, False):
            raise OperationalError("BEGIN", {}, ConnectionError("the server is gone"))

    event.listen(runtime.sessions.kw["bind"], "begin", away_for_a_while)
    jobs.run_due(runtime, "w")
    runtime.clock.advance(jobs.LEASE * 10)
    jobs.run_due(runtime, "w")

    assert next(refusals, None) is None
    assert len(runtime.mailer.sent) == len({mail.key for mail in runtime.mailer.sent})
    assert delivery(runtime, Channel.MAIL).state is DeliveryState.DELIVERED


def test_a_worker_that_lost_its_lease_marks_nothing(texted, runtime):
    slow = jobs.claim_next(runtime, "slow")
    runtime.clock.advance(jobs.LEASE + timedelta(seconds=1))
    quick = jobs.claim_next(runtime, "quick")
    assert (slow.id, slow.attempt + 1) == (quick.id, quick.attempt)

    jobs.run(runtime, slow)
    assert delivery(runtime, Channel.SMS).state is DeliveryState.SENDING
    jobs.run(runtime, quick)

    assert delivery(runtime, Channel.SMS).state is DeliveryState.DELIVERED
    assert len(sms(runtime).sent) == 1


def test_a_delivery_that_cannot_be_begun_holds_up_no_other(texted, runtime, desk, monkeypatch):
    broken = delivery(runtime, Channel.SMS).id
    real = deliveries.begin

    def begin(session, delivery_id):
        if delivery_id == broken:
            raise ValueError("what is stored cannot be read")
        return real(session, delivery_id)

    monkeypatch.setattr(deliveries, "begin", begin)
    notify(runtime, texted, ["lead-op"], "occasion-2")
    jobs.run_due(runtime, "w")

    with unit_of_work(runtime.sessions) as session:
        waiting = session.scalars(select(Job).where(Job.done_at.is_(None))).all()
    assert [job.payload["delivery"] for job in waiting] == [str(broken)]
    assert waiting[0].attempts == 1
    assert waiting[0].last_error == "ValueError"
    assert len(sms(runtime).sent) == 1


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


def test_one_finds_ones_notifications_by_case_and_reads_all_up_to_what_one_saw(case, runtime, desk):
    lead = desk.actor("lead-op")
    for occasion in ("occasion-1", "occasion-2"):
        runtime.clock.advance(timedelta(minutes=1))
        notify(runtime, case, ["lead-op"], occasion)
    everything = {"before": None, "limit": 50}
    with unit_of_work(runtime.sessions) as session:
        newest, seen, *_ = mailbox.listed(session, runtime, lead, **everything)
        found = mailbox.listed(session, runtime, lead, search=case.number, **everything)
        assert {one["case_id"] for one in found} == {case.id}
        assert not mailbox.listed(session, runtime, lead, search="%", **everything)

        left = mailbox.mark_all_read(session, runtime, lead, seen["sent_at"])

        unread = mailbox.listed(session, runtime, lead, unread_only=True, **everything)
        assert [one["id"] for one in unread] == [newest["id"]]
        assert left == {"unread": 1}
        mailbox.mark_all_read(session, runtime, lead, newest["sent_at"])
        rows = mailbox.listed(session, runtime, lead, **everything)
        assert all(one["read_at"] for one in rows)
        in_app = select(Delivery.read_at).where(Delivery.channel == Channel.IN_APP)
        assert all(session.scalars(in_app.where(Delivery.person_id == lead.person_id)))


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
