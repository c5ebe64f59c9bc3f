"""Reading notices, objections and the register, each by those who may."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services import case_pages, evidence, masking, policies
from services.actors import Actor
from services.db.models import (
    CaseAccess,
    Consortium,
    ConsortiumState,
    Notice,
    Objection,
    Party,
)
from services.errors import NotFoundError

MAX_ROWS = 500


def notices_of(session: Session, actor: Actor, case_id: UUID) -> list[Notice]:
    """Return the notices of a case the actor sees, oldest first."""
    sight = policies.sight_of(session, actor, case_pages.visible(session, actor, case_id))
    rows = session.scalars(
        select(Notice).where(Notice.case_id == case_id).order_by(Notice.published_at)
    )
    return [row for row in rows if sight.covers(row.published_at)]


def objections_of(session: Session, actor: Actor, case_id: UUID) -> list[dict[str, Any]]:
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
    seen = [row for row in rows if sight.covers(row.received_at)]
    files = evidence.of_objections(session, [row.id for row in seen])
    return [
        {c.key: getattr(row, c.key) for c in row.__table__.columns}
        | {"files": files.get(row.id, [])}
        for row in seen
    ]


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


def public_page(
    session: Session,
    today: date,
    *,
    search: str,
    jurisdiction: str | None,
    after: str | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return a page of the public register: production entries, in order of their numbers.

    ``search`` is looked for in name, number, field and lead unit.
    """
    query = (
        select(Consortium, Party.name)
        .join(Party, Party.id == Consortium.lead_party_id)
        .where(Consortium.is_rehearsal.is_(False))
    )
    if search:
        places = (
            Consortium.title_name,
            Consortium.certificate_no,
            Consortium.industry_field,
            Party.name,
        )
        query = query.where(or_(*(p.icontains(search, autoescape=True) for p in places)))
    if jurisdiction:
        query = query.where(Consortium.jurisdiction == jurisdiction)
    if after is not None:
        query = query.where(Consortium.certificate_no > after)
    rows = session.execute(query.order_by(Consortium.certificate_no).limit(limit))
    return [_public(entry, lead, today) for entry, lead in rows]


def certificate(session: Session, number: str, today: date) -> dict[str, Any]:
    """Return a register entry by its certificate number, and what it is worth today.

    Raises NotFoundError.
    """
    row = session.execute(
        select(Consortium, Party.name)
        .join(Party, Party.id == Consortium.lead_party_id)
        .where(Consortium.certificate_no == number, Consortium.is_rehearsal.is_(False))
    ).first()
    if row is None:
        raise NotFoundError("名册中没有这个证书编号")
    return _public(row[0], row[1], today)


def _public(entry: Consortium, lead: str, today: date) -> dict[str, Any]:
    columns = {c.key: getattr(entry, c.key) for c in entry.__table__.columns}
    members = masking.masked(entry.members)
    return columns | {
        "lead": lead,
        "members": members,
        "validity": validity(entry, today),
        "checked_on": today,
    }


def validity(entry: Consortium, today: date) -> str:
    """Return what an entry is worth on a day: valid, pending, expired, revoked or dissolved.

    Its last day is ``valid_to``; from ``ended_on`` on it is revoked or dissolved, not before.
    """
    is_ended = entry.ended_on is None or entry.ended_on <= today
    if is_ended and entry.state in {ConsortiumState.REVOKED, ConsortiumState.DISSOLVED}:
        return str(entry.state.value).lower()
    if entry.state is ConsortiumState.EXPIRED or (
        entry.valid_to is not None and entry.valid_to < today
    ):
        return "expired"
    return "pending" if entry.valid_from > today else "valid"
