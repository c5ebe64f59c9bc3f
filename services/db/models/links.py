"""How cases stand to each other: one holds another, one has claimed something for all."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import CODE, Base


class CaseHold(Base):
    """A case that another has gathered into its batch. In one pool it has one holder at a time.

    Released, or held by a case that is finished, it may be gathered by another.
    """

    __tablename__ = "case_holds"
    __table_args__ = (Index(None, "holder_id"),)

    item_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    pool: Mapped[str] = mapped_column(
        CODE, primary_key=True, comment="Message that the items wait for, or an envelope's topic"
    )
    holder_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    since: Mapped[datetime]
    released_at: Mapped[datetime | None]


class Claim(Base):
    """Something of which there may be only one, taken by a case (one round a province a year)."""

    __tablename__ = "claims"

    scope: Mapped[str] = mapped_column(CODE, primary_key=True)
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    group: Mapped[str] = mapped_column(
        String(64), primary_key=True, comment="Empty in production; a rehearsal's group"
    )
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime]
