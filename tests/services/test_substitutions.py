"""A substitute does what an absent colleague's roles ask: these days, these procedures, no more."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from services import case_pages, cases, inbox, substitutions, tasks
from services.db.engine import unit_of_work
from services.db.models import AuditEntry, Decision, Task
from services.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from services.substitutions import Absence
from services.workbench import lists
from services.workbench.case_lists import ListKind
from services.workbench.filters import Filters

PROCEED = {"decision": "proceed", "reasons": "研发总部在区内"}
TODAY = date(2026, 11, 20)  # of the fixtures' clock, in Shanghai


@pytest.fixture
def absence(desk):
    """Makes an absence of the reviewer, for whom the clerk stands in."""

    def make(principal="lj-reviewer", substitute="lj-clerk", **more):
        given = {
            "principal": desk.actor(principal).person_id,
            "substitute": desk.actor(substitute).person_id,
            "party": desk.party("lj-sti"),
            "starts_on": TODAY,
            "ends_on": TODAY + timedelta(days=2),
            "procedures": ["liangjiang.application"],
            "reason": "出差",
        }
        return Absence(**given | more)

    return make


@pytest.fixture
def set_by(desk, runtime):
    """Sets an absence as somebody."""

    def act(login, absence):
        with unit_of_work(runtime.sessions) as session:
            return substitutions.set_absence(session, runtime, desk.actor(login), absence)

    return act


def todo(desk, runtime, login):
    with unit_of_work(runtime.sessions) as session:
        rows = inbox.todo(session, desk.actor(login), after=None, limit=50)
        return [task.id for task, _case in rows]


def listed(desk, runtime, login, kind):
    with unit_of_work(runtime.sessions) as session:
        rows, _after = lists.page(
            session, runtime, desk.actor(login), kind,
            filters=Filters(), sort="due", after=None, limit=50,
        )  # fmt: skip
        return [(row["case"].id, row["on_behalf_of"]) for row in rows]


def test_the_workbench_says_for_whom_a_substitute_acts(desk, runtime, absence, set_by):
    task = desk.task(desk.start("other"))
    set_by("lj-reviewer", absence())
    reviewer = desk.actor("lj-reviewer").name

    assert listed(desk, runtime, "lj-clerk", ListKind.TODO) == [(task.case_id, reviewer)]
    assert listed(desk, runtime, "lj-reviewer", ListKind.TODO) == [(task.case_id, None)]
    desk.complete("lj-clerk", task, PROCEED)
    assert listed(desk, runtime, "lj-clerk", ListKind.DONE) == [(task.case_id, reviewer)]


def test_a_substitute_sees_claims_and_does_it_on_behalf_of_the_absent(
    desk, runtime, absence, set_by
):
    task = desk.task(desk.start("other"))
    assert todo(desk, runtime, "lj-clerk") == []
    set_by("lj-reviewer", absence())

    assert todo(desk, runtime, "lj-clerk") == [task.id]
    with unit_of_work(runtime.sessions) as session:
        tasks.claim(session, runtime, desk.actor("lj-clerk"), task.id)
    case = desk.complete("lj-clerk", task, PROCEED)

    reviewer, clerk = desk.actor("lj-reviewer"), desk.actor("lj-clerk")
    with unit_of_work(runtime.sessions) as session:
        [decision] = session.scalars(select(Decision).where(Decision.task_id == task.id))
        assert (decision.person_id, decision.on_behalf_of) == (
            clerk.person_id,
            reviewer.person_id,
        )
        entries = session.scalars(
            select(AuditEntry).where(
                AuditEntry.case_id == case.id, AuditEntry.actor == str(clerk.person_id)
            )
        ).all()
        assert {e.payload["on_behalf_of"] for e in entries} == {str(reviewer.person_id)}
        assert len(entries) == 2
        [shown] = [
            d for d in case_pages.decisions(session, clerk, case.id) if d["task_id"] == task.id
        ]
        assert shown["on_behalf_of"] == reviewer.name
        line = case_pages.timeline(session, clerk, case.id)
        assert [e["on_behalf_of"] for e in line if e["actor"] == clerk.name] == [reviewer.name] * 2


def test_outside_the_days_or_the_procedures_a_substitute_may_nothing(
    desk, runtime, absence, set_by
):
    task = desk.task(desk.start("other"))
    set_by("lj-reviewer", absence(procedures=["liangjiang.call"]))
    later = TODAY + timedelta(days=1)
    set_by("lj-reviewer", absence(procedures=["liangjiang.application"], starts_on=later))

    assert todo(desk, runtime, "lj-clerk") == []
    with pytest.raises(NotAllowedError, match="不是交给您办理的"):
        desk.complete("lj-clerk", task, PROCEED)

    runtime.clock.advance(timedelta(days=1))
    assert todo(desk, runtime, "lj-clerk") == [task.id]
    runtime.clock.advance(timedelta(days=2))
    assert todo(desk, runtime, "lj-clerk") == []


def test_both_days_count_to_midnight_in_shanghai(desk, runtime, absence, set_by):
    task = desk.task(desk.start("other"))
    set_by("lj-reviewer", absence(ends_on=TODAY))

    runtime.clock.advance(timedelta(hours=14, minutes=59))  # 09:00 -> 23:59
    assert todo(desk, runtime, "lj-clerk") == [task.id]
    runtime.clock.advance(timedelta(minutes=1))
    assert todo(desk, runtime, "lj-clerk") == []


def test_an_absence_that_is_ended_ends_at_once(desk, runtime, absence, set_by):
    task = desk.task(desk.start("other"))
    made = set_by("lj-owner", absence())
    assert todo(desk, runtime, "lj-clerk") == [task.id]

    for login in ("lj-clerk", "lj-finance"):
        with (
            unit_of_work(runtime.sessions) as session,
            pytest.raises((NotAllowedError, NotFoundError)),
        ):
            substitutions.end(session, runtime, desk.actor(login), made["id"])
    for _again in range(2):
        with unit_of_work(runtime.sessions) as session:
            ended = substitutions.end(session, runtime, desk.actor("lj-reviewer"), made["id"])
    assert ended["ended_at"] is not None
    assert todo(desk, runtime, "lj-clerk") == []


def test_a_substitute_of_a_substitute_gets_nothing(desk, runtime, absence, set_by):
    task = desk.task(desk.start("other"))
    set_by("lj-reviewer", absence())
    set_by("lj-clerk", absence("lj-clerk", "lj-clerk2"))

    assert todo(desk, runtime, "lj-clerk") == [task.id]
    assert todo(desk, runtime, "lj-clerk2") == []


def test_what_the_absent_person_has_claimed_a_substitute_may_take(desk, runtime, absence, set_by):
    task = desk.task(desk.start("other"))
    with unit_of_work(runtime.sessions) as session:
        tasks.claim(session, runtime, desk.actor("lj-reviewer2"), task.id)
    set_by("lj-reviewer", absence())
    with pytest.raises(NotAllowedError, match="已由他人签收"):
        desk.complete("lj-clerk", task, PROCEED)

    set_by("lj-reviewer2", absence("lj-reviewer2", "lj-clerk2"))
    desk.complete("lj-clerk2", task, PROCEED)

    with unit_of_work(runtime.sessions) as session:
        [decision] = session.scalars(select(Decision).where(Decision.task_id == task.id))
    assert decision.on_behalf_of == desk.actor("lj-reviewer2").person_id


@pytest.mark.parametrize("done_by", ["lj-clerk", "lj-reviewer"])
def test_separate_duties_hold_for_the_substitute_and_the_absent(
    desk, runtime, absence, set_by, done_by
):
    case = desk.start("other")
    task, doer = desk.task(case), desk.actor(done_by)
    with unit_of_work(runtime.sessions) as session:
        session.get_one(Task, task.id).separate_from = ["earlier"]
        earlier = Task(
            id=case.id, case_id=case.id, node_id="earlier", process_id="p", name="先前的环节",
            form_id=task.form_id, role="authority_clerk", party_id=task.party_id, status="done",
            opened_at=task.opened_at, due_at=task.due_at,
        )  # fmt: skip
        session.add(earlier)
        session.flush()
        session.add(
            Decision(
                case_id=case.id, task_id=earlier.id, node_id="earlier", role="authority_clerk",
                person_id=doer.person_id, answers={}, answers_sha256="0",
                made_at=task.opened_at,
            )
        )  # fmt: skip
    set_by("lj-reviewer", absence())

    with pytest.raises(NotAllowedError, match="职责分离"):
        desk.complete("lj-clerk", task, PROCEED)


def test_signing_is_never_done_by_a_substitute(desk, runtime, absence, set_by):
    task = desk.task(desk.start("other"))
    with unit_of_work(runtime.sessions) as session:
        session.get_one(Task, task.id).activity_code = "A-SEAL"
    set_by("lj-reviewer", absence())

    with pytest.raises(NotAllowedError, match="签字盖章须由有权的人员本人办理"):
        desk.complete("lj-clerk", task, PROCEED)


def test_only_oneself_or_the_process_owner_sets_an_absence(absence, set_by):
    for login in ("lj-clerk", "lj-leader", "lead-op"):
        with pytest.raises(NotAllowedError, match="只有本人或者本机关的流程管理员"):
            set_by(login, absence())
    assert set_by("lj-owner", absence())["principal"]["name"] == "周三（审核）"


def test_an_absence_that_makes_no_sense_is_refused_naming_each_field(desk, absence, set_by):
    yesterday = TODAY - timedelta(days=1)
    with pytest.raises(InvalidError) as caught:
        set_by(
            "lj-reviewer",
            absence(
                starts_on=yesterday,
                ends_on=yesterday - timedelta(days=1),
                substitute="lj-finance",
                procedures=["nothing"],
            ),
        )
    assert set(caught.value.fields) == {"starts_on", "ends_on", "substitute", "procedures"}
    with pytest.raises(InvalidError, match="代理设置有误"):
        set_by("lj-reviewer", absence("lj-reviewer", "lj-reviewer"))


def test_two_absences_of_one_person_do_not_overlap(absence, set_by):
    set_by("lj-reviewer", absence())
    set_by("lj-reviewer", absence(procedures=["liangjiang.call"]))

    with pytest.raises(ConflictError, match="已经设有代理人"):
        set_by("lj-reviewer", absence(procedures=None))


def test_a_task_done_for_somebody_else_shows_so_in_the_case_document(
    desk, runtime, absence, set_by
):
    case = desk.start("other")
    set_by("lj-reviewer", absence())
    desk.complete("lj-clerk", desk.task(case), PROCEED)

    with unit_of_work(runtime.sessions) as session:
        document = cases.lock_case(session, case.id).document
    assert document["scope_decision"]["by"]["on_behalf_of"]["name"] == "周三（审核）"
