"""Recording that a soft rule was let pass, or was not."""

from typing import Any
from uuid import UUID

from services.db.models import Waiver
from services.service_tasks.operation import Call
from workflows.errors import IncidentError


def record(
    call: Call,
    *,
    rule_id: str,
    strength: str | None,
    fact_value: Any,
    justification: str,
    proposed_by: str,
    approved_by: str,
    granted: bool,
) -> dict[str, Any]:
    """Keep the waiver.

    A HARD rule never has one (C-INV-06); nobody approves their own proposal (C-INV-05,
    ASM-P-02). Either raises IncidentError: the diagram is wrong.
    """
    if (strength or "SOFT").upper() != "SOFT":
        raise IncidentError("WAIVER", call.node.id, f"{rule_id} 是刚性条件，不得放宽")
    if proposed_by == approved_by:
        raise IncidentError("WAIVER", call.node.id, "放宽的提出人与批准人不得为同一人")
    waiver = Waiver(
        case_id=call.world.case.id,
        rule_id=rule_id,
        fact_value=str(fact_value)[:500],
        justification=justification,
        is_granted=granted,
        proposed_by=UUID(proposed_by),
        decided_by=UUID(approved_by),
        decided_at=call.world.now,
    )
    call.world.session.add(waiver)
    call.world.session.flush()
    return {"waiver_id": str(waiver.id)}
