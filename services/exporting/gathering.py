"""What goes into the package of a case: as much as whoever exports may see of it, as plain JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from services import case_pages, case_parts, files, policies, procedures, registers
from services.actors import Actor
from services.calendars import RECEIVING_ROLE
from services.checkpoints import records
from services.db.models import (
    AnchoredHead,
    AuditEntry,
    Case,
    CaseAccess,
    CaseRole,
    Checkpoint,
    Document,
    File,
    HandoffIn,
    HandoffOut,
    HandoffState,
    Notice,
    Objection,
    Party,
    PartyKind,
)
from services.errors import NotAllowedError, NotFoundError
from services.handoffs import keys
from services.handoffs import reading as handed_over
from services.lookup import read_case
from services.migrating import reporting
from services.notifications import proofs

OFFICIAL, APPLICANT = "official", "applicant"
_NOT_FOR_APPLICANTS = [
    "留痕链全文", "迁移记录", "办件数据全文", "送达记录", "异议材料", "内部办理意见", "本单位以外的移送",
]  # fmt: skip


@dataclass
class Gathered:
    """Everything of the package but the bytes of files: JSON members, papers, attachments."""

    case_id: UUID
    number: str
    view: str
    left_out: list[str]
    signer_id: UUID | None
    members: dict[str, Any] = field(default_factory=dict)
    papers: list[Document] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    bundle: Mapping[str, bytes] = field(default_factory=dict)
    audit: dict[str, Any] | None = None


def gather(session: Session, actor: Actor, case_id: UUID) -> Gathered:
    """Return what the actor may take along of a case, in one consistent view.

    For officials of an agency that holds the whole case, and for the unit that applied. Raises
    NotFoundError, NotAllowedError.
    """
    case = case_pages.visible(session, actor, case_id)
    view = _view(session, actor, case)
    case = read_case(session, case_id)
    found = Gathered(case.id, case.number, view, [], _signer(session, actor, case, view))
    _case(session, actor, case, found)
    if view == OFFICIAL:
        _for_officials(session, actor, case, found)
    else:
        found.left_out += _NOT_FOR_APPLICANTS
    _papers(session, actor, case, found)
    _files(session, actor, case, found)
    _handoffs(session, actor, case, found)
    found.bundle = procedures.read_bundle(session, case.bundle_hash).files
    return found


def _view(session: Session, actor: Actor, case: Case) -> str:
    is_whole = policies.sight_of(session, actor, case) == policies.WHOLE
    if is_whole and policies.is_official(session, actor, case, still=True):
        return OFFICIAL
    if case.starter_party_id in actor.parties:
        return APPLICANT
    raise NotAllowedError("只有持有整个办件的机关和申请单位可以导出办件")


def _signer(session: Session, actor: Actor, case: Case, view: str) -> UUID | None:
    """Return the agency that signs: the official's own, for an applicant the handling one."""
    if view == OFFICIAL:
        held = select(CaseAccess.party_id).join(Party, Party.id == CaseAccess.party_id)
        query = held.where(
            CaseAccess.case_id == case.id,
            CaseAccess.until.is_(None),
            CaseAccess.party_id.in_(actor.parties),
            Party.kind == PartyKind.AGENCY,
        )
        return session.scalars(query.order_by(Party.code)).first()
    bound = select(CaseRole.party_id).where(CaseRole.case_id == case.id)
    return session.scalars(bound.where(CaseRole.role == RECEIVING_ROLE)).first()


