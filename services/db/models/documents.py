"""Official papers: what was issued, frozen; and renderings, which can be made anew at any time."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import CODE, NAME, Base, PackedJson


class Document(Base):
    """An issued paper. Its content is fixed: text in neutral blocks, never changed again."""

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("task_id", "template"),
        UniqueConstraint("series", "sequence"),
        Index(None, "case_id", "issued_at"),
        Index(None, "kind", "number"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    task_id: Mapped[UUID] = mapped_column(comment="Engine task whose completion issued it")
    template: Mapped[str] = mapped_column(CODE)
    kind: Mapped[str] = mapped_column(CODE)
    name: Mapped[str] = mapped_column(NAME)
    title: Mapped[str] = mapped_column(NAME)
    series: Mapped[str | None] = mapped_column(String(120), comment="One agency, kind and year")
    sequence: Mapped[int | None] = mapped_column(comment="Without gaps in its series")
    number: Mapped[str | None] = mapped_column(NAME)
    agency_id: Mapped[UUID | None] = mapped_column(ForeignKey("parties.id"))
    audience: Mapped[list[str]] = mapped_column(default=list)
    content: Mapped[Any] = mapped_column(PackedJson, deferred=True)
    content_sha256: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime]
    issued_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    is_rehearsal: Mapped[bool] = mapped_column(default=False)


class Rendering(Base):
    """What something was rendered to, kept in the file store; the same source gives the same."""

    __tablename__ = "renderings"

    source_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    form: Mapped[str] = mapped_column(
        String(32), primary_key=True, comment="Format and version of the renderer"
    )
    sha256: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[int]
    rendered_at: Mapped[datetime]
