"""Whether a procedure may run today: the legal basis and the application notice."""

from datetime import date
from typing import Any
from uuid import UUID

from services.db.models import Call as NoticeOfCall
from services.errors import InvalidError
from services.numbers import next_number
from services.service_tasks.operation import Call


def window(call: Call, *, reference_date: str, call_id: str | None) -> dict[str, Any]:
    """Gather the facts for the window decision on a date; deciding is the table's part."""
    on = date.fromisoformat(reference_date)
    standing = call.world.standing
    return {
        "basis": standing.scope(),
        "call": _call_facts(call, call_id, on),
        "on": reference_date,
    }


def _call_facts(call: Call, call_id: str | None, on: date) -> dict[str, Any]:
    notice = _find(call, call_id)
    if notice is None:
        return {"id": None, "status": "NONE", "invited": False}
    lead = call.world.facts["case"]["parties"].get("lead_operator") or {}
    return {
        "id": str(notice.id),
        "number": notice.number,
        "status": status_on(notice, on),
        "opens_on": notice.opens_on.isoformat(),
        "closes_on": notice.closes_on and notice.closes_on.isoformat(),
        "channel": notice.channel,
        "invited": lead.get("uscc") in notice.invited,
    }


def _find(call: Call, call_id: str | None) -> NoticeOfCall | None:
    try:
        notice = call.world.session.get(NoticeOfCall, UUID(call_id or ""))
    except ValueError:
        return None
    if notice is None or notice.jurisdiction != call.world.case.jurisdiction:
        return None
    return notice


def status_on(notice: NoticeOfCall, on: date) -> str:
    """Return OPEN, NOT_YET or CLOSED; both bounds belong to the window."""
    if on < notice.opens_on:
        return "NOT_YET"
    return "CLOSED" if notice.closes_on and on > notice.closes_on else "OPEN"


def publish_call(
    call: Call,
    *,
    title: str,
    channel: str,
    opens_on: str,
    closes_on: str | None,
    materials: list[Any] | None,
    invited_leads: list[Any] | None,
) -> dict[str, Any]:
    """Open an application notice (申报通知), in the same transaction as the case's step."""
    world = call.world
    opens = date.fromisoformat(opens_on)
    closes = date.fromisoformat(closes_on) if closes_on else None
    if closes and closes < opens:
        raise InvalidError("截止日期早于开始日期", {"closes_on": ["不得早于开始日期"]})
    notice = NoticeOfCall(
        number=next_number(world.session, f"{world.case.number}-TZ{{seq:02d}}", world.today),
        jurisdiction=world.case.jurisdiction,
        title=title,
        channel=channel,
        opens_on=opens,
        closes_on=closes,
        materials=[_text(m) for m in materials or []],
        invited=[_uscc(lead) for lead in invited_leads or []],
        case_id=world.case.id,
        is_rehearsal=world.case.is_rehearsal,
    )
    world.session.add(notice)
    world.session.flush()
    return {
        "call_id": str(notice.id),
        "number": notice.number,
        "opens_on": opens_on,
        "closes_on": closes_on,
    }


def _text(row: Any) -> str:
    if isinstance(row, dict):
        return str(next(iter(row.values()), ""))
    return str(row)


def _uscc(row: Any) -> str:
    return str(row.get("uscc") if isinstance(row, dict) else row)
