"""The document behind a jurisdiction: its recorded status, and what it carries today."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.actors import Actor
from services.db.models import BasisStatus, LegalBasis
from services.errors import ConflictError, InvalidError, LegalBasisError, NotFoundError

_REASONS = {
    BasisStatus.DRAFT: "依据文件尚为征求意见稿，未正式发布，不能受理正式办件；可以演练",
    BasisStatus.PENDING: "依据文件尚未生效{since}；请在生效之后申请，此前可以演练",
    BasisStatus.EXPIRED: "依据文件已过有效期{until}；请等待延续或新的文件，由流程负责人登记之后再申请",
    BasisStatus.UNCONFIRMED: "依据文件是否有效尚待流程负责人确认；请流程负责人核对来源并登记",
    BasisStatus.SUPERSEDED: "依据文件已被新文件替代或者废止；请按新文件的办理事项申请",
}
_AT_CONFIRMATION = (
    "{title}：{reason}。这一步须有有效的依据，现在不能办理，已办理的内容都保留；"
    "请流程负责人登记延续、修订或替代的文件之后再办理，或者依法终止本办件"
)
WARNING_DAYS = 90  # ASM-T-24


class Finishing(StrEnum):
    """By which document a case is finished whose own has ended meanwhile (ASM-P-05)."""

    AS_SUBMITTED = "as_submitted"  # by the one it was submitted under
    IN_FORCE = "in_force"  # the confirming act needs one that is in force that day


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
    reason = reason_against(standing_now)
    if reason is not None:
        raise _refused(standing_now, f"{standing_now.title}：{reason}")


def reason_against(standing_now: Standing) -> str | None:
    """Return why a basis carries no production case, and what to do; None if it does."""
    since, until = standing_now.effective_from, standing_now.effective_to
    words = _REASONS.get(standing_now.status)
    return words and words.format(
        since=f"（自 {since} 起）" if since else "", until=f"（至 {until}）" if until else ""
    )


def _refused(standing_now: Standing, message: str) -> LegalBasisError:
    return LegalBasisError(message, status=standing_now.status.value, title=standing_now.title)


def since_start(session: Session, basis: LegalBasis, on: date) -> Standing:
    """Return what the document a case started under is worth on a day.

    What was recorded since counts: an extension or revision carries the case on, an end or a
    doubt ends it for the case too; a new draft, or what takes effect later, changes nothing yet.
    """
    own, latest = standing(basis, on), current(session, basis.jurisdiction)
    later = standing(latest, on)
    if latest.id == basis.id or later.status in {BasisStatus.DRAFT, BasisStatus.PENDING}:
        return own
    return later


def require_at_confirmation(standing_now: Standing, finishing: Finishing) -> None:
    """Refuse the act that confirms unless a document carries it. Raises LegalBasisError.

    A case submitted in time is finished under its document although that has ended since, unless
    the act itself needs one in force (ASM-P-05).
    """
    ended = {BasisStatus.EXPIRED, BasisStatus.SUPERSEDED}
    reason = reason_against(standing_now)
    if reason is None:
        return
    if finishing is Finishing.AS_SUBMITTED and standing_now.status in ended:
        return
    reason = reason.partition("；")[0]
    raise _refused(standing_now, _AT_CONFIRMATION.format(title=standing_now.title, reason=reason))


def days_left(standing_now: Standing, on: date) -> int | None:
    """Return on how many days after today it is still in force; None without an end or in force."""
    if standing_now.status is not BasisStatus.IN_FORCE or standing_now.effective_to is None:
        return None
    return (standing_now.effective_to - on).days


def warning(standing_now: Standing, on: date) -> str | None:
    """Return what process owners should do about a document that ends within 90 days."""
    left = days_left(standing_now, on)
    if left is None or left > WARNING_DAYS:
        return None
    return (
        f"{standing_now.title}将于 {standing_now.effective_to} 届满，还有 {left} 日。"
        "请商有权机关延续、修订或者废止，有结果后登记；不登记的，届满次日起不再受理新的申请"
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
