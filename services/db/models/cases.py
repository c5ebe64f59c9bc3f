"""The case: one run of a bundle, with its roles, tasks, drafts and decisions."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.db.base import CODE, NAME, Base, PackedJson, text_enum
from services.db.models.procedures import LegalBasis

_AHEAD = text("clock_offset_seconds <> 0")


class CaseStatus(StrEnum):
    OPEN = "open"
    ATTENTION = "attention"  # an incident; a person must look
    FINISHED = "finished"


class Case(Base):
    """One case. ``document`` is all its data; ``engine_state`` only the engine reads.

    A rehearsal (演练) runs on a clock of its own, ``clock_offset_seconds`` ahead of the real one.
    """

    __tablename__ = "cases"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    number: Mapped[str] = mapped_column(CODE, unique=True)
    procedure_id: Mapped[str] = mapped_column(ForeignKey("procedures.id"), index=True)
    jurisdiction: Mapped[str] = mapped_column(CODE)
    bundle_hash: Mapped[str] = mapped_column(ForeignKey("bundles.hash"))
    basis_id: Mapped[UUID | None] = mapped_column(ForeignKey("legal_bases.id"))
    basis: Mapped[LegalBasis | None] = relationship(viewonly=True)  # its rows never change
    title: Mapped[str] = mapped_column(NAME, default="")
    status: Mapped[CaseStatus] = mapped_column(
        text_enum(CaseStatus, "status"), default=CaseStatus.OPEN
    )
    state: Mapped[str] = mapped_column(String(32), default="DRAFT", comment="Domain state")
    outcome: Mapped[str | None] = mapped_column(String(32))
    starter_party_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"))
    started_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None] = mapped_column(comment="It stands still since (中止)")
    is_rehearsal: Mapped[bool] = mapped_column(default=False)
    rehearsal: Mapped[dict[str, Any] | None] = mapped_column(
        comment="Given facts of a rehearsal, e.g. the legal basis assumed"
    )
    clock_offset_seconds: Mapped[int] = mapped_column(default=0)
    messages: Mapped[list[str]] = mapped_column(default=list, comment="Names it waits for")
    progress_code: Mapped[str] = mapped_column(
        String(32), comment="Whoever has it may follow the case without login; says no more"
    )
    audit_seq: Mapped[int] = mapped_column(default=0, comment="Number of the last audit entry")
    audit_head: Mapped[bytes | None] = mapped_column(
        LargeBinary(32), comment="Hash of the last audit entry"
    )
    law_notes: Mapped[Any | None] = mapped_column(
        PackedJson, comment="What invariants have seen; None: of a version that is not watched"
    )
    document: Mapped[Any] = mapped_column(PackedJson, deferred=True)
    engine_state: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own idiom
    __table_args__ = (
        Index(None, "starter_party_id", "started_at", "id"),
        Index(None, "started_by", "started_at", "id"),
        Index(
            "ix_cases_clock_ahead",
            "clock_offset_seconds",
            postgresql_where=_AHEAD,
            sqlite_where=_AHEAD,
        ),
    )


class CaseRole(Base):
    """Which party a role of the case is bound to. A role may be bound to several (members)."""

    __tablename__ = "case_roles"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    role: Mapped[str] = mapped_column(CODE, primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"), primary_key=True)

    __table_args__ = (Index(None, "party_id", "case_id"),)


class CaseAccess(Base):
    """A party that sees the case, from the instant the case first came to it.

    Once it has passed the case on (``until``) it keeps what it read until then, and reads on only
    what the handoff discloses: ``progress``, or data keys of the case document.
    """

    __tablename__ = "case_access"

    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"), primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    disclosed: Mapped[list[str] | None]
    case_started_at: Mapped[datetime | None] = mapped_column(
        comment="The case's own, for lists in its order; None: written by a release before 0019"
    )

    __table_args__ = (
        Index(None, "case_id"),
        Index("ix_case_access_newest", "party_id", "case_started_at", "case_id"),
    )


class TaskStatus(StrEnum):
    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


_OPEN = text("status = 'open'")


class Task(Base):
    """A user task of a case. Its id is the engine task's id."""

    __tablename__ = "tasks"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    node_id: Mapped[str] = mapped_column(CODE)
    process_id: Mapped[str] = mapped_column(CODE)
    activity_code: Mapped[str | None] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(NAME)
    form_id: Mapped[str] = mapped_column(CODE)
    role: Mapped[str] = mapped_column(CODE)
    party_id: Mapped[UUID | None] = mapped_column(ForeignKey("parties.id"))
    person_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("people.id"), comment="Only this person may do it"
    )
    item_key: Mapped[str | None] = mapped_column(NAME)
    separate_from: Mapped[list[str]] = mapped_column(default=list)
    status: Mapped[TaskStatus] = mapped_column(
        text_enum(TaskStatus, "status"), default=TaskStatus.OPEN
    )
    claimed_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(comment="9999 when there is no time limit")
    closed_at: Mapped[datetime | None]
    recused_at: Mapped[datetime | None] = mapped_column(
        comment="Whoever it was given to by name has no more part in the case"
    )
    admits_substitute: Mapped[bool] = mapped_column(
        default=True, server_default=true(), comment="False: only who holds the role may do it"
    )

    __table_args__ = (
        Index(
            "ix_tasks_inbox",
            "party_id",
            "role",
            "due_at",
            "id",
            postgresql_where=_OPEN,
            sqlite_where=_OPEN,
        ),
        Index(
            "ix_tasks_newest",
            "party_id",
            "role",
            "opened_at",
            "id",
            postgresql_where=_OPEN,
            sqlite_where=_OPEN,
        ),
        Index(
            "ix_tasks_personal",
            "person_id",
            "due_at",
            "id",
            postgresql_where=text("status = 'open' AND person_id IS NOT NULL"),
            sqlite_where=text("status = 'open' AND person_id IS NOT NULL"),
        ),
        Index(
            "ix_tasks_claimed",
            "claimed_by",
            "due_at",
            "id",
            postgresql_where=text("status = 'open' AND claimed_by IS NOT NULL"),
            sqlite_where=text("status = 'open' AND claimed_by IS NOT NULL"),
        ),
    )


