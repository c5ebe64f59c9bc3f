"""How somebody wants to be told: channels, language, quiet hours, the daily digest."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from services import jobs
from services.db.engine import unit_of_work
from services.db.models import Channel, Delivery, DeliveryState
from services.errors import InvalidError
from services.notifications import preferences
from services.notifications.channels import Hours, after_quiet, next_digest
from services.settings import NotifyingHours
from tests.services.notifications.telling import PHONE, delivery, notify, sms, wish
from workflows.calendar import WorkingCalendar


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
