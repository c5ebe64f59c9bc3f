"""转办, 委派, 加签: who may, on what, what the other sees, and what stands in the audit chain."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from services import audit, case_pages, cases, inbox, tasks
from services.db.engine import unit_of_work
from services.db.models import (
    AuditEntry,
    Countersign,
    CountersignOpinion,
    CountersignTiming,
    Decision,
    Notification,
    Person,
    Task,
)
from services.errors import (
    ConflictError,
    DomainError,
    InvalidError,
    NotAllowedError,
    NotFoundError,
    TaskTakenError,
)
from services.handling import countersigns, delegations, overview, transfers
from services.handling.countersigns import Question
from workflows.bundles.handling import Act

PROCEED = {"decision": "proceed", "reasons": "研发总部在区内"}
BEFORE, AFTER = CountersignTiming.BEFORE, CountersignTiming.AFTER


@pytest.fixture
def by(desk, runtime):
    """Does something as somebody, in a transaction of its own."""

    def act(login, service, *given, **more):
        actor = desk.actor(login)
        with unit_of_work(runtime.sessions) as session:
            return service(session, runtime, actor, *given, **more)

    return act


@pytest.fixture
def people(desk):
    """The id of a sample person."""
    return lambda login: desk.actor(login).person_id


@pytest.fixture
def task(desk):
    """A task of the reviewers."""
    return desk.task(desk.start("other"))


@pytest.fixture
def chain(runtime):
    """The acts of a case and their payloads, without the steps."""

    def read(case_id):
        with unit_of_work(runtime.sessions) as session:
            assert [finding for finding in audit.verify(session) if finding] == []
            rows = session.scalars(
                select(AuditEntry).where(AuditEntry.case_id == case_id).order_by(AuditEntry.seq)
            )
            return [(row.what, row.payload) for row in rows if "passed" not in row.payload]

    return read


def told(runtime, person_id):
    with unit_of_work(runtime.sessions) as session:
        rows = select(Notification.template).where(Notification.person_id == person_id)
        return set(session.scalars(rows))


def change(runtime, task, **values):
    with unit_of_work(runtime.sessions) as session:
        row = session.get_one(Task, task.id)
        for name, value in values.items():
            setattr(row, name, value)


def test_a_task_is_handed_on_and_the_other_decides_it(desk, runtime, by, people, task, chain):
    by("lj-reviewer", transfers.transfer, task.id, to=people("lj-reviewer2"), reason="出差")

    with pytest.raises(NotAllowedError, match="已由他人签收"):
        desk.complete("lj-reviewer", task, PROCEED)
    with pytest.raises(NotAllowedError):
        by("lj-reviewer", transfers.transfer, task.id, to=people("lj-reviewer2"), reason="又")
    desk.complete("lj-reviewer2", task, PROCEED)

    [(what, payload)] = chain(task.case_id)
    assert what == "task.transferred"
    assert payload["reason"] == "出差"
    assert (payload["from"], payload["to"]) == (
        str(people("lj-reviewer")),
        str(people("lj-reviewer2")),
    )
    assert "task_transferred" in told(runtime, people("lj-reviewer2"))
    shown = overview_of(runtime, desk, "lj-clerk", task)
    assert [row["to"] for row in shown["transfers"]] == ["吴四（审核）"]
    assert overview_of(runtime, desk, "lead-op", task)["transfers"] == []


def overview_of(runtime, desk, login, task):
    actor = desk.actor(login)
    with unit_of_work(runtime.sessions) as session:
        return overview.of_task(session, runtime, actor, task.id)


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ("lj-clerk", "没有这项任务的角色"),
        ("lj-finance", "本机关"),
        ("lead-op", "本机关"),
        ("lj-reviewer", "本机关"),
    ],
)
def test_only_a_colleague_with_the_role_receives_a_task(by, people, task, to, why):
    with pytest.raises(InvalidError, match=why) as caught:
        by("lj-reviewer", transfers.transfer, task.id, to=people(to), reason="出差")
    assert "to" in caught.value.fields


def test_somebody_switched_off_receives_nothing(runtime, by, people, task):
    to = people("lj-reviewer2")
    with unit_of_work(runtime.sessions) as session:
        session.get_one(Person, to).is_active = False

    with pytest.raises(InvalidError, match="在职"):
        by("lj-reviewer", transfers.transfer, task.id, to=to, reason="出差")


def test_duties_stay_separate_for_whoever_receives_or_prepares(runtime, by, people, task):
    done = uuid4()
    with unit_of_work(runtime.sessions) as session:
        session.add(
            Task(
                id=done, case_id=task.case_id, node_id="earlier", process_id="p", name="先前的环节",
                form_id=task.form_id, role="authority_reviewer", party_id=task.party_id,
                status="done", opened_at=task.opened_at, due_at=task.due_at,
            )
        )  # fmt: skip
    doer = people("lj-reviewer2")
    with unit_of_work(runtime.sessions) as session:
        session.add(
            Decision(
                case_id=task.case_id, task_id=done, node_id="earlier", role="authority_reviewer",
                person_id=doer, answers={}, answers_sha256="0", made_at=task.opened_at,
            )
        )  # fmt: skip
    change(runtime, task, separate_from=["earlier"])

    with pytest.raises(InvalidError, match="职责分离"):
        by("lj-reviewer", transfers.transfer, task.id, to=doer, reason="出差")
    with pytest.raises(InvalidError, match="职责分离"):
        by("lj-reviewer", delegations.delegate, task.id, to=doer, note="请核对")


def test_who_may_not_do_a_task_may_not_hand_it_on_either(by, people, task):
    for login in ("lj-clerk", "lead-op", "lj-owner"):
        with pytest.raises(NotAllowedError, match="不是交给您"):
            by(login, transfers.transfer, task.id, to=people("lj-reviewer2"), reason="出差")
    with pytest.raises(NotFoundError):
        by("lj-finance", transfers.transfer, task.id, to=people("lj-reviewer2"), reason="出差")


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        ("A-DECIDE", {Act.DELEGATE}),
        ("A-SEAL", {Act.DELEGATE, Act.COUNTERSIGN}),
        ("A-ACK", {Act.DELEGATE, Act.COUNTERSIGN}),
        ("A-EXPERT", {Act.TRANSFER, Act.DELEGATE, Act.COUNTERSIGN}),
        ("A-NOT-LISTED", {Act.TRANSFER, Act.DELEGATE, Act.COUNTERSIGN}),
        (None, set()),
    ],
)
def test_the_bundle_says_which_acts_a_task_admits(runtime, desk, by, people, task, code, refused):
    change(runtime, task, activity_code=code)
    to = people("lj-reviewer2")
    attempts = {
        Act.DELEGATE: lambda: by("lj-reviewer", delegations.delegate, task.id, to=to, note="请"),
        Act.COUNTERSIGN: lambda: by(
            "lj-reviewer", countersigns.ask, task.id, Question(to, BEFORE, "可否")
        ),
        Act.TRANSFER: lambda: by("lj-reviewer", transfers.transfer, task.id, to=to, reason="出差"),
    }

    shown = {row["act"]: row for row in overview_of(runtime, desk, "lj-reviewer", task)["acts"]}
    for act in (Act.DELEGATE, Act.COUNTERSIGN, Act.TRANSFER):
        assert shown[act.value]["is_allowed"] == (act not in refused)
        if act in refused:
            assert shown[act.value]["reason"]
            with pytest.raises(NotAllowedError) as caught:
                attempts[act]()
            assert caught.value.message == shown[act.value]["reason"]


def test_a_task_given_by_name_stays_with_that_person(runtime, by, people, task):
    change(runtime, task, person_id=people("lj-reviewer"))

    with pytest.raises(NotAllowedError, match="指定由本人办理"):
        by("lj-reviewer", transfers.transfer, task.id, to=people("lj-reviewer2"), reason="出差")


def test_a_colleague_prepares_and_whoever_delegated_decides(desk, runtime, by, people, task, chain):
    by("lj-reviewer", delegations.delegate, task.id, to=people("lj-clerk"), note="核对注册地")

    with pytest.raises(NotAllowedError, match="已委派陈一"):
        desk.complete("lj-reviewer", task, PROCEED)
    with pytest.raises(NotAllowedError, match="不是交给您"):
        desk.complete("lj-clerk", task, PROCEED)
    with pytest.raises(ConflictError, match="已委派陈一"):
        by("lj-reviewer", tasks.release, task.id)
    page = by("lj-clerk", tasks.page, task.id)
    assert (page["may_act"], page["may_prepare"]) == (False, True)
    by("lj-clerk", tasks.save_draft, task.id, PROCEED, None)
    [asked] = asked_of(runtime, desk, "lj-clerk")["delegations"]
    assert (asked["note"], asked["task_name"]) == ("核对注册地", task.name)
    by("lj-clerk", delegations.hand_back, task.id, answers=PROCEED, note="已核对，在区内")

    assert asked_of(runtime, desk, "lj-clerk")["delegations"] == []
    assert by("lj-reviewer", tasks.page, task.id)["draft"].answers == PROCEED
    with pytest.raises(NotAllowedError):
        by("lj-clerk", tasks.save_draft, task.id, PROCEED, None)
    desk.complete("lj-reviewer", task, PROCEED)
    with unit_of_work(runtime.sessions) as session:
        [decision] = session.scalars(select(Decision).where(Decision.task_id == task.id))
    assert decision.person_id == people("lj-reviewer")
    assert [what for what, _payload in chain(task.case_id)] == [
        "task.delegated",
        "task.delegation_returned",
    ]
    assert "delegation_returned" in told(runtime, people("lj-reviewer"))


def asked_of(runtime, desk, login):
    actor = desk.actor(login)
    with unit_of_work(runtime.sessions) as session:
        return overview.asked_of(session, actor)


def test_what_is_delegated_may_be_taken_back_meanwhile(desk, by, people, task):
    by("lj-reviewer", delegations.delegate, task.id, to=people("lj-clerk"), note="核对")
    with pytest.raises(NotAllowedError, match="只有委派人"):
        by("lj-clerk", delegations.take_back, task.id)

    by("lj-reviewer", delegations.take_back, task.id)

    with pytest.raises(ConflictError, match="没有委派"):
        by("lj-clerk", delegations.hand_back, task.id, answers={}, note="晚了")
    with pytest.raises(ConflictError, match="没有委派"):
        by("lj-reviewer", delegations.take_back, task.id)
    desk.complete("lj-reviewer", task, PROCEED)


def test_a_draft_of_ones_own_is_not_overwritten_by_what_was_prepared(by, people, task):
    own = PROCEED | {"reasons": "自己写的"}
    by("lj-reviewer", tasks.save_draft, task.id, own, None)
    by("lj-reviewer", delegations.delegate, task.id, to=people("lj-clerk"), note="核对")
    by("lj-clerk", delegations.hand_back, task.id, answers=PROCEED, note="好")

    assert by("lj-reviewer", tasks.page, task.id)["draft"].answers == own
    [row] = by("lj-reviewer", overview.of_task, task.id)["delegations"]
    assert row["answers"] == PROCEED


def test_asked_before_a_colleague_sees_nothing_of_the_draft_asked_after_what_was_saved(
    desk, by, people, task, chain
):
    clerk, second = people("lj-clerk"), people("lj-reviewer2")
    with pytest.raises(ConflictError, match="请先保存草稿"):
        by("lj-reviewer", countersigns.ask, task.id, Question(second, AFTER, "是否同意"))
    by("lj-reviewer", tasks.save_draft, task.id, PROCEED, None)
    before = by("lj-reviewer", countersigns.ask, task.id, Question(clerk, BEFORE, "在区内吗"))
    after = by("lj-reviewer", countersigns.ask, task.id, Question(second, AFTER, "是否同意"))
    by("lj-reviewer", tasks.save_draft, task.id, PROCEED | {"reasons": "改了"}, None)

    seen = {row["id"]: row for row in by("lj-clerk", overview.of_task, task.id)["countersigns"]}
    assert (seen[before.id]["shown"], seen[after.id]["shown"]) == (None, None)
    seen = {row["id"]: row for row in by("lj-reviewer2", overview.of_task, task.id)["countersigns"]}
    assert seen[after.id]["shown"] == PROCEED

    with pytest.raises(ConflictError, match="加签意见还没有答复"):
        desk.complete("lj-reviewer", task, PROCEED)
    with pytest.raises(NotAllowedError, match="还有加签没有答复"):
        by("lj-reviewer", transfers.transfer, task.id, to=second, reason="出差")
    with pytest.raises(ConflictError, match="加签意见"):
        by("lj-reviewer", tasks.release, task.id)
    agree, disagree = CountersignOpinion.AGREE, CountersignOpinion.DISAGREE
    with pytest.raises(InvalidError, match="请写明理由"):
        by("lj-reviewer2", countersigns.give, after.id, opinion=disagree, text="")
    by("lj-reviewer2", countersigns.give, after.id, opinion=disagree, text="证据不足")
    waiting = by("lj-clerk", overview.of_task, task.id)["countersigns"]
    assert [row["text"] for row in waiting] == [None, None]  # one's own opinion comes first
    by("lj-clerk", countersigns.give, before.id, opinion=agree, text="")
    with pytest.raises(ConflictError, match="已经答复"):
        by("lj-clerk", countersigns.give, before.id, opinion=agree, text="")

    desk.complete("lj-reviewer", task, PROCEED)  # what is advised never decides
    told_all = by("lj-clerk", overview.of_task, task.id)["countersigns"]
    assert {row["text"] for row in told_all} == {"", "证据不足"}
    whats = [what for what, _payload in chain(task.case_id)]
    assert whats == ["countersign.asked"] * 2 + ["countersign.given"] * 2


def test_only_the_asker_withdraws_a_question_and_then_decides(desk, by, people, task):
    clerk = people("lj-clerk")
    asked = by("lj-reviewer", countersigns.ask, task.id, Question(clerk, BEFORE, "可否"))
    with pytest.raises(ConflictError, match="已经请过"):
        by("lj-reviewer", countersigns.ask, task.id, Question(clerk, BEFORE, "再问"))
    for login in ("lj-clerk", "lj-reviewer2"):
        with pytest.raises(NotAllowedError, match="只有加签的发起人"):
            by(login, countersigns.withdraw, asked.id)
    with pytest.raises(NotFoundError):
        by("lead-op", countersigns.withdraw, asked.id)

    by("lj-reviewer", countersigns.withdraw, asked.id)

    with pytest.raises(ConflictError, match="减签"):
        by("lj-clerk", countersigns.give, asked.id, opinion=CountersignOpinion.AGREE, text="")
    desk.complete("lj-reviewer", task, PROCEED)


def test_no_act_shows_a_case_to_anybody_who_did_not_see_it(desk, runtime, by, people, task):
    every = [row for row in ("lj-finance", "lj-committee", "upstream-op", "expert1")]
    for to in every:
        with pytest.raises(InvalidError):
            by("lj-reviewer", delegations.delegate, task.id, to=people(to), note="请")
        with pytest.raises(InvalidError):
            by("lj-reviewer", countersigns.ask, task.id, Question(people(to), BEFORE, "可否"))
        with pytest.raises(InvalidError):
            by("lj-reviewer", transfers.transfer, task.id, to=people(to), reason="请")
        with pytest.raises(NotFoundError):
            by(to, overview.of_task, task.id)
        actor = desk.actor(to)
        with unit_of_work(runtime.sessions) as session:
            assert inbox.todo(session, actor, after=None, limit=9) == []
            assert inbox.cases_of(session, actor, before=None, limit=9) == []


def test_how_officials_share_their_work_is_not_on_the_time_line_of_applicants(
    desk, runtime, by, people, task
):
    asked = by("lj-reviewer", countersigns.ask, task.id, Question(people("lj-clerk"), BEFORE, "?"))
    by("lj-reviewer", countersigns.withdraw, asked.id)
    by("lj-reviewer", transfers.transfer, task.id, to=people("lj-reviewer2"), reason="出差")

    whats = {}
    for login in ("lead-op", "lj-clerk"):
        actor = desk.actor(login)
        with unit_of_work(runtime.sessions) as session:
            lines = case_pages.timeline(session, actor, task.case_id)
        whats[login] = {line["what"] for line in lines}
    assert not whats["lead-op"] & audit.INTERNAL
    assert {"countersign.asked", "task.transferred"} <= whats["lj-clerk"]


def test_on_a_task_that_has_ended_nothing_is_done_any_more(desk, by, people, task):
    desk.complete("lj-reviewer", task, PROCEED)

    with pytest.raises(TaskTakenError):
        by("lj-reviewer", transfers.transfer, task.id, to=people("lj-reviewer2"), reason="出差")
    with pytest.raises(TaskTakenError):
        by("lj-reviewer", delegations.delegate, task.id, to=people("lj-clerk"), note="请")
    acts = by("lj-reviewer", overview.of_task, task.id)["acts"]
    assert {row["act"]: row["is_allowed"] for row in acts} == {
        "transfer": False,
        "delegate": False,
        "countersign": False,
        "withdraw": True,
    }


def outcome(act):
    try:
        return act()
    except DomainError as refusal:
        return refusal


def test_a_transfer_and_a_completion_at_once_leave_one_story(desk, by, people, at_once, chain):
    to = people("lj-reviewer2")
    for _trial in range(5):
        task = desk.task(desk.start("other"))

        def act(number, task=task):
            if number:
                return by("lj-reviewer", transfers.transfer, task.id, to=to, reason="出差")
            return desk.complete("lj-reviewer", task, PROCEED)

        found = at_once(2, lambda n, a=act: outcome(lambda: a(n)))

        assert sum(isinstance(each, DomainError) for each in found) == 1
        transferred = [what for what, _p in chain(task.case_id)].count("task.transferred")
        assert transferred == (not isinstance(found[1], DomainError))


def test_an_opinion_and_its_withdrawal_at_once_leave_one_story(desk, runtime, by, people, at_once):
    for _trial in range(5):
        task = desk.task(desk.start("other"))
        question = Question(people("lj-clerk"), BEFORE, "可否")
        asked = by("lj-reviewer", countersigns.ask, task.id, question)

        def act(number, asked=asked):
            if number:
                return by("lj-reviewer", countersigns.withdraw, asked.id)
            agree = CountersignOpinion.AGREE
            return by("lj-clerk", countersigns.give, asked.id, opinion=agree, text="")

        found = at_once(2, lambda n, a=act: outcome(lambda: a(n)))

        assert sum(isinstance(each, DomainError) for each in found) == 1
        with unit_of_work(runtime.sessions) as session:
            row = session.get_one(Countersign, asked.id)
            assert (row.given_at is None) != (row.withdrawn_at is None)


def test_two_delegations_at_once_are_one(desk, by, people, at_once, task):
    to = [people("lj-clerk"), people("lj-clerk2")]

    found = at_once(
        2,
        lambda n: outcome(
            lambda: by("lj-reviewer", delegations.delegate, task.id, to=to[n], note="请")
        ),
    )

    assert sum(isinstance(each, DomainError) for each in found) == 1
