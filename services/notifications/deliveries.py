"""Deliveries: made once with their content, then begun, handed over, and ended.

A delivery is begun with the claim of its job and ended with the end of its job; between the two,
while no transaction is open, the provider may get it or not, which is asked first the next time.
"""

from collections.abc import Collection
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import rfc8785
from sqlalchemy import Table, Update, bindparam, or_, select, update
from sqlalchemy.orm import Session

from services.db.models import (
    Channel,
    Delivery,
    DeliveryState,
    Notification,
    NotificationPreference,
    Person,
)
from services.notifications import preferences
from services.notifications.channels import Addressee, Way

IN_APP, QUEUED = Channel.IN_APP, DeliveryState.QUEUED
DIGEST = "digest"  # the event of a daily digest
OPEN = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.HELD, DeliveryState.FAILED)
_OWN = len(Addressee._fields)
_NAMES = UUID("6f1c1e0a-6a0f-4c62-9b52-3f0f2f6f6a11")


class Outgoing(NamedTuple):
    """A delivery as it goes out: the same at each try."""

    id: UUID
    channel: Channel
    address: str | None
    content: dict[str, str]  # subject and body
    asks_first: bool
    template: str


_WISHES = NotificationPreference.__table__
_UNTOLD = (  # made once, for every occasion
    select(Person.id, Person.login, Person.email, Person.phone, _WISHES)
    .outerjoin(_WISHES, _WISHES.c.person_id == Person.id)
    .where(
        Person.id.in_(bindparam("people", expanding=True)),
        Person.id.not_in(
            select(Delivery.person_id).where(Delivery.id.in_(bindparam("told", expanding=True)))
        ),
    )
    .order_by(Person.id)
)

_ROWS: Table = Delivery.__table__  # type: ignore[assignment]
_IS_OPEN = _ROWS.c.state.in_(OPEN)
_BEGINNING = (
    update(_ROWS)
    .where(_ROWS.c.id == bindparam("which"), _IS_OPEN, ~_ROWS.c.is_for_digest)
    .values(
        asks_first=or_(_ROWS.c.asks_first, _ROWS.c.state != QUEUED),
        state=DeliveryState.SENDING,
        attempts=_ROWS.c.attempts + 1,
    )
    .returning(*(_ROWS.c[name] for name in Outgoing._fields))
)
_TAKEN = update(_ROWS).values(
    state=DeliveryState.DELIVERED,
    delivered_at=bindparam("at"),
    reference=bindparam("said"),
    last_error=None,
)
_TAKING = _TAKEN.where(_ROWS.c.id == bindparam("which"), _IS_OPEN)
_TAKING_DIGEST = _TAKEN.where(
    or_(_ROWS.c.id == bindparam("which"), _ROWS.c.digest_id == bindparam("which")), _IS_OPEN
)


def key_of(occasion: str, person_id: UUID, channel: Channel) -> UUID:
    """Return the id of a delivery: always the same for one occasion, person and channel."""
    return uuid5(_NAMES, f"{occasion}|{person_id}|{channel.value}")


def untold(
    session: Session, occasion: str, people: Collection[UUID]
) -> list[tuple[Addressee, NotificationPreference]]:
    """Return who has not been told of an occasion yet, with their wishes, by id; one query."""
    if not people:
        return []
    told = [key_of(occasion, person, IN_APP) for person in people]
    rows = session.connection().execute(_UNTOLD, {"people": list(people), "told": told})
    return [(Addressee(*row[:_OWN]), _wish(*row[_OWN:])) for row in rows]


def _wish(person_id: UUID | None, *said: Any) -> NotificationPreference:
    if person_id is None:
        return preferences.NOTHING_SAID
    names = _WISHES.columns.keys()
    return NotificationPreference(**dict(zip(names, (person_id, *said), strict=True)))


def made(
    row: Notification, way: Way, occasion: str, content: tuple[str, str], *, at: datetime
) -> Delivery:
    """Return the delivery of a notification by one channel, not yet in the session."""
    kept = {"subject": content[0], "body": content[1]}
    is_done = way.state is DeliveryState.DELIVERED
    return Delivery(
        id=key_of(occasion, row.person_id, way.channel),
        notification_id=row.id,
        case_id=row.case_id,
        person_id=row.person_id,
        channel=way.channel,
        template=row.template,
        address=way.address,
        content=kept,
        content_sha256=digest(kept),
        state=way.state,
        queued_at=at,
        delivered_at=at if is_done else None,
        last_error=way.note,
        is_for_digest=way.is_for_digest,
    )


def digest(content: Any) -> str:
    """Return the hash of a content, hexadecimal."""
    return sha256(rfc8785.dumps(content)).hexdigest()


def begin(session: Session, delivery_id: UUID) -> Outgoing | None:
    """Mark a delivery as being sent and return what goes out; None if it is not to go out by itself.

    One that was being sent before is asked for first: a worker may have died in between.
    """
    row = session.connection().execute(_BEGINNING, {"which": delivery_id}).first()
    return None if row is None else Outgoing(*row)


def handing_over(
    outgoing: Outgoing, reference: str | None, at: datetime
) -> tuple[Update, dict[str, Any]]:
    """Return what marks a delivery, and what went out with it as a digest, as taken by the provider.

    The second time it changes nothing.
    """
    statement = _TAKING_DIGEST if outgoing.template == DIGEST else _TAKING
    return statement, {"which": outgoing.id, "at": at, "said": reference}


def not_handed_over(
    session: Session, delivery: Delivery, reason: str, at: datetime, *, for_good: bool
) -> None:
    """Note why a try failed; ``for_good`` if no worker tries again by itself."""
    for row in _together(session, delivery):
        row.last_error = reason[:500]
        if for_good:
            row.state, row.failed_at = DeliveryState.FAILED, at
    session.flush()


def _together(session: Session, delivery: Delivery) -> list[Delivery]:
    """Return a delivery with what goes out in it, if it is a digest."""
    if delivery.template != DIGEST:
        return [delivery]
    parts = session.scalars(select(Delivery).where(Delivery.digest_id == delivery.id))
    return [delivery, *parts]


def drop(session: Session, delivery_id: UUID, reason: str) -> None:
    """Give a delivery up by a person's decision; what has gone out stays as it is."""
    delivery = session.get(Delivery, delivery_id)
    for row in _together(session, delivery) if delivery is not None else []:
        if row.state in OPEN:
            row.state, row.last_error = DeliveryState.UNWANTED, reason[:500]
    session.flush()
