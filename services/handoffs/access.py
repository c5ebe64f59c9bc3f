"""Who sees a case: from when, until when, and what of it after that."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from services.db.models import Case, CaseAccess, HandoffOut

_HELD = select(CaseAccess).where(
    CaseAccess.case_id == bindparam("case"),
    CaseAccess.party_id.in_(bindparam("parties", expanding=True)),
)


def grant(session: Session, case: Case, party_id: UUID, at: datetime) -> None:
    """Let a party see the case from now on, as ``grant_all``."""
    grant_all(session, case, [party_id], at)


def grant_all(session: Session, case: Case, party_ids: Collection[UUID], at: datetime) -> None:
    """Let parties see the case from now on; one that sees it already goes on doing so.

    A party to which the case comes back sees it whole again. Flushes.
    """
    if not party_ids:
        return
    held = session.scalars(_HELD, {"case": case.id, "parties": list(party_ids)})
    known = {row.party_id: row for row in held}  # the case is locked
    for party_id in party_ids:
        row = known.get(party_id)
        if row is None:
            session.add(CaseAccess(party_id=party_id, case_id=case.id, since=at))
        else:
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
