"""催办, 抄送, 意见 and 常用语: who may, whom they reach, and that nobody comes to see a case by them."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from services import audit, case_pages, comments, copies, files, phrases, reminders
from services.comments import Remark
from services.db.engine import unit_of_work
from services.db.models import AuditEntry, Notification
from services.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from services.scenarios.samples import sample


@pytest.fixture
def by(desk, runtime):
    """Does something as somebody, in a transaction of its own."""

    def act(login, service, *given, **more):
        actor = desk.actor(login)
        with unit_of_work(runtime.sessions) as session:
            return service(session, runtime, actor, *given, **more)

    return act


@pytest.fixture
def see(desk, runtime):
    """Reads something as somebody."""

    def look(login, service, *given, **more):
        actor = desk.actor(login)
        with unit_of_work(runtime.sessions) as session:
            return service(session, actor, *given, **more)

    return look


@pytest.fixture
def case(desk):
    """A case that waits for the reviewers."""
    return desk.start("other")


def told(runtime, desk, login, template):
    person_id = desk.actor(login).person_id
    with unit_of_work(runtime.sessions) as session:
        rows = session.scalars(
            select(Notification).where(
                Notification.person_id == person_id, Notification.template == template
            )
        )
        return len(rows.all())


def test_a_reminder_reaches_the_holders_once_in_24_hours_for_each_asker(desk, runtime, by, case):
    by("lead-op", reminders.remind, case.id, "请尽快")

    assert told(runtime, desk, "lj-reviewer", "case_reminded") == 1
    assert told(runtime, desk, "lj-clerk", "case_reminded") == 0
    runtime.clock.advance(timedelta(hours=23, minutes=59))
    with pytest.raises(ConflictError, match="2026-11-21 09:00后可以再次催办") as caught:
        by("lead-op", reminders.remind, case.id, "快")
    assert caught.value.code == "REMINDED_RECENTLY"
    assert caught.value.details["again_at"] == "2026-11-21T01:00:00+00:00"
    shown = by("lead-op", reminders.of_case, case.id)
    assert (shown["may_remind"], len(shown["items"])) == (False, 1)
    by("lj-clerk", reminders.remind, case.id, None)  # somebody else's count is their own
    runtime.clock.advance(timedelta(minutes=1))
    by("lead-op", reminders.remind, case.id, None)

    assert len(by("lj-owner", reminders.of_case, case.id)["items"]) == 3
    assert len(by("lead-rep", reminders.of_case, case.id)["items"]) == 0
    with unit_of_work(runtime.sessions) as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.what == "case.reminded"))
        assert len(entries.all()) == 3
        assert [finding for finding in audit.verify(session) if finding] == []


def test_nobody_urges_themself_nor_a_case_they_do_not_see(by, case):
    with pytest.raises(ConflictError, match="没有等待他人办理"):
        by("lj-reviewer", reminders.remind, case.id, None)
    for login in ("lj-finance", "upstream-op"):
        with pytest.raises(NotFoundError):
            by(login, reminders.remind, case.id, None)


def test_two_reminders_at_once_are_one(by, case, at_once):
    def act(_number):
        try:
            return by("lead-op", reminders.remind, case.id, None)
        except ConflictError as refusal:
            return refusal

    found = at_once(3, act)

    assert sum(isinstance(each, ConflictError) for each in found) == 2


def test_a_copy_is_read_once_and_its_sender_sees_when(desk, runtime, by, see, case):
    clerk = desk.actor("lj-clerk").person_id
    sent = by("lj-reviewer", copies.send, case.id, people=[clerk], note="请知悉")

    assert [(r["person"], r["read_at"]) for r in sent["receipts"]] == [("陈一（受理）", None)]
    assert see("lj-clerk", copies.unread) == 1
    [got] = see("lj-clerk", copies.received, after=None, limit=9)
    assert (got["note"], got["sender"], got["case"].id) == ("请知悉", "周三（审核）", case.id)
    first = by("lj-clerk", copies.read, sent["id"])["read_at"]
    runtime.clock.advance(timedelta(hours=1))
    assert by("lj-clerk", copies.read, sent["id"])["read_at"] == first
    assert see("lj-clerk", copies.unread) == 0
    [shown] = see("lj-reviewer", copies.sent, case.id)
    assert shown["receipts"][0]["read_at"] == first
    assert see("lj-clerk", copies.sent, case.id) == []
    assert told(runtime, desk, "lj-clerk", "case_copied") == 1
    with unit_of_work(runtime.sessions) as session:
        assert session.scalars(select(AuditEntry).where(AuditEntry.what == "case.copied")).one()


def test_a_copy_goes_only_to_people_who_see_the_case_already(desk, by, see, case):
    for login in ("lj-finance", "upstream-op", "expert1"):
        with pytest.raises(InvalidError, match="已经可以看到本办件"):
            people = [desk.actor("lj-clerk").person_id, desk.actor(login).person_id]
            by("lj-reviewer", copies.send, case.id, people=people, note=None)
        with pytest.raises(NotFoundError):
            see(login, case_pages.visible, case.id)
    names = {row["name"] for row in see("lj-reviewer", copies.candidates, case.id, "")}
    assert "陈一（受理）" in names
    assert "许一（经办）" in names  # the applicant sees it too
    assert not {"韩乙（财政部门）", "周三（审核）"} & names
    assert [r["name"] for r in see("lj-reviewer", copies.candidates, case.id, "陈")] == [
        "陈一（受理）"
    ]


def test_only_officials_send_copies(desk, by, see, case):
    people = [desk.actor("lead-rep").person_id]
    with pytest.raises(NotAllowedError):
        by("lead-op", copies.send, case.id, people=people, note=None)
    with pytest.raises(NotAllowedError):
        see("lead-op", copies.candidates, case.id, "")


def test_a_copy_of_somebody_else_is_nobodys_to_read(desk, by, case):
    clerk = desk.actor("lj-clerk").person_id
    sent = by("lj-reviewer", copies.send, case.id, people=[clerk], note=None)

    for login in ("lj-clerk2", "lead-op", "lj-reviewer"):
        with pytest.raises(NotFoundError):
            by(login, copies.read, sent["id"])


def upload(by, login):
    source = io.BytesIO(sample("a.pdf", 2_000))
    return by(login, files.take_in, name="说明.pdf", source=source).id


@pytest.mark.parametrize(
    ("audience", "readers"),
    [
        ("agency", {"lj-clerk", "lj-owner"}),
        ("applicant", {"lj-clerk", "lj-owner", "lead-op", "lead-rep"}),
        ("experts", {"lj-clerk", "lj-owner"}),
    ],
)
def test_the_file_of_a_comment_is_read_by_its_audience_alone(by, see, case, audience, readers):
    file_id = upload(by, "lj-reviewer")
    by("lj-reviewer", comments.add, case.id, Remark(audience, "请看附件", [file_id]))

    found = set()
    for login in ("lj-clerk", "lj-owner", "lead-op", "lead-rep", "lj-finance", "upstream-op"):
        try:
            see(login, files.visible, file_id)
        except NotFoundError:
            continue
        found.add(login)
    assert found == readers
    [shown] = see("lj-clerk", comments.of_case, case.id)
    assert [file.id for file in shown["files"]] == [file_id]


def test_a_comment_tells_its_audience_and_stands_in_the_chain(desk, runtime, by, see, case):
    by("lj-reviewer", comments.add, case.id, Remark("applicant", "请补充说明", []))
    by("lead-op", comments.add, case.id, Remark("applicant", "已补充", []))

    assert told(runtime, desk, "lead-op", "comment_added") == 1
    assert told(runtime, desk, "lj-reviewer", "comment_added") == 0  # has no part in it yet
    with unit_of_work(runtime.sessions) as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.what == "comment.added"))
        assert {e.payload["audience"] for e in entries} == {"applicant"}
    line = {each["what"] for each in see("lead-op", case_pages.timeline, case.id)}
    assert "comment.added" not in line


def test_a_comment_takes_only_ones_own_fresh_uploads(by, case):
    file_id = upload(by, "lj-clerk")
    with pytest.raises(InvalidError, match="附件"):
        by("lj-reviewer", comments.add, case.id, Remark("agency", "看", [file_id]))


def test_one_writes_only_for_whom_one_may(see, case):
    values = {
        login: [row["value"] for row in see(login, comments.audiences, case.id)]
        for login in ("lj-clerk", "lead-op")
    }
    assert values == {"lj-clerk": ["agency", "applicant", "experts"], "lead-op": ["applicant"]}


def test_phrases_are_ones_own_in_ones_own_order(see):
    see("lj-clerk", phrases.add, "同意。")
    see("lj-clerk", phrases.add, "请补充材料。")
    [one, two] = see("lj-clerk", phrases.listed)
    with pytest.raises(ConflictError, match="已有同样"):
        see("lj-clerk", phrases.add, "同意。")

    ordered = see("lj-clerk", phrases.reorder, [two.id, one.id])

    assert [row.text for row in ordered] == ["请补充材料。", "同意。"]
    assert see("lj-clerk2", phrases.listed) == []
    with pytest.raises(NotFoundError):
        see("lj-clerk2", phrases.delete, one.id)
    with pytest.raises(InvalidError):
        see("lj-clerk", phrases.reorder, [one.id])
    assert [row.text for row in see("lj-clerk", phrases.delete, two.id)] == ["同意。"]
