"""The receiver's side: taking in an envelope exactly once, and answering it by a receipt."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import rfc8785
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.db.engine import insert_into
from services.db.models import File, HandoffIn, HandoffState, Party
from services.errors import ConflictError, HandoffRefusedError, InvalidError
from services.handoffs import keys
from services.handoffs.sealed import (
    Sealed,
    check_signature,
    field_of,
    files_of,
    seal,
    take_apart,
)
from services.handoffs.sending import ENVELOPE, RECEIPT, keep_bytes
from services.runtime import Runtime

MAX_CODE = 64


def deliver(session: Session, runtime: Runtime, document: dict[str, Any]) -> dict[str, Any]:
    """Take in an envelope that came as a JSON object over the network. Raises as ``take_in``."""
    try:
        raw = rfc8785.dumps(document)
    except (ValueError, RecursionError) as error:
        raise HandoffRefusedError("移送包不是规范的 JSON", "MALFORMED") from error
    row = take_in(session, runtime, raw)
    receipt = json.loads(row.receipt) if row.receipt else None
    return {"id": row.id, "state": row.state, "receipt": receipt}


def take_in(session: Session, runtime: Runtime, raw: bytes) -> HandoffIn:
    """Check an envelope and keep it; one that is there already is returned as it is.

    Whatever carries it, a function call or the network, comes through here. Out of order is
    taken in, with a remark on the gap. The caller owns the transaction.
    Raises HandoffRefusedError: TOO_LARGE, MALFORMED, UNKNOWN_ALGORITHM, UNKNOWN_SENDER,
    NOT_FOR_US, UNKNOWN_KEY, KEY_NOT_VALID, BAD_SIGNATURE, EXPIRED, OTHER_CONTENT,
    SEQUENCE_TAKEN, CHAIN_BROKEN, MISSING_FILE.
    """
    sealed = take_apart(raw)
    if sealed.body.get("format") != ENVELOPE:
        raise HandoffRefusedError("这不是移送包", "MALFORMED")
    sender = _party(session, sealed, "sender", "UNKNOWN_SENDER", "发送机关未在本系统登记")
    receiver = _party(session, sealed, "receiver", "NOT_FOR_US", "收件机关不在本系统")
    now = runtime.clock.now()
    signed_at = field_of(sealed, "signed_at", datetime.fromisoformat)
    check_signature(sealed, keys.public_key(session, sealed.key, sender.id, signed_at))
    known = _known(session, sealed)
    if known is not None:
        return known
    keys.public_key(session, sealed.key, sender.id, now)
    if now > field_of(sealed, "not_after", datetime.fromisoformat):
        raise HandoffRefusedError("移送包已过有效期，请重新移送", "EXPIRED")
    _require_files(session, sealed)
    return _keep(session, sealed, raw, receiver, now)


def _party(session: Session, sealed: Sealed, name: str, code: str, problem: str) -> Party:
    wanted = field_of(sealed, name, str)
    found = session.scalars(select(Party).where(Party.code == wanted)).first()
    if found is None:
        raise HandoffRefusedError(problem, code)
    return found


def _known(session: Session, sealed: Sealed) -> HandoffIn | None:
    """Return what is there under the same id. Raises HandoffRefusedError OTHER_CONTENT."""
    place = (field_of(sealed, "sender", str), field_of(sealed, "id", UUID))
    found = session.get(HandoffIn, place)
    if found is not None and found.envelope_sha256 != sealed.sha256:
        raise HandoffRefusedError("同一编号的移送包内容不同", "OTHER_CONTENT")
    return found


def _require_files(session: Session, sealed: Sealed) -> None:
    """Refuse an envelope whose files have not come along unchanged."""
    wanted = {entry["sha256"]: entry["name"] for entry in files_of(sealed)}
    have = set(session.scalars(select(File.sha256).where(File.sha256.in_(wanted))))
    missing = [name for digest, name in wanted.items() if digest not in have]
    if missing:
        raise HandoffRefusedError(f"缺少附件或附件被改动：{'、'.join(missing[:5])}", "MISSING_FILE")


def _keep(
    session: Session, sealed: Sealed, raw: bytes, receiver: Party, now: datetime
) -> HandoffIn:
    sender, sequence = field_of(sealed, "sender", str), field_of(sealed, "sequence", int)
    beside = {
        row.sequence: row
        for row in session.scalars(
            select(HandoffIn).where(
                HandoffIn.sender == sender,
                HandoffIn.receiver_id == receiver.id,
                HandoffIn.sequence.in_([sequence - 1, sequence, sequence + 1]),
            )
        )
    }
    if sequence in beside:
        return _taken(session, sealed)
    _require_chain(sealed, beside.get(sequence - 1), beside.get(sequence + 1))
    topic = sealed.body.get("topic")
    values = {
        "sender": sender,
        "id": field_of(sealed, "id", UUID),
        "receiver_id": receiver.id,
        "sequence": sequence,
        "topic": str(topic)[:MAX_CODE] if topic else None,
        "subject": field_of(sealed, "subject", str)[:200],
        "group": str(sealed.body.get("group") or "")[:MAX_CODE],
        "taken_in_at": field_of(sealed, "created_at", datetime.fromisoformat),
        "envelope_sha256": keep_bytes(session, raw),
        "state": HandoffState.PENDING,
        "remark": _gap(sequence, has_before=sequence - 1 in beside),
    }
    session.execute(insert_into(session, HandoffIn).values(**values).on_conflict_do_nothing())
    return _taken(session, sealed)


def _taken(session: Session, sealed: Sealed) -> HandoffIn:
    """Return what has the envelope's place by now: itself, if it came twice at once.

    Raises HandoffRefusedError SEQUENCE_TAKEN if it is another one.
    """
    found = _known(session, sealed)
    if found is None:
        raise HandoffRefusedError("这一序号的移送包已经收到", "SEQUENCE_TAKEN")
    return found


def _require_chain(sealed: Sealed, before: HandoffIn | None, after: HandoffIn | None) -> None:
    """Envelopes between two parties name the one before: a swap or a forgery shows."""
    if before is not None and sealed.body.get("previous") != before.envelope_sha256:
        raise HandoffRefusedError("移送包与前一份不相衔接", "CHAIN_BROKEN")
    if after is not None and take_apart(after.envelope).body.get("previous") != sealed.sha256:
        raise HandoffRefusedError("移送包与后一份不相衔接", "CHAIN_BROKEN")


def _gap(sequence: int, *, has_before: bool) -> str | None:
    if sequence == 1 or has_before:
        return None
    return f"第 {sequence - 1} 号移送包尚未收到"


@dataclass(frozen=True, slots=True)
class Answer:
    """The receiver's word on an envelope. ``at`` is the instant by the case's clock."""

    status: HandoffState
    reason: str | None
    by: dict[str, Any]
    at: datetime


def answer(session: Session, runtime: Runtime, row: HandoffIn, given: Answer) -> bytes:
    """Receive or return an envelope; the signed receipt's bytes.

    The same answer again gives the stored receipt. Raises ConflictError for another one,
    InvalidError for a return without a reason.
    """
    if row.state is not HandoffState.PENDING:
        if row.state is not given.status or row.receipt is None:
            raise ConflictError("这份移送已经答复过", "HANDOFF_ANSWERED")
        return row.receipt
    if given.status is HandoffState.RETURNED and not (given.reason or "").strip():
        raise InvalidError("退件须写明理由", {"return_reason": ["请写明退件的理由。"]})
    receiver = session.get_one(Party, row.receiver_id)
    signer = keys.signer_of(session, runtime, receiver.id)
    body = {
        "format": RECEIPT,
        "handoff": str(row.id),
        "sequence": row.sequence,
        "sender": row.sender,
        "receiver": receiver.code,
        "envelope_sha256": row.envelope_sha256,
        "status": given.status.value,
        "reason": given.reason or None,
        "by": given.by,
        "answered_at": given.at.isoformat(),
        "signed_at": runtime.clock.now().isoformat(),
    }
    row.state, row.answer = given.status, {**given.by, "at": given.at.isoformat()}
    row.receipt = seal(body, signer.key_id, signer.seed)
    session.flush()
    return row.receipt
