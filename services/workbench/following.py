"""关注: keeping an eye on a case. It never widens what one sees."""

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services import case_pages
from services.actors import Actor
from services.db.engine import insert_into
from services.db.models import CaseFollow
from services.runtime import Runtime


def is_followed(session: Session, actor: Actor, case_id: UUID) -> bool:
    """Tell whether one follows a case. Raises NotFoundError."""
    case_pages.visible(session, actor, case_id)
    return session.get(CaseFollow, (actor.person_id, case_id)) is not None


def follow(session: Session, runtime: Runtime, actor: Actor, case_id: UUID) -> None:
    """Follow a case one sees; the second time changes nothing. Raises NotFoundError."""
    case_pages.visible(session, actor, case_id)
    session.execute(
        insert_into(session, CaseFollow)
        .values(person_id=actor.person_id, case_id=case_id, since=runtime.clock.now())
        .on_conflict_do_nothing()
    )


def unfollow(session: Session, actor: Actor, case_id: UUID) -> None:
    """Follow a case no more; the second time changes nothing. Raises NotFoundError."""
    case_pages.visible(session, actor, case_id)
    session.execute(
        delete(CaseFollow).where(
            CaseFollow.person_id == actor.person_id, CaseFollow.case_id == case_id
        )
    )
