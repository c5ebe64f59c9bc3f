"""The chains of jurisdictions in checkpoints: what has changed, what no longer fits."""

from collections.abc import Iterator

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from services.checkpoints.records import JurisdictionHead
from services.checkpoints.verifying import Replayed
from services.db.models import AnchoredJurisdiction, JurisdictionAct, JurisdictionChain
from services.jurisdiction_audit import Break


def changed(session: Session) -> list[JurisdictionHead]:
    """Return heads that no checkpoint lists yet."""
    rows = session.execute(
        select(JurisdictionChain.jurisdiction, JurisdictionChain.seq, JurisdictionChain.head)
        .outerjoin(
            AnchoredJurisdiction,
            AnchoredJurisdiction.jurisdiction == JurisdictionChain.jurisdiction,
        )
        .where(
            JurisdictionChain.head.is_not(None),
            or_(
                AnchoredJurisdiction.hash.is_(None),
                AnchoredJurisdiction.hash != JurisdictionChain.head,
            ),
        )
        .order_by(JurisdictionChain.jurisdiction)
    )
    return [JurisdictionHead(code, seq, head) for code, seq, head in rows if head is not None]


def broken(session: Session) -> list[Break]:
    """Return the chains that no longer hold the act that the last checkpoint listed."""
    rows = session.execute(
        select(AnchoredJurisdiction.jurisdiction, AnchoredJurisdiction.seq, JurisdictionAct.hash)
        .outerjoin(
            JurisdictionAct,
            and_(
                JurisdictionAct.jurisdiction == AnchoredJurisdiction.jurisdiction,
                JurisdictionAct.seq == AnchoredJurisdiction.seq,
            ),
        )
        .where(
            or_(JurisdictionAct.hash.is_(None), JurisdictionAct.hash != AnchoredJurisdiction.hash)
        )
        .order_by(AnchoredJurisdiction.jurisdiction)
    )
    return [_break(code, seq, present) for code, seq, present in rows]


def _break(code: str, seq: int, present: bytes | None) -> Break:
    problem = "检查点记有此条，链中没有" if present is None else "与检查点所记不符"
    return Break(code, seq, problem)


def compare(session: Session, found: Replayed) -> Iterator[Break]:
    """Yield each jurisdiction's chain that does not hold what a checkpoint saw. Reads only."""
    rows = session.execute(
        select(JurisdictionAct.jurisdiction, JurisdictionAct.seq, JurisdictionAct.hash).where(
            JurisdictionAct.jurisdiction.in_(found.jurisdictions)
        )
    )
    hashes = {(code, seq): present for code, seq, present in rows}
    for code, heads in sorted(found.jurisdictions.items()):
        wrong = (seq for seq, head in sorted(heads.items()) if hashes.get((code, seq)) != head)
        if (seq := next(wrong, None)) is not None:
            yield _break(code, seq, hashes.get((code, seq)))
