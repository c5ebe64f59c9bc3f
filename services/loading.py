"""Loading jurisdictions and sample parties from disk. Loading twice changes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import accounts, confirmations, legal_bases, procedures
from services.db.models import (
    BasisStatus,
    Call,
    Expert,
    LegalBasis,
    Membership,
    Party,
    PartyKind,
    Person,
)
from services.runtime import Runtime
from services.studio import publications
from workflows.bundles import Jurisdiction
from workflows.calendar import TIME_ZONE

DEMO_PASSWORD = "liancheng-demo"  # noqa: S105 - printed by ``liancheng demo``, sample data only


@dataclass(frozen=True, slots=True)
class Loaded:
    """One procedure that was loaded. ``is_new`` tells whether its version was not there yet."""

    procedure_id: str
    version: int
    bundle_hash: str
    is_new: bool


def load_all(session: Session, runtime: Runtime) -> Iterator[Loaded]:
    """Load every jurisdiction of the library: agencies, legal basis, procedures."""
    for jurisdiction in runtime.library.jurisdictions.values():
        yield from load_jurisdiction(session, runtime, jurisdiction)


def load_jurisdiction(
    session: Session, runtime: Runtime, jurisdiction: Jurisdiction
) -> Iterator[Loaded]:
    """Load one jurisdiction. What people have published in the studio stays what cases start with.

    Raises BundleError, ModelRefusedError.
    """
    now = runtime.clock.now()
    load_agencies(session, runtime, jurisdiction)
    for procedure in jurisdiction.procedures:
        bundle = runtime.library.bundle(jurisdiction, procedure)
        procedures.make_ready(bundle)
        before = procedures.exists(session, bundle.hash)
        is_held = publications.holds(session, bundle.procedure_id)
        publish = procedures.keep if is_held else procedures.publish
        row = publish(session, bundle, now)
        yield Loaded(bundle.procedure_id, row.version, row.hash, not before)


def load_agencies(session: Session, runtime: Runtime, jurisdiction: Jurisdiction) -> None:
    """Load a jurisdiction's agencies and its legal basis, without any procedure."""
    for agency in jurisdiction.settings.get("agencies") or []:
        _party(session, agency, PartyKind.AGENCY, {"jurisdiction": jurisdiction.code})
    _first_basis(session, runtime, jurisdiction)


def _party(session: Session, given: Any, kind: PartyKind, data: dict[str, Any]) -> Party:
    party = session.scalars(select(Party).where(Party.code == given["code"])).first()
    if party is None:
        party = Party(code=given["code"], kind=kind)
        session.add(party)
    name = given["name"]
    party.name = name["zh"] if isinstance(name, dict) else name
    party.name_en = name.get("en") if isinstance(name, dict) else None
    party.uscc = given.get("uscc") or party.uscc
    party.data = {**data, **{k: v for k, v in given.items() if k not in _PARTY_KEYS}}
    session.flush()
    return party


_PARTY_KEYS = frozenset({"code", "name", "uscc", "people", "kind"})


def _first_basis(session: Session, runtime: Runtime, jurisdiction: Jurisdiction) -> None:
    known = session.scalars(
        select(LegalBasis.id).where(LegalBasis.jurisdiction == jurisdiction.code).limit(1)
    ).first()
    if known is not None:
        return
    given = jurisdiction.settings["legal_basis"]
    session.add(
        LegalBasis(
            jurisdiction=jurisdiction.code,
            title=given["title"],
            number=given.get("number"),
            status=BasisStatus(given["status"]),
            effective_from=_date(given.get("effective_from")),
            effective_to=_date(given.get("effective_to")),
            note=given.get("note") or "",
            recorded_at=runtime.clock.now() - timedelta(seconds=1),
        )
    )
    session.flush()


def _date(value: Any) -> date | None:
    return date.fromisoformat(str(value)) if value else None


def load_demo(
    session: Session, runtime: Runtime, *, has_procedures: bool = True
) -> list[dict[str, Any]]:
    """Load the sample parties of every jurisdiction; the accounts, for printing.

    Everything sample is marked 演示 where people see it. ``has_procedures``: their parameters are
    confirmed too. Raises InvalidError.
    """
    password = accounts.hash_password(DEMO_PASSWORD)
    listed: list[dict[str, Any]] = []
    for jurisdiction in runtime.library.jurisdictions.values():
        demo = jurisdiction.demo()
        for unit in demo.get("units") or []:
            party = _party(session, unit, PartyKind.UNIT, {"demo": True})
            people = unit.get("people") or []
            listed += [_person(session, p, [party], password) for p in people]
        people = demo.get("people") or []
        listed += [_person(session, p, _parties(session, p), password) for p in people]
        experts = demo.get("experts") or []
        listed += [_expert(session, jurisdiction, e, password) for e in experts]
        _adoption(session, runtime, jurisdiction, demo.get("adoption"))
        for given in (demo.get("confirmations") or []) if has_procedures else []:
            _confirmation(session, runtime, given)
        for call in demo.get("calls") or []:
            _call(session, runtime, jurisdiction, call)
    return listed


