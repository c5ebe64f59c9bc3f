"""The daily digest: one mail with everything that waits for it, rendered when it first goes out."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.db.models import Channel, Delivery, DeliveryState
from services.notifications import deliveries, preferences
from services.notifications.events import event
from services.notifications.wording import render
from services.runtime import Runtime
from workflows.calendar import TIME_ZONE

TEMPLATE = deliveries.DIGEST


def gathered(session: Session, runtime: Runtime, one: Delivery) -> Delivery | None:
    """Return the digest that a delivery goes out with, made of all that waits; None if it waits.

    Whichever of them is due first makes the digest and sends it; the others go with it. A digest
    that was not handed over is sent again by the same one, unchanged.
    """
    if one.digest_id is not None:
        digest = session.get(Delivery, one.digest_id)
        return digest if digest is not None and _sender(digest, one) else None
    parts = _waiting(session, one)
    digest = _made(session, runtime, one, parts)
    for part in parts:
        part.digest_id, part.state = digest.id, DeliveryState.SENDING
    session.add(digest)
    session.flush()
    return digest


def _sender(digest: Delivery, one: Delivery) -> bool:
    return digest.id == _id(one.id)


def _id(first: UUID) -> UUID:
    return deliveries.key_of(TEMPLATE, first, Channel.MAIL)


def _waiting(session: Session, one: Delivery) -> list[Delivery]:
    """Return what waits for the person's next digest; locked, so that it goes out with one only."""
    rows = session.scalars(
        select(Delivery)
        .where(
            Delivery.person_id == one.person_id,
            Delivery.is_for_digest,
            Delivery.digest_id.is_(None),
            Delivery.state == DeliveryState.QUEUED,
        )
        .order_by(Delivery.queued_at, Delivery.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(rows)


def _made(session: Session, runtime: Runtime, one: Delivery, parts: list[Delivery]) -> Delivery:
    now = runtime.clock.now()
    about = event(runtime.library.notifications, TEMPLATE)
    language = preferences.of(session, [one.person_id])[one.person_id].language
    subject, body = render([{TEMPLATE: about.texts}], TEMPLATE, _facts(parts, now), language)
    content = {"subject": subject, "body": body}
    return Delivery(
        id=_id(one.id),
        notification_id=None,
        case_id=None,
        person_id=one.person_id,
        channel=Channel.MAIL,
        template=TEMPLATE,
        address=one.address,
        content=content,
        content_sha256=deliveries.digest(content),
        state=DeliveryState.QUEUED,
        queued_at=now,
    )


def _facts(parts: list[Delivery], now: datetime) -> dict[str, str]:
    lines = [
        f"{number}. {part.content['subject']}\n   {part.content['body']}"
        for number, part in enumerate(parts, start=1)
    ]
    day = now.astimezone(TIME_ZONE).date().isoformat()
    return {"count": str(len(parts)), "day": day, "items": "\n".join(lines)}
