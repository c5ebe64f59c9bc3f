"""A person's notifications in the app, in the words in which they were told."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from services import procedures
from services.actors import Actor
from services.db.models import Case, Channel, Delivery, Notification
from services.errors import NotFoundError
from services.notifications.events import event
from services.notifications.wording import render
from services.runtime import Runtime


def listed(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    *,
    before: tuple[datetime, UUID] | None,
    limit: int,
    search: str = "",
    unread_only: bool = False,
) -> list[dict[str, Any]]:
    """Return the actor's notifications, newest first, before a place (instant and id).

    ``search`` keeps those of cases whose number or title holds it.
    """
    query = select(Notification).where(Notification.person_id == actor.person_id)
    if search:
        query = query.where(Notification.case_id.in_(_cases_like(search)))
    if unread_only:
        query = query.where(Notification.read_at.is_(None))
    if before is not None:
        query = query.where(tuple_(Notification.sent_at, Notification.id) < before)
    query = query.order_by(Notification.sent_at.desc(), Notification.id.desc()).limit(limit)
    rows = list(session.scalars(query))
    kept = _deliveries(session, [row.id for row in rows])
    return [_shown(session, runtime, row, kept.get(row.id)) for row in rows]


def _cases_like(words: str) -> Select[UUID]:
    return select(Case.id).where(
        or_(
            Case.number.icontains(words, autoescape=True),
            Case.title.icontains(words, autoescape=True),
        )
    )


def unread(session: Session, actor: Actor) -> int:
    """Count what the actor has not read."""
    query = select(func.count()).where(
        Notification.person_id == actor.person_id, Notification.read_at.is_(None)
    )
    return session.scalar(query) or 0


def _deliveries(session: Session, ids: list[UUID]) -> dict[UUID | None, Delivery]:
    rows = select(Delivery).where(
        Delivery.notification_id.in_(ids), Delivery.channel == Channel.IN_APP
    )
    return {row.notification_id: row for row in session.scalars(rows)}


def _shown(
    session: Session, runtime: Runtime, row: Notification, delivery: Delivery | None
) -> dict[str, Any]:
    words = delivery.content if delivery is not None else _rendered(session, runtime, row)
    return {
        "id": row.id,
        "case_id": row.case_id,
        "subject": words["subject"],
        "body": words["body"],
        "sent_at": row.sent_at,
        "read_at": row.read_at,
    }


def _rendered(session: Session, runtime: Runtime, row: Notification) -> Mapping[str, str]:
    """Return the words of a notification that an earlier release wrote, which kept none."""
    about = event(runtime.library.notifications, row.template)
    sources = [{row.template: about.texts}]
    case = session.get(Case, row.case_id) if row.case_id else None
    if case is not None:
        ready = procedures.ready(session, case.bundle_hash)
        sources.insert(0, ready.opened.procedure.get("notifications") or {})
    subject, body = render(sources, row.template, row.data, "zh")
    return {"subject": subject, "body": body}


def mark_read(
    session: Session, runtime: Runtime, actor: Actor, notification_id: UUID
) -> dict[str, Any]:
    """Mark one of the actor's notifications read; the first time counts. Raises NotFoundError."""
    row = session.get(Notification, notification_id)
    if row is None or row.person_id != actor.person_id:
        raise NotFoundError("没有这条通知")
    row.read_at = row.read_at or runtime.clock.now()
    delivery = _deliveries(session, [row.id]).get(row.id)
    if delivery is not None:
        delivery.read_at = delivery.read_at or row.read_at
    return _shown(session, runtime, row, delivery)


def mark_all_read(
    session: Session, runtime: Runtime, actor: Actor, until: datetime
) -> dict[str, int]:
    """Mark read what the actor was told up to an instant; return what is still unread.

    What was read before keeps its time.
    """
    mine = (
        Notification.person_id == actor.person_id,
        Notification.read_at.is_(None),
        Notification.sent_at <= until,
    )
    now = runtime.clock.now()
    seen = select(Notification.id).where(*mine)
    session.execute(
        update(Delivery)
        .where(Delivery.notification_id.in_(seen), Delivery.channel == Channel.IN_APP)
        .where(Delivery.read_at.is_(None))
        .values(read_at=now)
    )
    session.execute(update(Notification).where(*mine).values(read_at=now))
    return {"unread": unread(session, actor)}
