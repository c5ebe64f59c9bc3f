"""The audit chain: one chain a case, each entry sealed to the one before."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import Base, PackedBytes, PackedJson


class AuditEntry(Base):
    """One event of a case. Append-only; ``hash`` covers all other columns and ``prev_hash``.

    The payload is sealed by a salted hash, so that what law requires to be erased can be
    erased (payload and salt set to NULL) without breaking the chain.
    """

    __tablename__ = "audit_entries"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, comment="From 1, no gaps")
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(64), comment="Person id, or the system's part")
    party_id: Mapped[UUID | None]
    what: Mapped[str] = mapped_column(String(64))
    payload: Mapped[Any | None] = mapped_column(PackedJson)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    payload_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    prev_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class Checkpoint(Base):
    """A signed record of chain heads, as it is kept outside too; see ``services.checkpoints``."""

    __tablename__ = "checkpoints"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    record: Mapped[bytes] = mapped_column(PackedBytes, deferred=True)
    record_sha256: Mapped[str] = mapped_column(String(64))
    anchored_at: Mapped[datetime | None] = mapped_column(comment="Known to be kept outside")


class AnchoredJurisdiction(Base):
    """The newest head of a jurisdiction's chain that a checkpoint lists."""

    __tablename__ = "anchored_jurisdictions"

    jurisdiction: Mapped[str] = mapped_column(
        ForeignKey("jurisdiction_chains.jurisdiction"), primary_key=True
    )
    seq: Mapped[int]
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    number: Mapped[int] = mapped_column(comment="Of the checkpoint")


class AnchoredHead(Base):
    """The newest head of a case's chain that a checkpoint lists."""

    __tablename__ = "anchored_heads"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    seq: Mapped[int]
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    number: Mapped[int] = mapped_column(comment="Of the checkpoint")
