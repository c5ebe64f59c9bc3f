"""Handing a case or its findings over to another party, with a signed receipt on both sides."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.db.models import Case, CaseStatus, HandoffIn, HandoffOut, HandoffState, Party
from services.handoffs import access, receiving, sending
from services.handoffs.sealed import take_apart
from services.rehearsals import group_of
from services.service_tasks.batches import hold
from services.service_tasks.operation import Call
from workflows.errors import IncidentError


def send(
    call: Call,
    *,
    to_party: str,
    subject: str,
    from_role: str | None,
    passes: bool | None,
    disclosure: list[str] | None,
    content: Any,
    topic: str | None,
) -> dict[str, Any]:
    """Pack an envelope, sign it and deliver it. The sender is who bears the node's role."""
    world = call.world
    session, runtime = world.session, world.runtime
    sender = world.parties.get(from_role or call.node.role or "")
    receiver = session.get(Party, UUID(to_party))
    if sender is None or receiver is None:
        raise IncidentError("HANDOFF", call.node.id, "移送的一方没有确定")
    parcel = sending.Parcel(subject, topic, content, bool(passes), disclosure or [])
    row = sending.pack(
        session, runtime, case=world.case, sender=sender, receiver=receiver, parcel=parcel
    )
    receiving.take_in(session, runtime, row.envelope)
    return {
        "handoff_id": str(row.id),
        "sequence": row.sequence,
        "envelope_sha256": row.envelope_sha256,
        "sent_at": row.sent_at.isoformat(),
        "from": {"id": str(sender.id), "name": sender.name},
        "to": {"id": str(receiver.id), "name": receiver.name},
    }


def answer(
    call: Call, *, handoff_id: str, status: str, reason: str | None, by: dict[str, Any] | None
) -> dict[str, Any]:
    """Sign the receipt and keep it on both sides; from a receipt on the receiver sees the case."""
    world = call.world
    session, runtime = world.session, world.runtime
    out = session.get(HandoffOut, UUID(handoff_id))
    if out is None or out.case_id != world.case.id:
        raise IncidentError("HANDOFF", call.node.id, "找不到本办件的移送")
    sender = session.get_one(Party, out.sender_id)
    row = session.get_one(HandoffIn, (sender.code, out.id))
    given = receiving.Answer(HandoffState(status), reason, by or {}, world.now)
    raw = receiving.answer(session, runtime, row, given)
    sending.take_receipt(session, runtime, raw)
    if out.state is HandoffState.RECEIVED:
        access.hand_over(session, world.case, out, world.now)
    return {
        "handoff_id": handoff_id,
        "status": out.state.value,
        "receipt_sha256": take_apart(raw).sha256,
        "answered_at": world.now.isoformat(),
    }


def gather(call: Call, *, topic: str, role: str) -> dict[str, Any]:
    """Take up what was handed over to us under a topic and received, each envelope once for all.

    The cases that sent it, and those its content names as ``items[].case_id``, are held by this
    one, so that it can answer them; ``finished`` are those of them that have ended meanwhile.
    """
    world = call.world
    agency = world.parties.get(role)
    if agency is None:
        raise IncidentError("BATCH", call.node.id, f"没有机关承担角色“{role}”")
    rows = world.session.scalars(
        select(HandoffIn)
        .where(
            HandoffIn.receiver_id == agency.id,
            HandoffIn.topic == topic,
            HandoffIn.state == HandoffState.RECEIVED,
            HandoffIn.gathered_by.is_(None),
            HandoffIn.group == group_of(world.case),
        )
        .with_for_update()
    ).all()
    in_order = sorted(rows, key=lambda row: take_apart(row.envelope).body["signed_at"])
    return {"items": [_taken_up(call, row, topic) for row in in_order]}


def _taken_up(call: Call, row: HandoffIn, topic: str) -> dict[str, Any]:
    world = call.world
    row.gathered_by = world.case.id
    world.session.flush()
    body = take_apart(row.envelope).body
    sender = world.session.scalars(select(Party).where(Party.code == row.sender)).one()
    items = _items(body)
    own = UUID(body["case"]["id"])
    if world.session.get(Case, own) is not None:
        hold(call, own, f"{topic}#{row.id}")
    known = world.session.execute(select(Case.id, Case.status).where(Case.id.in_(items))).all()
    for case_id, _status in known:
        hold(call, case_id, topic)
    return {
        "handoff_id": str(row.id),
        "from": {"id": str(sender.id), "code": sender.code, "name": sender.name},
        "sent_at": body["created_at"],
        "received_at": (row.answer or {}).get("at"),
        "subject": row.subject,
        "case_id": body["case"]["id"],
        "case_number": body["case"]["number"],
        "content": body["content"],
        "finished": [str(i) for i, status in known if status is CaseStatus.FINISHED],
    }


def _items(body: dict[str, Any]) -> list[UUID]:
    content = body["content"] if isinstance(body["content"], dict) else {}
    items = content.get("items") if isinstance(content.get("items"), list) else []
    return [UUID(i["case_id"]) for i in items or [] if isinstance(i, dict) and "case_id" in i]
