"""The consortium register: names, terms, entries."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.db.models import Consortium
from services.numbers import next_number
from services.service_tasks.operation import Call
from workflows.calendar import term_end
from workflows.errors import BusinessError, IncidentError


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
