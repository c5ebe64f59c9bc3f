"""Telling people what happened."""

from typing import Any
from uuid import UUID

from services import notifications
from services.service_tasks.operation import Call


def send(
    call: Call,
    *,
    template: str,
    roles: list[str] | None,
    data: dict[str, Any] | None,
    parties: list[str] | None,
) -> dict[str, Any]:
    """Notify everyone who holds one of the roles for its bound party, and all of ``parties``."""
    ids = {UUID(p) for p in parties or []}
    people = notifications.people_of(call.world, roles or [], ids)
    notifications.notify(call.world, people, template, data or {}, key=call.key)
    return {"sent": len(people)}
