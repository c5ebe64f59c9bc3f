"""What those who keep it running do: suspensions, changed limits, retries, and failed tries."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import CODE, Base, PackedJson

_RUNNING = text("resumed_at IS NULL")
_UNDECIDED = text("decided_at IS NULL")


class Suspension(Base):
    """A case that stands still (中止), or a procedure that takes no new cases, and why."""

    __tablename__ = "suspensions"
    __table_args__ = (
        Index(
            "uq_suspensions_case_id_running",
            "case_id",
            unique=True,
            postgresql_where=_RUNNING,
            sqlite_where=_RUNNING,
        ),
        Index(
            "uq_suspensions_procedure_id_running",
            "procedure_id",
            unique=True,
            postgresql_where=_RUNNING,
            sqlite_where=_RUNNING,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"))
    procedure_id: Mapped[str | None] = mapped_column(ForeignKey("procedures.id"))
    reason: Mapped[str] = mapped_column(Text, comment="For officials")
    public_reason: Mapped[str] = mapped_column(Text, comment="For applicants and the public")
    suspended_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    suspended_at: Mapped[datetime]
    resumed_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    resumed_at: Mapped[datetime | None]
    resume_reason: Mapped[str | None] = mapped_column(Text)


class JobFailure(Base):
    """A failed try of a job. Kept when the job is tried anew; jobs may be dropped: no foreign key."""

    __tablename__ = "job_failures"
    __table_args__ = (Index(None, "job_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    job_id: Mapped[UUID]
    attempt: Mapped[int]
    error: Mapped[str] = mapped_column(String(500))
    at: Mapped[datetime]


class RetryRun(Base):
    """Many incidents retried at once, by a job; the page polls how far it is."""

    __tablename__ = "retry_runs"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    incidents: Mapped[Any] = mapped_column(PackedJson, comment="Ids, in order")
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0, comment="Of the first so many it is decided")
    retried: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class LimitChange(Base):
    """A running time limit that one person proposes to move and another decides on."""

    __tablename__ = "limit_changes"
    __table_args__ = (
        Index(None, "case_id"),
        Index(
            "uq_limit_changes_deadline_id_open",
            "deadline_id",
            unique=True,
            postgresql_where=_UNDECIDED,
            sqlite_where=_UNDECIDED,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    deadline_id: Mapped[UUID] = mapped_column(ForeignKey("deadlines.id"))
    node_id: Mapped[str] = mapped_column(CODE)
    old_due_at: Mapped[datetime]
    new_due_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    proposed_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None]
    is_approved: Mapped[bool | None]
    decision_reason: Mapped[str | None] = mapped_column(Text)
