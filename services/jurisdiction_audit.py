"""The audit chain of a jurisdiction: what people did to its procedures, sealed like a case's chain."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.audit import canonical_hash, payload_hash
from services.db.engine import insert_into
from services.db.models import JurisdictionAct, JurisdictionChain, Person

ALGORITHM = "liancheng-jurisdiction-audit-1/sha256"
_START = bytes(32)


@dataclass(frozen=True, slots=True)
class Break:
    """A break in a jurisdiction's chain. ``seq`` is the first entry that does not fit."""

    jurisdiction: str
    seq: int
    problem: str


def append(
    session: Session, jurisdiction: str, *, at: datetime, actor: str, what: str, payload: Any
) -> JurisdictionAct:
    """Add the next act, under the chain's lock. The caller owns the transaction."""
    chain = _lock(session, jurisdiction)
    salt = secrets.token_bytes(16)
    act = JurisdictionAct(
        jurisdiction=jurisdiction,
        seq=chain.seq + 1,
        at=at,
        actor=actor,
        what=what,
        payload=payload,
        salt=salt,
        payload_sha256=payload_hash(salt, payload),
        prev_hash=chain.head or _START,
    )
    act.hash = _hash(act)
    chain.seq, chain.head = act.seq, act.hash
    session.add(act)
    session.flush()
    return act


def _lock(session: Session, jurisdiction: str) -> JurisdictionChain:
    session.execute(
        insert_into(session, JurisdictionChain)
        .values(jurisdiction=jurisdiction, seq=0, head=None)
        .on_conflict_do_nothing()
    )
    query = select(JurisdictionChain).where(JurisdictionChain.jurisdiction == jurisdiction)
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).one()


def _hash(act: JurisdictionAct) -> bytes:
    fields = [
        ALGORITHM,
        act.jurisdiction,
        act.seq,
        act.at.isoformat(),
        act.actor,
        act.what,
        act.payload_sha256.hex(),
        act.prev_hash.hex(),
    ]
    return canonical_hash(fields)


def listed(session: Session, jurisdiction: str, limit: int) -> list[dict[str, Any]]:
    """Return the last acts of a jurisdiction, newest first, with names."""
    rows = session.scalars(
        select(JurisdictionAct)
        .where(JurisdictionAct.jurisdiction == jurisdiction)
        .order_by(JurisdictionAct.seq.desc())
        .limit(limit)
    ).all()
    names = {str(key): name for key, name in session.execute(_people(rows)).all()}
    return [
        {
            "seq": row.seq,
            "at": row.at,
            "by": names.get(row.actor, "系统"),
            "what": row.what,
            "payload": row.payload,
        }
        for row in rows
    ]


def _people(rows: Any) -> Any:
    keys = {UUID(row.actor) for row in rows if len(row.actor) == len(str(UUID(int=0)))}
    return select(Person.id, Person.name).where(Person.id.in_(keys))


def verify(session: Session) -> Iterator[Break | None]:
    """Check every jurisdiction's chain, yielding once a chain: the first break, or None."""
    for chain in session.scalars(
        select(JurisdictionChain).order_by(JurisdictionChain.jurisdiction)
    ):
        rows = session.scalars(
            select(JurisdictionAct)
            .where(JurisdictionAct.jurisdiction == chain.jurisdiction)
            .order_by(JurisdictionAct.seq)
        )
        yield _first_break(chain, list(rows))


def _first_break(chain: JurisdictionChain, rows: list[JurisdictionAct]) -> Break | None:
    before = _START
    for number, row in enumerate(rows, start=1):
        if row.seq != number:
            return Break(chain.jurisdiction, number, "缺少条目或次序被改动")
        if row.prev_hash != before:
            return Break(chain.jurisdiction, number, "与前一条不相接")
        if payload_hash(row.salt, row.payload) != row.payload_sha256 or _hash(row) != row.hash:
            return Break(chain.jurisdiction, number, "条目被改动")
        before = row.hash
    if (len(rows), before if rows else None) != (chain.seq, chain.head):
        return Break(chain.jurisdiction, len(rows) + 1, "末尾的条目被删去")
    return None
