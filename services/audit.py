"""The audit chain of a case: appended under the case lock, verified by anyone.

An entry's hash covers its own fields and the hash before it, in canonical JSON (RFC 8785); its
payload is sealed by a salted SHA-256. A change, a gap or a swap anywhere is found by ``verify``,
and so are a decision that is not what was sealed and a tail cut off: the case keeps its chain's
head. Whoever can rewrite all of it consistently is found only by a checkpoint kept elsewhere.
"""

import json
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import rfc8785
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.actors import StandIn
from services.db import writing
from services.db.models import AuditEntry, Case, Decision

ALGORITHM = "liancheng-audit-1/sha256"
TASK_COMPLETED = "task.completed"
TASK_WITHDRAWN = "task.withdrawn"
EXPERTS_DRAWN = "experts.drawn"
CONTENT_ERASED = "content.erased"
# how an agency's people share their work: on the time line for officials alone
INTERNAL = frozenset(
    {
        "task.transferred",
        "task.delegated",
        "task.delegation_ended",
        "task.delegation_returned",
        "countersign.asked",
        "countersign.given",
        "countersign.withdrawn",
        "case.copied",
        "comment.added",
    }
)
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
    salt = secrets.token_bytes(16)
    entry = AuditEntry(
        case_id=case.id,
        seq=case.audit_seq + 1,
        at=at,
        actor=actor,
        party_id=party_id,
        what=what,
        payload=payload,
        salt=salt,
        payload_sha256=payload_hash(salt, payload),
        prev_hash=case.audit_head or _START,
    )
    entry.hash = entry_hash(entry)
    case.audit_seq, case.audit_head = entry.seq, entry.hash
    writing.insert(session, [entry])
    return entry


def erase(
    session: Session, case: Case, seq: int, *, at: datetime, actor: str, reason: str
) -> AuditEntry:
    """Erase the content of an entry that law wants erased, and record that it was.

    The chain stays whole, because it holds only the salted hash. The caller holds the case's row
    lock and owns the transaction. The second time: another record, nothing else.
    """
    entry = session.get_one(AuditEntry, (case.id, seq))
    entry.payload = entry.salt = None
    payload = {"seq": seq, "reason": reason}
    return append(session, case, at=at, actor=actor, what=CONTENT_ERASED, payload=payload)


def on_behalf(stand_in: StandIn | None) -> dict[str, str]:
    """Return what a payload says of whom a substitute stood in for."""
    return {} if stand_in is None else {"on_behalf_of": str(stand_in.principal_id)}


def payload_hash(salt: bytes, payload: Any) -> bytes:
    """Return the salted hash by which an entry seals its content."""
    text = json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(salt + text.encode()).digest()


def canonical_hash(value: Any) -> bytes:
    """Return the SHA-256 of a JSON value in canonical form (RFC 8785)."""
    return sha256(rfc8785.dumps(value)).digest()


def entry_hash(entry: AuditEntry) -> bytes:
    """Return the hash an entry must have, from its fields and the hash before it."""
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
    erased = {e.payload["seq"] for e in entries if e.what == CONTENT_ERASED and e.payload}
    for number, entry in enumerate(entries, start=1):
        if entry.seq != number:
            return Finding(case_id, number, "缺少条目或次序被改动")
        if entry.prev_hash != before:
            return Finding(case_id, number, "与前一条不相接")
        if not _is_payload_whole(entry, may_be_erased=number in erased):
            return Finding(case_id, number, "内容被改动")
        if entry_hash(entry) != entry.hash:
            return Finding(case_id, number, "条目被改动")
        before = entry.hash
    return None


def _is_payload_whole(entry: AuditEntry, *, may_be_erased: bool) -> bool:
    """Tell whether a payload is what was sealed, or was erased with its salt and on record."""
    if entry.salt is None:
        return may_be_erased and entry.payload is None
    return payload_hash(entry.salt, entry.payload) == entry.payload_sha256


def _verify_decisions(session: Session, entries: list[AuditEntry], case_id: UUID) -> Finding | None:
    """Check that each decision is the one its entry sealed, and that none is missing."""
    completed = [entry for entry in entries if entry.what == TASK_COMPLETED]
    has_erased = any(entry.payload is None for entry in completed)
    sealed = {_about(e.payload): (e.seq, e.payload["answers"]) for e in completed if e.payload}
    rows = session.scalars(
        select(Decision).where(Decision.case_id == case_id).order_by(Decision.made_at)
    ).all()
    for row in rows:
        place = next((i for i in (str(row.id), str(row.task_id)) if i in sealed), "")
        seq, expected = sealed.pop(place, (len(entries) + 1, None))
        if expected is None and has_erased:
            continue
        if not canonical_hash(row.answers).hex() == row.answers_sha256 == expected:
            return Finding(case_id, seq, "办理意见与留痕不符")
    missing = min((seq for seq, _answers in sealed.values()), default=None)
    if missing is not None:
        return Finding(case_id, missing, "办理意见缺失")
    return _verify_withdrawals(rows, entries, case_id, has_erased=has_erased)


def _about(payload: Any) -> str:
    """Return the decision that a completion made; before decisions were named, its task."""
    return str(payload.get("decision") or payload["task"])


def _verify_withdrawals(
    rows: Iterable[Decision], entries: list[AuditEntry], case_id: UUID, *, has_erased: bool
) -> Finding | None:
    """Check that exactly the decisions are marked as taken back whose entries say so."""
    sealed = {
        e.payload["decision"]: e.seq for e in entries if e.what == TASK_WITHDRAWN and e.payload
    }
    marked = {str(row.id) for row in rows if row.withdrawn_at is not None}
    if wrong := marked - sealed.keys():
        return None if has_erased else Finding(case_id, len(entries) + 1, f"无故作废：{min(wrong)}")
    unmarked = min((seq for key, seq in sealed.items() if key not in marked), default=None)
    return None if unmarked is None else Finding(case_id, unmarked, "撤回的办理意见未作废")


def _verify_head(
    entries: list[AuditEntry], case_id: UUID, seq: int, head: bytes | None
) -> Finding | None:
    """Compare the chain's end with the head kept on the case: a cut-off tail does not match."""
    last = entries[-1] if entries else None
    if last is None or last.seq != seq or last.hash != head:
        return Finding(case_id, (last.seq if last else 0) + 1, "末尾的条目被删去")
    return None


def verify(session: Session) -> Iterator[Finding | None]:
    """Check every case's chain, yielding once a case: the first break, or None."""
    heads = select(Case.id, Case.audit_seq, Case.audit_head).order_by(Case.id)
    for case_id, seq, head in session.execute(heads).all():
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.case_id == case_id).order_by(AuditEntry.seq)
        ).all()
        chain = list(entries)
        yield (
            verify_case(chain, case_id)
            or _verify_head(chain, case_id, seq, head)
            or _verify_decisions(session, chain, case_id)
        )
        session.expunge_all()
