"""Who sees a case: from when, until when, and what of it after that."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from services.db import writing
from services.db.models import Case, CaseAccess, HandoffOut

_THESE = (
    CaseAccess.case_id == bindparam("case"),
    CaseAccess.party_id.in_(bindparam("parties", expanding=True)),
)
_HELD = select(CaseAccess).where(*_THESE)
_SEEING = select(CaseAccess.party_id, CaseAccess.until).where(*_THESE)  # at every task that opens


def grant(session: Session, case: Case, party_id: UUID, at: datetime) -> None:
    """Let a party see the case from now on, as ``grant_all``."""
    grant_all(session, case, [party_id], at)


def grant_all(session: Session, case: Case, party_ids: Collection[UUID], at: datetime) -> None:
    """Let parties see the case from now on; one that sees it already goes on doing so.

    A party to which the case comes back sees it whole again. Flushes what it changes.
    """
    if not party_ids:
        return
    rows = session.connection().execute(_SEEING, {"case": case.id, "parties": list(party_ids)})
    known = dict(rows.all())  # the case is locked
    writing.insert(session, [_fresh(case, party, at) for party in party_ids if party not in known])
    if back := [party for party, until in known.items() if until is not None]:
        _give_back(session, case, back)


def _fresh(case: Case, party_id: UUID, at: datetime) -> CaseAccess:
    return CaseAccess(party_id=party_id, case_id=case.id, since=at, case_started_at=case.started_at)


def _give_back(session: Session, case: Case, party_ids: list[UUID]) -> None:
    for row in session.scalars(_HELD, {"case": case.id, "parties": party_ids}):
        row.until, row.disclosed = None, None
    session.flush()


def hand_over(session: Session, case: Case, handoff: HandoffOut, at: datetime) -> None:
    """Let the receiver see the case; where it passes on, the sender keeps what it has read.

    From then on the sender reads only what the handoff discloses.
    """
    grant(session, case, handoff.receiver_id, at)
    if handoff.passes and handoff.sender_id != handoff.receiver_id:
        session.execute(
            update(CaseAccess)
            .where(CaseAccess.case_id == case.id, CaseAccess.party_id == handoff.sender_id)
            .values(until=at, disclosed=handoff.disclosure)
        )
