"""Review by a second person, publication on its date, and the way back."""

from datetime import date, timedelta

import pytest

from services import jurisdiction_audit, loading, mailbox, procedures
from services.background.chores import Chores
from services.db.engine import unit_of_work
from services.db.models import Case, Procedure
from services.errors import ConflictError, InvalidError, NotAllowedError
from services.studio import publications, reviews
from tests.services.studio.conftest import APPLICATION, DIAGRAM, SETTINGS


def current(studio):
    with unit_of_work(studio.desk.runtime.sessions) as session:
        return session.get_one(Procedure, APPLICATION).bundle_hash


def version_of(studio, case):
    with unit_of_work(studio.desk.runtime.sessions) as session:
        return session.get_one(Case, case.id).bundle_hash


def days_of(studio, bundle_hash):
    with unit_of_work(studio.desk.runtime.sessions) as session:
        return procedures.ready(session, bundle_hash).opened.profile["publicity"]["days"]


def test_running_cases_stay_on_their_version_and_new_ones_take_the_new_one(any_studio):
    before = any_studio.desk.start()
    old = current(any_studio)
    draft = any_studio.open()
    any_studio.set_days(draft, 7)

    any_studio.send(draft)
    assert current(any_studio) == old
    any_studio.decide(draft)

    after = any_studio.desk.start()
    assert version_of(any_studio, before) == old
    assert days_of(any_studio, version_of(any_studio, after)) == 7
    assert any_studio.shown(draft)["state"] == "PUBLISHED"
    with unit_of_work(any_studio.desk.runtime.sessions) as session:
        told = [each["what"] for each in jurisdiction_audit.listed(session, "liangjiang", 3)]
    assert told == ["publication.took_effect", "procedure.published", "draft.approved"]


def test_a_version_takes_effect_on_its_date_and_not_before(any_studio):
    old, draft = current(any_studio), any_studio.open()
    any_studio.set_days(draft, 7)
    any_studio.publish(draft, on=date(2026, 11, 23))

    assert version_of(any_studio, any_studio.desk.start()) == old
    any_studio.desk.runtime.clock.advance(timedelta(days=2, hours=14, minutes=59))
    assert version_of(any_studio, any_studio.desk.start()) == old
    any_studio.desk.runtime.clock.advance(timedelta(minutes=1))

    assert days_of(any_studio, version_of(any_studio, any_studio.desk.start())) == 7


def test_whoever_had_a_hand_in_a_draft_cannot_approve_it(studio):
    draft = studio.open("lj-owner2")
    studio.set_days(draft, 7)
    studio.send(draft)

    for login in ("lj-owner", "lj-owner2"):
        with pytest.raises(NotAllowedError, match="另一位流程负责人"):
            studio.decide(draft, login)


def test_a_returned_draft_is_mended_and_sent_again(studio):
    draft = studio.open()
    studio.set_days(draft, 6)
    studio.send(draft)
    with pytest.raises(ConflictError, match="复核"):
        studio.set_days(draft, 7)
    with pytest.raises(InvalidError, match="理由"):
        studio.decide(draft, is_approved=False)

    studio.decide(draft, is_approved=False, reason="应为七个工作日")
    studio.set_days(draft, 7)
    studio.publish(draft)

    told = studio.shown(draft)["reviews"]
    assert [each["is_approved"] for each in told] == [False, True]
    assert told[0]["reason"] == "应为七个工作日"
    assert days_of(studio, current(studio)) == 7


def test_nothing_with_an_error_goes_to_review(studio):
    draft = studio.open()
    studio.change(
        draft,
        DIAGRAM,
        lambda text: text.replace('calledElement="shared.publicity"', 'calledElement="nowhere"'),
    )

    with pytest.raises(ConflictError, match="错误") as refused:
        studio.send(draft)

    assert refused.value.code == "FINDINGS"
    assert {row["element_id"] for row in refused.value.details["findings"]} & {"publicity"}
    assert studio.shown(draft)["state"] == "EDITING"


def test_only_what_was_looked_at_can_be_approved(studio):
    draft = studio.open()
    studio.set_days(draft, 6)
    seen = studio.shown(draft)["digest"]
    studio.send(draft)
    studio.act("lj-owner", reviews.take_back, draft)
    studio.set_days(draft, 7)
    studio.send(draft)

    with pytest.raises(ConflictError, match="您看到的"):
        studio.decide(draft, digest=seen)


