"""Envelopes between agencies: each taken in exactly once, or refused with the reason."""

import json
import random
from dataclasses import replace
from datetime import timedelta

import pytest
import rfc8785
from sqlalchemy import func, select

from services.db.engine import unit_of_work
from services.db.models import Case, HandoffIn, HandoffOut, HandoffState, Party, PartyKey
from services.errors import HandoffRefusedError, ConflictError, InvalidError
from services.gateways.clock import FakeClock, SystemClock
from services.handoffs import keys, receiving, sending, verifying
from services.handoffs.sealed import seal, take_apart

ENVELOPES = 80  # each delivered twice, cut short and altered
SENDER, RECEIVER = "lj-sti", "lj-committee"


@pytest.fixture
def case_id(desk):
    """The id of a case that agencies hand over."""
    return desk.start().id


def party(session, code):
    return session.scalars(select(Party).where(Party.code == code)).one()


def parcel(number):
    return sending.Parcel(f"第 {number} 份", None, {"number": number}, passes=False, disclosure=[])


def pack(runtime, case_id, number, *, sender=SENDER, receiver=RECEIVER):
    """Pack one envelope and return its bytes."""
    with unit_of_work(runtime.sessions) as session:
        row = sending.pack(
            session,
            runtime,
            case=session.get_one(Case, case_id),
            sender=party(session, sender),
            receiver=party(session, receiver),
            parcel=parcel(number),
        )
        return row.envelope


def deliver(runtime, raw):
    """Deliver an envelope in a transaction of its own; its state, or the refusal's code."""
    try:
        with unit_of_work(runtime.sessions) as session:
            return receiving.take_in(session, runtime, raw).state.value
    except HandoffRefusedError as refusal:
        assert refusal.message
        return refusal.code


def count(runtime, model):
    with unit_of_work(runtime.sessions) as session:
        return session.scalar(select(func.count()).select_from(model))


def resealed(runtime, raw, change):
    """The envelope changed and signed again with the sender's own key."""
    sealed = take_apart(raw)
    change(sealed.body)
    return seal(sealed.body, sealed.key, runtime.keys.seed(sealed.key))


def altered(raw, place):
    """The same bytes with one bit turned."""
    return raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]


def test_many_envelopes_delivered_every_wrong_way_are_each_taken_in_once(runtime, case_id):
    dice = random.Random(20261121)  # noqa: S311 - a test's dice
    envelopes = [pack(runtime, case_id, n) for n in range(ENVELOPES)]
    deliveries = []
    for raw in envelopes:
        deliveries += [(raw, {"PENDING"}), (raw, {"PENDING"})]
        deliveries.append((raw[: dice.randrange(len(raw))], {"MALFORMED"}))
        deliveries.append((altered(raw, dice.randrange(len(raw))), None))
    dice.shuffle(deliveries)

    for raw, wanted in deliveries:
        found = deliver(runtime, raw)
        assert found != "PENDING" if wanted is None else found in wanted

    with unit_of_work(runtime.sessions) as session:
        found = session.scalars(select(HandoffIn).order_by(HandoffIn.sequence))
        rows = [(each.sequence, each.envelope) for each in found]
    assert [number for number, _raw in rows] == list(range(1, ENVELOPES + 1))
    assert [raw for _number, raw in rows] == envelopes


def test_an_envelope_that_came_a_moment_ago_is_told_the_same(runtime, case_id, monkeypatch):
    raw, whole, asked = pack(runtime, case_id, 1), receiving._known, []
    assert deliver(runtime, raw) == "PENDING"

    def before_the_other_commits(session, sealed):
        asked.append(sealed)
        return whole(session, sealed) if len(asked) > 1 else None

    monkeypatch.setattr(receiving, "_known", before_the_other_commits)
    assert deliver(runtime, raw) == "PENDING"
    assert len(asked) > 1
    assert count(runtime, HandoffIn) == 1


