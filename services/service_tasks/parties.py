"""Finding the units that a case names, or making room for them."""

from typing import Any

from sqlalchemy import select

from services.db.models import Party, PartyKind
from services.service_tasks.operation import Call


def resolve(call: Call, *, units: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the units with their party ids, by 统一社会信用代码 (else by exact name).

    A unit the system does not know is created unclaimed: its people claim it when they first
    sign in, and find their tasks waiting.
    """
    return {"units": [{**unit, "party_id": str(_party(call, unit).id)} for unit in units]}


def _party(call: Call, unit: dict[str, Any]) -> Party:
    session = call.world.session
    uscc, name = unit.get("uscc") or None, str(unit.get("unit_name") or "")
    wanted = Party.uscc == uscc if uscc else Party.name == name
    found = session.scalars(
        select(Party).where(wanted, Party.kind == PartyKind.UNIT).limit(1)
    ).first()
    if found is None:
        found = Party(
            code=f"unit-{uscc or call.key}-{name}"[:64],
            kind=PartyKind.UNIT,
            name=name,
            uscc=uscc,
            is_claimed=False,
            data={},
        )
        session.add(found)
        session.flush()
    return found
