"""Reading notices, objections and the register, each by those who may."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import case_pages, policies
from services.actors import Actor
from services.db.models import CaseAccess, Consortium, Notice, Objection
from services.errors import NotFoundError

MAX_ROWS = 500


def notices_of(session: Session, actor: Actor, case_id: UUID) -> list[Notice]:
    """Return the notices of a case the actor sees, oldest first."""
    sight = policies.sight_of(session, actor, case_pages.visible(session, actor, case_id))
    rows = session.scalars(
        select(Notice).where(Notice.case_id == case_id).order_by(Notice.published_at)
    )
    return [row for row in rows if sight.covers(row.published_at)]


def objections_of(session: Session, actor: Actor, case_id: UUID) -> list[Objection]:
    """Return the objections, to officials only: an objector's name is not the applicant's to see.

    Raises NotAllowedError.
    """
    case = case_pages.visible(session, actor, case_id)
    policies.Verdict(
        policies.is_official(session, actor, case), "异议材料只有办理机关可以查看"
    ).require()
    rows = session.scalars(
        select(Objection)
        .join(Notice, Notice.id == Objection.notice_id)
        .where(Notice.case_id == case_id)
        .order_by(Objection.received_at)
    )
    sight = policies.sight_of(session, actor, case)
    return [row for row in rows if sight.covers(row.received_at)]


def consortia(session: Session, actor: Actor) -> list[Consortium]:
    """Return the register entries whose case has come to one of the actor's parties."""
    seen = select(CaseAccess.case_id).where(
        CaseAccess.party_id.in_(actor.parties), CaseAccess.until.is_(None)
    )
    rows = session.scalars(
        select(Consortium)
        .where(Consortium.case_id.in_(seen))
        .order_by(Consortium.certificate_no)
        .limit(MAX_ROWS)
    )
    return list(rows)


def public_consortia(session: Session) -> list[Consortium]:
    """Return the public register: production entries."""
    rows = session.scalars(
        select(Consortium)
        .where(Consortium.is_rehearsal.is_(False))
        .order_by(Consortium.certificate_no)
        .limit(MAX_ROWS)
    )
    return list(rows)


def certificate(session: Session, number: str) -> Consortium:
    """Return a register entry by its certificate number. Raises NotFoundError."""
    row = session.scalars(
        select(Consortium).where(
            Consortium.certificate_no == number, Consortium.is_rehearsal.is_(False)
        )
    ).first()
    if row is None:
        raise NotFoundError("名册中没有这个证书编号")
    return row
