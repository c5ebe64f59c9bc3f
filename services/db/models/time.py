"""Time limits with their ledgers, the working calendar's corrections, and jobs."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services import logs
from services.db.base import CODE, NAME, Base, PackedJson, text_enum


class Deadline(Base):
    """A time limit as it was computed: rule, calendar, and every day counted or not."""

    __tablename__ = "deadlines"
    __table_args__ = (UniqueConstraint("case_id", "task_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    task_id: Mapped[UUID] = mapped_column(comment="Engine task it belongs to")
    node_id: Mapped[str] = mapped_column(CODE)
    activity_code: Mapped[str | None] = mapped_column(String(32))
    clock: Mapped[str] = mapped_column(NAME)
    amount: Mapped[int] = mapped_column(comment="In ``unit``")
    unit: Mapped[str] = mapped_column(String(16))
    basis: Mapped[str] = mapped_column(NAME, comment="Article or assumption id")
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    ledger: Mapped[Any] = mapped_column(PackedJson, comment="[[date, kind, reason], ...]")
    calendar_version: Mapped[str] = mapped_column(NAME)
    is_provisional: Mapped[bool]
    ended_at: Mapped[datetime | None]


class CalendarDay(Base):
    """A correction to the published calendar: for one agency, or for all (agency None)."""

    __tablename__ = "calendar_days"
    __table_args__ = (UniqueConstraint("agency_id", "day"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    agency_id: Mapped[UUID | None] = mapped_column(ForeignKey("parties.id"))
    day: Mapped[date]
    is_working: Mapped[bool]
    reason: Mapped[str] = mapped_column(NAME)


class JobKind(StrEnum):
    TIMER = "timer"
    SERVICE = "service"
    MAIL = "mail"
    MESSAGE = "message"  # from one case to another
    RETRIES = "retries"  # many incidents at once


class Job(Base):
    """Something due at an instant: outbox and timer in one. The database is the truth.

    ``attempts`` is the fencing token: whoever finishes must still hold the number it claimed.
    """

    __tablename__ = "jobs"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[JobKind] = mapped_column(text_enum(JobKind, "kind"))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"), index=True)
    dedupe_key: Mapped[str] = mapped_column(String(160), unique=True)
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    claimed_by: Mapped[str | None] = mapped_column(NAME)
    done_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None] = mapped_column(comment="Given up; see incidents")
    last_error: Mapped[str | None] = mapped_column(String(500))
    request_id: Mapped[str | None] = mapped_column(
        String(64), default=logs.request_id, comment="The request that led to it, for the logs"
    )
    forgiven: Mapped[int] = mapped_column(
        default=0, server_default=text("0"), comment="Attempts before a person had it tried anew"
    )
    skipped_at: Mapped[datetime | None] = mapped_column(comment="Given up by a person's decision")

    __table_args__ = (
        Index(
            "ix_jobs_due",
            "due_at",
            postgresql_where=text("done_at IS NULL AND failed_at IS NULL"),
            sqlite_where=text("done_at IS NULL AND failed_at IS NULL"),
        ),
    )


class Sweep(Base):
    """When a worker last looked for due jobs: the sign that somebody does."""

    __tablename__ = "sweeps"

    worker: Mapped[str] = mapped_column(NAME, primary_key=True, comment="host/process")
    seen_at: Mapped[datetime]
    swept_at: Mapped[datetime | None]
    skew_seconds: Mapped[int] = mapped_column(comment="Host's clock ahead of the database's")


class Incident(Base):
    """Something no diagram provides for. Never silent: shown until a person resolves it."""

    __tablename__ = "incidents"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"), index=True)
    job_id: Mapped[UUID | None] = mapped_column(ForeignKey("jobs.id"))
    code: Mapped[str] = mapped_column(String(32))
    node_id: Mapped[str] = mapped_column(CODE)
    message: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolution: Mapped[str | None] = mapped_column(String(16), comment="retried or skipped")
    resolved_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    resolution_reason: Mapped[str | None] = mapped_column(Text)


class IdempotencyKey(Base):
    """The stored answer to a request, so that repeating it has one effect and the same answer."""

    __tablename__ = "idempotency_keys"

    actor: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    request_sha256: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    response: Mapped[Any] = mapped_column(PackedJson)
    at: Mapped[datetime] = mapped_column(index=True)


class Counter(Base):
    """The last number given out in a series."""

    __tablename__ = "counters"

    series: Mapped[str] = mapped_column(String(120), primary_key=True)
    value: Mapped[int]
