"""The workbench: facts by which cases are found, cases followed, and saved lists."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import CODE, NAME, Base


class CaseFact(Base):
    """What a procedure declares worth finding a case by, as it stood after the last step."""

    __tablename__ = "case_facts"
    __table_args__ = (Index(None, "key", "value", "case_id"),)

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    key: Mapped[str] = mapped_column(CODE, primary_key=True)
    label: Mapped[str] = mapped_column(NAME)
    value: Mapped[str] = mapped_column(NAME, comment="As the form stores it")
    text: Mapped[str] = mapped_column(NAME, comment="As people read it")
    position: Mapped[int] = mapped_column(comment="Place in the declaration, from 0")


class CaseFollow(Base):
    """A case that somebody keeps an eye on. It shows them no more than they see anyway."""

    __tablename__ = "case_follows"
    __table_args__ = (Index(None, "person_id", "since", "case_id"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True, index=True)
    since: Mapped[datetime]


class SavedView(Base):
    """One person's own list: which, how narrowed, sorted, with which columns."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("person_id", "list_kind", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    name: Mapped[str] = mapped_column(String(60))
    list_kind: Mapped[str] = mapped_column(String(16))
    filters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    sort: Mapped[str] = mapped_column(String(16))
    columns: Mapped[list[str]] = mapped_column(default=list)
    is_default: Mapped[bool] = mapped_column(default=False)
