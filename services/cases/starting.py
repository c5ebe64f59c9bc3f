"""Starting a case: the law in force, roles bound, the first form checked."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import confirmations, legal_bases, policies, procedures, suspensions
from services.actors import Actor
from services.cases.environment import CaseWorld
from services.cases.projection import project
from services.cases.steps import attach_files, digest
from services.db.models import Case, CaseRole, Party, PartyKind
from services.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from services.handoffs import access
from services.numbers import next_number
from services.procedures import Ready
from services.runtime import Runtime
from services.studio import publications
from workflows import engine, feel
from workflows.calendar import TIME_ZONE
from workflows.engine import Document


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a rehearsal (演练) assumes.

    Its starting instant and, if given, the legal basis.

    ``as_production`` starts it under the same checks as a production case. Rehearsals of one
    ``group`` find each other's cases where a procedure gathers some; else none does.
    """

    starts_at: datetime | None = None
    legal_basis: str | None = None
    as_production: bool = False
    group: str | None = None


def start_case(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    *,
    procedure_id: str,
    party_id: UUID,
    answers: Document,
    rehearsal: Rehearsal | None = None,
) -> Case:
    """Start a case for a party and run it to its first waits.

    Raises NotFoundError, NotAllowedError, LegalBasisError, ConflictError (suspended),
    InvalidError, IncidentError.
    """
    publications.take_effect(session, runtime.clock.now(), procedure_id)
    procedure = procedures.get(session, procedure_id)
    suspensions.refuse_start(session, procedure_id)
    ready = procedures.ready(session, procedure.bundle_hash)
    settings = ready.opened.procedure["procedure"]
    bound = who_may_start(session, ready, actor, party_id)
    offset = _offset(runtime, rehearsal)
    basis = legal_bases.current(session, procedure.jurisdiction)
    case = Case(
        id=uuid4(),
        procedure_id=procedure_id,
        jurisdiction=procedure.jurisdiction,
        bundle_hash=procedure.bundle_hash,
        basis_id=basis.id,
        starter_party_id=party_id,
        started_by=actor.person_id,
        started_at=runtime.clock.now(),
        is_rehearsal=rehearsal is not None,
        rehearsal=_given(rehearsal),
        clock_offset_seconds=offset,
        document={},
        law_notes={} if procedures.is_watched(session, procedure.bundle_hash) else None,
        state="DRAFT",
        progress_code=secrets.token_urlsafe(12),
        title=settings["title"]["zh"],
    )
    case.started_at = runtime.now(case)
    today = case.started_at.astimezone(TIME_ZONE).date()
    case.number = _number(session, settings, today, is_rehearsal=rehearsal is not None)
    session.add(case)
    session.flush()
    _bind(session, case, ready, bound, party_id)
    world = CaseWorld(session, runtime, case, ready, actor)
    if rehearsal is None or rehearsal.as_production:
        legal_bases.require_in_force(world.standing)
    if rehearsal is None:
        confirmations.require_confirmed(session, ready)
    clean = _start_answers(world, answers)
    _bind_computed(world, clean)
    step = engine.start(ready.opened.program, world.environment(), {}, clean)
    payload = {"procedure": procedure_id, "bundle": case.bundle_hash, "answers": digest(clean)}
    project(world, step, what="case.started", payload=payload)
    return case


def who_may_start(session: Session, ready: Ready, actor: Actor, party_id: UUID) -> dict[str, UUID]:
    """Return the roles that agencies bear, once the actor may start the procedure for a party.

    Raises NotFoundError, NotAllowedError.
    """
    bound, started_by = _agencies(session, ready), ready.opened.procedure["procedure"]["started_by"]
    policies.start_procedure(actor, party_id, started_by, bound).require()
    _require_eligible(session, ready, started_by, party_id)
    return bound