def _case(session: Session, actor: Actor, case: Case, found: Gathered) -> None:
    shown = (
        "id", "number", "procedure_id", "jurisdiction", "bundle_hash", "title", "status", "state",
        "outcome", "started_at", "finished_at", "is_rehearsal",
    )  # fmt: skip
    found.members["case.json"] = plain({name: getattr(case, name) for name in shown})
    found.members["parties.json"] = plain(case_parts.parties(session, actor, case.id))
    found.members["tasks.json"] = plain(case_parts.tasks(session, actor, case.id))
    found.members["timeline.json"] = plain(case_pages.timeline(session, actor, case.id))
    found.members["decisions.json"] = plain(case_pages.decisions(session, actor, case.id))
    found.members["deadlines.json"] = plain(case_pages.deadlines(session, actor, case.id))
    found.members["waivers.json"] = plain(case_parts.waivers(session, actor, case.id))
    notices = registers.notices_of(session, actor, case.id)
    found.members["notices.json"] = plain([columns(row) for row in notices])


def _for_officials(session: Session, actor: Actor, case: Case, found: Gathered) -> None:
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.case_id == case.id).order_by(AuditEntry.seq)
    )
    found.members["audit.json"] = plain([columns(row) for row in entries])
    head = case.audit_head.hex() if case.audit_head else None
    found.audit = {"seq": case.audit_seq, "head": head}
    found.members["checkpoint.json"] = _checkpoint(session, case.id)
    if moved := reporting.moves(session, case.id):
        found.members["migrations.json"] = plain(moved)
    found.members["deliveries.json"] = plain(proofs.listed(session, actor, case.id))
    found.members["objections.json"] = plain(registers.objections_of(session, actor, case.id))
    if all(row["answers"] is not None for row in found.members["decisions.json"]):
        found.members["document.json"] = plain(case.document)
    else:
        found.left_out.append("办件数据全文（尚有未公开的专家意见）")


def _checkpoint(session: Session, case_id: UUID) -> dict[str, Any] | None:
    """Return the proof that a signed checkpoint lists the chain; None before the first one."""
    anchored = session.get(AnchoredHead, case_id)
    row = session.get(Checkpoint, anchored.number) if anchored else None
    return None if row is None else records.proof_of(row.record, case_id)


def _papers(session: Session, actor: Actor, case: Case, found: Gathered) -> None:
    rows = session.scalars(
        select(Document)
        .where(Document.case_id == case.id)
        .options(undefer(Document.content))
        .order_by(Document.issued_at, Document.name, Document.id)
    )
    found.papers = [row for row in rows if policies.read_document(session, actor, case, row)]


def _files(session: Session, actor: Actor, case: Case, found: Gathered) -> None:
    objected = select(Objection.id).join(Notice, Notice.id == Objection.notice_id)
    rows = session.scalars(
        select(File)
        .where(
            (File.case_id == case.id)
            | File.objection_id.in_(objected.where(Notice.case_id == case.id))
        )
        .order_by(File.uploaded_at, File.name, File.id)
    )
    for row in rows:
        try:
            found.files.append(files.visible(session, actor, row.id))
        except NotFoundError:
            continue


def _handoffs(session: Session, actor: Actor, case: Case, found: Gathered) -> None:
    """Add the envelopes and receipts of the case that one's own parties sent or received."""
    sent = select(HandoffOut).where(HandoffOut.case_id == case.id)
    for row in session.scalars(sent.order_by(HandoffOut.sent_at, HandoffOut.id)):
        received = select(HandoffIn.id).where(
            HandoffIn.id == row.id,
            HandoffIn.receiver_id.in_(actor.parties),
            HandoffIn.state == HandoffState.RECEIVED,
        )
        is_mine = row.sender_id in actor.parties or session.scalar(received) is not None
        if is_mine:
            pair = handed_over.export(session, actor, row.id)
            found.members[f"handoffs/{row.id}.json"] = plain(pair)


def published_keys(session: Session, key_ids: set[str]) -> list[dict[str, Any]]:
    """Return the public keys by which the package is checked."""
    return [key for key in keys.published(session) if key["id"] in key_ids]


def columns(row: Any) -> dict[str, Any]:
    """Return a row's columns."""
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


def plain(value: Any) -> Any:
    """Return JSON: instants and dates ISO, ids and enums as text, bytes hexadecimal."""
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    return plain(columns(value)) if hasattr(value, "__table__") else value
