"""What a process owner does about an incident of their cases: have it tried anew, or give it up."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services import incidents
from services.actors import Actor
from services.operations import skipping, watching
from services.runtime import Runtime


def retry(session: Session, runtime: Runtime, actor: Actor, incident_id: UUID) -> dict[str, Any]:
    """Resolve an incident of one's cases; its failed job is due again. The second time: nothing.

    Raises NotFoundError, NotAllowedError.
    """
    watching.found(session, actor, incident_id)
    incidents.resolve(session, incident_id, actor.key, runtime.clock.now())
    return watching.page(session, runtime, actor, incident_id)


def skip(
    session: Session, runtime: Runtime, actor: Actor, incident_id: UUID, reason: str
) -> dict[str, Any]:
    """Give up an incident's job for a reason. The second time: nothing.

    Raises NotFoundError, NotAllowedError, ConflictError (it may not be skipped).
    """
    incident = watching.found(session, actor, incident_id)
    skipping.skip(session, runtime, actor, incident, reason)
    return watching.page(session, runtime, actor, incident_id)
