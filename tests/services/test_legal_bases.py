"""The document behind a jurisdiction decides whether a production case may start."""

import io
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, func, select

from services import cases, files, jurisdictions, legal_bases
from services.db.engine import unit_of_work
from services.db.models import (
    BasisStatus,
    Case,
    CaseStatus,
    LegalBasis,
    Membership,
    Party,
    PartyKind,
)
from services.errors import InvalidError, LegalBasisError, NotAllowedError, NotFoundError
from services.scenarios.samples import sample
from workflows.calendar import TIME_ZONE

FIRST, LAST = date(2026, 12, 1), date(2029, 11, 30)


@dataclass(frozen=True)
class Registry:
    """Recording acts about the document, as people of the sample agencies."""

    runtime: object
    desk: object

    def document(self, login: str = "lj-owner") -> UUID:
        """Upload the document as somebody."""
        actor = self.desk.actor(login)
        with unit_of_work(self.runtime.sessions) as session:
            source = io.BytesIO(sample("办法.pdf", 3_000))
            return files.take_in(session, self.runtime, actor, name="办法.pdf", source=source).id

    def record(self, login: str = "lj-owner", jurisdiction: str = "liangjiang", **given):
        """Record an act, the adoption of the draft unless told otherwise."""
        self.runtime.clock.advance(timedelta(seconds=1))
        actor = self.desk.actor(login)
        act = {
            "status": BasisStatus.IN_FORCE,
            "title": "重庆两江新区产业创新联合体建设管理办法",
            "number": "渝两江管发〔2026〕1号",
            "effective_from": FIRST,
            "effective_to": LAST,
            "note": "",
        } | given
        if "document_id" not in act:
            act["document_id"] = self.document(login)
        with unit_of_work(self.runtime.sessions) as session:
            return jurisdictions.record_basis(session, self.runtime, actor, jurisdiction, act)

    def at(self, day: date, time: str = "09:00:00") -> None:
        """Set the clock to a time in Shanghai."""
        self.runtime.clock.set(datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=TIME_ZONE))

    def rows(self, table) -> int:
        """Count the jurisdiction's rows."""
        with unit_of_work(self.runtime.sessions) as session:
            mine = table.jurisdiction == "liangjiang"
            return session.scalar(select(func.count()).select_from(table).where(mine))


def shown_basis(session, runtime):
    """The jurisdiction's basis in the list of all."""
    found = jurisdictions.bases(session, runtime)
    return next(row for row in found if row["jurisdiction"] == "liangjiang")


@pytest.fixture
def registry(runtime, desk) -> Registry:
    """The jurisdiction as it ships: a draft that nobody has adopted."""
    with unit_of_work(runtime.sessions) as session:
        session.execute(delete(LegalBasis).where(LegalBasis.is_demo))
    return Registry(runtime, desk)


def test_a_draft_carries_no_production_case_and_the_refusal_says_why(registry, desk):
    with pytest.raises(LegalBasisError) as caught:
        desk.start()

    assert "征求意见稿" in caught.value.message
    assert "不能受理正式办件" in caught.value.message
    assert caught.value.details["status"] == "DRAFT"
    assert registry.rows(Case) == 0


def test_a_draft_can_be_rehearsed(registry, desk):
    case = desk.start(rehearsal=cases.Rehearsal())

    assert case.is_rehearsal
    assert case.number.startswith("YL-")


def test_a_rehearsal_that_pretends_to_be_production_is_refused_like_one(registry, desk):
    with pytest.raises(LegalBasisError):
        desk.start(rehearsal=cases.Rehearsal(as_production=True))


def test_the_list_of_procedures_says_why_none_may_start(registry, runtime):
    with unit_of_work(runtime.sessions) as session:
        listed = jurisdictions.list_procedures(session, runtime)
    listed = [row for row in listed if row["jurisdiction"] == "liangjiang"]

    assert {row["is_open"] for row in listed} == {False}
    assert all("征求意见稿" in row["reason"] for row in listed)


def test_production_starts_once_a_process_owner_has_recorded_the_adoption(registry, desk):
    recorded = registry.record()
    registry.at(FIRST)

    case = desk.start()

    assert (case.is_rehearsal, case.basis_id) == (False, recorded["id"])
    assert recorded["recorded_by"] == desk.actor("lj-owner").person_id
    assert recorded["is_demo"] is False


@pytest.mark.parametrize("missing", ["number", "effective_from", "document_id"])
def test_an_adoption_needs_a_number_a_date_and_the_document(registry, missing):
    with pytest.raises(InvalidError) as caught:
        registry.record(**{missing: None})

    assert set(caught.value.fields) == {missing}
    assert registry.rows(LegalBasis) == 1


def test_an_adoption_that_lacks_everything_is_told_everything(registry):
    with pytest.raises(InvalidError) as caught:
        registry.record(number="", effective_from=None, document_id=None)

    assert set(caught.value.fields) == {"number", "effective_from", "document_id"}


def test_a_period_that_ends_before_it_begins_is_refused(registry):
    with pytest.raises(InvalidError) as caught:
        registry.record(effective_to=FIRST - timedelta(days=1))

    assert set(caught.value.fields) == {"effective_to"}


