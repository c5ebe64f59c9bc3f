"""The document behind a jurisdiction: its recorded status, and what it carries today."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.actors import Actor
from services.db.models import BasisStatus, LegalBasis
from services.errors import ConflictError, InvalidError, LegalBasisError, NotFoundError

_REASONS = {
    BasisStatus.DRAFT: "依据文件尚为征求意见稿，未正式发布，不能受理正式办件；可以演练",
    BasisStatus.PENDING: "依据文件尚未生效",
    BasisStatus.EXPIRED: "依据文件已过有效期",
    BasisStatus.UNCONFIRMED: "依据文件是否有效尚待流程负责人确认",
    BasisStatus.SUPERSEDED: "依据文件已被新文件替代",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What a legal basis is worth on a day. Dates are None where the document names none."""

    status: BasisStatus
    title: str
    number: str | None
    effective_from: date | None
    effective_to: date | None
    is_demo: bool

    def scope(self) -> dict[str, Any]:
        """Return it as expressions see it."""
        return {
            "status": self.status.value,
            "title": self.title,
            "number": self.number,
            "effective_from": self.effective_from and self.effective_from.isoformat(),
            "effective_to": self.effective_to and self.effective_to.isoformat(),
            "is_demo": self.is_demo,
        }


def current(session: Session, jurisdiction: str) -> LegalBasis:
    """Return the basis recorded last. Raises NotFoundError."""
    basis = session.scalars(
        select(LegalBasis)
        .where(LegalBasis.jurisdiction == jurisdiction)
        .order_by(LegalBasis.recorded_at.desc(), LegalBasis.id.desc())
        .limit(1)
    ).first()
    if basis is None:
        raise NotFoundError("尚未登记依据文件", jurisdiction=jurisdiction)
    return basis


def standing(basis: LegalBasis, on: date) -> Standing:
    """Return a basis's standing on a day: a recorded window decides over IN_FORCE."""
    status = basis.status
    if status is BasisStatus.IN_FORCE:
        if basis.effective_from and on < basis.effective_from:
            status = BasisStatus.PENDING
        if basis.effective_to and on > basis.effective_to:
            status = BasisStatus.EXPIRED
    return Standing(
        status,
        basis.title,
        basis.number,
        basis.effective_from,
        basis.effective_to,
        basis.is_demo,
    )


def assumed(basis: LegalBasis, given: str) -> Standing:
    """Return the standing a rehearsal assumes instead of the recorded one."""
    try:
        status = BasisStatus(given.upper())
    except ValueError as error:
        raise InvalidError("演练的依据状态不存在", {"legal_basis": ["没有这个状态"]}) from error
    return Standing(status, basis.title, basis.number, None, None, is_demo=True)


def require_in_force(standing_now: Standing) -> None:
    """Refuse a production case unless the basis is in force. Raises LegalBasisError."""
    reason = _REASONS.get(standing_now.status)
    if reason is not None:
        raise LegalBasisError(
            f"{standing_now.title}：{reason}",
            status=standing_now.status.value,
            title=standing_now.title,
        )


def record(
    session: Session,
    actor: Actor | None,
    at: datetime,
    *,
    jurisdiction: str,
    status: BasisStatus,
    title: str,
    number: str | None = None,
    effective_from: date | None = None,
    effective_to: date | None = None,
    note: str = "",
    is_demo: bool = False,
    document_id: Any = None,
) -> LegalBasis:
    """Record an act about the document: adoption, extension, confirmation, end.

    In force needs a number, a date and, outside the demo, the document itself.
    Raises InvalidError. What was recorded before stays; the latest row holds.
    """
    if status is BasisStatus.IN_FORCE:
        missing = {
            "number": number,
            "effective_from": effective_from,
            "document_id": document_id or is_demo,
        }
        fields = {name: ["登记生效须填写此项"] for name, value in missing.items() if not value}
        if fields:
            raise InvalidError("登记依据文件生效须有文号、日期和文件", fields)
    if effective_from and effective_to and effective_to < effective_from:
        raise InvalidError("失效日期早于生效日期", {"effective_to": ["不得早于生效日期"]})
    if _is_same_instant(session, jurisdiction, at):
        raise ConflictError("同一时刻已有登记，请重试")
    basis = LegalBasis(
        jurisdiction=jurisdiction,
        status=status,
        title=title,
        number=number,
        effective_from=effective_from,
        effective_to=effective_to,
        note=note,
        is_demo=is_demo,
        document_id=document_id,
        recorded_by=actor.person_id if actor else None,
        recorded_at=at,
    )
    session.add(basis)
    session.flush()
    return basis


def _is_same_instant(session: Session, jurisdiction: str, at: datetime) -> bool:
    found = session.scalar(
        select(LegalBasis.id).where(
            LegalBasis.jurisdiction == jurisdiction, LegalBasis.recorded_at == at
        )
    )
    return found is not None
