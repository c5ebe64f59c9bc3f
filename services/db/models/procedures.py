"""What is run: procedures, their immutable bundles, and the law behind them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import CODE, NAME, Base, PackedJson, text_enum


class BasisStatus(StrEnum):
    DRAFT = "DRAFT"  # 征求意见
    PENDING = "PENDING"  # 未生效
    IN_FORCE = "IN_FORCE"  # 有效
    EXPIRED = "EXPIRED"  # 失效
    UNCONFIRMED = "UNCONFIRMED"  # 有效性待确认
    SUPERSEDED = "SUPERSEDED"  # 被替代


class Blob(Base):
    """Content by its hash, kept once: files of bundles, and envelopes as they were signed."""

    __tablename__ = "blobs"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary, comment="zlib")


class Bundle(Base):
    """An immutable version of a procedure: everything it takes to run it."""

    __tablename__ = "bundles"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    procedure_id: Mapped[str] = mapped_column(CODE, index=True)
    version: Mapped[int] = mapped_column(comment="Counts up within the procedure")
    files: Mapped[Any] = mapped_column(PackedJson, comment="Path -> blob hash")
    loaded_at: Mapped[datetime]
    is_watched: Mapped[bool] = mapped_column(
        default=True,
        server_default=false(),
        comment="Its cases obey its invariants at every step; not those of older releases",
    )


class Procedure(Base):
    """One executable process of a jurisdiction and the version new cases start with."""

    __tablename__ = "procedures"

    id: Mapped[str] = mapped_column(CODE, primary_key=True)
    jurisdiction: Mapped[str] = mapped_column(CODE, index=True)
    title: Mapped[str] = mapped_column(NAME)
    bundle_hash: Mapped[str] = mapped_column(ForeignKey("bundles.hash"))


class Confirmation(Base):
    """A process owner's word on a parameter that the regulation leaves open; the latest holds."""

    __tablename__ = "confirmations"
    __table_args__ = (Index(None, "procedure_id", "parameter"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    procedure_id: Mapped[str] = mapped_column(ForeignKey("procedures.id"))
    parameter: Mapped[str] = mapped_column(CODE)
    value: Mapped[Any] = mapped_column(PackedJson, comment="The value that was confirmed")
    reason: Mapped[str] = mapped_column(Text)
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    confirmed_at: Mapped[datetime]
    is_demo: Mapped[bool] = mapped_column(default=False)


class LegalBasis(Base):
    """A recorded fact about the document behind a jurisdiction; the latest row holds."""

    __tablename__ = "legal_bases"
    __table_args__ = (Index(None, "jurisdiction", "recorded_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    jurisdiction: Mapped[str] = mapped_column(CODE)
    title: Mapped[str] = mapped_column(NAME)
    number: Mapped[str | None] = mapped_column(NAME)
    status: Mapped[BasisStatus] = mapped_column(text_enum(BasisStatus, "status"))
    effective_from: Mapped[date | None]
    effective_to: Mapped[date | None]
    document_id: Mapped[UUID | None] = mapped_column(
        comment="The uploaded document; files know cases, which know this: no foreign key"
    )
    is_demo: Mapped[bool] = mapped_column(default=False, comment="Shown as 演示 everywhere")
    note: Mapped[str] = mapped_column(String(1000), default="")
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    recorded_at: Mapped[datetime]
