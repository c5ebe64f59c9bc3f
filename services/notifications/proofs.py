"""送达: what a case has told whom, by which channel, when it was handed over and first read."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import case_pages, policies
from services.actors import Actor
from services.db.models import Channel, Delivery, Person
from services.errors import NotAllowedError
from services.notifications.events import event
from services.runtime import Runtime


def of_case(
    session: Session, runtime: Runtime, actor: Actor, case_id: UUID
) -> list[dict[str, Any]]:
    """Return the deliveries of a case, newest first, for the officials it has come to.

    An agency that has passed the case on reads those from its time. Raises NotFoundError,
    NotAllowedError.
    """
    catalogue = runtime.library.notifications
    found = listed(session, actor, case_id)
    return [row | {"event": event(catalogue, row["event"]).label} for row in found]


def listed(session: Session, actor: Actor, case_id: UUID) -> list[dict[str, Any]]:
    """Return the same with the names of the events, for programs."""
    case = case_pages.visible(session, actor, case_id)
    if not policies.is_official(session, actor, case):
        raise NotAllowedError("只有办理机关人员可以查看送达记录")
    sight = policies.sight_of(session, actor, case)
    rows = session.execute(
        select(Delivery, Person.name)
        .join(Person, Person.id == Delivery.person_id)
        .where(Delivery.case_id == case.id)
        .order_by(Delivery.queued_at.desc(), Delivery.person_id, Delivery.channel)
    )
    return [_shown(row, name) for row, name in rows if sight.covers(row.queued_at)]


def _shown(row: Delivery, person: str) -> dict[str, Any]:
    same = (
        "id", "channel", "content_sha256", "is_statutory", "state", "attempts", "queued_at",
        "delivered_at", "failed_at", "read_at", "reference",
    )  # fmt: skip
    return {name: getattr(row, name) for name in same} | {
        "person": person,
        "address": masked(row.channel, row.address),
        "event": row.template,
        "subject": row.content["subject"],
        "body": row.content["body"],
        "note": row.last_error,
    }


def masked(channel: Channel, address: str | None) -> str | None:
    """Return an address with most of it hidden: enough to recognise, not to write to."""
    if address is None:
        return None
    if channel is Channel.MAIL:
        name, at, host = address.partition("@")
        return f"{name[:2]}***{at}{host}"
    return f"{address[:3]}****{address[-2:]}" if channel is Channel.SMS else address
