"""How far the checkpoints are behind: what no record lists yet, what is not yet kept outside."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from services.db.models import (
    AnchoredHead,
    AnchoredJurisdiction,
    AuditEntry,
    Case,
    Checkpoint,
    JurisdictionAct,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Instants since when something waits; None where nothing does."""

    unlisted_since: datetime | None  # the oldest entry of a chain that no checkpoint lists
    outside_since: datetime | None  # the oldest record not known to be kept outside


def read(session: Session) -> Standing:
    """Return where the checkpoints stand. Reads only."""
    waits = Checkpoint.anchored_at.is_(None)
    unlisted = [session.scalar(_of_cases()), session.scalar(_of_jurisdictions())]
    return Standing(
        unlisted_since=min((at for at in unlisted if at is not None), default=None),
        outside_since=session.scalar(select(func.min(Checkpoint.at)).where(waits)),
    )


def _of_cases() -> Select[datetime]:
    """Ask for the first entry beyond the checkpoints; only cases that have one are looked into."""
    return (
        select(func.min(AuditEntry.at))
        .join(Case, Case.id == AuditEntry.case_id)
        .outerjoin(AnchoredHead, AnchoredHead.case_id == Case.id)
        .where(
            or_(
                AnchoredHead.case_id.is_(None),
                and_(Case.audit_seq > AnchoredHead.seq, AuditEntry.seq > AnchoredHead.seq),
            )
        )
    )


def _of_jurisdictions() -> Select[datetime]:
    return (
        select(func.min(JurisdictionAct.at))
        .outerjoin(
            AnchoredJurisdiction,
            AnchoredJurisdiction.jurisdiction == JurisdictionAct.jurisdiction,
        )
        .where(
            or_(
                AnchoredJurisdiction.jurisdiction.is_(None),
                JurisdictionAct.seq > AnchoredJurisdiction.seq,
            )
        )
    )
