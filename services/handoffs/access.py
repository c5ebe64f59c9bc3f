"""Who sees a case: from when, until when, and what of it after that."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.db.models import Case, CaseAccess, HandoffOut


def grant(session: Session, case: Case, party_id: UUID, at: datetime) -> None:
    """Let a party see the case from now on; one that sees it already goes on doing so.

    A party to which the case comes back sees it whole again.
    """
    row = session.get(CaseAccess, (party_id, case.id))  # the case is locked: nobody else adds it
    if row is None:
        row = CaseAccess(party_id=party_id, case_id=case.id, since=at)
        session.add(row)
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