class Draft(Base):
    """What somebody has typed into a task's form and not yet submitted."""

    __tablename__ = "drafts"

    task_id: Mapped[UUID] = mapped_column(ForeignKey("tasks.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    answers: Mapped[Any] = mapped_column(PackedJson)
    saved_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own idiom


class Decision(Base):
    """The official record of who completed a task, in what role, with what answers.

    Append-only: one that is taken back (撤回) stays, marked. The unique task among those that
    stand is the last guard against a doubled completion.
    """

    __tablename__ = "decisions"
    __table_args__ = (
        Index(
            "uq_decisions_task_id_standing",
            "task_id",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
            sqlite_where=text("withdrawn_at IS NULL"),
        ),
        Index(None, "person_id", "made_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("tasks.id"))
    node_id: Mapped[str] = mapped_column(CODE)
    activity_code: Mapped[str | None] = mapped_column(String(32))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    party_id: Mapped[UUID | None] = mapped_column(ForeignKey("parties.id"))
    role: Mapped[str] = mapped_column(CODE)
    answers: Mapped[Any] = mapped_column(PackedJson)
    answers_sha256: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    on_behalf_of: Mapped[UUID | None] = mapped_column(
        ForeignKey("people.id"), comment="The absent person a substitute stood in for (代)"
    )
    withdrawn_at: Mapped[datetime | None] = mapped_column(comment="Taken back by who made it")


class Comment(Base):
    """A remark on a case; only its audience reads it."""

    __tablename__ = "comments"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"))
    audience: Mapped[str] = mapped_column(String(16), comment="agency, applicant or experts")
    text: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]


class CommentFile(Base):
    """A file attached to a comment: whoever may read the comment may read it."""

    __tablename__ = "comment_files"
    __table_args__ = (Index(None, "file_id"),)

    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comments.id"), primary_key=True)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("files.id"), primary_key=True)


class Waiver(Base):
    """A soft rule let pass with a reason: proposed by one officer, decided by another."""

    __tablename__ = "waivers"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    rule_id: Mapped[str] = mapped_column(String(32))
    fact_value: Mapped[str] = mapped_column(String(500))
    justification: Mapped[str] = mapped_column(Text)
    is_granted: Mapped[bool]
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime]