def test_no_turned_bit_anywhere_passes(runtime, case_id):
    raw = pack(runtime, case_id, 1)
    found = {deliver(runtime, altered(raw, place)) for place in range(len(raw))}

    assert "PENDING" not in found
    assert count(runtime, HandoffIn) == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda body: body.update(sender="nobody"), "UNKNOWN_SENDER"),
        (lambda body: body.update(receiver="nobody"), "NOT_FOR_US"),
        (lambda body: body.update(sender=RECEIVER), "UNKNOWN_KEY"),
        (lambda body: body.update(not_after="2020-01-01T00:00:00+00:00"), "EXPIRED"),
        (lambda body: body.update(format="something/1"), "MALFORMED"),
        (lambda body: body.pop("subject"), "MALFORMED"),
        (lambda body: body.update(sequence="one"), "MALFORMED"),
        (
            lambda body: body["manifest"].append(
                {"kind": "file", "name": "方案.pdf", "sha256": "0" * 64}
            ),
            "MISSING_FILE",
        ),
    ],
)
def test_a_wrong_envelope_is_refused_with_the_reason(runtime, case_id, change, code):
    raw = resealed(runtime, pack(runtime, case_id, 1), change)

    assert deliver(runtime, raw) == code
    assert count(runtime, HandoffIn) == 0


def test_other_content_under_the_same_number_is_refused(runtime, case_id):
    raw = pack(runtime, case_id, 1)
    deliver(runtime, raw)

    other = resealed(runtime, raw, lambda body: body.update(subject="别的事由"))
    again = resealed(
        runtime, raw, lambda body: body.update(id="019b0000-0000-7000-8000-000000000000")
    )
    assert deliver(runtime, other) == "OTHER_CONTENT"
    assert deliver(runtime, again) == "SEQUENCE_TAKEN"


def test_an_envelope_that_does_not_follow_the_one_before_is_refused(runtime, case_id):
    first, second = pack(runtime, case_id, 1), pack(runtime, case_id, 2)
    deliver(runtime, first)

    forged = resealed(runtime, second, lambda body: body.update(previous="0" * 64))
    assert deliver(runtime, forged) == "CHAIN_BROKEN"
    assert deliver(runtime, second) == "PENDING"


def test_out_of_order_is_taken_in_with_a_remark_on_the_gap(runtime, case_id):
    first, second = pack(runtime, case_id, 1), pack(runtime, case_id, 2)

    assert deliver(runtime, second) == "PENDING"
    assert deliver(runtime, first) == "PENDING"
    with unit_of_work(runtime.sessions) as session:
        remarks = session.scalars(select(HandoffIn.remark).order_by(HandoffIn.sequence)).all()
    assert remarks == [None, "第 1 号移送包尚未收到"]


def test_a_key_that_has_ended_signs_no_more(runtime, case_id):
    raw = pack(runtime, case_id, 1)
    later = replace(runtime, clock=FakeClock(runtime.clock.now() + timedelta(hours=1)))
    with unit_of_work(later.sessions) as session:
        keys.replace(session, later, party(session, SENDER).id)
    much_later = replace(runtime, clock=FakeClock(runtime.clock.now() + timedelta(hours=2)))

    assert deliver(much_later, raw) == "KEY_NOT_VALID"
    assert deliver(much_later, pack(much_later, case_id, 2)) == "PENDING"


def test_an_envelope_taken_in_under_a_key_still_gives_its_state_when_the_key_has_ended(
    runtime, case_id
):
    raw = pack(runtime, case_id, 1)
    deliver(runtime, raw)
    later = replace(runtime, clock=FakeClock(runtime.clock.now() + timedelta(days=40)))
    with unit_of_work(later.sessions) as session:
        keys.replace(session, later, party(session, SENDER).id)

    assert deliver(later, raw) == "PENDING"


def test_a_key_of_another_party_is_no_key_of_the_sender(runtime, case_id):
    raw = pack(runtime, case_id, 1)
    pack(runtime, case_id, 1, sender=RECEIVER, receiver=SENDER)
    with unit_of_work(runtime.sessions) as session:
        own = party(session, RECEIVER).id
        other = session.scalars(select(PartyKey.id).where(PartyKey.party_id == own)).one()
    sealed = take_apart(raw)

    forged = seal(sealed.body, other, runtime.keys.seed(other))
    assert deliver(runtime, forged) == "UNKNOWN_KEY"


