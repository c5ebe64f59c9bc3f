"""A document that ends: told in time, and looked at again by the act that confirms."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from services import basis_warnings, jurisdictions, legal_bases
from services.background.chores import Chores
from services.db.engine import reading, unit_of_work
from services.db.models import BasisStatus, LegalBasis, Notification
from services.doctor import Patient, Status, examine
from services.errors import LegalBasisError
from services.legal_bases import Finishing, Standing
from workflows.calendar import TIME_ZONE

LAST = date(2027, 6, 30)


@pytest.fixture
def told(sqlite_runtime, sqlite_desk):
    """Records a document that ends on a day, and returns what the owner is told on another."""
    owner = sqlite_desk.actor("lj-owner").person_id

    def record(last: date | None, status: BasisStatus = BasisStatus.IN_FORCE) -> None:
        sqlite_runtime.clock.advance(timedelta(seconds=1))
        with unit_of_work(sqlite_runtime.sessions) as session:
            legal_bases.record(
                session,
                None,
                sqlite_runtime.clock.now(),
                jurisdiction="liangjiang",
                status=status,
                title="办法",
                number="1号",
                effective_from=date(2026, 12, 1),
                effective_to=last,
                is_demo=True,
            )

    def on(day: date) -> list[str]:
        sqlite_runtime.clock.set(datetime.combine(day, datetime.min.time(), TIME_ZONE))
        with unit_of_work(sqlite_runtime.sessions) as session:
            basis_warnings.tell(session, sqlite_runtime)
            rows = select(Notification).where(
                Notification.person_id == owner, Notification.template == "basis_expiring"
            )
            return [row.data["advice"] for row in session.scalars(rows)]

    return record, on


def test_a_process_owner_is_told_90_days_before_the_end_once(told):
    record, on = told
    record(LAST)

    assert on(LAST - timedelta(days=91)) == []
    [text] = on(LAST - timedelta(days=90))
    assert "2027-06-30 届满，还有 90 日" in text
    assert "延续、修订或者废止" in text
    assert on(LAST - timedelta(days=30)) == [text]


def test_an_extension_is_told_of_when_it_ends_itself(told):
    record, on = told
    record(LAST)
    on(LAST - timedelta(days=10))
    record(LAST + timedelta(days=365))

    assert len(on(LAST)) == 1
    assert len(on(LAST + timedelta(days=300))) == 2  # noqa: PLR2004 - one for each document


def test_what_is_not_in_force_or_has_no_end_is_not_warned_of(told):
    record, on = told
    record(LAST, BasisStatus.UNCONFIRMED)
    assert on(LAST) == []
    record(None)
    assert on(LAST) == []


def test_each_worker_looks_by_itself(told, sqlite_runtime):
    record, on = told
    record(LAST)
    sqlite_runtime.clock.set(datetime(2027, 6, 1, tzinfo=TIME_ZONE))

    for _ in range(2):
        Chores(sqlite_runtime).see_to()

    assert len(on(LAST)) == 1


def test_the_doctor_and_the_list_say_what_to_do(told, sqlite_runtime):
    record, _ = told
    record(LAST)
    sqlite_runtime.clock.set(datetime(2027, 6, 1, tzinfo=TIME_ZONE))
    patient = Patient(sqlite_runtime.settings)
    patient.__dict__["clock"] = sqlite_runtime.clock
    patient.__dict__["sessions"] = sqlite_runtime.sessions
    object.__setattr__(
        patient.settings, "database_url", str(sqlite_runtime.sessions.kw["bind"].url)
    )

    [found] = examine(patient, ["law"])
    with reading(sqlite_runtime.sessions) as session:
        rows = {row["jurisdiction"]: row for row in jurisdictions.bases(session, sqlite_runtime)}

    assert found.status is Status.WARN
    assert "办法将于 2027-06-30 届满" in found.advice
    assert rows["liangjiang"]["days_left"] == 29  # noqa: PLR2004
    assert rows["liangjiang"]["advice"] in found.advice
    assert "已过有效期（至 2025-12-31）" in rows["lingang"]["advice"]


@pytest.mark.parametrize(
    ("status", "finishing", "is_refused"),
    [
        (BasisStatus.IN_FORCE, Finishing.IN_FORCE, False),
        (BasisStatus.EXPIRED, Finishing.AS_SUBMITTED, False),
        (BasisStatus.SUPERSEDED, Finishing.AS_SUBMITTED, False),
        (BasisStatus.EXPIRED, Finishing.IN_FORCE, True),
        (BasisStatus.SUPERSEDED, Finishing.IN_FORCE, True),
        (BasisStatus.UNCONFIRMED, Finishing.AS_SUBMITTED, True),
        (BasisStatus.DRAFT, Finishing.AS_SUBMITTED, True),
    ],
)
def test_the_confirming_act_asks_for_a_document_that_carries_it(status, finishing, is_refused):
    given = Standing(status, "办法", "1号", None, None, is_demo=False)

    if not is_refused:
        legal_bases.require_at_confirmation(given, finishing)
        return
    with pytest.raises(LegalBasisError, match="已办理的内容都保留") as refused:
        legal_bases.require_at_confirmation(given, finishing)
    assert refused.value.details["status"] == status.value


@pytest.mark.parametrize(
    ("later", "last", "found"),
    [
        (BasisStatus.IN_FORCE, date(2030, 1, 1), BasisStatus.IN_FORCE),
        (BasisStatus.SUPERSEDED, None, BasisStatus.SUPERSEDED),
        (BasisStatus.UNCONFIRMED, None, BasisStatus.UNCONFIRMED),
        (BasisStatus.DRAFT, None, BasisStatus.EXPIRED),
        (BasisStatus.PENDING, None, BasisStatus.EXPIRED),
    ],
    ids=["extended", "repealed", "in doubt", "a new draft", "not yet in force"],
)
def test_what_is_recorded_since_the_start_counts(told, sqlite_runtime, later, last, found):
    record, _ = told
    record(LAST)
    with unit_of_work(sqlite_runtime.sessions) as session:
        started = legal_bases.current(session, "liangjiang").id
    record(last, later)

    with reading(sqlite_runtime.sessions) as session:
        basis = session.get_one(LegalBasis, started)
        standing = legal_bases.since_start(session, basis, LAST + timedelta(days=1))

    assert standing.status is found
