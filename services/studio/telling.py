"""Telling the second person that a draft waits, and those who wrote it what was decided."""

from uuid import UUID

from sqlalchemy.orm import Session

from services import notifications, procedures
from services.actors import Actor
from services.db.models import DraftReview, ProcedureDraft
from services.runtime import Runtime

SENT, DECIDED = "draft_sent", "draft_decided"
_RESULTS = {True: "同意发布", False: "退回修改"}


def sent(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    draft: ProcedureDraft,
    review: DraftReview,
    authors: set[UUID],
) -> None:
    """Tell the jurisdiction's process owners who may review the draft: all but its authors."""
    data = {
        "title": draft.title,
        "person": actor.name,
        "effective_on": review.effective_on.isoformat(),
        "note": review.note or "无",
    }
    people = procedures.owners(session, draft.jurisdiction) - authors
    _announce(session, runtime, people, SENT, data, review)


def decided(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    draft: ProcedureDraft,
    review: DraftReview,
    authors: set[UUID],
) -> None:
    """Tell a draft's authors how the second person has decided, and why."""
    data = {
        "title": draft.title,
        "person": actor.name,
        "result": _RESULTS[bool(review.is_approved)],
        "reason": review.reason or "",
    }
    _announce(session, runtime, authors, DECIDED, data, review)


def _announce(
    session: Session,
    runtime: Runtime,
    people: set[UUID],
    event: str,
    data: dict[str, str],
    review: DraftReview,
) -> None:
    about = notifications.Announcement(
        event, data, key=f"{event}:{review.id}", at=runtime.clock.now()
    )
    notifications.announce(session, runtime, people, about)
