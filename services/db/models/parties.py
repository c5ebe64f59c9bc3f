"""Who takes part: agencies, units, the people in them and what they may act as."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import CODE, NAME, Base, text_enum


class PartyKind(StrEnum):
    AGENCY = "agency"  # an authority
    UNIT = "unit"  # an applicant, a member, a third party


class Party(Base):
    """An agency or a unit. ``data`` holds what procedures ask of it (region, type, address)."""

    __tablename__ = "parties"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    code: Mapped[str] = mapped_column(CODE, unique=True, comment="Stable code in files and URLs")
    kind: Mapped[PartyKind] = mapped_column(text_enum(PartyKind, "kind"))
    name: Mapped[str] = mapped_column(NAME)
    name_en: Mapped[str | None] = mapped_column(NAME)
    uscc: Mapped[str | None] = mapped_column(
        String(18), unique=True, comment="Unified social credit code"
    )
    is_claimed: Mapped[bool] = mapped_column(
        default=True, comment="False: named by another unit, nobody of it has signed in yet"
    )
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Person(Base):
    """A human being with an account. Rights come from memberships only."""

    __tablename__ = "people"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    login: Mapped[str] = mapped_column(CODE, unique=True)
    name: Mapped[str] = mapped_column(NAME)
    password_hash: Mapped[str] = mapped_column(String(200), comment="argon2id")
    email: Mapped[str | None] = mapped_column(NAME)
    phone: Mapped[str | None] = mapped_column(String(32))
    is_active: Mapped[bool] = mapped_column(default=True)


class Membership(Base):
    """A person may act in a role for a party."""

    __tablename__ = "memberships"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"), primary_key=True)
    role: Mapped[str] = mapped_column(CODE, primary_key=True)

    __table_args__ = (Index(None, "party_id", "role"),)


class Expert(Base):
    """A person in an agency's expert pool. The unit decides on recusal (回避)."""

    __tablename__ = "experts"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    pool_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"), index=True)
    unit_name: Mapped[str] = mapped_column(NAME)
    unit_uscc: Mapped[str | None] = mapped_column(String(18))
    fields: Mapped[list[str]] = mapped_column(comment="Industry fields")


class LoginSession(Base):
    """A browser session, or a program's bearer token; only the token's hash is kept."""

    __tablename__ = "login_sessions"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    csrf: Mapped[str | None] = mapped_column(String(64), comment="None: bearer token, no cookie")
    label: Mapped[str | None] = mapped_column(NAME)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class LoginAttempt(Base):
    """Failed sign-ins by login and by address, for throttling."""

    __tablename__ = "login_attempts"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    blocked_until: Mapped[datetime | None]
    last_at: Mapped[datetime]
