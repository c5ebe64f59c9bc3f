"""Which cases somebody keeps running: those that their agencies hold, as process owner."""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from services import policies
from services.actors import Actor
from services.db.models import Case, CaseAccess, Incident
from services.lookup import lock_case


def own_agencies(actor: Actor) -> frozenset[UUID]:
    """Return the agencies whose procedures the actor owns. Raises NotAllowedError if none."""
    owned = actor.parties_with(policies.PROCESS_OWNER)
    policies.own_procedures(actor, owned).require()
    return owned


def cases(actor: Actor) -> Select[UUID]:
    """Return the query of the ids of the cases that the actor keeps running."""
    return select(CaseAccess.case_id).where(
        CaseAccess.party_id.in_(own_agencies(actor)), CaseAccess.until.is_(None)
    )


def incidents(actor: Actor) -> ColumnElement[bool]:
    """Return which incidents the actor sees to: of the cases they keep running, and of no case.

    What belongs to no case, as the checkpoints and the digests do not, concerns the installation;
    it names nobody's case, and every process owner sees to it.
    """
    return Incident.case_id.in_(cases(actor)) | Incident.case_id.is_(None)


def keeps(session: Session, actor: Actor, case: Case) -> bool:
    """Tell whether the actor is a process owner of an agency that holds the case."""
    return policies.own_procedures(actor, _holders(session, case.id)).is_allowed


def leads(session: Session, actor: Actor, case: Case) -> bool:
    """Tell whether the actor is a leader or process owner of an agency that holds the case."""
    led = actor.parties_with(policies.LEADER) | actor.parties_with(policies.PROCESS_OWNER)
    return bool(led & _holders(session, case.id))


def _holders(session: Session, case_id: UUID) -> set[UUID]:
    query = select(CaseAccess.party_id).where(
        CaseAccess.case_id == case_id, CaseAccess.until.is_(None)
    )
    return set(session.scalars(query))


def lock(session: Session, actor: Actor, case_id: UUID) -> Case:
    """Return a case that the actor keeps running, locked.

    Raises NotFoundError (it has not come to them), NotAllowedError (they are no process owner
    of an agency that holds it).
    """
    case = lock_case(session, case_id)
    policies.see_case(session, actor, case)
    policies.own_procedures(actor, _holders(session, case.id)).require()
    return case
