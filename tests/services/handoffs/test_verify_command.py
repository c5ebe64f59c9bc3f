"""``liancheng handoff verify`` on what the API exports: right, altered, with attachments."""

import json

import pytest
from click.testing import CliRunner

from api.cli import main
from services.db.engine import unit_of_work
from services.db.models import Case, HandoffState
from services.handoffs import keys, receiving, sending
from services.parties import by_code


@pytest.fixture
def pair(sqlite_runtime, sqlite_desk):
    """An exported envelope with its receipt and keys."""
    case_id = sqlite_desk.start().id
    with unit_of_work(sqlite_runtime.sessions) as session:
        row = sending.pack(
            session,
            sqlite_runtime,
            case=session.get_one(Case, case_id),
            sender=by_code(session, "lj-sti"),
            receiver=by_code(session, "lj-committee"),
            parcel=sending.Parcel("拟备案名单", None, {"items": []}, passes=False, disclosure=[]),
        )
        taken = receiving.take_in(session, sqlite_runtime, row.envelope)
        given = receiving.Answer(
            HandoffState.RECEIVED, None, {"name": "卫九"}, sqlite_runtime.clock.now()
        )
        receipt = receiving.answer(session, sqlite_runtime, taken, given)
        return {
            "envelope": json.loads(row.envelope),
            "receipt": json.loads(receipt),
            "keys": keys.published(session),
        }


def verify(tmp_path, content, *more):
    path = tmp_path / "pair.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return CliRunner().invoke(main, ["handoff", "verify", str(path), *more])


def test_a_good_pair_is_confirmed(pair, tmp_path):
    trusted = tmp_path / "keys.json"
    trusted.write_text(json.dumps(pair["keys"]), "utf-8")

    for result in (verify(tmp_path, pair), verify(tmp_path, pair, "--keys", str(trusted))):
        assert result.exit_code == 0, result.output
        assert "核对通过" in result.output


def test_an_altered_pair_is_found_out(pair, tmp_path):
    pair["envelope"]["body"]["subject"] = "改过的事由"

    result = verify(tmp_path, pair, "--json")

    assert result.exit_code == 1
    assert any("签名与内容不符" in p for p in json.loads(result.output)["problems"])


def test_an_attachment_that_is_not_on_the_list_is_found_out(pair, tmp_path):
    extra = tmp_path / "extra.pdf"
    extra.write_bytes(b"x")

    result = verify(tmp_path, pair, str(extra))

    assert result.exit_code == 1
    assert "不在移送清单上" in result.output


def test_what_is_no_export_is_refused_with_a_sentence(tmp_path):
    for content in ("no json", "[]", "{}"):
        result = verify(tmp_path, content)
        assert result.exit_code == 1
        assert "读不懂" in result.output