def _agencies(session: Session, ready: Ready) -> dict[str, UUID]:
    """Return the roles that an agency named outright bears."""
    named = {r: how["agency"] for r, how in ready.opened.roles.items() if how.get("agency")}
    return _ids(session, {r: code for r, code in named.items() if not code.startswith("=")})


def _ids(session: Session, codes: dict[str, str]) -> dict[str, UUID]:
    rows = session.execute(select(Party.code, Party.id).where(Party.code.in_(codes.values())))
    ids = dict(rows.all())
    missing = sorted(set(codes.values()) - set(ids))
    if missing:
        raise NotFoundError(f"尚未设立机关：{'、'.join(missing)}")
    return {role: ids[code] for role, code in codes.items()}


def _require_eligible(
    session: Session, ready: Ready, started_by: list[str], party_id: UUID
) -> None:
    """Refuse an agency of elsewhere where an agency starts the case. Raises NotAllowedError.

    ``of`` names the agencies that may; without it any of the jurisdiction's may.
    """
    party = session.get_one(Party, party_id)
    if party.kind is not PartyKind.AGENCY:
        return
    hows = [ready.opened.roles.get(role, {}) for role in started_by]
    allowed = [code for how in hows for code in how.get("of") or []]
    is_at_home = party.data.get("jurisdiction") == ready.opened.jurisdiction
    if (allowed and party.code not in allowed) or not is_at_home:
        raise NotAllowedError("本机关不能发起此事项")


def _bind_computed(world: CaseWorld, answers: Document) -> None:
    """Bind the roles whose agency depends on what the first form says; null leaves one unbound."""
    ready = world.ready
    scope = {**world.facts, ready.start_key() or "start": answers}
    codes: dict[str, str] = {}
    for role, how in ready.opened.roles.items():
        text = how.get("agency") or ""
        if text.startswith("=") and (code := feel.evaluate(text[1:], scope, world.context)):
            codes[role] = str(code)
    if not codes:
        return
    found = _ids(world.session, codes)
    world.session.add_all(
        CaseRole(case_id=world.case.id, role=role, party_id=party_id)
        for role, party_id in found.items()
    )
    world.session.flush()
    world.forget_parties()


def _offset(runtime: Runtime, rehearsal: Rehearsal | None) -> int:
    if rehearsal is None:
        return 0
    if not runtime.settings.allow_rehearsals:
        raise ConflictError("本系统未开放演练", "REHEARSALS_OFF")
    if rehearsal.starts_at is None:
        return 0
    return ceil((rehearsal.starts_at - runtime.clock.now()).total_seconds())


def _given(rehearsal: Rehearsal | None) -> dict[str, Any] | None:
    if rehearsal is None:
        return None
    strict = rehearsal.as_production or None
    given = {
        "legal_basis": rehearsal.legal_basis,
        "group": rehearsal.group,
        "as_production": strict,
    }
    return {key: value for key, value in given.items() if value is not None}


def _number(session: Session, settings: Any, on: date, *, is_rehearsal: bool) -> str:
    key = "rehearsal_number" if is_rehearsal else "number"
    return next_number(session, settings[key], on)


def _bind(
    session: Session, case: Case, ready: Ready, agencies: dict[str, UUID], starter: UUID
) -> None:
    """Bind each role: agencies as the jurisdiction says, the starter's own roles to its party."""
    for role, how in ready.opened.roles.items():
        if role in agencies:
            party_id = agencies[role]
        elif how.get("bind") == "starter":
            party_id = starter
        else:
            continue
        session.add(CaseRole(case_id=case.id, role=role, party_id=party_id))
    access.grant(session, case, starter, case.started_at)
    session.flush()


def _start_answers(world: CaseWorld, answers: Document) -> Document:
    form_id = world.ready.start_form()
    if form_id is None:
        if answers:
            raise InvalidError("此事项发起时不需填写表单")
        return {}
    form = world.ready.form(form_id)
    clean = form.check(answers, world.facts, world.context)
    attach_files(world, form, clean)
    return clean
