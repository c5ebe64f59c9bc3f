"""Taking a checkpoint: read what has changed, sign it outside of any transaction, keep it, anchor it.

Whoever comes second with the same number changes nothing; a record that could not be kept outside
is tried again before the next is taken.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_bytes
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from services import incidents
from services.checkpoints import jurisdictions, noting, records
from services.checkpoints.records import Head, JurisdictionHead
from services.db.engine import insert_into, reading, unit_of_work
from services.db.models import AnchoredHead, AuditEntry, Case, Checkpoint
from services.gateways.keys import SEED_BYTES
from services.handoffs.keys import KEY_ID_CHARACTERS
from services.jurisdiction_audit import Break
from services.runtime import Runtime
from workflows.errors import IncidentError, RetryableError

if TYPE_CHECKING:
    from uuid import UUID

log = logging.getLogger(__name__)

INSTALLATION = "installation"  # the key store's name for the key that signs checkpoints
PATIENCE = timedelta(hours=1)  # how long a record may wait to be kept outside


@dataclass(frozen=True, slots=True)
class _Last:
    """The newest checkpoint so far."""

    number: int
    sha256: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class _Heads:
    """What a record lists."""

    cases: list[Head]
    jurisdictions: list[JurisdictionHead]


def is_due(runtime: Runtime) -> bool:
    """Tell whether the last checkpoint is older than the period, or waits to be kept outside."""
    with reading(runtime.sessions) as session:
        last = _last(session)
        waits = session.scalars(
            select(Checkpoint.number).where(Checkpoint.anchored_at.is_(None)).limit(1)
        ).first()
    period = timedelta(seconds=runtime.settings.checkpoint_seconds)
    return waits is not None or last.at is None or runtime.clock.now() - last.at >= period


def take(runtime: Runtime, restored: Mapping[str, Any] | None = None) -> int:
    """Take checkpoints of all that has changed; how many records. Runs its own transactions.

    Nothing changed: none. A chain that no longer says what an earlier checkpoint saw is left out
    and becomes an incident. Raises RetryableError where the place outside is away: the record
    stays in the database and is handed over later.
    """
    anchor_waiting(runtime)
    key, count = signer(runtime), 0
    while True:
        with reading(runtime.sessions) as session:
            last, heads, own = _last(session), _changed(session), jurisdictions.changed(session)
            broken = _broken(session, heads) if restored is None else []
            lost = jurisdictions.broken(session) if restored is None else []
        _tell(runtime, broken, lost)
        kept = _Heads(
            [head for head in heads if head not in broken],
            [head for head in own if head.jurisdiction not in {b.jurisdiction for b in lost}],
        )
        if not (kept.cases or kept.jurisdictions) and restored is None:
            return count
        now, number = runtime.clock.now(), last.number + 1
        raw = records.write(
            number,
            now,
            last.sha256,
            kept.cases,
            signer=key,
            restored=restored,
            jurisdictions=kept.jurisdictions,
        )
        if not _keep(runtime, number, now, raw, kept):
            return count
        anchor_waiting(runtime)
        count, restored = count + 1, None


def keep_up(runtime: Runtime) -> None:
    """Take a checkpoint if one is due; a worker calls it now and then. Never raises for delays."""
    try:
        if is_due(runtime):
            take(runtime)
    except RetryableError as error:
        log.warning("checkpoint.waits", extra={"reason": str(error)})
        _tell_if_late(runtime, error)


def _last(session: Session) -> _Last:
    query = select(Checkpoint.number, Checkpoint.record_sha256, Checkpoint.at)
    row = session.execute(query.order_by(Checkpoint.number.desc()).limit(1)).first()
    return _Last(0, "", None) if row is None else _Last(*row)


def _changed(session: Session) -> list[Head]:
    """Return heads that no checkpoint lists yet, at most as many as a record holds."""
    rows = session.execute(
        select(Case.id, Case.audit_seq, Case.audit_head)
        .outerjoin(AnchoredHead, AnchoredHead.case_id == Case.id)
        .where(
            Case.audit_head.is_not(None),
            or_(AnchoredHead.case_id.is_(None), AnchoredHead.hash != Case.audit_head),
        )
        .order_by(Case.id)
        .limit(records.MAX_LEAVES)
    )
    return [Head(case_id, seq, head) for case_id, seq, head in rows if head is not None]


def _broken(session: Session, heads: list[Head]) -> list[Head]:
    """Return those whose chain no longer holds the entry that the last checkpoint listed."""
    by_case = {head.case_id: head for head in heads}
    lost = session.scalars(
        select(AnchoredHead.case_id)
        .outerjoin(
            AuditEntry,
            and_(AuditEntry.case_id == AnchoredHead.case_id, AuditEntry.seq == AnchoredHead.seq),
        )
        .join(Case, Case.id == AnchoredHead.case_id)
        .where(
            AnchoredHead.hash != Case.audit_head,
            or_(AuditEntry.hash.is_(None), AuditEntry.hash != AnchoredHead.hash),
        )
    )
    return [by_case[case_id] for case_id in lost if case_id in by_case]


def _tell(runtime: Runtime, broken: list[Head], lost: list[Break]) -> None:
    """Open an incident on each case, and one for each jurisdiction; the second time: nothing."""
    found: list[tuple[IncidentError, UUID | None]] = []
    for head in broken:
        error = IncidentError("AUDIT", "checkpoint", "留痕链与此前的检查点不符，可能被改动")
        found.append((error, head.case_id))
    for each in lost:
        text = f"辖区 {each.jurisdiction} 的留痕链第 {each.seq} 条：{each.problem}，可能被改动"
        found.append((IncidentError("AUDIT", each.jurisdiction, text), None))
    for error, case_id in found:
        with unit_of_work(runtime.sessions) as session:
            incidents.open_incident(session, error, runtime.clock.now(), case_id=case_id)


def _tell_if_late(runtime: Runtime, error: RetryableError) -> None:
    now = runtime.clock.now()
    with unit_of_work(runtime.sessions) as session:
        first = session.scalars(
            select(Checkpoint.at)
            .where(Checkpoint.anchored_at.is_(None))
            .order_by(Checkpoint.number)
        ).first()
        if first is not None and now - first > PATIENCE:
            late = IncidentError("ANCHOR", "checkpoint", f"检查点未能存到库外：{error}")
            incidents.open_incident(session, late, now, case_id=None)


def _keep(runtime: Runtime, number: int, at: datetime, raw: bytes, heads: _Heads) -> bool:
    """Keep the record with the heads it lists; False if another worker was faster."""
    with unit_of_work(runtime.sessions) as session:
        fresh = session.execute(
            insert_into(session, Checkpoint)
            .values(number=number, at=at, record=raw, record_sha256=records.sha256_of(raw))
            .on_conflict_do_nothing()
            .returning(Checkpoint.number)
        ).first()
        if fresh is None:
            return False
        noting.cases(session, number, heads.cases)
        noting.jurisdictions(session, number, heads.jurisdictions)
    return True


def anchor_waiting(runtime: Runtime) -> None:
    """Hand over the records that are not known to be kept outside, in order.

    Raises RetryableError; AnchorConflictError when another record is kept under that number.
    """
    with reading(runtime.sessions) as session:
        query = select(Checkpoint.number, Checkpoint.record)
        waiting = session.execute(
            query.where(Checkpoint.anchored_at.is_(None)).order_by(Checkpoint.number)
        ).all()
    for number, record in waiting:
        runtime.anchors.append(number, record)
        with unit_of_work(runtime.sessions) as session:
            session.get_one(Checkpoint, number).anchored_at = runtime.clock.now()


def signer(runtime: Runtime) -> tuple[str, bytes, bytes]:
    """Return the installation's key; the first time it is made."""
    seed = runtime.keys.seed(INSTALLATION)
    if seed is None:
        runtime.keys.keep(INSTALLATION, token_bytes(SEED_BYTES))
        seed = runtime.keys.seed(INSTALLATION)
    assert seed is not None
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    return sha256(public).hexdigest()[:KEY_ID_CHARACTERS], seed, public


def public_key(runtime: Runtime) -> str:
    """Return the key by which checkpoints are checked, hexadecimal. Keep it elsewhere too."""
    return signer(runtime)[2].hex()
