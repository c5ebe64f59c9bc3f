"""Absences and who stands in (代理): set by the person or the agency's process owner."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from services import policies
from services.actors import Actor, StandIn
from services.db.models import Membership, Party, Person, Procedure, Substitution
from services.errors import ConflictError, InvalidError, NotFoundError
from services.runtime import Runtime
from workflows.calendar import TIME_ZONE

LONGEST_DAYS = 366


_THEIRS, _OWN = aliased(Membership), aliased(Membership)
_IS_MEMBER = (
    select(_OWN.person_id)
    .where(_OWN.person_id == bindparam("person"), _OWN.party_id == Substitution.party_id)
    .exists()
)
_TODAY = (
    Substitution.ended_at.is_(None),
    Substitution.starts_on <= bindparam("today"),
    Substitution.ends_on >= bindparam("today"),
)
_STANDING_IN = (
    select(Substitution, Person.name, _THEIRS.role)
    .join(Person, Person.id == Substitution.principal_id)
    .join(
        _THEIRS,
        (_THEIRS.person_id == Substitution.principal_id)
        & (_THEIRS.party_id == Substitution.party_id),
    )
    .where(Substitution.substitute_id == bindparam("person"), *_TODAY, _IS_MEMBER)
    .order_by(Substitution.set_at, Substitution.id, _THEIRS.role)
)
IS_ASKED = select(Substitution.id).where(Substitution.substitute_id == Person.id, *_TODAY).exists()
"""Whether a person of the query around it may stand in for anybody, on the day ``today``."""


@dataclass(frozen=True, slots=True)
class Absence:
    """What is to be set. Both days count, in Asia/Shanghai; ``procedures`` None: all."""

    principal: UUID
    substitute: UUID
    party: UUID
    starts_on: date
    ends_on: date
    procedures: list[str] | None
    reason: str


def standing_in(session: Session, person_id: UUID, now: datetime) -> tuple[StandIn, ...]:
    """Return the roles a person fills today for absent colleagues.

    Only the principal's own roles of this moment: whoever stands in for somebody who stands in
    for a third gets nothing of the third's. One query.
    """
    rows = session.execute(_STANDING_IN, {"person": person_id, "today": day_of(now)})
    return tuple(
        StandIn(s.principal_id, name, s.party_id, role, _as_set(s.procedures))
        for s, name, role in rows
    )


def day_of(now: datetime) -> date:
    """Return the day on which absences are judged."""
    return now.astimezone(TIME_ZONE).date()


def _as_set(procedures: list[str] | None) -> frozenset[str] | None:
    return None if procedures is None else frozenset(procedures)


def listed(session: Session, actor: Actor) -> list[dict[str, Any]]:
    """Return the substitutions the actor is part of, and those of agencies they own; newest first."""
    owned = actor.parties_with(policies.PROCESS_OWNER)
    rows = session.scalars(
        select(Substitution)
        .where(
            or_(
                Substitution.principal_id == actor.person_id,
                Substitution.substitute_id == actor.person_id,
                Substitution.party_id.in_(owned),
            )
        )
        .order_by(Substitution.starts_on.desc(), Substitution.id)
    )
    return [_shown(session, actor, row) for row in rows]


def _shown(session: Session, actor: Actor, row: Substitution) -> dict[str, Any]:
    return {
        "id": row.id,
        "principal": _person(session, row.principal_id),
        "substitute": _person(session, row.substitute_id),
        "party": {"id": row.party_id, "name": session.get_one(Party, row.party_id).name},
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "procedures": row.procedures,
        "reason": row.reason,
        "set_by": _person(session, row.set_by),
        "set_at": row.set_at,
        "ended_at": row.ended_at,
        "may_end": row.ended_at is None
        and policies.set_absence(actor, row.principal_id, row.party_id).is_allowed,
    }


def _person(session: Session, person_id: UUID) -> dict[str, Any]:
    return {"id": person_id, "name": session.get_one(Person, person_id).name}


def set_absence(
    session: Session, runtime: Runtime, actor: Actor, absence: Absence
) -> dict[str, Any]:
    """Set a person's absence and their substitute.

    Raises NotAllowedError, InvalidError (the substitute is not of the party, dates, procedures),
    ConflictError (there is one for these days and procedures).
    """
    policies.set_absence(actor, absence.principal, absence.party).require()
    session.get(Person, absence.principal, with_for_update=True)  # one absence at a time
    _check(session, runtime.clock.now(), absence)
    _refuse_overlap(session, absence)
    row = Substitution(
        principal_id=absence.principal,
        substitute_id=absence.substitute,
        party_id=absence.party,
        starts_on=absence.starts_on,
        ends_on=absence.ends_on,
        procedures=absence.procedures,
        reason=absence.reason,
        set_by=actor.person_id,
        set_at=runtime.clock.now(),
    )
    session.add(row)
    session.flush()
    return _shown(session, actor, row)


def _check(session: Session, now: datetime, absence: Absence) -> None:
    fields: dict[str, list[str]] = {}
    today = now.astimezone(TIME_ZONE).date()
    if absence.starts_on < today:
        fields["starts_on"] = [f"代理不能从过去开始，最早为 {today.isoformat()}"]
    if absence.ends_on < absence.starts_on:
        fields["ends_on"] = ["结束日期不能早于开始日期"]
    elif (absence.ends_on - absence.starts_on).days >= LONGEST_DAYS:
        fields["ends_on"] = [f"一次最多 {LONGEST_DAYS} 天，请分次设置"]
    if absence.substitute == absence.principal:
        fields["substitute"] = ["代理人不能是本人"]
    elif not _belongs(session, absence.substitute, absence.party):
        fields["substitute"] = ["代理人须是同一机关（单位）的在职人员"]
    if not _belongs(session, absence.principal, absence.party):
        fields["principal"] = ["被代理人不是这个机关（单位）的人员"]
    fields |= _check_procedures(session, absence.procedures)
    if fields:
        raise InvalidError("代理设置有误，请按提示修改", fields)


def _check_procedures(session: Session, procedures: list[str] | None) -> dict[str, list[str]]:
    if procedures is None:
        return {}
    known = set(session.scalars(select(Procedure.id).where(Procedure.id.in_(procedures))))
    if not procedures or known != set(procedures):
        return {"procedures": ["请选择有效的办理事项；全部事项请留空"]}
    return {}


def _belongs(session: Session, person_id: UUID, party_id: UUID) -> bool:
    found = session.scalars(
        select(Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .where(Person.id == person_id, Person.is_active, Membership.party_id == party_id)
    ).first()
    return found is not None


def _refuse_overlap(session: Session, absence: Absence) -> None:
    rows = session.scalars(
        select(Substitution).where(
            Substitution.principal_id == absence.principal,
            Substitution.party_id == absence.party,
            Substitution.ended_at.is_(None),
            Substitution.starts_on <= absence.ends_on,
            Substitution.ends_on >= absence.starts_on,
        )
    )
    for row in rows:
        both = {*(row.procedures or ())} & {*(absence.procedures or ())}
        if row.procedures is None or absence.procedures is None or both:
            days = f"{row.starts_on.isoformat()} 至 {row.ends_on.isoformat()}"
            raise ConflictError(f"{days} 已经设有代理人，请先结束原来的代理", "SUBSTITUTE_SET")


def end(session: Session, runtime: Runtime, actor: Actor, substitution_id: UUID) -> dict[str, Any]:
    """End a substitution at once; the second time changes nothing.

    Raises NotFoundError, NotAllowedError.
    """
    row = session.get(Substitution, substitution_id, with_for_update=True)
    if row is None or not _concerns(actor, row):
        raise NotFoundError("没有这项代理")
    policies.set_absence(actor, row.principal_id, row.party_id).require()
    if row.ended_at is None:
        row.ended_at, row.ended_by = runtime.clock.now(), actor.person_id
        session.flush()
    return _shown(session, actor, row)


def _concerns(actor: Actor, row: Substitution) -> bool:
    return actor.person_id in {row.principal_id, row.substitute_id} or actor.holds(
        row.party_id, policies.PROCESS_OWNER
    )
