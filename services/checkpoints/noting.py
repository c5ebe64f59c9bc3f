"""Which heads the last checkpoint that lists a chain has listed: one row a chain."""

from typing import Any

from sqlalchemy.orm import Session

from services.checkpoints.records import Head, JurisdictionHead
from services.db.engine import insert_into
from services.db.models import AnchoredHead, AnchoredJurisdiction


def cases(session: Session, number: int, heads: list[Head]) -> None:
    """Note the heads of cases in a checkpoint. The caller owns the transaction."""
    _note(session, AnchoredHead, "case_id", number, heads)


def jurisdictions(session: Session, number: int, heads: list[JurisdictionHead]) -> None:
    """Note the heads of jurisdictions in a checkpoint. The caller owns the transaction."""
    _note(session, AnchoredJurisdiction, "jurisdiction", number, heads)


def _note(
    session: Session,
    model: Any,
    whose: str,
    number: int,
    heads: list[Head] | list[JurisdictionHead],
) -> None:
    """Write over what was noted of the same chains before. ``whose``: the column that names one."""
    rows = [
        {whose: getattr(each, whose), "seq": each.seq, "hash": each.hash, "number": number}
        for each in heads
    ]
    if not rows:
        return
    insert = insert_into(session, model)
    taken = {name: insert.excluded[name] for name in ("seq", "hash", "number")}
    session.execute(insert.on_conflict_do_update(index_elements=[whose], set_=taken), rows)
