"""Finding the units that a case names, or making room for them."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from services.db.models import CaseRole, Party, PartyKind
from services.service_tasks.operation import Call
from workflows.errors import IncidentError


def resolve(call: Call, *, units: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the units with their party ids, by 统一社会信用代码 (else by exact name).

    A unit the system does not know is created unclaimed: its people claim it when they first
    sign in, and find their tasks waiting.
    """
    return {"units": [{**unit, "party_id": str(_party(call, unit).id)} for unit in units]}


def bind(call: Call, *, roles: list[str], party: str) -> dict[str, Any]:
    """Give roles of the case to another party, by id or code, from now on.

    Open tasks stay with whom they are. Raises IncidentError when there is no such party.
    """
    world = call.world
    found = world.session.scalars(select(Party).where(_named(party))).first()
    if found is None:
        raise IncidentError("PARTY", call.node.id, f"没有单位“{party}”")
    session, case_id = world.session, world.case.id
    session.execute(delete(CaseRole).where(CaseRole.case_id == case_id, CaseRole.role.in_(roles)))
    session.add_all(CaseRole(case_id=case_id, role=r, party_id=found.id) for r in roles)
    session.flush()
    world.forget_parties()
    return {"party_id": str(found.id), "name": found.name}


def _named(party: str) -> Any:
    try:
        return Party.id == UUID(party)
    except ValueError:
        return Party.code == party


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
