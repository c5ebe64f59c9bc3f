"""Cases move to the version that new cases start with, or are told why they stay."""

import pytest

from services.db.engine import unit_of_work
from services.db.models import AuditEntry, Case
from services.errors import ConflictError, NotAllowedError, NotFoundError
from services.migrating import moving
from tests.services.migrating.conftest import INTENT, Owner
from tests.services.operations.operating import UNIT
from workflows.errors import IncidentError


@pytest.fixture
def case(desk):
    """A case whose lead lists the units to invite."""
    return desk.start()


def test_a_case_goes_on_with_what_the_new_version_says_of_the_step(case, desk, owner):
    to = owner.publish(("提出拟邀单位和分工", "提出拟邀请的单位"), path=INTENT)

    [group] = owner.plan()["groups"]
    assert (group["light"], [c["id"] for c in group["cases"]]) == ("green", [case.id])
    moved = owner.move(case, to)

    assert (moved["from_version"], moved["to_version"]) == (1, 2)
    assert owner.open_tasks(case) == [("list_candidates", "提出拟邀请的单位")]
    assert owner.plan()["groups"] == []
    desk.complete("lead-op", desk.task(case), {"candidates": [UNIT]})


def test_a_step_that_has_another_name_now_takes_a_mapping(case, owner):
    to = owner.publish(("list_candidates", "name_candidates"), path=INTENT)

    [group] = owner.plan()["groups"]
    [reason] = group["reasons"]
    assert (group["light"], reason["code"]) == ("amber", "MISSING")
    assert [c["id"] for c in reason["choices"]] == ["name_candidates"]
    with pytest.raises(ConflictError, match="新版本没有步骤"):
        owner.move(case, to)

    [group] = owner.plan(list_candidates="name_candidates")["groups"]
    assert group["light"] == "green"
    owner.move(case, to, list_candidates="name_candidates")

    assert owner.open_tasks(case)[0][0] == "name_candidates"


def test_a_running_limit_stays_where_it_was_and_a_changed_one_keeps_its_case(case, desk, owner):
    desk.complete("lead-op", desk.task(case), {"candidates": [UNIT]})
    before = owner.kept(case)
    assert before["deadlines"]
    to = owner.publish(("提出拟邀单位和分工", "提出拟邀请的单位"), path=INTENT)
    owner.move(case, to)
    after = owner.kept(case)
    assert [d["due_at"] for d in after["deadlines"]] == [d["due_at"] for d in before["deadlines"]]
    timers = [(j["kind"], j["due_at"], j["dedupe_key"]) for j in before["jobs"]]
    assert [(j["kind"], j["due_at"], j["dedupe_key"]) for j in after["jobs"]] == timers

    to = owner.publish(('"=profile.intent.reply_days"', '"12"'), path=INTENT)
    [group] = owner.plan()["groups"]
    assert (group["light"], [r["code"] for r in group["reasons"]]) == ("red", ["TIMER"])
    with pytest.raises(ConflictError, match="不能迁移"):
        owner.move(case, to)
    assert owner.kept(case) == after


def test_what_only_hangs_on_a_step_that_can_be_mapped_is_not_told(case, desk, owner):
    desk.complete("lead-op", desk.task(case), {"candidates": [UNIT]})
    to = owner.publish(('"intent_no_answer"', '"intent_no_reply"'), path=INTENT)

    [group] = owner.plan()["groups"]
    [reason] = group["reasons"]
    assert (group["light"], reason["code"]) == ("amber", "MISSING")
    assert [c["id"] for c in reason["choices"]] == ["intent_no_reply"]

    owner.move_as_rehearsed(case, to, intent_no_answer="intent_no_reply")


def test_after_undoing_it_a_case_is_as_it_was(case, desk, owner):
    desk.complete("lead-op", desk.task(case), {"candidates": [UNIT]})
    before = owner.kept(case)
    to = owner.publish(("intent_reply", "intent_answer"), path=INTENT)
    owner.move(case, to, intent_reply="intent_answer")
    assert owner.kept(case) != before

    owner.undo(case)

    assert owner.kept(case) == before
    with pytest.raises(NotFoundError):
        owner.undo(case)


def test_once_the_case_has_been_worked_on_a_move_stays(case, desk, owner):
    owner.move(case, owner.publish(("提出拟邀单位和分工", "提出单位"), path=INTENT))
    desk.complete("lead-op", desk.task(case), {"candidates": [UNIT]})

    with pytest.raises(ConflictError, match="已有办理"):
        owner.undo(case)


def test_a_case_that_the_law_has_watched_does_not_change_its_law(case, owner):
    to = owner.publish(("  text: ", "  remark: 修订\n  text: "), path="invariants.yaml")

    [group] = owner.plan()["groups"]

    assert (group["light"], [r["code"] for r in group["reasons"]]) == ("red", ["LAW"])
    with pytest.raises(ConflictError, match="不变式有变化"):
        owner.move(case, to)


def test_a_move_is_in_the_chain_and_only_owners_make_one(case, desk, owner):
    to = owner.publish(("提出拟邀单位和分工", "提出单位"), path=INTENT)
    for login in ("lead-op", "lj-reviewer"):
        with pytest.raises((NotAllowedError, NotFoundError)):
            Owner(desk, login).move(case, to)
    with pytest.raises(ConflictError, match="又有了新版本"):
        owner.move(case, "0" * 64)

    owner.move(case, to)

    with unit_of_work(desk.runtime.sessions) as session:
        row = session.get_one(Case, case.id)
        entry = session.get_one(AuditEntry, (case.id, row.audit_seq))
    assert (entry.what, entry.payload["reason"]) == (moving.MIGRATED, "办法修订")
    assert entry.payload["to_hash"] == row.bundle_hash == to


def test_a_mapping_cannot_put_a_case_where_the_law_does_not_let_it(case, owner):
    before = owner.kept(case)
    to = owner.publish(
        ("list_candidates", "name_candidates"),
        ('id="name_candidates"', 'id="name_candidates" liancheng:activityCode="A-DECIDE"'),
        path=INTENT,
    )

    with pytest.raises(IncidentError, match="违反不变式") as refused:
        owner.move(case, to, list_candidates="name_candidates")

    assert refused.value.case_id == case.id
    assert owner.kept(case) == before
