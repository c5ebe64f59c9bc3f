"""The consortium register: names, terms, entries."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.db.models import Consortium, ConsortiumState
from services.numbers import next_number
from services.service_tasks.operation import Call
from workflows.calendar import term_end
from workflows.errors import BusinessError, IncidentError

ENDS = frozenset({ConsortiumState.REVOKED, ConsortiumState.DISSOLVED})


def check_name(call: Call, *, title_name: str, prefix: str, suffix: str) -> dict[str, Any]:
    """Check a title's fixed parts and that no living consortium bears it.

    Raises BusinessError NAME_INVALID or NAME_TAKEN for the diagram to handle.
    """
    core = title_name.removeprefix(prefix).removesuffix(suffix)
    if not core or f"{prefix}{core}{suffix}" != title_name:
        raise BusinessError("NAME_INVALID", f"名称须为“{prefix}……{suffix}”")
    taken = call.world.session.scalars(
        select(Consortium.id).where(
            Consortium.title_name == title_name,
            Consortium.state == "ACTIVE",
            Consortium.is_rehearsal == call.world.case.is_rehearsal,
            Consortium.case_id != call.world.case.id,
        )
    ).first()
    if taken is not None and not call.world.case.is_rehearsal:
        raise BusinessError("NAME_TAKEN", "已有同名联合体")
    return {"ok": True}


def enter(
    call: Call,
    *,
    title_name: str,
    valid_from: str,
    term_years: float | None,
    valid_to: str | None,
    document_no: str | None,
    industry_field: str,
    lead: dict[str, Any],
    members: list[dict[str, Any]],
) -> dict[str, Any]:
    """Enter the consortium. N years end on the day before the Nth anniversary (ASM-P-10).

    ``valid_to`` is the last day where the decision gives it; with neither there is no term.
    ``document_no`` is the number of the document that decided, where the register keeps none of
    its own.
    """
    world = call.world
    starts = date.fromisoformat(valid_from)
    ends = term_end(starts, int(term_years)) if term_years else None
    ends = date.fromisoformat(valid_to) if valid_to else ends
    series = "YL-" if world.case.is_rehearsal else ""
    entry = Consortium(
        case_id=world.case.id,
        jurisdiction=world.case.jurisdiction,
        title_name=title_name,
        certificate_no=next_number(
            world.session,
            f"{series}{world.case.jurisdiction.upper()}-{{year}}-C{{seq:04d}}",
            starts,
        ),
        industry_field=industry_field,
        lead_party_id=UUID(lead["id"]) if "id" in lead else world.case.starter_party_id,
        members=[{k: m.get(k) for k in ("unit_name", "uscc", "tier")} for m in members],
        valid_from=starts,
        valid_to=ends,
        document_no=document_no,
        is_rehearsal=world.case.is_rehearsal,
    )
    world.session.add(entry)
    world.session.flush()
    return {
        "consortium_id": str(entry.id),
        "certificate_no": entry.certificate_no,
        "document_no": document_no,
        "valid_from": valid_from,
        "valid_to": ends.isoformat() if ends else None,
    }


def set_term(call: Call, *, consortium_id: str, valid_from: str, valid_to: str) -> dict[str, Any]:
    """Set the term of this case's own entry. Raises IncidentError for another's."""
    entry = call.world.session.get(Consortium, UUID(consortium_id))
    if entry is None or entry.case_id != call.world.case.id:
        raise IncidentError("REGISTER", call.node.id, "找不到本办件登记的联合体")
    entry.valid_from, entry.valid_to = date.fromisoformat(valid_from), date.fromisoformat(valid_to)
    call.world.session.flush()
    return {"valid_from": valid_from, "valid_to": valid_to}


def end(
    call: Call, *, certificate_no: str, state: str, ended_on: str, document_no: str | None
) -> dict[str, Any]:
    """Record that a consortium of this jurisdiction has lost its title, or is dissolved.

    ``state`` is REVOKED (取消资格) or DISSOLVED (解散), ``ended_on`` the first day without the
    title, ``document_no`` the decision's number. Again with the same end it changes nothing. Which
    article ends the title the node that calls says (its ``clauses``).
    Raises BusinessError NOT_REGISTERED, ALREADY_ENDED, NOT_YET_VALID for the diagram to handle.
    """
    if state not in ENDS:
        raise IncidentError("REGISTER", call.node.id, "名册的终止状态只能是取消或者解散")
    entry, wanted = _registered(call, certificate_no), ConsortiumState(state)
    day = date.fromisoformat(ended_on)
    if entry.state in ENDS and (entry.state, entry.ended_on) != (wanted, day):
        raise BusinessError("ALREADY_ENDED", f"证书 {certificate_no} 已于 {entry.ended_on} 失效")
    if day < entry.valid_from:
        raise BusinessError("NOT_YET_VALID", f"终止日期早于授予日期 {entry.valid_from}")
    entry.state, entry.ended_on = wanted, day
    call.world.session.flush()
    return {
        "certificate_no": certificate_no,
        "state": state,
        "ended_on": ended_on,
        "document_no": document_no,
    }


def _registered(call: Call, certificate_no: str) -> Consortium:
    """Lock the entry of a number in the case's own register, rehearsals apart."""
    case = call.world.case
    entry = call.world.session.scalars(
        select(Consortium)
        .where(
            Consortium.certificate_no == certificate_no,
            Consortium.jurisdiction == case.jurisdiction,
            Consortium.is_rehearsal == case.is_rehearsal,
        )
        .with_for_update()
    ).first()
    if entry is None:
        raise BusinessError("NOT_REGISTERED", f"名册中没有证书 {certificate_no}")
    return entry
