"""How the experts of a case were drawn: every lot with its seed, so that anyone can repeat it."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import audit, case_pages, policies
from services.actors import Actor
from services.db.models import AuditEntry


def of_case(session: Session, actor: Actor, case_id: UUID) -> list[dict[str, Any]]:
    """Return the draws of a case, the first first; the officials of the case only, others see none.

    Raises NotFoundError where the case has not come to the actor.
    """
    case = case_pages.visible(session, actor, case_id)
    if not policies.is_official(session, actor, case):
        return []
    sight = policies.sight_of(session, actor, case)
    rows = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.case_id == case_id, AuditEntry.what == audit.EXPERTS_DRAWN)
        .order_by(AuditEntry.seq)
    )
    return [{"at": row.at, **row.payload} for row in rows if row.payload and sight.covers(row.at)]
