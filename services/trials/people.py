"""Who plays in a trial: the people of the jurisdiction, and whoever else has acted in it."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from services.db.engine import reading
from services.db.models import Expert, Membership, Party, PartyKind, Person
from services.trials.sandboxes import Sandbox

_ORDER = ["unit", "agency", "expert"]


def company(sandbox: Sandbox) -> list[dict[str, Any]]:
    """Return the people of the jurisdiction's agencies, experts and units; others as they play."""
    jurisdiction, units = sandbox.stage.ready.opened.jurisdiction, sandbox.stage.units
    with reading(sandbox.runtime.sessions) as session:
        parties = {party.id: party for party in session.scalars(select(Party))}
        own = {p.id for p in parties.values() if _is_own(p, jurisdiction, units)}
        rows = session.execute(
            select(Person, Membership.party_id, Membership.role)
            .join(Membership, Membership.person_id == Person.id)
            .order_by(Membership.party_id, Person.login)
        ).all()
        experts = session.execute(
            select(Person, Expert)
            .join(Expert, Expert.person_id == Person.id)
            .order_by(Person.login)
        ).all()
    found: dict[str, dict[str, Any]] = {}
    acting = {str(step.get("as")) for step in sandbox.done}
    for person, party_id, role in rows:
        if party_id in own or person.login in acting:
            party = parties[party_id]
            entry = found.setdefault(person.login, _person(person, party.name, party.kind.value))
            entry["roles"].append(role)
    for person, expert in experts:
        if expert.pool_id in own:
            found[person.login] = _person(person, expert.unit_name, "expert") | {
                "roles": ["expert"]
            }
    return sorted(
        found.values(), key=lambda each: (_ORDER.index(each["kind"]), each["party"], each["login"])
    )


def _is_own(party: Party, jurisdiction: str, units: frozenset[str]) -> bool:
    if party.kind is PartyKind.AGENCY:
        return party.data.get("jurisdiction") == jurisdiction
    return party.code in units or party.code.startswith("trial-")


def _person(person: Person, party: str, kind: str) -> dict[str, Any]:
    return {"login": person.login, "name": person.name, "party": party, "kind": kind, "roles": []}


def starters(sandbox: Sandbox, known: Iterable[str]) -> list[str]:
    """Return who may start the procedure, its usual starter first."""
    cast, procedure = sandbox.stage.cast, sandbox.stage.bundle.procedure_id
    wanted = set(sandbox.stage.ready.opened.procedure["procedure"]["started_by"])
    among = set(known)
    found = [
        who for who, (_c, roles) in cast.people.items() if wanted & set(roles) and who in among
    ]
    usual = cast.starters.get(procedure)
    return sorted(found, key=lambda who: who != usual)
