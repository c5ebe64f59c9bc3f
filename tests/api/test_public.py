"""What anyone may read and do without login."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from api.app import create_app
from services import evidence, procedures, publicity
from services.cases.environment import CaseWorld
from services.db.engine import unit_of_work
from services.db.models import Case, Consortium, ConsortiumState, File, Notice, Party
from services.housekeeping import tidy
from services.scenarios import play, read_scenario
from services.scenarios.accounts import Cast
from services.scenarios.local import LocalDriver
from services.scenarios.samples import sample
from services.service_tasks.catalogue import CATALOGUE, Call
from tests.remembering import remembered
from workflows.errors import BusinessError
from pathlib import Path

SCENARIOS = Path(__file__).parents[2] / "workflows" / "bpmn"
CERTIFICATE = "LIANGJIANG-2026-C0901"
OBJECTION = {
    "is_real_name": True,
    "objector_name": "赵先生",
    "objector_contact": "13900139000",
    "subject": "重庆两江新区智行汽车产业创新联合体",
    "content": "该单位的平台数量与实际不符，请核查。",
}


@pytest.fixture
def at_publicity(sqlite_runtime):
    """The number of an open notice: the rehearsal's clock stands in its period."""
    remembered(sqlite_runtime, "at publicity", _over_national_day)
    with unit_of_work(sqlite_runtime.sessions) as session:
        return session.scalars(select(Notice.number).order_by(Notice.published_at.desc())).first()


def _over_national_day(runtime):
    path = SCENARIOS / "liangjiang/scenarios/publicity_over_national_day.yaml"
    play(read_scenario(path), LocalDriver(runtime, Cast.of(runtime.library)))


def a_consortium(runtime, **more):
    with unit_of_work(runtime.sessions) as session:
        taken = select(Consortium.case_id)
        case_id = session.scalars(select(Case.id).where(Case.id.not_in(taken))).first()
        lead = session.scalars(select(Party.id).where(Party.code == "demo-lead")).one()
        today = runtime.clock.now().date()
        session.add(
            Consortium(
                case_id=case_id,
                jurisdiction="liangjiang",
                title_name="重庆两江新区测试产业创新联合体",
                certificate_no=CERTIFICATE,
                industry_field="nev",
                lead_party_id=lead,
                members=[{"unit_name": "甲", "contact_phone": "13800138000"}],
                valid_from=today - timedelta(days=10),
                valid_to=today + timedelta(days=10),
                **more,
            )
        )


def upload(visitor, number, data, name="证据.pdf"):
    return visitor.client.post(
        f"/api/v1/public/notices/{number}/evidence", data={"file": (io.BytesIO(data), name)}
    )


def test_a_notice_shows_every_day_counted_and_skipped(visitor, at_publicity):
    page = visitor.get(f"/public/notices/{at_publicity}").json

    counted = [d for d in page["days"] if d["is_counted"]]
    assert len(counted) == page["working_days"] == 5
    assert page["days"][0]["reason"] == "起算日不计入"
    assert any("国庆节" in d["reason"] for d in page["days"])
    assert page["days"][-1]["on"] == page["ends_on"]
    assert len(page["content_sha256"]) == 64


def test_the_form_for_objections_comes_from_the_case_of_the_notice(visitor, at_publicity):
    form = visitor.get(f"/public/notices/{at_publicity}/form").json

    assert {c.get("key") for c in form["components"]} >= {"content", "evidence_files"}
    assert visitor.get("/public/notices/none/form").status_code == 404


def test_evidence_stays_with_its_objection_and_only_officials_read_it(
    visitor, as_person, sqlite_runtime, at_publicity
):
    data = sample("a.pdf", 2_000)
    file = upload(visitor, at_publicity, data)
    assert file.status_code == 201
    answers = {**OBJECTION, "evidence_files": [file.json["id"]]}
    receipt = visitor.post(f"/public/notices/{at_publicity}/objections", {"answers": answers})
    assert receipt.status_code == 201
    assert receipt.json["code"]

    with unit_of_work(sqlite_runtime.sessions) as session:
        row = session.scalars(select(File).where(File.objection_id.is_not(None))).one()
        case_id = session.scalars(select(Notice.case_id).where(Notice.number == at_publicity)).one()
    official = as_person("lj-reviewer")
    assert official.get(f"/files/{row.id}").data == data
    listed = official.get(f"/cases/{case_id}/objections").json
    assert listed[-1]["files"][0]["id"] == str(row.id)
    for login in ("lead-op", "upstream-op", "lj-finance", "expert1"):
        assert as_person(login).get(f"/files/{row.id}").status_code == 404
    assert visitor.get(f"/files/{row.id}").status_code == 401

    again = visitor.post(f"/public/notices/{at_publicity}/objections", {"answers": answers})
    assert again.status_code == 422
    assert "evidence_files" in again.json["errors"]


def test_evidence_must_be_a_file_we_take(visitor, at_publicity):
    assert upload(visitor, at_publicity, b"MZ not a pdf").status_code == 422
    assert upload(visitor, at_publicity, b"MZ", "坏.exe").status_code == 422
    assert upload(visitor, "none", sample("a.pdf", 2_000)).status_code == 404
    assert visitor.client.post(f"/api/v1/public/notices/{at_publicity}/evidence").status_code == 422
    big = upload(visitor, at_publicity, b"%PDF-" + b"0" * 11_500_000)
    assert big.status_code == 413


