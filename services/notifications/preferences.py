"""How somebody wants to be told. Each sets their own only."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.actors import Actor
from services.db.models import Channel, NotificationPreference, Person
from services.errors import InvalidError
from services.runtime import Runtime

NAMES = (
    "language", "by_mail", "by_sms", "by_webhook", "wants_digest",
    "quiet_from", "quiet_to", "quiet_on_rest_days",
)  # fmt: skip


def default(person_id: UUID | None) -> NotificationPreference:
    """Return what holds for somebody who has said nothing."""
    return NotificationPreference(
        person_id=person_id,
        language="zh",
        by_mail=True,
        by_sms=False,
        by_webhook=False,
        wants_digest=False,
        quiet_on_rest_days=True,
    )


NOTHING_SAID = default(None)  # of nobody in particular; only read


def of(session: Session, people: Collection[UUID]) -> dict[UUID, NotificationPreference]:
    """Return the wishes of people by id, those who have said nothing included."""
    rows = session.scalars(
        select(NotificationPreference).where(NotificationPreference.person_id.in_(people))
    )
    return {person: default(person) for person in people} | {row.person_id: row for row in rows}


def shown(session: Session, runtime: Runtime, actor: Actor) -> dict[str, Any]:
    """Return one's own wishes, what one may choose, and the addresses that are known."""
    wish = of(session, [actor.person_id])[actor.person_id]
    person = session.get_one(Person, actor.person_id)
    hours = runtime.settings.notifying_hours
    return {
        **{name: getattr(wish, name) for name in NAMES},
        "email": person.email,
        "phone": person.phone,
        "offers_sms": Channel.SMS in runtime.messengers,
        "offers_webhook": Channel.WEBHOOK in runtime.messengers,
        "default_quiet_from": f"{hours.quiet_from:%H:%M}",
        "default_quiet_to": f"{hours.quiet_to:%H:%M}",
        "digest_at": f"{hours.digest_at:%H:%M}",
    }


def change(
    session: Session, runtime: Runtime, actor: Actor, wanted: Mapping[str, Any]
) -> dict[str, Any]:
    """Set one's own wishes; the second time changes nothing. Raises InvalidError."""
    person = session.get_one(Person, actor.person_id)
    if wanted["by_sms"] and not person.phone:
        raise InvalidError("不能用短信通知", {"by_sms": ["没有登记手机号，请联系本单位管理员"]})
    if (wanted["quiet_from"] is None) != (wanted["quiet_to"] is None):
        raise InvalidError("免打扰时段不全", {"quiet_from": ["起止时间请都填写，或者都不填"]})
    row = session.get(NotificationPreference, actor.person_id)
    if row is None:
        row = default(actor.person_id)
        session.add(row)
    for name in NAMES:
        setattr(row, name, wanted[name])
    session.flush()
    return shown(session, runtime, actor)
