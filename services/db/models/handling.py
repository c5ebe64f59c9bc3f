"""What happens to a task besides its decision: handed on, prepared by others, asked about, undone."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import Base, PackedJson, text_enum

_OPEN_DELEGATION = text("ended_at IS NULL")


class Transfer(Base):
    """A task handed on to a colleague (转办), who holds it from then on."""

    __tablename__ = "transfers"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    task_id: Mapped[UUID] = mapped_column(ForeignKey("tasks.id"), index=True)
    from_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    to_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class Delegation(Base):
    """A task that a colleague prepares (委派) and hands back to whoever decides. One at a time."""

    __tablename__ = "delegations"
    __table_args__ = (
        Index(None, "task_id"),
        Index(
            "uq_delegations_task_id_open",
            "task_id",
            unique=True,
            postgresql_where=_OPEN_DELEGATION,
            sqlite_where=_OPEN_DELEGATION,
        ),
        Index(
            "ix_delegations_open",
            "to_id",
            postgresql_where=_OPEN_DELEGATION,
            sqlite_where=_OPEN_DELEGATION,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    task_id: Mapped[UUID] = mapped_column(ForeignKey("tasks.id"))
    from_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    to_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    note: Mapped[str] = mapped_column(Text, comment="What is asked")
    at: Mapped[datetime]
    reply: Mapped[str | None] = mapped_column(Text, comment="None: taken back unanswered")
    answers: Mapped[Any | None] = mapped_column(PackedJson, comment="Prepared; unchecked")
    ended_at: Mapped[datetime | None]


class CountersignTiming(StrEnum):
    BEFORE = "before"  # 前加签: without what the asker has written
    AFTER = "after"  # 后加签: on what the asker has saved


class CountersignOpinion(StrEnum):
    AGREE = "agree"
    DISAGREE = "disagree"
    ABSTAIN = "abstain"


class Countersign(Base):
    """An opinion asked of a colleague beside a task (加签). It never is the decision."""

    __tablename__ = "countersigns"
    __table_args__ = (
        Index(None, "task_id"),
        Index(
            "ix_countersigns_open",
            "person_id",
            postgresql_where=text("given_at IS NULL AND withdrawn_at IS NULL"),
            sqlite_where=text("given_at IS NULL AND withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    task_id: Mapped[UUID] = mapped_column(ForeignKey("tasks.id"))
    asker_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    timing: Mapped[CountersignTiming] = mapped_column(text_enum(CountersignTiming, "timing"))
    question: Mapped[str] = mapped_column(Text)
    shown: Mapped[Any | None] = mapped_column(
        PackedJson, comment="The asker's draft as it was when asked; None: asked before"
    )
    asked_at: Mapped[datetime]
    opinion: Mapped[CountersignOpinion | None] = mapped_column(
        text_enum(CountersignOpinion, "opinion")
    )
    text: Mapped[str | None] = mapped_column(Text)
    given_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None] = mapped_column(comment="Asked no more (减签)")


class CaseSnapshot(Base):
    """A case as it was before the last completion by a person, so that it can be taken back.

    ``changes`` are the rows that the step wrote, with what they were before.
    """

    __tablename__ = "case_snapshots"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    task_id: Mapped[UUID]
    decision_id: Mapped[UUID | None] = mapped_column(comment="None while the step runs")
    audit_seq: Mapped[int] = mapped_column(comment="Audit entry of the completion")
    clock_offset_seconds: Mapped[int]
    document: Mapped[Any] = mapped_column(PackedJson, deferred=True)
    engine_state: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    changes: Mapped[Any | None] = mapped_column(PackedJson)
    obstacle: Mapped[str | None] = mapped_column(
        String(100), comment="Why it cannot be taken back, if it cannot"
    )
    taken_at: Mapped[datetime]


class Reminder(Base):
    """Somebody urged those who hold a case's tasks (催办)."""

    __tablename__ = "reminders"
    __table_args__ = (Index(None, "case_id", "person_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    note: Mapped[str | None] = mapped_column(Text)
    task_names: Mapped[list[str]]
    at: Mapped[datetime]


class Copy(Base):
    """A case brought to people's notice (抄送)."""

    __tablename__ = "copies"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    sender_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    note: Mapped[str | None] = mapped_column(Text)
    sent_at: Mapped[datetime]


class CopyReceipt(Base):
    """Whom a copy went to and when they read it."""

    __tablename__ = "copy_receipts"
    __table_args__ = (Index(None, "person_id", "sent_at"),)

    copy_id: Mapped[UUID] = mapped_column(ForeignKey("copies.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    sent_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class Substitution(Base):
    """While a person is absent, a colleague may do what their roles in a party ask (代理).

    Both days count, in Asia/Shanghai. ``procedures`` None: all of them.
    """

    __tablename__ = "substitutions"
    __table_args__ = (Index(None, "substitute_id"), Index(None, "principal_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    principal_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    substitute_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    procedures: Mapped[list[str] | None]
    reason: Mapped[str] = mapped_column(Text)
    set_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    set_at: Mapped[datetime]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    ended_at: Mapped[datetime | None]


class Phrase(Base):
    """A sentence somebody often writes (常用语), in their own order."""

    __tablename__ = "phrases"
    __table_args__ = (Index(None, "person_id", "position"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    text: Mapped[str] = mapped_column(String(500))
    position: Mapped[int]
