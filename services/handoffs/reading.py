"""What people read of handoffs: the sender its own, the receiver the cover until it has received."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select, tuple_
from sqlalchemy.orm import Session

from services.actors import Actor
from services.db.models import (
    HandoffFile,
    HandoffIn,
    HandoffOut,
    HandoffState,
    Party,
)
from services.errors import ConflictError, NotAllowedError, NotFoundError
from services.handoffs import keys, receiving
from services.handoffs.sealed import take_apart
from services.runtime import Runtime

RECEIVING_ROLES = ("authority_clerk", "authority_reviewer")


def listed(
    session: Session,
    actor: Actor,
    *,
    box: str,
    after: tuple[Any, UUID] | None,
    limit: int,
    only_case: UUID | None = None,
) -> list[dict[str, Any]]:
    """Return the handoffs of the actor's parties, newest first: those received or those sent.

    ``only_case``: those that this installation's case was handed over with.
    """
    model: Any = HandoffIn if box == "in" else HandoffOut
    party = HandoffIn.receiver_id if box == "in" else HandoffOut.sender_id
    at = HandoffIn.taken_in_at if box == "in" else HandoffOut.sent_at
    query = select(model).where(party.in_(actor.parties))
    if only_case is not None:
        of_case = select(HandoffOut.id).where(HandoffOut.case_id == only_case)
        query = query.where(model.id.in_(of_case))
    if after is not None:
        query = query.where(tuple_(at, model.id) < after)
    rows = session.scalars(query.order_by(at.desc(), model.id.desc()).limit(limit)).all()
    return _rows(session, rows)


def _rows(session: Session, rows: Sequence[Any]) -> list[dict[str, Any]]:
    parties = {p.id: p for p in session.scalars(select(Party).where(_named(rows)))}
    by_code = {p.code: p for p in parties.values()}
    return [_row(row, parties, by_code) for row in rows]


def _named(rows: Sequence[Any]) -> Any:
    ids = {r.receiver_id for r in rows} | {r.sender_id for r in rows if isinstance(r, HandoffOut)}
    codes = {r.sender for r in rows if isinstance(r, HandoffIn)}
    return Party.id.in_(ids) | Party.code.in_(codes)


def _row(row: Any, parties: dict[UUID, Party], by_code: dict[str, Party]) -> dict[str, Any]:
    is_in = isinstance(row, HandoffIn)
    sender = by_code[row.sender] if is_in else parties[row.sender_id]
    return {
        "id": row.id,
        "box": "in" if is_in else "out",
        "sender": {"code": sender.code, "name": sender.name},
        "receiver": {
            "code": parties[row.receiver_id].code,
            "name": parties[row.receiver_id].name,
        },
        "sequence": row.sequence,
        "subject": row.subject,
        "state": row.state,
        "at": row.taken_in_at if is_in else row.sent_at,
        "envelope_sha256": row.envelope_sha256,
        "remark": row.remark if is_in else None,
    }


def page(session: Session, actor: Actor, handoff_id: UUID) -> dict[str, Any]:
    """Return one handoff to its sender or receiver. Raises NotFoundError.

    The receiver reads the manifest at once, the content from its receipt on.
    """
    row = _mine(session, actor, handoff_id)
    body = take_apart(row.envelope).body
    reads = isinstance(row, HandoffOut) or row.state is HandoffState.RECEIVED
    receipt = take_apart(row.receipt).body if row.receipt else None
    return _rows(session, [row])[0] | {
        "case": {"number": body["case"]["number"], "title": body["case"]["title"]},
        "topic": body.get("topic"),
        "manifest": body["manifest"],
        "content": body["content"] if reads else None,
        "receipt": receipt,
    }


def _mine(session: Session, actor: Actor, handoff_id: UUID) -> HandoffIn | HandoffOut:
    """Return the receiver's copy, else the sender's. Raises NotFoundError."""
    received = session.scalars(
        select(HandoffIn).where(
            HandoffIn.id == handoff_id, HandoffIn.receiver_id.in_(actor.parties)
        )
    ).first()
    if received is not None:
        return received
    sent = session.get(HandoffOut, handoff_id)
    if sent is None or sent.sender_id not in actor.parties:
        raise NotFoundError("没有这份移送")
    return sent


def export(session: Session, actor: Actor, handoff_id: UUID) -> dict[str, Any]:
    """Return envelope and receipt as they were signed, with the public keys to check them by.

    Raises NotFoundError; ConflictError to a receiver that has not received it.
    """
    row = _mine(session, actor, handoff_id)
    if isinstance(row, HandoffIn) and row.state is not HandoffState.RECEIVED:
        raise ConflictError("签收之后才能导出移送包", "HANDOFF_NOT_RECEIVED")
    signed = [raw for raw in (row.envelope, row.receipt) if raw]
    wanted = {take_apart(raw).key for raw in signed}
    return {
        "envelope": json.loads(row.envelope),
        "receipt": json.loads(row.receipt) if row.receipt else None,
        "keys": [key for key in keys.published(session) if key["id"] in wanted],
    }


def holds_file(session: Session, actor: Actor, file_id: UUID) -> bool:
    """Tell whether one of the actor's parties has received an envelope that lists the file."""
    found = exists().where(
        HandoffFile.file_id == file_id,
        HandoffFile.handoff_id == HandoffIn.id,
        HandoffIn.receiver_id.in_(actor.parties),
        HandoffIn.state == HandoffState.RECEIVED,
    )
    return bool(session.scalar(select(found)))


def answer_by_hand(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    handoff_id: UUID,
    *,
    status: HandoffState,
    reason: str | None,
) -> dict[str, Any]:
    """Receive or return an envelope that came from another installation.

    One of this installation is answered in the task of its case. Raises NotFoundError,
    NotAllowedError, ConflictError, InvalidError.
    """
    row = session.scalars(
        select(HandoffIn)
        .where(HandoffIn.id == handoff_id, HandoffIn.receiver_id.in_(actor.parties))
        .with_for_update()
    ).first()
    if row is None:
        raise NotFoundError("没有这份移送")
    if not any(actor.holds(row.receiver_id, role) for role in RECEIVING_ROLES):
        raise NotAllowedError("您没有签收移送的角色")
    if session.get(HandoffOut, handoff_id) is not None:
        raise ConflictError("请在待办任务中签收或退回", "ANSWER_IN_TASK")
    by = {"id": str(actor.person_id), "name": actor.name}
    given = receiving.Answer(status, reason, by, runtime.clock.now())
    receiving.answer(session, runtime, row, given)
    return page(session, actor, handoff_id)
