"""Who belongs to the same agency or unit: to choose somebody from."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.actors import Actor
from services.db.models import Membership, Person
from services.errors import NotAllowedError

MOST = 50


def of_party(
    session: Session, actor: Actor, party_id: UUID, text: str = ""
) -> list[dict[str, Any]]:
    """Return the people of one of the actor's own parties whose name holds a text, with roles.

    The actor is left out; at most ``MOST`` by name. Raises NotAllowedError for another party.
    """
    if party_id not in actor.parties:
        raise NotAllowedError("只能查看本机关（单位）的人员")
    found = members(session, party_id, text)
    return [row for row in found if row["id"] != actor.person_id][:MOST]


def members(session: Session, party_id: UUID, text: str = "") -> list[dict[str, Any]]:
    """Return the active people of a party by name, each with the roles held there."""
    rows = session.execute(
        select(Person.id, Person.name, Membership.role)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.party_id == party_id,
            Person.is_active,
            Person.name.contains(text, autoescape=True),
        )
        .order_by(Person.name, Person.id, Membership.role)
    )
    found: dict[UUID, dict[str, Any]] = {}
    for person_id, name, role in rows:
        row = found.setdefault(person_id, {"id": person_id, "name": name, "roles": []})
        row["roles"].append(role)
    return list(found.values())
