"""Checkpoints: taken when something changed, kept outside in order, noticed when they are not."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from services import audit
from services.checkpoints import records, taking, verifying
from services.db.engine import reading, unit_of_work
from services.db.models import AuditEntry, Case, Checkpoint, Incident
from services.gateways.anchors import FakeAnchors
from services.lookup import lock_case


def test_ten_minutes_after_a_change_its_chain_stands_outside(desk, runtime, busy, found, later):
    case = desk.start("other")
    later(runtime)
    busy(desk, case)
    later(runtime)

    replayed, broken = found(runtime)
    assert (replayed.count, replayed.problems, broken) == (2, [], [])
    assert sorted(replayed.heads[case.id]) == [1, 5]


def test_within_ten_minutes_and_without_a_change_there_is_no_further_one(desk, runtime, later):
    desk.start("other")
    later(runtime)
    taking.keep_up(runtime)
    later(runtime)

    assert list(runtime.anchors.kept) == [1]


def test_a_record_lists_only_what_has_changed(desk, runtime, busy, later):
    first, second = desk.start("other"), desk.start("other")
    later(runtime)
    busy(desk, second)
    later(runtime)

    record = records.read(runtime.anchors.kept[2])
    assert [head.case_id for head in record.heads] == [second.id]
    assert {h.case_id for h in records.read(runtime.anchors.kept[1]).heads} == {first.id, second.id}


def test_more_than_a_record_holds_makes_several(desk, runtime, found, monkeypatch):
    monkeypatch.setattr(records, "MAX_LEAVES", 2)
    for _ in range(5):
        desk.start()

    assert taking.take(runtime) == 3
    replayed, broken = found(runtime)
    assert (len(replayed.heads), replayed.problems, broken) == (5, [], [])


def test_while_the_place_outside_is_away_records_wait_and_follow_in_order(
    desk, runtime, busy, found, later
):
    case = desk.start("other")
    runtime.anchors.failures = 1
    later(runtime)
    assert runtime.anchors.kept == {}
    busy(desk, case)
    later(runtime)

    assert list(runtime.anchors.kept) == [1, 2]
    assert found(runtime)[0].problems == []


def test_a_record_that_waits_for_over_an_hour_is_an_incident(desk, runtime, later):
    desk.start("other")
    runtime.anchors.failures = 100
    for _ in range(8):
        later(runtime)

    with reading(runtime.sessions) as session:
        [incident] = session.scalars(select(Incident)).all()
    assert incident.code == "ANCHOR"


def test_of_several_workers_one_takes_the_checkpoint(desk, runtime, at_once, found):
    desk.start("other")

    at_once(6, lambda _n: taking.take(runtime))

    assert list(runtime.anchors.kept) == [1]
    assert found(runtime)[0].problems == []


def test_a_chain_that_was_written_anew_is_left_out_and_becomes_an_incident(
    desk, runtime, busy, later
):
    case, other = desk.start("other"), desk.start("other")
    later(runtime)
    busy(desk, other)
    with unit_of_work(runtime.sessions) as session:
        session.execute(delete(AuditEntry).where(AuditEntry.case_id == case.id))
        row = lock_case(session, case.id)
        row.audit_seq, row.audit_head = 0, None
        audit.append(session, row, at=row.started_at, actor="x", what="case.started", payload={})
    later(runtime)

    with reading(runtime.sessions) as session:
        [incident] = session.scalars(select(Incident)).all()
    assert (incident.code, incident.case_id) == ("AUDIT", case.id)
    record = records.read(runtime.anchors.kept[2])
    assert [head.case_id for head in record.heads] == [other.id]


def test_records_taken_away_outside_are_missed(desk, runtime, found, later):
    desk.start("other")
    later(runtime)
    desk.start("other")
    later(runtime)
    del runtime.anchors.kept[2]

    replayed, _broken = found(runtime)
    with reading(runtime.sessions) as session:
        assert verifying.missing_outside(session, replayed) == ["第 2 个检查点在库外已不存在"]


def test_a_record_with_one_character_changed_is_refused(desk, runtime, found, later):
    desk.start("other")
    later(runtime)
    raw = runtime.anchors.kept[1]

    for place in range(0, len(raw), 7):
        changed = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        runtime.anchors.kept[1] = changed
        assert found(runtime)[0].problems, place


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"null", b"\xff", b'{"header":1,"heads":[]}'])
def test_what_is_no_record_is_refused(raw):
    with pytest.raises(records.BadRecordError):
        records.read(raw)


def test_records_left_out_or_in_another_order_are_found(desk, runtime, busy, later):
    case = desk.start("other")
    for _ in range(3):
        busy(desk, case)
        later(runtime)
    one, two, three = runtime.anchors.records()

    assert verifying.replay([one, two, three]).problems == []
    for order in ([two, one, three], [one, three], [two, three], [one, two, two]):
        assert verifying.replay(order).problems


def test_only_the_key_one_trusts_is_accepted(desk, runtime, second_runtime, found, later):
    desk.start("other")
    later(runtime)

    own, foreign = taking.public_key(runtime), taking.public_key(second_runtime)
    assert found(runtime, trusted=[own])[0].problems == []
    assert found(runtime, trusted=[foreign])[0].problems == [
        "第 1 个检查点：检查点不是由可信的密钥签名的"
    ]
    assert found(runtime, trusted=[foreign, own.upper()])[0].problems == []


def test_the_proof_of_a_case_leads_to_the_signed_root(desk, runtime, later):
    cases = [desk.start() for _ in range(5)]
    later(runtime)
    raw = runtime.anchors.kept[1]

    for case in cases:
        proof = json.loads(json.dumps(records.proof_of(raw, case.id)))
        assert records.check_proof(case.id, proof)["number"] == 1
        with pytest.raises(records.BadRecordError):
            records.check_proof(cases[0].id if case != cases[0] else cases[1].id, proof)
    assert records.proof_of(raw, desk.start().id) is None


def test_a_killed_worker_leaves_a_record_that_the_next_hands_over(desk, runtime, found):
    desk.start("other")
    taking.take(runtime)
    with unit_of_work(runtime.sessions) as session:
        session.get_one(Checkpoint, 1).anchored_at = None  # killed before it noted this
    assert taking.is_due(runtime)
    taking.keep_up(runtime)

    assert list(runtime.anchors.kept) == [1]
    with reading(runtime.sessions) as session:
        assert session.get_one(Checkpoint, 1).anchored_at is not None


def test_another_installations_records_in_the_same_place_are_never_written_over(desk, runtime):
    desk.start("other")
    taking.take(runtime)
    with unit_of_work(runtime.sessions) as session:
        session.get_one(Checkpoint, 1).anchored_at = None
    before = b"somebody else's"
    runtime.anchors.kept[1] = before

    with pytest.raises(Exception, match="已另有内容"):
        taking.take(runtime)
    assert runtime.anchors.kept == {1: before}


def test_a_rehearsal_of_the_period(desk, runtime):
    assert not FakeAnchors().kept
    desk.start("other")
    assert taking.is_due(runtime)
    taking.take(runtime)
    assert not taking.is_due(runtime)
    runtime.clock.advance(timedelta(minutes=9, seconds=59))
    assert not taking.is_due(runtime)
    runtime.clock.advance(timedelta(seconds=1))
    assert taking.is_due(runtime)
    with reading(runtime.sessions) as session:
        assert session.scalars(select(Case.audit_seq)).all() == [1]
