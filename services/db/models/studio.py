"""The studio: drafts of procedures, their files by revision, reviews, publications, and who did what."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import CODE, NAME, Base, PackedJson, text_enum

_UNDECIDED = text("decided_at IS NULL")


class DraftState(StrEnum):
    EDITING = "EDITING"  # 编辑中
    IN_REVIEW = "IN_REVIEW"  # 待复核
    PUBLISHED = "PUBLISHED"  # 已发布
    DISCARDED = "DISCARDED"  # 已放弃


class ProcedureDraft(Base):
    """A version of a procedure in the making. Whoever changes it holds the row's lock."""

    __tablename__ = "procedure_drafts"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    jurisdiction: Mapped[str] = mapped_column(CODE, index=True)
    procedure_id: Mapped[str] = mapped_column(CODE, index=True)
    title: Mapped[str] = mapped_column(NAME)
    base_hash: Mapped[str | None] = mapped_column(
        ForeignKey("bundles.hash"), comment="The version it began from; none: blank"
    )
    state: Mapped[DraftState] = mapped_column(
        text_enum(DraftState, "state"), default=DraftState.EDITING
    )
    opened_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    opened_at: Mapped[datetime]


class DraftRevision(Base):
    """A file of a draft as somebody saved it. Append-only; the highest revision is the file."""

    __tablename__ = "draft_revisions"

    draft_id: Mapped[UUID] = mapped_column(ForeignKey("procedure_drafts.id"), primary_key=True)
    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[str | None] = mapped_column(
        ForeignKey("blobs.sha256"), comment="None: the file was deleted"
    )
    changed_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    changed_at: Mapped[datetime]


class DraftReview(Base):
    """A draft sent to a second person, and what they decided."""

    __tablename__ = "draft_reviews"
    __table_args__ = (
        Index(
            "uq_draft_reviews_draft_id_open",
            "draft_id",
            unique=True,
            postgresql_where=_UNDECIDED,
            sqlite_where=_UNDECIDED,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    draft_id: Mapped[UUID] = mapped_column(ForeignKey("procedure_drafts.id"), index=True)
    effective_on: Mapped[date] = mapped_column(comment="From when new cases take it")
    note: Mapped[str] = mapped_column(Text)
    sent_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    sent_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None]
    is_approved: Mapped[bool | None]
    reason: Mapped[str | None] = mapped_column(Text)


class DraftLock(Base):
    """Somebody keeps an element of a draft's file to themselves, or all of it, for a while."""

    __tablename__ = "draft_locks"

    draft_id: Mapped[UUID] = mapped_column(ForeignKey("procedure_drafts.id"), primary_key=True)
    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    element_id: Mapped[str] = mapped_column(
        String(200), primary_key=True, comment="Empty: the whole file"
    )
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    until: Mapped[datetime]


class DraftComment(Base):
    """What somebody says of an element of a draft, until it is settled."""

    __tablename__ = "draft_comments"
    __table_args__ = (Index(None, "draft_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    draft_id: Mapped[UUID] = mapped_column(ForeignKey("procedure_drafts.id"))
    path: Mapped[str] = mapped_column(String(200))
    element_id: Mapped[str] = mapped_column(String(200), comment="Empty: the whole file")
    text: Mapped[str] = mapped_column(Text)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    settled_at: Mapped[datetime | None]


class Publication(Base):
    """A version that two people published; new cases take it from its date on."""

    __tablename__ = "publications"
    __table_args__ = (Index(None, "procedure_id", "taken_effect_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    procedure_id: Mapped[str] = mapped_column(CODE)
    bundle_hash: Mapped[str] = mapped_column(ForeignKey("bundles.hash"))
    draft_id: Mapped[UUID] = mapped_column(ForeignKey("procedure_drafts.id"))
    effective_on: Mapped[date]
    published_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    published_at: Mapped[datetime]
    taken_effect_at: Mapped[datetime | None]


class JurisdictionChain(Base):
    """The end of a jurisdiction's audit chain; whoever appends holds its lock."""

    __tablename__ = "jurisdiction_chains"

    jurisdiction: Mapped[str] = mapped_column(CODE, primary_key=True)
    seq: Mapped[int]
    head: Mapped[bytes | None] = mapped_column(LargeBinary(32))


class JurisdictionAct(Base):
    """One act on a jurisdiction's procedures. Append-only, sealed like the entries of a case."""

    __tablename__ = "jurisdiction_acts"

    jurisdiction: Mapped[str] = mapped_column(CODE, primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, comment="From 1, no gaps")
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(64), comment="Person id, or the system's part")
    what: Mapped[str] = mapped_column(String(64))
    payload: Mapped[Any] = mapped_column(PackedJson)
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    payload_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    prev_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class Trial(Base):
    """A draft tried out (试运行) by one person: the steps alone; where they are played is no data."""

    __tablename__ = "trials"
    __table_args__ = (Index(None, "draft_id", "opened_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    draft_id: Mapped[UUID] = mapped_column(ForeignKey("procedure_drafts.id"))
    name: Mapped[str] = mapped_column(NAME)
    starts_at: Mapped[datetime] = mapped_column(comment="Where its calendar begins")
    steps: Mapped[Any] = mapped_column(PackedJson, comment="As in a scenario file")
    version: Mapped[int] = mapped_column(comment="Counts the changes of its steps")
    opened_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class ScenarioRun(Base):
    """How a scenario of a draft went against the draft as it was; the last one counts."""

    __tablename__ = "scenario_runs"

    draft_id: Mapped[UUID] = mapped_column(ForeignKey("procedure_drafts.id"), primary_key=True)
    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    played: Mapped[str] = mapped_column(String(64), comment="Stands for all that was played")
    is_passed: Mapped[bool]
    step: Mapped[int | None] = mapped_column(comment="The one that failed; none: the expectations")
    message: Mapped[str] = mapped_column(Text)
    milliseconds: Mapped[int]
    covered: Mapped[Any] = mapped_column(PackedJson, comment="Nodes, flows, rows of tables")
    played_at: Mapped[datetime]
