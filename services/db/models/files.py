"""Uploaded files: metadata here, bytes in the file store by content hash."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import NAME, Base


class File(Base):
    """One upload. It belongs to its uploader's party until a case uses it."""

    __tablename__ = "files"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size_bytes: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(100), comment="Recognised from the content")
    name: Mapped[str] = mapped_column(NAME)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"), index=True)
    objection_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("objections.id"),
        index=True,
        comment="Evidence of an objection; only the handling agency reads it",
    )
    party_id: Mapped[UUID | None] = mapped_column(ForeignKey("parties.id"))
    uploaded_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    uploaded_at: Mapped[datetime]
