"""The audit chain of a case: appended under the case lock, verified by anyone.

An entry's hash covers its own fields and the hash before it, in canonical JSON (RFC 8785); its
payload is sealed by a salted SHA-256. A change, a gap or a swap anywhere is found by ``verify``.
"""

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import rfc8785
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.db.models import AuditEntry, Case

ALGORITHM = "liancheng-audit-1/sha256"
_START = bytes(32)


@dataclass(frozen=True, slots=True)
class Finding:
    """A break in a chain. ``seq`` is the first entry that does not fit."""

    case_id: UUID
    seq: int
    problem: str


def append(
    session: Session,
    case: Case,
    *,
    at: datetime,
    actor: str,
    what: str,
    payload: dict[str, Any],
    party_id: UUID | None = None,
) -> AuditEntry:
    """Add the next entry. The caller holds the case's row lock and owns the transaction."""
    last = session.execute(
        select(AuditEntry.seq, AuditEntry.hash)
        .where(AuditEntry.case_id == case.id)
        .order_by(AuditEntry.seq.desc())
        .limit(1)
    ).first()
    salt = secrets.token_bytes(16)
    entry = AuditEntry(
        case_id=case.id,
        seq=1 if last is None else last.seq + 1,
        at=at,
        actor=actor,
        party_id=party_id,
        what=what,
        payload=payload,
        salt=salt,
        payload_sha256=_payload_hash(salt, payload),
        prev_hash=_START if last is None else last.hash,
    )
    entry.hash = _entry_hash(entry)
    session.add(entry)
    return entry


def _payload_hash(salt: bytes, payload: Any) -> bytes:
    text = json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(salt + text.encode()).digest()


def canonical_hash(value: Any) -> bytes:
    """Return the SHA-256 of a JSON value in canonical form (RFC 8785)."""
    return sha256(rfc8785.dumps(value)).digest()


def _entry_hash(entry: AuditEntry) -> bytes:
    fields = [
        ALGORITHM,
        str(entry.case_id),
        entry.seq,
        entry.at.isoformat(),
        entry.actor,
        str(entry.party_id or ""),
        entry.what,
        entry.payload_sha256.hex(),
        entry.prev_hash.hex(),
    ]
    return canonical_hash(fields)


def verify_case(entries: list[AuditEntry], case_id: UUID) -> Finding | None:
    """Check one chain, ordered by seq; the first break, or None."""
    before = _START
    for number, entry in enumerate(entries, start=1):
        if entry.seq != number:
            return Finding(case_id, number, "缺少条目或次序被改动")
        if entry.prev_hash != before:
            return Finding(case_id, number, "与前一条不相接")
        if entry.salt is not None and _payload_hash(entry.salt, entry.payload) != (
            entry.payload_sha256
        ):
            return Finding(case_id, number, "内容被改动")
        if _entry_hash(entry) != entry.hash:
            return Finding(case_id, number, "条目被改动")
        before = entry.hash
    return None


def verify(session: Session) -> Iterator[Finding | None]:
    """Check every case's chain, yielding once a case: the first break, or None."""
    for case_id in session.scalars(select(Case.id).order_by(Case.id)):
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.case_id == case_id).order_by(AuditEntry.seq)
        ).all()
        if not entries:
            yield Finding(case_id, 1, "办件没有任何留痕")
        else:
            yield verify_case(list(entries), case_id)
        session.expunge_all()
