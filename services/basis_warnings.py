"""Telling process owners in time that the document behind their procedures ends (ASM-T-24)."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import legal_bases, notifications, procedures
from services.db.models import LegalBasis
from services.runtime import Runtime
from workflows.calendar import TIME_ZONE

EVENT = "basis_expiring"


def tell(session: Session, runtime: Runtime) -> int:
    """Tell the process owners of each jurisdiction whose document ends within 90 days.

    Each is told once of a document's end; one that is extended is another. Returns how many are
    told now; the second time nobody. Writes in the caller's transaction.
    """
    now = runtime.clock.now()
    return sum(_tell(session, runtime, basis, text, now) for basis, text in expiring(session, now))


def expiring(session: Session, now: datetime) -> Iterator[tuple[LegalBasis, str]]:
    """Yield the documents that end within 90 days, with what to do."""
    today = now.astimezone(TIME_ZONE).date()
    for code in session.scalars(
        select(LegalBasis.jurisdiction).distinct().order_by("jurisdiction")
    ):
        basis = legal_bases.current(session, code)
        text = legal_bases.warning(legal_bases.standing(basis, today), today)
        if text is not None:
            yield basis, text


def _tell(session: Session, runtime: Runtime, basis: LegalBasis, text: str, now: datetime) -> int:
    data = {"basis": basis.title, "ends_on": str(basis.effective_to), "advice": text}
    return notifications.announce(
        session,
        runtime,
        procedures.owners(session, basis.jurisdiction),
        notifications.Announcement(EVENT, data, key=f"{EVENT}:{basis.id}", at=now),
    )
