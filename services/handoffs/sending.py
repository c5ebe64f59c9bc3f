"""The sender's side: packing an envelope, and taking in the receipt for it."""

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.db.engine import insert_into
from services.db.models import (
    Blob,
    Case,
    Decision,
    File,
    HandoffFile,
    HandoffOut,
    HandoffState,
    Party,
    Task,
)
from services.errors import HandoffRefusedError
from services.handoffs import keys
from services.handoffs.sealed import (
    check_signature,
    field_of,
    seal,
    take_apart,
)
from services.numbers import next_value
from services.rehearsals import group_of
from services.runtime import Runtime

ENVELOPE, RECEIPT = "liancheng-envelope/1", "liancheng-receipt/1"
VALID_DAYS = 30


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is to be handed over: business data only, never the engine's state.

    ``passes``: the case passes on for good, and the sender reads on only ``disclosure``.
    """

    subject: str
    topic: str | None
    content: Any
    passes: bool
    disclosure: list[str]


def pack(
    session: Session,
    runtime: Runtime,
    *,
    case: Case,
    sender: Party,
    receiver: Party,
    parcel: Parcel,
) -> HandoffOut:
    """Seal an envelope and keep it. The caller holds the case's lock and owns the transaction."""
    signer = keys.signer_of(session, runtime, sender.id)
    sequence = next_value(session, f"handoff:{sender.code}:{receiver.code}")
    signed_at = runtime.clock.now()
    handoff_id = uuid4()
    files = _files(session, case, parcel.content)
    body = {
        "format": ENVELOPE,
        "id": str(handoff_id),
        "sender": sender.code,
        "receiver": receiver.code,
        "sequence": sequence,
        "previous": _previous(session, sender, receiver, sequence),
        "case": {
            "id": str(case.id),
            "number": case.number,
            "title": case.title,
            "procedure": case.procedure_id,
            "bundle": case.bundle_hash,
        },
        "group": group_of(case),
        "subject": parcel.subject,
        "topic": parcel.topic,
        "created_at": runtime.now(case).isoformat(),
        "signed_at": signed_at.isoformat(),
        "not_after": (signed_at + timedelta(days=VALID_DAYS)).isoformat(),
        "content": parcel.content,
        "manifest": _decisions(session, case) + [_entry(file) for file in files],
    }
    raw = seal(body, signer.key_id, signer.seed)
    row = HandoffOut(
        id=handoff_id,
        case_id=case.id,
        sender_id=sender.id,
        receiver_id=receiver.id,
        sequence=sequence,
        subject=parcel.subject[:200],
        passes=parcel.passes,
        disclosure=parcel.disclosure,
        sent_at=runtime.now(case),
        envelope_sha256=keep_bytes(session, raw),
    )
    session.add(row)
    session.flush()
    elsewhere = [file for file in files if file.case_id != case.id]
    session.add_all(HandoffFile(handoff_id=handoff_id, file_id=file.id) for file in elsewhere)
    session.flush()
    return row


def keep_bytes(session: Session, raw: bytes) -> str:
    """Keep signed bytes under their hash; once, however many refer to them."""
    digest = sha256(raw).hexdigest()
    session.execute(
        insert_into(session, Blob)
        .values(sha256=digest, data=zlib.compress(raw))
        .on_conflict_do_nothing()
    )
    return digest


def _previous(session: Session, sender: Party, receiver: Party, sequence: int) -> str | None:
    """Return the hash of the envelope before this one between the two."""
    return session.scalars(
        select(HandoffOut.envelope_sha256).where(
            HandoffOut.sender_id == sender.id,
            HandoffOut.receiver_id == receiver.id,
            HandoffOut.sequence == sequence - 1,
        )
    ).first()


def _decisions(session: Session, case: Case) -> list[dict[str, Any]]:
    rows = session.execute(
        select(Task.name, Decision.answers_sha256)
        .join(Task, Task.id == Decision.task_id)
        .where(Decision.case_id == case.id, Decision.withdrawn_at.is_(None))
        .order_by(Decision.made_at, Decision.id)
    )
    return [{"kind": "decision", "name": name, "sha256": digest} for name, digest in rows]


def _files(session: Session, case: Case, content: Any) -> list[File]:
    """Return the case's files and those of other cases that the content names."""
    named = _ids(content)
    query = select(File).where((File.case_id == case.id) | File.id.in_(named))
    return list(session.scalars(query.order_by(File.uploaded_at, File.id)))


def _entry(file: File) -> dict[str, Any]:
    return {
        "kind": "file",
        "id": str(file.id),
        "name": file.name,
        "type": file.media_type,
        "size": file.size_bytes,
        "sha256": file.sha256,
    }


def _ids(value: Any) -> set[UUID]:
    if isinstance(value, dict):
        return set().union(*(_ids(v) for v in value.values()))
    if isinstance(value, list):
        return set().union(*(_ids(v) for v in value))
    if not isinstance(value, str) or len(value) != 36:  # noqa: PLR2004 - a UUID's length
        return set()
    try:
        return {UUID(value)}
    except ValueError:
        return set()


def take_receipt(session: Session, runtime: Runtime, raw: bytes) -> HandoffOut:
    """Check a receipt and keep it beside its envelope. The second time changes nothing.

    Raises HandoffRefusedError: MALFORMED, UNKNOWN_HANDOFF, OTHER_ENVELOPE, UNKNOWN_KEY,
    KEY_NOT_VALID, BAD_SIGNATURE, ALREADY_ANSWERED.
    """
    sealed = take_apart(raw)
    if sealed.body.get("format") != RECEIPT:
        raise HandoffRefusedError("这不是移送回执", "MALFORMED")
    row = session.get(HandoffOut, field_of(sealed, "handoff", UUID))
    if row is None:
        raise HandoffRefusedError("没有回执所指的移送", "UNKNOWN_HANDOFF")
    if sealed.body.get("envelope_sha256") != row.envelope_sha256:
        raise HandoffRefusedError("回执所指的移送包与发出的不一致", "OTHER_ENVELOPE")
    signed_at = field_of(sealed, "signed_at", datetime.fromisoformat)
    key = keys.public_key(session, sealed.key, row.receiver_id, signed_at, runtime.clock.now())
    check_signature(sealed, key)
    if row.receipt is not None:
        if row.receipt != raw:
            raise HandoffRefusedError("这份移送已有回执", "ALREADY_ANSWERED")
        return row
    row.state = field_of(sealed, "status", HandoffState)
    row.receipt = raw
    row.answered_at = field_of(sealed, "answered_at", datetime.fromisoformat)
    session.flush()
    return row
