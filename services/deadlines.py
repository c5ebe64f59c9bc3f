"""Questions about time limits across cases."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.db.models import Deadline


def provisional_cases(session: Session) -> list[UUID]:
    """Return the cases with a running limit that was computed before its year was known."""
    rows = session.scalars(
        select(Deadline.case_id)
        .where(Deadline.is_provisional, Deadline.ended_at.is_(None))
        .distinct()
        .order_by(Deadline.case_id)
    )
    return list(rows)