def test_too_many_uploads_and_objections_are_slowed_down(visitor, at_publicity, monkeypatch):
    monkeypatch.setattr(evidence, "UPLOADS_AN_HOUR", 5)
    monkeypatch.setattr(publicity, "OBJECTIONS_AN_HOUR", 5)
    codes = [upload(visitor, at_publicity, sample("a.pdf", 2_000)).status_code for _ in range(6)]
    assert codes[-1] == 429
    replies = [
        visitor.post(f"/public/notices/{at_publicity}/objections", {"answers": OBJECTION})
        for _ in range(6)
    ]
    assert replies[-1].status_code == 429
    assert int(replies[-1].headers["Retry-After"]) > 0


def test_unused_evidence_is_forgotten_after_a_day(visitor, sqlite_runtime, at_publicity):
    upload(visitor, at_publicity, sample("a.pdf", 2_000))

    def left(after):
        with unit_of_work(sqlite_runtime.sessions) as session:
            tidy(session, sqlite_runtime.clock.now() + after)
            free = File.uploaded_by.is_(None) & File.objection_id.is_(None)
            return len(session.scalars(select(File.id).where(free)).all())

    assert left(timedelta(hours=1)) == 1
    assert left(timedelta(days=2)) == 0


@pytest.mark.parametrize(
    ("more", "validity"),
    [
        ({}, "valid"),
        ({"state": ConsortiumState.REVOKED}, "revoked"),
        ({"state": ConsortiumState.DISSOLVED}, "dissolved"),
    ],
)
def test_a_certificate_says_what_it_is_worth_today(
    visitor, sqlite_runtime, sqlite_desk, more, validity
):
    sqlite_desk.start()
    a_consortium(sqlite_runtime, **more)

    found = visitor.get(f"/public/consortia/{CERTIFICATE}").json
    assert found["validity"] == validity
    assert "13800138000" not in str(found)
    sqlite_runtime.clock.advance(timedelta(days=11))
    later = visitor.get(f"/public/consortia/{CERTIFICATE}").json
    assert later["validity"] == ("expired" if validity == "valid" else validity)


@pytest.fixture
def end(sqlite_runtime, sqlite_desk):
    """Ends a title by the operation that diagrams call, from another case of the jurisdiction."""

    def act(**given):
        actor = sqlite_desk.actor("lj-reviewer")
        with unit_of_work(sqlite_runtime.sessions) as session:
            case = session.scalars(select(Case)).first()
            ready = procedures.ready(session, case.bundle_hash)
            world = CaseWorld(session, sqlite_runtime, case, ready, actor)
            node = next(iter(ready.opened.program.nodes["liangjiang.application"].values()))
            call = Call("key", node, world)
            return CATALOGUE["register.end"].run(
                call,
                **{"certificate_no": CERTIFICATE, "document_no": "渝两江科撤〔2026〕1号"} | given,
            )

    return act


def test_a_revoked_certificate_is_worth_nothing_from_its_day_on(
    visitor, sqlite_runtime, sqlite_desk, end
):
    sqlite_desk.start()
    a_consortium(sqlite_runtime)
    tomorrow = (sqlite_runtime.clock.now() + timedelta(days=1)).date().isoformat()

    for _twice in range(2):
        ended = end(state="REVOKED", ended_on=tomorrow)

    assert ended["ended_on"] == tomorrow
    assert visitor.get(f"/public/consortia/{CERTIFICATE}").json["validity"] == "valid"
    sqlite_runtime.clock.advance(timedelta(days=1))
    found = visitor.get(f"/public/consortia/{CERTIFICATE}").json
    assert (found["validity"], found["ended_on"]) == ("revoked", tomorrow)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"certificate_no": "LIANGJIANG-2026-C0999"}, "NOT_REGISTERED"),
        ({"state": "DISSOLVED"}, "ALREADY_ENDED"),
        ({"ended_on": "2026-11-19"}, "ALREADY_ENDED"),
    ],
)
def test_what_has_ended_does_not_end_again_in_another_way(
    sqlite_runtime, sqlite_desk, end, more, code
):
    sqlite_desk.start()
    a_consortium(sqlite_runtime)
    first = {"state": "REVOKED", "ended_on": "2026-11-20"}
    end(**first)

    with pytest.raises(BusinessError) as refused:
        end(**first | more)

    assert refused.value.code == code


def test_a_title_does_not_end_before_it_began(sqlite_runtime, sqlite_desk, end):
    sqlite_desk.start()
    a_consortium(sqlite_runtime)

    with pytest.raises(BusinessError) as refused:
        end(state="REVOKED", ended_on="2026-01-01")

    assert refused.value.code == "NOT_YET_VALID"


def test_the_register_is_searched_and_paged(visitor, sqlite_runtime, sqlite_desk):
    sqlite_desk.start()
    a_consortium(sqlite_runtime)

    found = visitor.get("/public/consortia", search="测试产业", limit=1).json
    assert [i["certificate_no"] for i in found["items"]] == ["LIANGJIANG-2026-C0901"]
    assert visitor.get("/public/consortia", search="%").json["items"] == []
    assert visitor.get("/public/consortia", jurisdiction="nowhere").json["items"] == []


def test_the_qr_code_is_a_picture_without_scripts(visitor, sqlite_runtime, sqlite_desk):
    sqlite_desk.start()
    a_consortium(sqlite_runtime)

    reply = visitor.get("/public/consortia/LIANGJIANG-2026-C0901/qr")
    assert reply.mimetype == "image/svg+xml"
    assert b"<svg" in reply.data
    assert b"script" not in reply.data
    assert "sandbox" in reply.headers["Content-Security-Policy"]


def test_progress_tells_the_limits_and_the_days_left(visitor, sqlite_desk):
    case = sqlite_desk.start("other")

    found = visitor.get(f"/public/cases/{case.number}", code=case.progress_code).json
    limit = found["limits"][0]
    assert limit["working_days_left"] == 10
    assert [d for d in limit["ledger"] if d[1] == "counted"]
    assert "智行汽车" not in str(found)
