"""What people are told: in the app and outside it, in whose words, and by which channels."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import CODE, NAME, Base, PackedJson, text_enum

_UNSENT = text("state IN ('queued', 'sending')")
_IN_DIGEST = text("digest_id IS NOT NULL")


class Notification(Base):
    """A message to one person, in the app; ``Delivery`` says how it reached them."""

    __tablename__ = "notifications"
    __table_args__ = (Index(None, "person_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"), index=True)
    task_id: Mapped[UUID | None] = mapped_column(
        index=True, comment="The task it calls to; dropped a day after that is closed"
    )
    template: Mapped[str] = mapped_column(CODE)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    sent_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class Channel(StrEnum):
    IN_APP = "in_app"
    MAIL = "mail"
    SMS = "sms"
    WEBHOOK = "webhook"  # the agency's own office system


class DeliveryState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"  # begun; after a crash it is not known whether it has gone out
    DELIVERED = "delivered"
    FAILED = "failed"
    HELD = "held"  # after a restore: a person must say whether it had gone out before
    UNWANTED = "unwanted"


class Delivery(Base):
    """One notification on its way to one person by one channel. Kept for good: proof of 送达.

    Its id is made from occasion, person and channel: the same occasion is never delivered twice,
    and every try carries the same key and, its content being kept here, the same content.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        Index(None, "case_id", "queued_at"),
        Index("ix_deliveries_unsent", "person_id", postgresql_where=_UNSENT, sqlite_where=_UNSENT),
        Index(
            "ix_deliveries_digest_id",
            "digest_id",
            postgresql_where=_IN_DIGEST,
            sqlite_where=_IN_DIGEST,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="Also the key the provider gets")
    notification_id: Mapped[UUID | None] = mapped_column(
        index=True, comment="None: a digest. Notifications may be dropped: no foreign key"
    )
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    channel: Mapped[Channel] = mapped_column(text_enum(Channel, "channel"))
    template: Mapped[str] = mapped_column(CODE)
    is_statutory: Mapped[bool] = mapped_column(default=False)
    address: Mapped[str | None] = mapped_column(NAME)
    content: Mapped[Any] = mapped_column(PackedJson, comment="{subject, body} as rendered once")
    content_sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[DeliveryState] = mapped_column(text_enum(DeliveryState, "state"))
    attempts: Mapped[int] = mapped_column(default=0)
    asks_first: Mapped[bool] = mapped_column(
        default=False, server_default=false(), comment="Ask the provider before sending"
    )
    queued_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None] = mapped_column(comment="Handed over to the provider")
    failed_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None] = mapped_column(comment="First read, in the app")
    reference: Mapped[str | None] = mapped_column(NAME, comment="The provider's own")
    last_error: Mapped[str | None] = mapped_column(String(500))
    digest_id: Mapped[UUID | None] = mapped_column(comment="The digest it goes out with")
    is_for_digest: Mapped[bool] = mapped_column(default=False, server_default=false())


class NotificationPreference(Base):
    """How somebody wants to be told. Without a row: by mail, in Chinese."""

    __tablename__ = "notification_preferences"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), default="zh")
    by_mail: Mapped[bool] = mapped_column(default=True)
    by_sms: Mapped[bool] = mapped_column(default=False)
    by_webhook: Mapped[bool] = mapped_column(default=False)
    wants_digest: Mapped[bool] = mapped_column(default=False)
    quiet_from: Mapped[str | None] = mapped_column(
        String(5), comment="HH:MM; None: the installation's quiet hours"
    )
    quiet_to: Mapped[str | None] = mapped_column(String(5))
    quiet_on_rest_days: Mapped[bool] = mapped_column(default=True)


class NotificationText(Base):
    """An agency's own words for an event; the newest version holds. Never changed, only added.

    ``subject`` and ``body`` None: back to the default from this version on.
    """

    __tablename__ = "notification_texts"
    __table_args__ = (UniqueConstraint("agency_id", "event", "language", "version"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"))
    event: Mapped[str] = mapped_column(CODE)
    language: Mapped[str] = mapped_column(String(8))
    version: Mapped[int]
    subject: Mapped[str | None] = mapped_column(NAME)
    body: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    made_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]
