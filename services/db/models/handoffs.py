"""Handoffs between parties: signing keys, envelopes sent and taken in, with their receipts."""

import zlib
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from services.db.base import CODE, NAME, Base, PackedBytes, text_enum
from services.db.models.procedures import Blob


class PartyKey(Base):
    """A party's Ed25519 public key. The private one is in the key store, never here."""

    __tablename__ = "party_keys"

    id: Mapped[str] = mapped_column(String(64), primary_key=True, comment="Key id in envelopes")
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"), index=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]


class HandoffState(StrEnum):
    PENDING = "PENDING"
    RECEIVED = "RECEIVED"
    RETURNED = "RETURNED"


class _Enveloped:
    """Finds the signed bytes by their hash: both sides of one installation keep them once."""

    @declared_attr
    def _blob(cls) -> Mapped[Blob]:  # noqa: N805 - SQLAlchemy's own idiom
        return relationship(Blob, viewonly=True)

    @property
    def envelope(self) -> bytes:
        """The envelope as it was signed."""
        return zlib.decompress(self._blob.data)


class HandoffOut(_Enveloped, Base):
    """An envelope as its sender keeps it, and the receipt as it was signed."""

    __tablename__ = "handoffs_out"
    __table_args__ = (UniqueConstraint("sender_id", "receiver_id", "sequence"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    sender_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"))
    receiver_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"))
    sequence: Mapped[int] = mapped_column(comment="Counts from 1 within sender and receiver")
    subject: Mapped[str] = mapped_column(NAME)
    passes: Mapped[bool] = mapped_column(comment="The case passes on for good")
    disclosure: Mapped[list[str]] = mapped_column(
        default=list, comment="What the sender reads on after the receipt"
    )
    sent_at: Mapped[datetime]
    envelope_sha256: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"))
    state: Mapped[HandoffState] = mapped_column(
        text_enum(HandoffState, "state"), default=HandoffState.PENDING
    )
    receipt: Mapped[bytes | None] = mapped_column(PackedBytes, deferred=True)
    answered_at: Mapped[datetime | None]


class HandoffFile(Base):
    """A file of another case that an envelope lists: whoever has received it may read the file."""

    __tablename__ = "handoff_files"
    __table_args__ = (Index(None, "file_id"),)

    handoff_id: Mapped[UUID] = mapped_column(primary_key=True)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("files.id"), primary_key=True)


class HandoffIn(_Enveloped, Base):
    """An envelope as its receiver keeps it; a second delivery finds it and changes nothing."""

    __tablename__ = "handoffs_in"
    __table_args__ = (
        UniqueConstraint("sender", "receiver_id", "sequence"),
        Index(None, "receiver_id", "topic", "state"),
    )

    sender: Mapped[str] = mapped_column(CODE, primary_key=True, comment="Code of the sender")
    id: Mapped[UUID] = mapped_column(primary_key=True)
    receiver_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"))
    sequence: Mapped[int]
    topic: Mapped[str | None] = mapped_column(CODE)
    subject: Mapped[str] = mapped_column(NAME)
    group: Mapped[str] = mapped_column(String(64), comment="Empty in production")
    taken_in_at: Mapped[datetime]
    envelope_sha256: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"))
    state: Mapped[HandoffState] = mapped_column(
        text_enum(HandoffState, "state"), default=HandoffState.PENDING
    )
    answer: Mapped[dict[str, Any] | None] = mapped_column(comment="Who received or returned it")
    receipt: Mapped[bytes | None] = mapped_column(PackedBytes, deferred=True)
    gathered_by: Mapped[UUID | None] = mapped_column(
        ForeignKey("cases.id"), comment="The receiver's case that took up its content"
    )
    remark: Mapped[str | None] = mapped_column(Text, comment="For example a gap before it")
