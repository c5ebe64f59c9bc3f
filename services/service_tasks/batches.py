"""Batches: a case gathers others into its round, tells them, lets them go; and claims."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from services import posting
from services.db.engine import insert_into
from services.db.models import Case, CaseHold, CaseRole, CaseStatus, Claim, Party
from services.rehearsals import group_of
from services.service_tasks.operation import Call
from workflows.calendar import TIME_ZONE
from workflows.errors import BusinessError, IncidentError

_DECIDER, _LEAD = "authority_reviewer", "lead_operator"


def gather(call: Call, *, procedure: str, message: str, keys: list[str] | None) -> dict[str, Any]:
    """Hold every case of a procedure that waits for a message and is this agency's to decide.

    What another case holds in the same pool is left to it. ``keys`` name the parts of each
    document to take along. The second time in one case only what is new comes in.
    """
    world = call.world
    agency = world.parties.get(_DECIDER)
    if agency is None:
        raise IncidentError("BATCH", call.node.id, "本办件没有审核机关，无法汇集办件")
    query = (
        select(Case)
        .join(CaseRole, CaseRole.case_id == Case.id)
        .where(
            Case.procedure_id == procedure,
            Case.status == CaseStatus.OPEN,
            Case.is_rehearsal == world.case.is_rehearsal,
            CaseRole.role == _DECIDER,
            CaseRole.party_id == agency.id,
        )
        .order_by(Case.number)
    )
    found = [
        case
        for case in world.session.scalars(query)
        if message in case.messages and group_of(case) == group_of(world.case)
    ]
    taken = [case for case in found if hold(call, case.id, message)]
    return {"items": [_item(call, case, keys or []) for case in taken]}


def hold(call: Call, item: UUID, pool: str) -> bool:
    """Put a case into this one's batch; False when an open batch of that pool has it already."""
    world = call.world
    mine = {"holder_id": world.case.id, "since": world.now, "released_at": None}
    finished = select(Case.id).where(Case.status == CaseStatus.FINISHED)
    added = world.session.execute(
        insert_into(world.session, CaseHold)
        .values(item_id=item, pool=pool, **mine)
        .on_conflict_do_update(
            index_elements=["item_id", "pool"],
            set_=mine,
            where=CaseHold.released_at.is_not(None) | CaseHold.holder_id.in_(finished),
        )
        .returning(CaseHold.item_id)
    )
    return added.first() is not None


def _item(call: Call, case: Case, keys: list[str]) -> dict[str, Any]:
    lead = call.world.session.scalars(
        select(Party)
        .join(CaseRole, CaseRole.party_id == Party.id)
        .where(CaseRole.case_id == case.id, CaseRole.role == _LEAD)
        .limit(1)
    ).first()
    return {
        "case_id": str(case.id),
        "number": case.number,
        "title": case.title,
        "lead": lead and {"id": str(lead.id), "name": lead.name, "uscc": lead.uscc},
        "started_on": case.started_at.astimezone(TIME_ZONE).date().isoformat(),
        "document": {key: case.document.get(key) for key in keys},  # read only for these
    }


def release(call: Call, *, cases: list[str]) -> dict[str, Any]:
    """Let cases go, so that another round may gather them. Those not held do not count."""
    world = call.world
    rows = world.session.scalars(
        select(CaseHold).where(
            CaseHold.holder_id == world.case.id,
            CaseHold.released_at.is_(None),
            CaseHold.item_id.in_([UUID(each) for each in cases]),
        )
    ).all()
    for row in rows:
        row.released_at = world.now
    world.session.flush()
    return {"released": len(rows)}


def tell_holders(call: Call, *, message: str, data: dict[str, Any]) -> dict[str, Any]:
    """Send a message to every open case that holds this one."""
    world = call.world
    rows = world.session.scalars(
        select(CaseHold.holder_id)
        .join(Case, Case.id == CaseHold.holder_id)
        .where(
            CaseHold.item_id == world.case.id,
            CaseHold.released_at.is_(None),
            Case.status != CaseStatus.FINISHED,
        )
        .distinct()
    )
    letters = [posting.Letter(holder, data) for holder in sorted(rows)]
    posting.send(world, message, letters, key=call.key)
    return {"told": len(letters)}


def claim(call: Call, *, scope: str, key: str) -> dict[str, Any]:
    """Claim something of which there may be only one. Raises BusinessError ALREADY_CLAIMED."""
    world = call.world
    place = {"scope": scope, "key": key, "group": group_of(world.case)}
    added = world.session.execute(
        insert_into(world.session, Claim)
        .values(**place, case_id=world.case.id, at=world.now)
        .on_conflict_do_nothing()
        .returning(Claim.key)
    ).first()
    if added is None:
        owner = world.session.get_one(Claim, tuple(place.values())).case_id
        if owner != world.case.id:
            raise BusinessError("ALREADY_CLAIMED", f"“{key}”已有一件在办或办结")
    return {"claimed": True}


def release_claim(call: Call, *, scope: str, key: str) -> dict[str, Any]:
    """Give up this case's claim; the second time changes nothing."""
    world = call.world
    row = world.session.get(Claim, (scope, key, group_of(world.case)))
    if row is not None and row.case_id == world.case.id:
        world.session.delete(row)
        world.session.flush()
    return {"released": True}
