"""Sentences somebody often writes (常用语), kept per person in their own order."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.actors import Actor
from services.db.models import Person, Phrase
from services.errors import ConflictError, InvalidError, NotFoundError

MOST = 100


def listed(session: Session, actor: Actor) -> list[Phrase]:
    """Return the person's phrases in their order."""
    rows = select(Phrase).where(Phrase.person_id == actor.person_id)
    return list(session.scalars(rows.order_by(Phrase.position, Phrase.id)))


def add(session: Session, actor: Actor, text: str) -> list[Phrase]:
    """Add a phrase at the end; return all. Raises ConflictError (it is there, or too many)."""
    rows = _mine(session, actor)
    if any(row.text == text for row in rows):
        raise ConflictError("已有同样的常用语", "PHRASE_EXISTS")
    if len(rows) >= MOST:
        raise ConflictError(f"常用语最多 {MOST} 条，请先删去不用的", "TOO_MANY_PHRASES")
    position = max((row.position for row in rows), default=0) + 1
    session.add(Phrase(person_id=actor.person_id, text=text, position=position))
    session.flush()
    return listed(session, actor)


def _mine(session: Session, actor: Actor) -> list[Phrase]:
    """Return one's phrases, the person locked: two at once do not cross."""
    session.get(Person, actor.person_id, with_for_update=True)
    return listed(session, actor)


def reorder(session: Session, actor: Actor, ids: list[UUID]) -> list[Phrase]:
    """Put all phrases in an order. Raises InvalidError unless it names each of them once."""
    rows = {row.id: row for row in _mine(session, actor)}
    if sorted(ids) != sorted(rows):
        text = "次序须恰好列出全部常用语，请刷新后再试"
        raise InvalidError(text, {"ids": [text]})
    for position, phrase_id in enumerate(ids, start=1):
        rows[phrase_id].position = position
    session.flush()
    return listed(session, actor)


def delete(session: Session, actor: Actor, phrase_id: UUID) -> list[Phrase]:
    """Delete one of one's phrases; return what is left. Raises NotFoundError."""
    row = session.get(Phrase, phrase_id)
    if row is None or row.person_id != actor.person_id:
        raise NotFoundError("没有这条常用语")
    session.delete(row)
    session.flush()
    return listed(session, actor)
