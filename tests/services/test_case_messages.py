"""Messages between cases: only between linked ones, delivered once, never lost."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from services import audit, jobs, posting, procedures
from services.cases.environment import CaseWorld
from services.db.engine import unit_of_work
from services.db.models import Case, CaseHold, CaseStatus, Incident, Job, JobKind
from services.jobs import kinds
from services.lookup import lock_case
from services.service_tasks import opinions
from services.service_tasks.batches import claim, hold, release
from services.service_tasks.operation import Call
from workflows.engine import Thrown
from workflows.errors import BusinessError, IncidentError

WITHDRAWAL = {"reason": "牵头单位撤回", "lead_sealed": True}


@pytest.fixture
def pair(desk):
    """Two cases; the first can write to the second."""
    return desk.start().id, desk.start().id


def world_of(session, runtime, case_id):
    case = lock_case(session, case_id)
    return CaseWorld(session, runtime, case, procedures.ready(session, case.bundle_hash))


def link(runtime, holder, item):
    with unit_of_work(runtime.sessions) as session:
        values = {"item_id": item, "holder_id": holder, "since": runtime.clock.now()}
        session.add(CaseHold(pool="test", **values))


def throw(runtime, sender, payload, name="withdrawal"):
    """Throw a message from a case as its diagram would."""
    with unit_of_work(runtime.sessions) as session:
        world = world_of(session, runtime, sender)
        node = next(iter(world.ready.opened.program.nodes["liangjiang.application"].values()))
        posting.post(world, [Thrown(name, payload, node, uuid4())])


def messages(runtime):
    with unit_of_work(runtime.sessions) as session:
        return list(session.scalars(select(Job).where(Job.kind == JobKind.MESSAGE)))


def case_of(runtime, case_id):
    with unit_of_work(runtime.sessions) as session:
        return session.get_one(Case, case_id)


def test_a_message_reaches_the_case_once_and_is_in_its_chain(pair, runtime):
    sender, receiver = pair
    link(runtime, sender, receiver)
    throw(runtime, sender, {"to": str(receiver), **WITHDRAWAL})

    jobs.run_due(runtime, "worker")
    jobs.run_due(runtime, "worker")

    assert case_of(runtime, receiver).outcome == "WITHDRAWN"
    assert case_of(runtime, sender).status is CaseStatus.OPEN
    assert [m.done_at is not None for m in messages(runtime)] == [True]
    with unit_of_work(runtime.sessions) as session:
        entries = [e for e in audit.verify(session) if e]
        assert entries == []


def test_a_message_goes_the_other_way_too(pair, runtime):
    holder, item = pair
    link(runtime, holder, item)
    throw(runtime, item, {"to": [str(holder)], **WITHDRAWAL})

    jobs.run_due(runtime, "worker")

    assert case_of(runtime, holder).outcome == "WITHDRAWN"


def test_each_item_gets_its_own_words(pair, runtime):
    holder, item = pair
    link(runtime, holder, item)
    items = [{"case_id": str(item), "reason": "自己的理由"}]
    throw(runtime, holder, {"items": items, "reason": "共同的理由", "lead_sealed": True})

    assert [m.payload["content"]["reason"] for m in messages(runtime)] == ["自己的理由"]
    assert all("case_id" not in m.payload["content"] for m in messages(runtime))
    number = case_of(runtime, holder).number
    assert [m.payload["content"]["from_case"]["number"] for m in messages(runtime)] == [number]


def test_a_case_that_is_not_linked_gets_nothing(pair, runtime):
    sender, stranger = pair

    for payload in ({"to": str(stranger)}, {"items": [{"case_id": str(stranger)}]}):
        with pytest.raises(IncidentError, match="没有关联"):
            throw(runtime, sender, payload)
    for payload in ({"to": "nobody"}, {}, {"items": [{}]}):
        with pytest.raises(IncidentError, match="收件办件"):
            throw(runtime, sender, payload)
    assert messages(runtime) == []


def test_a_finished_case_drops_a_message(pair, runtime):
    sender, receiver = pair
    link(runtime, sender, receiver)
    throw(runtime, sender, {"to": str(receiver), **WITHDRAWAL})
    jobs.run_due(runtime, "worker")
    throw(runtime, sender, {"to": str(receiver), **WITHDRAWAL})

    jobs.run_due(runtime, "worker")

    assert [m.done_at is not None for m in messages(runtime)] == [True, True]
    assert case_of(runtime, receiver).outcome == "WITHDRAWN"


def test_a_message_that_comes_too_early_is_delivered_later(pair, runtime):
    sender, receiver = pair
    link(runtime, sender, receiver)
    throw(runtime, sender, {"to": str(receiver)}, name="not_yet")

    jobs.run_due(runtime, "worker")
    [waiting] = messages(runtime)
    assert waiting.done_at is None
    assert waiting.attempts == 1
    assert waiting.due_at > runtime.clock.now()

    runtime.clock.advance(timedelta(days=2))
    jobs.run_due(runtime, "worker")
    assert messages(runtime)[0].attempts == 2  # it rests, however long the case takes

    with unit_of_work(runtime.sessions) as session:
        session.get_one(Job, waiting.id).attempts = kinds.MAX_RESTS
    runtime.clock.advance(timedelta(days=2))
    jobs.run_due(runtime, "worker")
    with unit_of_work(runtime.sessions) as session:
        assert session.scalars(select(Incident.case_id)).all() == [receiver]


def entry(key, opinion, text="h"):
    return {"key": key, "opinion": opinion, "hash": text}


def tally(given, previous=None, text="h"):
    return opinions.tally(
        None, parties=["JS", "SH", "ZJ", "AH"], hash=text, previous=previous, given=given
    )


def test_who_has_not_answered_is_pending_never_agreed():
    found = tally([entry("JS", "agree"), entry("SH", None), {"key": "ZJ"}])

    assert found["agree"] == ["JS"]
    assert found["pending"] == ["SH", "ZJ", "AH"]


def test_an_opinion_on_another_text_does_not_count():
    before = tally([entry("JS", "agree"), entry("SH", "agree")])
    found = tally([entry("ZJ", "agree", "new")], before["valid"] + before["void"], "new")

    assert found["agree"] == ["ZJ"]
    assert found["pending"] == ["JS", "SH", "AH"]
    assert {e["key"] for e in found["void"]} == {"JS", "SH"}


def test_the_newest_opinion_of_a_party_counts_and_strangers_do_not():
    before = tally([entry("JS", "disagree"), entry("ZZ", "agree")])
    found = tally([entry("JS", "agree")], before["valid"])

    assert before["disagree"] == ["JS"]
    assert (found["agree"], found["disagree"]) == (["JS"], [])
    assert "ZZ" not in found["agree"] + found["pending"]


def test_a_message_that_rests_is_woken_when_the_case_comes_to_wait_for_more(desk, runtime):
    sender, receiver = desk.start("other").id, desk.start("other").id
    link(runtime, sender, receiver)
    throw(runtime, sender, {"to": str(receiver)}, name="objection")
    jobs.run_due(runtime, "worker")
    assert messages(runtime)[0].due_at > runtime.clock.now()

    with unit_of_work(runtime.sessions) as session:
        posting.wake(world_of(session, runtime, receiver))

    assert messages(runtime)[0].due_at <= runtime.clock.now()


def test_a_batch_gives_way_once_it_is_released_or_its_case_is_finished(desk, runtime):
    item, *batches = [desk.start().id for _ in range(4)]

    def held_by(case_id):
        with unit_of_work(runtime.sessions) as session:
            call = Call("key", None, world_of(session, runtime, case_id))
            return hold(call, item, "pool")

    assert [held_by(batches[0]), held_by(batches[1])] == [True, False]
    with unit_of_work(runtime.sessions) as session:
        release(Call("k", None, world_of(session, runtime, batches[0])), cases=[str(item)])
    assert [held_by(batches[1]), held_by(batches[2])] == [True, False]
    with unit_of_work(runtime.sessions) as session:
        session.get_one(Case, batches[1]).status = CaseStatus.FINISHED
    assert held_by(batches[2])


def test_two_cases_that_write_to_each_other_at_once_do_not_wait_for_each_other(
    pair, runtime, at_once
):
    one, other = pair
    link(runtime, one, other)

    def write(number):
        mine, yours = (one, other) if number % 2 else (other, one)
        throw(runtime, mine, {"to": str(yours), "reason": f"第 {number} 次"}, name="objection")
        return "sent"

    assert at_once(8, write) == ["sent"] * 8
    assert len(messages(runtime)) == 8


def test_of_batches_that_gather_a_case_at_once_exactly_one_holds_it(desk, runtime, at_once):
    item, *batches = [desk.start().id for _ in range(5)]

    def gather(number):
        with unit_of_work(runtime.sessions) as session:
            call = Call("key", None, world_of(session, runtime, batches[number]))
            return hold(call, item, "pool")

    assert sorted(at_once(4, gather)) == [False, False, False, True]


def test_of_claims_at_once_exactly_one_is_given(desk, runtime, at_once):
    cases = [desk.start().id for _ in range(4)]

    def take(number):
        with unit_of_work(runtime.sessions) as session:
            call = Call("key", None, world_of(session, runtime, cases[number]))
            try:
                claim(call, scope="round", key="某省 2026")
            except BusinessError as refusal:
                return refusal.code
            return "taken"

    assert sorted(at_once(4, take)) == ["ALREADY_CLAIMED"] * 3 + ["taken"]
