"""A person's notifications, rendered when they are read."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from services import notifications, procedures
from services.actors import Actor
from services.db.models import Case, Notification
from services.errors import NotFoundError
from services.runtime import Runtime


def listed(
    session: Session, actor: Actor, *, before: tuple[datetime, UUID] | None, limit: int
) -> list[dict[str, Any]]:
    """Return the actor's notifications, newest first, before a place (instant and id)."""
    query = select(Notification).where(Notification.person_id == actor.person_id)
    if before is not None:
        query = query.where(tuple_(Notification.sent_at, Notification.id) < before)
    query = query.order_by(Notification.sent_at.desc(), Notification.id.desc()).limit(limit)
    return [_rendered(session, row) for row in session.scalars(query)]


def _rendered(session: Session, row: Notification) -> dict[str, Any]:
    templates: dict[str, Any] = {}
    case = session.get(Case, row.case_id) if row.case_id else None
    if case is not None:
        ready = procedures.ready(session, case.bundle_hash)
        templates = ready.opened.procedure.get("notifications") or {}
    subject, body = notifications.render(templates, row.template, row.data)
    return {
        "id": row.id,
        "case_id": row.case_id,
        "subject": subject,
        "body": body,
        "sent_at": row.sent_at,
        "read_at": row.read_at,
    }


def mark_read(
    session: Session, runtime: Runtime, actor: Actor, notification_id: UUID
) -> dict[str, Any]:
    """Mark one of the actor's notifications read. Raises NotFoundError."""
    row = session.get(Notification, notification_id)
    if row is None or row.person_id != actor.person_id:
        raise NotFoundError("没有这条通知")
    row.read_at = row.read_at or runtime.clock.now()
    return _rendered(session, row)