def test_a_draft_that_says_nothing_new_or_a_date_that_is_past_is_refused(studio):
    draft = studio.open()

    with pytest.raises(ConflictError, match="没有不同"):
        studio.send(draft)
    studio.set_days(draft, 7)
    with pytest.raises(InvalidError, match="生效日期"):
        studio.send(draft, on=date(2026, 11, 19))


def test_a_version_can_be_gone_back_to(studio):
    first = current(studio)
    draft = studio.open()
    studio.set_days(draft, 7)
    studio.publish(draft)

    back = studio.open(version=1)

    assert studio.changes(back) == [
        "参数“公示天数”由 7 个工作日改为 5 个工作日（法定参数，须与五(二)一致）"
    ]
    studio.publish(back)
    assert current(studio) == first


def test_a_draft_never_undoes_what_was_published_meanwhile(studio):
    mine, theirs = studio.open(), studio.open("lj-owner2")
    studio.change(theirs, "clauses.yaml", lambda text: text + "\n# 修订\n", "lj-owner2")
    studio.change(
        theirs, DIAGRAM, lambda t: t.replace("公示是否通过？", "公示通过吗？"), "lj-owner2"
    )
    studio.set_days(mine, 7)
    studio.send(theirs, "lj-owner2")
    studio.decide(theirs, "lj-owner")

    with pytest.raises(ConflictError) as refused:
        studio.send(mine)
    assert refused.value.code == "OUTDATED"
    studio.merge(mine)

    assert studio.changes(mine) == [
        "参数“公示天数”由 5 个工作日改为 7 个工作日（法定参数，须与五(二)一致）"
    ]
    assert "公示通过吗？" in studio.read(mine, DIAGRAM)["text"]


def test_files_that_both_sides_changed_are_named_and_not_merged_by_chance(studio):
    mine, theirs = studio.open(), studio.open("lj-owner2")
    studio.set_days(theirs, 9, "lj-owner2")
    studio.send(theirs, "lj-owner2")
    studio.decide(theirs, "lj-owner")
    studio.set_days(mine, 7)

    with pytest.raises(ConflictError) as refused:
        studio.merge(mine)
    assert refused.value.details["files"] == [SETTINGS]
    studio.merge(mine, keep=[SETTINGS])

    assert studio.changes(mine) == [
        "参数“公示天数”由 9 个工作日改为 7 个工作日（法定参数，须与五(二)一致）"
    ]


def test_loading_from_disk_leaves_what_people_published(studio):
    draft = studio.open()
    studio.set_days(draft, 7)
    studio.publish(draft)
    published = current(studio)

    with unit_of_work(studio.desk.runtime.sessions) as session:
        list(loading.load_all(session, studio.desk.runtime))
        publications.take_effect(session, studio.desk.runtime.clock.now(), APPLICATION)

    assert current(studio) == published


def test_a_worker_lets_a_version_take_effect_where_nobody_starts_a_case(studio):
    runtime, old, draft = studio.desk.runtime, current(studio), studio.open()
    studio.set_days(draft, 7)
    studio.publish(draft, on=date(2026, 11, 23))
    chores = Chores(runtime)

    chores.see_to()
    assert current(studio) == old
    runtime.clock.advance(timedelta(days=3))
    chores.see_to()

    assert days_of(studio, current(studio)) == 7


def test_the_second_person_is_told_and_the_author_hears_the_decision(studio):
    draft = studio.open()
    studio.set_days(draft, 7)
    studio.send(draft, note="按修订后的办法调整")
    assert told(studio, "lj-owner2") == ["待复核：产业创新联合体组建申请与审批"]
    assert told(studio, "lj-owner") == []

    studio.decide(draft, is_approved=False, reason="请写明修订的条款")

    assert told(studio, "lj-owner") == ["退回修改：产业创新联合体组建申请与审批"]
    assert len(told(studio, "lj-owner2")) == 1


def told(studio, login):
    """The subjects of what somebody has been told in the app."""
    actor = studio.desk.actor(login)
    with unit_of_work(studio.desk.runtime.sessions) as session:
        rows = mailbox.listed(session, studio.desk.runtime, actor, before=None, limit=20)
        return [row["subject"] for row in rows]