def _parties(session: Session, person: Any) -> list[Party]:
    codes = person["party"] if isinstance(person["party"], list) else [person["party"]]
    return list(session.scalars(select(Party).where(Party.code.in_(codes))))


def _person(session: Session, given: Any, parties: list[Party], password: str) -> dict[str, Any]:
    person = session.scalars(select(Person).where(Person.login == given["login"])).first()
    if person is None:
        person = Person(login=given["login"], password_hash=password)
        session.add(person)
    person.name = given["name"]
    person.email = given.get("email") or f"{given['login']}@example.org"
    session.flush()
    for party in parties:
        for role in given.get("roles") or []:
            if session.get(Membership, (person.id, party.id, role)) is None:
                session.add(Membership(person_id=person.id, party_id=party.id, role=role))
    session.flush()
    return {
        "login": person.login,
        "name": person.name,
        "party": "、".join(party.name for party in parties) or given.get("unit_name", ""),
        "roles": list(given.get("roles") or []),
    }


def _expert(
    session: Session, jurisdiction: Jurisdiction, given: Any, password: str
) -> dict[str, Any]:
    listed = _person(session, {**given, "roles": ["expert"]}, [], password)
    person = session.scalars(select(Person).where(Person.login == given["login"])).one()
    pool = given.get("pool") or jurisdiction.settings["agencies"][0]["code"]
    pool_id = session.scalars(select(Party.id).where(Party.code == pool)).one()
    row = session.get(Expert, person.id)
    if row is None:
        row = Expert(person_id=person.id, pool_id=pool_id, unit_name="", fields=[])
        session.add(row)
    row.unit_name, row.unit_uscc = given["unit_name"], given.get("unit_uscc")
    row.fields = list(given.get("fields") or [])
    session.flush()
    return listed


def _adoption(session: Session, runtime: Runtime, jurisdiction: Jurisdiction, given: Any) -> None:
    """Record the sample adoption, visibly 演示: of a draft, once, never over a real act."""
    known = legal_bases.current(session, jurisdiction.code)
    if not given or known.is_demo or known.recorded_by is not None:
        return
    basis = jurisdiction.settings["legal_basis"]
    starts = _date(given["date"])
    assert starts is not None
    legal_bases.record(
        session,
        None,
        runtime.clock.now(),
        jurisdiction=jurisdiction.code,
        status=BasisStatus.IN_FORCE,
        title=basis["title"],
        number=given["number"],
        effective_from=starts,
        effective_to=_date(given.get("effective_to")),
        note=given.get("note") or "演示",
        is_demo=True,
    )


def _confirmation(session: Session, runtime: Runtime, given: Any) -> None:
    """Confirm an assumed parameter, visibly 演示; where there is a word already, leave it."""
    procedure = procedures.get(session, given["procedure"])
    ready = procedures.ready(session, procedure.bundle_hash)
    rows = {row["parameter"]: row for row in confirmations.listed(session, ready)}
    if not rows[given["parameter"]]["is_confirmed"]:
        confirmations.record(
            session,
            runtime,
            ready,
            parameter=given["parameter"],
            reason=given["reason"],
            actor=None,
        )


def _call(session: Session, runtime: Runtime, jurisdiction: Jurisdiction, given: Any) -> None:
    """Open a sample application notice; dates may be relative: {days: -10}."""
    today = runtime.clock.now().astimezone(TIME_ZONE).date()
    call = session.scalars(select(Call).where(Call.number == given["number"])).first()
    if call is None:
        call = Call(number=given["number"], jurisdiction=jurisdiction.code)
        session.add(call)
    call.title, call.channel = given["title"], given.get("channel") or "open"
    call.opens_on = _relative(given["opens_on"], today)
    closes = given.get("closes_on")
    call.closes_on = _relative(closes, today) if closes else None
    call.materials = [m["name"] if isinstance(m, dict) else m for m in given["materials"]]
    call.invited = list(given.get("invited_leads") or [])
    session.flush()


def _relative(value: Any, today: date) -> date:
    if isinstance(value, dict):
        return today + timedelta(days=int(value["days"]))
    return date.fromisoformat(str(value))
