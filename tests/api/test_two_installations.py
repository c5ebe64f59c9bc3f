"""Two installations hand over to each other: the same envelopes, over the network."""

import json

import pytest
import rfc8785
from flask.testing import FlaskClient
from sqlalchemy import select

from api.app import create_app
from services.db.engine import unit_of_work
from services.db.models import Case, HandoffIn, HandoffOut, HandoffState, Party
from services.errors import HandoffRefusedError, InvalidError, NotFoundError
from services.handoffs import keys, sending
from services.loading import DEMO_PASSWORD

INBOX = "/api/v1/public/handoffs"


@pytest.fixture
def sent(sqlite_runtime, sqlite_desk) -> bytes:
    """An envelope that one installation has packed for an agency of the other."""
    case_id = sqlite_desk.start().id
    with unit_of_work(sqlite_runtime.sessions) as session:
        sender, receiver = (
            session.scalars(select(Party).where(Party.code == code)).one()
            for code in ("lj-committee", "lj-sti")
        )
        row = sending.pack(
            session,
            sqlite_runtime,
            case=session.get_one(Case, case_id),
            sender=sender,
            receiver=receiver,
            parcel=sending.Parcel("审定意见", None, {"outcome": "consent"}, False, []),
        )
        return row.envelope


def introduce(one, other) -> None:
    """Let one installation know the keys that the other publishes."""
    with unit_of_work(other.sessions) as session:
        published = keys.published(session)
    with unit_of_work(one.sessions) as session:
        keys.trust(session, published)


def deliver(runtime, envelope: bytes, body=None):
    content = {"envelope": json.loads(envelope)} if body is None else body
    return create_app(runtime).test_client().post(INBOX, json=content)


def signed_in(runtime, login: str) -> tuple[FlaskClient, dict[str, str]]:
    client = create_app(runtime).test_client()
    body = {"login": login, "password": DEMO_PASSWORD}
    reply = client.post("/api/v1/auth/sign-in", json=body)
    return client, {"X-CSRF-Token": reply.json["csrf"]}


def test_an_envelope_goes_over_is_received_and_its_receipt_comes_back(
    sent, sqlite_runtime, second_runtime
):
    introduce(second_runtime, sqlite_runtime)
    first, again = deliver(second_runtime, sent), deliver(second_runtime, sent)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json == again.json
    assert (first.json["state"], first.json["receipt"]) == ("PENDING", None)

    client, headers = signed_in(second_runtime, "lj-clerk")
    place = f"/api/v1/handoffs/{first.json['id']}"
    assert client.get(place).json["content"] is None
    reply = client.post(f"{place}/receipt", json={"status": "RECEIVED"}, headers=headers)
    assert reply.status_code == 200, reply.json
    assert client.get(place).json["content"] == {"outcome": "consent"}

    receipt = deliver(second_runtime, sent).json["receipt"]
    introduce(sqlite_runtime, second_runtime)
    with unit_of_work(sqlite_runtime.sessions) as session:
        row = sending.take_receipt(session, sqlite_runtime, rfc8785.dumps(receipt))
        assert row.state is HandoffState.RECEIVED
    with unit_of_work(second_runtime.sessions) as session:
        assert session.scalars(select(HandoffIn.state)).all() == [HandoffState.RECEIVED]
        assert session.scalars(select(HandoffOut)).all() == []


def test_a_return_needs_a_reason_and_only_the_receiver_answers(
    sent, sqlite_runtime, second_runtime
):
    introduce(second_runtime, sqlite_runtime)
    place = f"/api/v1/handoffs/{deliver(second_runtime, sent).json['id']}/receipt"

    for login, status in (("lj-finance", 404), ("lj-leader", 403), ("lj-clerk", 422)):
        client, headers = signed_in(second_runtime, login)
        reply = client.post(place, json={"status": "RETURNED"}, headers=headers)
        assert reply.status_code == status, login
    assert "return_reason" in reply.json["errors"]

    reason = {"status": "RETURNED", "reason": "缺少纪要"}
    assert client.post(place, json=reason, headers=headers).json["state"] == "RETURNED"
    other = client.post(place, json={"status": "RECEIVED"}, headers=headers)
    assert (other.status_code, other.json["code"]) == (409, "HANDOFF_ANSWERED")


def test_an_unknown_key_or_no_envelope_is_refused_with_a_sentence(sent, second_runtime):
    unknown = deliver(second_runtime, sent)
    assert (unknown.status_code, unknown.json["code"]) == (422, "UNKNOWN_KEY")
    for body in ({"envelope": {}}, {"envelope": {"body": {}, "key": "x"}}):
        reply = deliver(second_runtime, sent, body)
        assert (reply.status_code, reply.json["code"]) == (422, "MALFORMED")
    assert deliver(second_runtime, sent, {}).status_code == 422


def test_a_trusted_key_signs_nothing_here(sent, sqlite_runtime, second_runtime):
    introduce(second_runtime, sqlite_runtime)
    with unit_of_work(second_runtime.sessions) as session:
        party = session.scalars(select(Party).where(Party.code == "lj-committee")).one()
        with pytest.raises(HandoffRefusedError) as seen:
            keys.signer_of(session, second_runtime, party.id)
    assert seen.value.code == "NO_PRIVATE_KEY"


def test_a_key_list_that_is_wrong_is_refused(sent, sqlite_runtime, second_runtime):
    with unit_of_work(sqlite_runtime.sessions) as session:
        [row] = keys.published(session)
    wrong = [
        ({**row, "public_key": "00" * 32}, InvalidError),
        ({**row, "valid_from": "soon"}, InvalidError),
        ({"id": "x"}, InvalidError),
        ({**row, "party": "nowhere"}, NotFoundError),
    ]
    for each, error in wrong:
        with unit_of_work(second_runtime.sessions) as session, pytest.raises(error):
            keys.trust(session, [each])
