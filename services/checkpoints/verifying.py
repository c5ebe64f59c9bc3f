"""Comparing the database with the checkpoints kept outside it."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.audit import Finding
from services.checkpoints.records import BadRecordError, Record, read
from services.db.models import AuditEntry, Case, Checkpoint

_AT_ONCE = 500


@dataclass
class Replayed:
    """What a run of records says: problems with the records, and each chain's heads over time.

    A restored backup takes chains back to an earlier head; what it undid is no longer expected
    of the database, and is told in ``remarks``.
    """

    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    heads: dict[UUID, dict[int, bytes]] = field(default_factory=dict)
    jurisdictions: dict[str, dict[int, bytes]] = field(default_factory=dict)
    count: int = 0
    last_sha256: str = ""


def replay(raws: Iterable[bytes], trusted: Collection[str] | None = None) -> Replayed:
    """Check records one after the other: signature, root, number, and the hash of the one before."""
    found = Replayed()
    for number, raw in enumerate(raws, start=1):
        try:
            record = read(raw, trusted)
        except BadRecordError as error:
            found.problems.append(f"第 {number} 个检查点：{error}")
            found.last_sha256 = ""
            continue
        found.problems += _misfits(record, number, found)
        _take_in(record, found)
    return found


def _misfits(record: Record, number: int, found: Replayed) -> list[str]:
    if record.number != number:
        return [f"第 {number} 个检查点的编号是 {record.number}"]
    if record.previous != found.last_sha256:
        return [f"第 {number} 个检查点与前一个不相接"]
    return []


def _take_in(record: Record, found: Replayed) -> None:
    if record.restored is not None:
        made = record.restored.get("made_at", "")
        found.remarks.append(f"第 {record.number} 个检查点起：由 {made} 的备份恢复")
        found.heads, found.jurisdictions = {}, {}
    for head in record.heads:
        found.heads.setdefault(head.case_id, {})[head.seq] = head.hash
    for own in record.jurisdictions:
        found.jurisdictions.setdefault(own.jurisdiction, {})[own.seq] = own.hash
    found.count, found.last_sha256 = record.number, record.sha256


def compare(session: Session, found: Replayed) -> Iterator[Finding]:
    """Yield each chain that does not hold what a checkpoint saw. Reads only."""
    wanted = list(found.heads)
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        known = set(session.scalars(select(Case.id).where(Case.id.in_(part))))
        hashes = _hashes(session, part)
        for case_id in part:
            finding = _compared(case_id, found.heads[case_id], hashes, is_known=case_id in known)
            if finding is not None:
                yield finding


def _hashes(session: Session, case_ids: list[UUID]) -> dict[tuple[UUID, int], bytes]:
    rows = session.execute(
        select(AuditEntry.case_id, AuditEntry.seq, AuditEntry.hash).where(
            AuditEntry.case_id.in_(case_ids)
        )
    )
    return {(case_id, seq): head for case_id, seq, head in rows}


def _compared(
    case_id: UUID, heads: dict[int, bytes], hashes: dict[tuple[UUID, int], bytes], *, is_known: bool
) -> Finding | None:
    if not is_known:
        return Finding(case_id, 1, "检查点记有此办件，数据库中没有")
    for seq, head in sorted(heads.items()):
        present = hashes.get((case_id, seq))
        if present is None:
            return Finding(case_id, seq, "检查点记有此条，链中没有")
        if present != head:
            return Finding(case_id, seq, "与检查点所记不符")
    return None


def missing_outside(session: Session, found: Replayed) -> list[str]:
    """Return what the database knows to be kept outside and is not there any more."""
    rows = session.scalars(
        select(Checkpoint.number)
        .where(Checkpoint.anchored_at.is_not(None), Checkpoint.number > found.count)
        .order_by(Checkpoint.number)
    )
    return [f"第 {number} 个检查点在库外已不存在" for number in rows]
