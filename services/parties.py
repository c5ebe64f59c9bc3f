"""Registering units and people. Agencies come with their jurisdiction's files."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session
from stdnum.cn import uscc as uscc_rule

from services import accounts
from services.db.models import Membership, Party, PartyKind, Person
from services.errors import ConflictError, InvalidError, NotFoundError


def register_unit(session: Session, *, code: str, name: str, uscc: str | None) -> Party:
    """Register a unit, or claim the one that another unit has named by its 统一社会信用代码.

    Raises InvalidError (a wrong checksum), ConflictError (the code is another party's).
    """
    if uscc and not uscc_rule.is_valid(uscc):
        raise InvalidError("统一社会信用代码不正确", {"uscc": ["请核对 18 位代码"]})
    known = session.scalars(select(Party).where(Party.code == code)).first()
    named = session.scalars(select(Party).where(Party.uscc == uscc)).first() if uscc else None
    if known is not None and known is not named:
        raise ConflictError(f"代码 {code} 已被 {known.name} 使用")
    party = named or Party(kind=PartyKind.UNIT, uscc=uscc, data={})
    party.code, party.name, party.is_claimed = code, name, True
    session.add(party)
    session.flush()
    return party


def by_code(session: Session, code: str) -> Party:
    """Return an agency or unit by its code. Raises NotFoundError."""
    found = session.scalars(select(Party).where(Party.code == code)).first()
    if found is None:
        raise NotFoundError(f"没有代码为 {code} 的机关或单位")
    return found


def add_person(
    session: Session,
    *,
    login: str,
    name: str,
    party: str,
    roles: Iterable[str],
    email: str | None,
    password: str,
    phone: str | None = None,
) -> Person:
    """Add a person to a party with roles; roles they hold already stay.

    A login that exists keeps its password, and its addresses where none are given. Raises NotFoundError, InvalidError.
    """
    found = by_code(session, party)
    person = session.scalars(select(Person).where(Person.login == login)).first()
    if person is None:
        person = Person(login=login, password_hash=accounts.hash_password(password))
        session.add(person)
    person.name, person.email = name, email or person.email
    person.phone = phone or person.phone
    session.flush()
    for role in roles:
        if session.get(Membership, (person.id, found.id, role)) is None:
            session.add(Membership(person_id=person.id, party_id=found.id, role=role))
    session.flush()
    return person
