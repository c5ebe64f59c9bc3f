"""What somebody may tell a case just now: the messages it waits for from a person in a role."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services import policies, procedures
from services.actors import Actor
from services.case_pages import visible
from services.cases.environment import CaseWorld
from services.lookup import read_case
from services.runtime import Runtime


def offered(
    session: Session, runtime: Runtime, actor: Actor, case_id: UUID
) -> list[dict[str, Any]]:
    """Return the messages that the actor may send the case now, each with its form.

    For example a withdrawal, while the case can still be withdrawn. Raises NotFoundError.
    """
    visible(session, actor, case_id)
    case = read_case(session, case_id)
    if not case.messages:
        return []
    ready = procedures.ready(session, case.bundle_hash)
    world = CaseWorld(session, runtime, case, ready, actor)
    return [
        {"name": name, "label": node.name, "form": dict(ready.form(node.form).definition)}
        for name, node in _events(world).items()
        if node.form is not None
        and policies.send_message(
            actor, world.party_for(node.role or "", None), node.role or ""
        ).is_allowed
    ]


def _events(world: CaseWorld) -> dict[str, Any]:
    """Return the first event with a form that waits for each message the case waits for."""
    found: dict[str, Any] = {}
    for nodes in world.ready.opened.program.nodes.values():
        for node in nodes.values():
            name = node.event.message if node.event else None
            if name in world.case.messages and node.form:
                found.setdefault(str(name), node)
    return found
