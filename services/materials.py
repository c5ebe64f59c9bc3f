"""What the attachments that answers name are: by their ids, wherever in the answers they stand."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.actors import Actor
from services.db.models import Case, File


def handed_in(session: Session, case: Case, answers: Any) -> list[File]:
    """Return the case's files that answers name. For those who may read the answers."""
    wanted = set(_ids(answers))
    if not wanted:
        return []
    query = select(File).where(File.id.in_(wanted), File.case_id == case.id)
    return list(session.scalars(query.order_by(File.uploaded_at, File.id)))


def in_draft(session: Session, actor: Actor, answers: Any) -> list[File]:
    """Return the files that somebody's draft names, of those that they or their parties gave."""
    wanted = set(_ids(answers))
    if not wanted:
        return []
    own = or_(File.uploaded_by == actor.person_id, File.party_id.in_(actor.parties))
    return list(session.scalars(select(File).where(File.id.in_(wanted), own)))


def _ids(value: Any) -> Iterator[UUID]:
    """Yield whatever may be the id of a file."""
    if isinstance(value, str) and len(value) == 36:  # noqa: PLR2004 - a UUID as text
        try:
            yield UUID(value)
        except ValueError:
            return
    elif isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _ids(inner)
