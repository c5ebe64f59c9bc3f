"""Two people, one task, one moment: exactly one decision, and the others learn who made it.

LIANCHENG_RACES says how often the people race over HTTP.
"""

import os
import random

import pytest
from sqlalchemy import func, select

from api.app import create_app
from services import accounts, audit, cases, tasks
from services.db.engine import unit_of_work
from services.db.models import AuditEntry, Case, Decision, Task
from services.errors import ConflictError, NotAllowedError, TaskTakenError

PROCEED = {"decision": "proceed", "reasons": "研发总部在区内"}
RACES = int(os.environ.get("LIANCHENG_RACES", "6"))
SEED = int(os.environ.get("LIANCHENG_CHAOS_SEED", random.SystemRandom().randrange(10**9)))
NAMES = {"lj-reviewer": "周三（审核）", "lj-reviewer2": "吴四（审核）"}


def count(runtime, model):
    with unit_of_work(runtime.sessions) as session:
        return session.scalar(select(func.count()).select_from(model))


def outcome(act):
    try:
        return act()
    except (ConflictError, NotAllowedError) as refusal:
        return refusal


@pytest.mark.parametrize("threads", [2, 4, 8])
def test_of_those_who_complete_a_task_at_once_exactly_one_wins(desk, runtime, at_once, threads):
    actors = [desk.actor(login) for login in NAMES]

    for _trial in range(4):
        task = desk.task(desk.start("other"))

        def complete(number, task=task):
            actor = actors[number % 2]
            with unit_of_work(runtime.sessions) as session:
                cases.complete_task(session, runtime, actor, task_id=task.id, answers=PROCEED)
            return actor.name

        found = at_once(threads, lambda n, c=complete: outcome(lambda: c(n)))

        [winner] = [name for name in found if isinstance(name, str)]
        losers = [refusal for refusal in found if refusal is not winner]
        assert len(losers) == threads - 1
        assert all(isinstance(refusal, TaskTakenError) for refusal in losers)
        assert {refusal.details["winner"] for refusal in losers} == {winner}
        assert all(winner in refusal.message for refusal in losers)

    assert count(runtime, Decision) == 4
    with unit_of_work(runtime.sessions) as session:
        assert [finding for finding in audit.verify(session) if finding] == []
        whats = session.scalars(select(AuditEntry.what)).all()
    assert whats.count("task.completed") == 4


@pytest.mark.timeout(3600)
def test_over_http_one_wins_and_the_others_can_keep_what_they_typed(desk, runtime, at_once):
    chance, app = random.Random(SEED), create_app(runtime)
    tokens = [_token(desk, runtime, login) for login in NAMES]

    for trial in range(RACES):
        task = desk.task(desk.start("other"))

        def complete(number, task=task, trial=trial):
            answers = {"decision": "proceed", "reasons": f"第{trial}场第{number}人写的理由"}
            reply = app.test_client().post(
                f"/api/v1/tasks/{task.id}/completion",
                json={"answers": answers},
                headers={"Authorization": f"Bearer {tokens[number % 2]}"},
            )
            return reply.status_code, reply.json

        found = at_once(chance.randint(2, 16), complete)

        [winner] = [number for number, (status, _body) in enumerate(found) if status == 200]
        name = list(NAMES.values())[winner % 2]
        _losers_are_told(found, winner, name, task)
        with unit_of_work(runtime.sessions) as session:
            rows = session.scalars(select(Decision).where(Decision.task_id == task.id)).all()
            assert [row.answers["reasons"] for row in rows] == [f"第{trial}场第{winner}人写的理由"]

    print(f"seed {SEED}: {RACES} races")
    with unit_of_work(runtime.sessions) as session:
        assert [finding for finding in audit.verify(session) if finding] == []


def _losers_are_told(found, winner, name, task):
    """The page keeps what was typed on any 409 but an open question, and shows who and when."""
    for number, (status, body) in enumerate(found):
        if number != winner:
            assert (status, body["code"]) == (409, "TASK_TAKEN")
            assert body["message"] == f"这项任务已由{name}办理"
            assert body["details"]["winner"] == name
            assert body["details"]["task"] == str(task.id)
            assert body["details"]["made_at"]


def _token(desk, runtime, login):
    person = desk.actor(login).person_id
    with unit_of_work(runtime.sessions) as session:
        return accounts.create_token(session, runtime.clock.now(), person, "race").token


def test_of_those_who_claim_a_task_at_once_exactly_one_holds_it(desk, runtime, at_once):
    actors = [desk.actor(login) for login in NAMES]
    task = desk.task(desk.start("other"))

    def claim(number):
        with unit_of_work(runtime.sessions) as session:
            return tasks.claim(session, runtime, actors[number % 2], task.id).claimed_by

    found = at_once(6, lambda n: outcome(lambda: claim(n)))

    holders = {holder for holder in found if not isinstance(holder, Exception)}
    with unit_of_work(runtime.sessions) as session:
        assert holders == {session.get_one(Task, task.id).claimed_by}
        whats = session.scalars(select(AuditEntry.what)).all()
    assert whats.count("task.claimed") == 1


def test_a_claim_and_a_completion_at_once_leave_one_story(desk, runtime, at_once):
    actors = [desk.actor(login) for login in NAMES]

    for _trial in range(5):
        task = desk.task(desk.start("other"))

        def act(number, task=task):
            with unit_of_work(runtime.sessions) as session:
                if number:
                    return tasks.claim(session, runtime, actors[0], task.id)
                return cases.complete_task(
                    session, runtime, actors[1], task_id=task.id, answers=PROCEED
                )

        found = at_once(2, lambda n, a=act: outcome(lambda: a(n)))

        assert sum(isinstance(each, Exception) for each in found) == 1


def test_a_withdrawal_and_a_completion_at_once_leave_one_story(desk, runtime, at_once):
    reviewer, lead = desk.actor("lj-reviewer"), desk.actor("lead-op")

    for trial in range(5):
        case = desk.start("other")
        task = desk.task(case)

        def act(number, task=task, case=case, trial=trial):
            with unit_of_work(runtime.sessions) as session:
                if number:
                    return cases.complete_task(
                        session, runtime, reviewer, task_id=task.id, answers=PROCEED
                    )
                return cases.send_by_person(
                    session,
                    runtime,
                    lead,
                    case_id=case.id,
                    name="withdrawal",
                    answers={"reason": "内部调整", "lead_sealed": True},
                    key=f"w{trial}",
                )

        found = at_once(2, lambda n, a=act: outcome(lambda: a(n)))

        assert not isinstance(found[0], Exception)
        if isinstance(found[1], Exception):
            assert found[1].code == "TASK_CANCELLED"
        with unit_of_work(runtime.sessions) as session:
            made = select(func.count()).where(Decision.task_id == task.id)
            assert session.scalar(made) == (not isinstance(found[1], Exception))
            assert [f for f in audit.verify(session) if f] == []


def test_a_stale_write_of_a_case_is_refused(desk, runtime):
    case = desk.start()
    with runtime.sessions() as one:
        stale = one.get_one(Case, case.id)
        one.commit()
        with unit_of_work(runtime.sessions) as other:
            other.get_one(Case, case.id).title = "先写"
        stale.title = "后写"
        with pytest.raises(Exception, match="expected to update 1 row"):
            one.flush()
