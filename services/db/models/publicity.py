"""What the public sees: application notices, publicity with objections, the register."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import CODE, NAME, Base, text_enum


class Call(Base):
    """An application notice (申报通知): while it is open, applications are taken."""

    __tablename__ = "calls"
    __table_args__ = (CheckConstraint("closes_on >= opens_on", name="dates"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    number: Mapped[str] = mapped_column(CODE, unique=True)
    jurisdiction: Mapped[str] = mapped_column(CODE, index=True)
    title: Mapped[str] = mapped_column(NAME)
    channel: Mapped[str] = mapped_column(String(16), comment="open or directed")
    opens_on: Mapped[date]
    closes_on: Mapped[date | None] = mapped_column(comment="None: open until further notice")
    materials: Mapped[list[str]] = mapped_column(default=list)
    invited: Mapped[list[str]] = mapped_column(default=list, comment="USCC of invited leads")
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"))
    is_rehearsal: Mapped[bool] = mapped_column(default=False)


class NoticeStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Notice(Base):
    """A publicity (公示). Its content is frozen when it is published."""

    __tablename__ = "notices"
    __table_args__ = (Index(None, "status", "ends_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    task_id: Mapped[UUID] = mapped_column(unique=True, comment="Service task that published it")
    number: Mapped[str] = mapped_column(CODE, unique=True)
    title: Mapped[str] = mapped_column(NAME)
    items: Mapped[list[dict[str, Any]]]
    contact: Mapped[str] = mapped_column(NAME)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    ends_at: Mapped[datetime] = mapped_column(comment="Objections count until this instant")
    working_days: Mapped[int] = mapped_column(comment="Length of the period")
    published_at: Mapped[datetime]
    content_sha256: Mapped[str] = mapped_column(String(64))
    status: Mapped[NoticeStatus] = mapped_column(
        text_enum(NoticeStatus, "status"), default=NoticeStatus.OPEN
    )
    result: Mapped[str | None] = mapped_column(String(32))
    closed_at: Mapped[datetime | None]
    is_rehearsal: Mapped[bool] = mapped_column(default=False)


class Objection(Base):
    """What somebody raised against a notice. Late ones are kept and passed on, not counted."""

    __tablename__ = "objections"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notices.id"), index=True)
    number: Mapped[str] = mapped_column(CODE, unique=True)
    objector_name: Mapped[str] = mapped_column(NAME)
    objector_contact: Mapped[str] = mapped_column(NAME)
    is_real_name: Mapped[bool]
    content: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime]
    is_within_period: Mapped[bool]
    finding: Mapped[str | None] = mapped_column(String(16))
    reply: Mapped[str | None] = mapped_column(Text)
    replied_at: Mapped[datetime | None]
    receipt_sha256: Mapped[str] = mapped_column(
        String(64), comment="Hash of the code the objector reads the reply with"
    )


class ConsortiumState(StrEnum):
    ACTIVE = "ACTIVE"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"
    DISSOLVED = "DISSOLVED"


class Consortium(Base):
    """The register entry (一体一档) of an established consortium."""

    __tablename__ = "consortia"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), unique=True)
    jurisdiction: Mapped[str] = mapped_column(CODE, index=True)
    title_name: Mapped[str] = mapped_column(NAME)
    certificate_no: Mapped[str] = mapped_column(CODE, unique=True)
    industry_field: Mapped[str] = mapped_column(NAME)
    lead_party_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"))
    members: Mapped[list[dict[str, Any]]]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    document_no: Mapped[str | None] = mapped_column(NAME, comment="Document that decided on it")
    state: Mapped[ConsortiumState] = mapped_column(
        text_enum(ConsortiumState, "state"), default=ConsortiumState.ACTIVE
    )
    ended_on: Mapped[date | None] = mapped_column(comment="Revoked or dissolved from this date on")
    is_rehearsal: Mapped[bool] = mapped_column(default=False)
