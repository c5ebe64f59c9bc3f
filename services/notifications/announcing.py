"""Telling people what belongs to no case: in the app, and by their channels."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from services.calendars import calendar_of
from services.db.models import Job, JobKind, Notification, NotificationPreference
from services.notifications import deliveries
from services.notifications.channels import Addressee, Hours, ways
from services.notifications.events import event
from services.notifications.wording import render
from services.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Announcement:
    """An event of the product with its data. ``key`` names the occasion."""

    template: str
    data: dict[str, Any]
    key: str
    at: datetime


def announce(session: Session, runtime: Runtime, people: set[UUID], about: Announcement) -> int:
    """Write a notification for each person not told of the occasion yet; return how many.

    In the caller's transaction, as ``notify`` does for a case.
    """
    untold = deliveries.untold(session, about.key, people)
    for person, wish in untold:
        _put(session, runtime, person, wish, about)
    return len(untold)


def _put(
    session: Session,
    runtime: Runtime,
    person: Addressee,
    wish: NotificationPreference,
    about: Announcement,
) -> None:
    row = Notification(
        id=uuid4(),
        person_id=person.id,
        template=about.template,
        data=about.data,
        sent_at=about.at,
    )
    session.add(row)
    session.flush()
    one = event(runtime.library.notifications, about.template)
    content = render([{about.template: one.texts}], about.template, about.data, wish.language)
    hours = Hours(runtime.settings.notifying_hours, calendar_of(session, None))
    for way in ways(person, wish, one, about.at, hours, runtime.messengers):
        delivery = deliveries.made(row, way, about.key, content, at=about.at)
        session.add(delivery)
        if way.state is deliveries.QUEUED:
            key = f"{way.channel.value}:{about.key}:{person.id}"
            payload = {"delivery": str(delivery.id)}
            session.add(Job(kind=JobKind.MAIL, dedupe_key=key, payload=payload, due_at=way.at))
