"""Cases moved to another version of their procedure."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import Base, PackedJson


class CaseMigration(Base):
    """One move of a case (迁移), with what it takes to undo it while nothing has happened since."""

    __tablename__ = "case_migrations"
    __table_args__ = (Index(None, "case_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    from_hash: Mapped[str] = mapped_column(ForeignKey("bundles.hash"))
    to_hash: Mapped[str] = mapped_column(ForeignKey("bundles.hash"))
    mapping: Mapped[dict[str, Any]] = mapped_column(comment="Step of before -> step it became")
    reason: Mapped[str] = mapped_column(Text)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    case_version: Mapped[int] = mapped_column(comment="Of the case right after it")
    engine_state: Mapped[bytes] = mapped_column(LargeBinary, comment="Before it")
    rows: Mapped[Any] = mapped_column(PackedJson, comment="Tasks, limits, jobs as they were")
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    proof: Mapped[Any | None] = mapped_column(
        PackedJson, comment="What it left as it was, before and after; None: of an older release"
    )
    rehearsed: Mapped[str | None] = mapped_column(
        String(64), comment="Hash of the standing that a rehearsal had come to, if there was one"
    )
    audit_seq: Mapped[int | None] = mapped_column(comment="Entry of the case's chain that seals it")
    undone_seq: Mapped[int | None] = mapped_column(comment="Entry that tells it was undone")