def test_the_document_must_be_one_that_the_owner_may_read(registry):
    with pytest.raises(NotFoundError):
        registry.record(document_id=registry.document("upstream-op"))
    with pytest.raises(NotFoundError):
        registry.record(document_id=uuid4())


@pytest.mark.parametrize(
    ("day", "time", "says"),
    [
        (FIRST - timedelta(days=1), "23:59:59", "尚未生效"),
        (LAST + timedelta(days=1), "00:00:00", "已过有效期"),
    ],
    ids=["the last second before", "the first second after"],
)
def test_production_is_refused_outside_the_period(registry, desk, day, time, says):
    registry.record()
    registry.at(day, time)

    with pytest.raises(LegalBasisError, match=says):
        desk.start()

    assert registry.rows(Case) == 0


@pytest.mark.parametrize(
    ("day", "time"), [(FIRST, "00:00:00"), (LAST, "23:59:59")], ids=["first", "last"]
)
def test_production_starts_on_the_first_and_the_last_day(registry, desk, day, time):
    registry.record()
    registry.at(day, time)

    assert desk.start().state == "DRAFT"


def test_a_document_without_an_end_stays_in_force(registry, desk):
    registry.record(effective_to=None)
    registry.at(date(2050, 1, 3))

    assert desk.start().state == "DRAFT"


@pytest.mark.parametrize(
    "login",
    ["lj-clerk", "lj-reviewer", "lj-leader", "lj-committee", "lead-op", "lead-rep", "expert3"],
)
def test_nobody_but_a_process_owner_records(registry, login):
    with pytest.raises(NotAllowedError, match="流程负责人"):
        registry.record(login)

    assert registry.rows(LegalBasis) == 1


def test_a_process_owner_of_another_agency_does_not_record(registry, runtime, desk):
    owner = desk.actor("lj-owner").person_id
    with unit_of_work(runtime.sessions) as session:
        elsewhere = Party(
            code="elsewhere", kind=PartyKind.AGENCY, name="别处", data={"jurisdiction": "elsewhere"}
        )
        session.add(elsewhere)
        session.flush()
        session.execute(delete(Membership).where(Membership.person_id == owner))
        session.add(Membership(person_id=owner, party_id=elsewhere.id, role="process_owner"))

    with pytest.raises(NotAllowedError):
        registry.record()


def test_an_applicant_who_calls_himself_process_owner_does_not_record(registry, runtime, desk):
    with unit_of_work(runtime.sessions) as session:
        session.add(
            Membership(
                person_id=desk.actor("lead-op").person_id,
                party_id=desk.party("demo-lead"),
                role="process_owner",
            )
        )

    with pytest.raises(NotAllowedError):
        registry.record("lead-op")


def test_a_jurisdiction_that_is_not_there_has_no_basis(registry):
    with pytest.raises(NotFoundError):
        registry.record(jurisdiction="nowhere")


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (BasisStatus.UNCONFIRMED, "尚待流程负责人确认"),
        (BasisStatus.EXPIRED, "已过有效期"),
        (BasisStatus.SUPERSEDED, "替代"),
        (BasisStatus.PENDING, "尚未生效"),
        (BasisStatus.DRAFT, "征求意见稿"),
    ],
)
def test_what_was_recorded_last_holds_and_what_was_before_stays(registry, desk, status, says):
    registry.record()
    registry.record(status=status, number=None, effective_from=None, effective_to=None)
    registry.at(FIRST)

    with pytest.raises(LegalBasisError, match=says):
        desk.start()

    assert registry.rows(LegalBasis) == 3


def test_a_running_case_keeps_the_basis_it_started_under(registry, desk):
    adopted = registry.record()
    registry.at(FIRST)
    case = desk.start("other")
    registry.record(status=BasisStatus.SUPERSEDED)

    desk.complete(
        "lj-reviewer",
        desk.task(case),
        {"decision": "refuse", "reasons": "不在适用范围内，建议向所在地申请。"},
    )
    case = desk.complete(
        "lj-leader",
        desk.task(case),
        {"reason": "不在范围内。", "article": "办法八", "facts": "见记录。"},
    )

    assert (case.status, case.basis_id) == (CaseStatus.FINISHED, adopted["id"])


def test_the_sample_adoption_is_marked_wherever_it_is_shown(runtime):
    with unit_of_work(runtime.sessions) as session:
        shown = shown_basis(session, runtime)
        standing = legal_bases.standing(
            legal_bases.current(session, "liangjiang"), jurisdictions.today(runtime)
        )

    assert shown["is_demo"] is True
    assert shown["number"].startswith("演示")
    assert shown["note"].startswith("演示")
    assert shown["status_today"] is BasisStatus.IN_FORCE
    assert standing.scope()["is_demo"] is True


def test_a_real_adoption_takes_the_place_of_the_sample_one(runtime, desk):
    registry = Registry(runtime, desk)
    registry.record()

    with unit_of_work(runtime.sessions) as session:
        shown = shown_basis(session, runtime)

    assert (shown["is_demo"], shown["status_today"]) == (False, BasisStatus.PENDING)