def answered(runtime, raw, status=HandoffState.RECEIVED, reason=None):
    """Deliver and answer an envelope; the receipt's bytes."""
    with unit_of_work(runtime.sessions) as session:
        row = receiving.take_in(session, runtime, raw)
        given = receiving.Answer(status, reason, {"name": "卫九"}, runtime.clock.now())
        return receiving.answer(session, runtime, row, given)


def test_the_receipt_is_kept_on_both_sides_and_repeating_changes_nothing(runtime, case_id):
    raw = pack(runtime, case_id, 1)
    receipt = answered(runtime, raw)

    assert answered(runtime, raw) == receipt
    for _again in range(2):
        with unit_of_work(runtime.sessions) as session:
            row = sending.take_receipt(session, runtime, receipt)
            assert row.state is HandoffState.RECEIVED
    with unit_of_work(runtime.sessions) as session:
        assert session.scalars(select(HandoffOut.receipt)).one() == receipt
        assert session.scalars(select(HandoffIn.receipt)).one() == receipt


def test_another_answer_than_the_first_is_refused(runtime, case_id):
    raw = pack(runtime, case_id, 1)
    answered(runtime, raw)

    with pytest.raises(ConflictError):
        answered(runtime, raw, HandoffState.RETURNED, "材料不全")


def test_a_return_needs_a_reason(runtime, case_id):
    with pytest.raises(InvalidError, match="理由"):
        answered(runtime, pack(runtime, case_id, 1), HandoffState.RETURNED, " ")


def test_a_receipt_for_another_envelope_or_changed_is_refused(runtime, case_id):
    receipt = answered(runtime, pack(runtime, case_id, 1))
    changes = {
        "UNKNOWN_HANDOFF": {"handoff": "019b0000-0000-7000-8000-000000000000"},
        "OTHER_ENVELOPE": {"envelope_sha256": "0" * 64},
    }
    for code, change in changes.items():
        forged = resealed(runtime, receipt, lambda body, change=change: body.update(change))
        with unit_of_work(runtime.sessions) as session, pytest.raises(HandoffRefusedError) as seen:
            sending.take_receipt(session, runtime, forged)
        assert seen.value.code == code
    document = json.loads(receipt)
    document["body"]["status"] = "RETURNED"
    with unit_of_work(runtime.sessions) as session, pytest.raises(HandoffRefusedError) as seen:
        sending.take_receipt(session, runtime, rfc8785.dumps(document))
    assert seen.value.code == "BAD_SIGNATURE"


def exported(runtime, case_id):
    """An exported pair and the trusted keys."""
    raw = pack(runtime, case_id, 1)
    receipt = answered(runtime, raw)
    with unit_of_work(runtime.sessions) as session:
        trusted = verifying.read_keys(json.dumps(keys.published(session)))
    return {"envelope": json.loads(raw), "receipt": json.loads(receipt)}, trusted


def test_an_exported_pair_is_checked_offline(runtime, case_id):
    pair, trusted = exported(runtime, case_id)

    assert list(verifying.problems(pair, trusted)) == []
    assert list(verifying.problems(pair, trusted, {"别的.pdf": b"x"})) == [
        "附件“别的.pdf”不在移送清单上"
    ]


@pytest.mark.parametrize("document", ["envelope", "receipt"])
def test_the_offline_check_finds_every_changed_field(runtime, case_id, document):
    pair, trusted = exported(runtime, case_id)

    for name in pair[document]["body"]:
        changed = json.loads(json.dumps(pair))
        changed[document]["body"][name] = "改"
        assert list(verifying.problems(changed, trusted)), name


def test_the_offline_check_finds_a_missing_receipt_and_an_untrusted_key(runtime, case_id):
    pair, trusted = exported(runtime, case_id)

    assert list(verifying.problems({**pair, "receipt": None}, trusted)) == [
        "没有回执：移送未经签收或退回"
    ]
    assert all("不在可信密钥之列" in p for p in verifying.problems(pair, {}))


def test_a_first_key_signs_at_once_on_a_clock_that_ticks(runtime, case_id):
    real = replace(runtime, clock=SystemClock())

    assert deliver(real, pack(real, case_id, 1)) == "PENDING"
