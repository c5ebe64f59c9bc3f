"""For whom a task is: a person by name, a role in its party, or a substitute for either."""

from services.actors import Actor, StandIn
from services.db.models import Task


def is_addressed_to(actor: Actor, task: Task, procedure_id: str) -> bool:
    """Tell whether a task is for this person: by name, by role in its party, or as a substitute."""
    return bool(capacities(actor, task, procedure_id))


def capacities(actor: Actor, task: Task, procedure_id: str) -> list[StandIn | None]:
    """Return as whom a task is addressed to the actor: None for themself, which goes first."""
    if task.person_id is not None:
        return [None] if task.person_id == actor.person_id else []
    own: list[StandIn | None] = [None] if actor.holds(task.party_id, task.role) else []
    if not task.admits_substitute:
        return own
    covering = (s for s in actor.stand_ins if s.covers(task.party_id, task.role, procedure_id))
    return [*own, *covering]
