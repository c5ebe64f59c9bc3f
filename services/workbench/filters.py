"""How a list is narrowed: text, procedure, activity, light, claim, and facts of the case."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import aliased

from services import policies
from services.actors import Actor
from services.db.models import Case, CaseAccess, CaseFact, Party, PartyKind, Task
from services.workbench.lights import Light

CLAIMS = ("mine", "unclaimed", "others")
MAX_FACTS = 10


@dataclass(frozen=True, slots=True)
class Filters:
    """What a person looks for. Empty: everything of the list."""

    text: str = ""
    procedure: str | None = None
    jurisdiction: str | None = None
    activity: str | None = None
    light: Light | None = None
    claim: str | None = None
    facts: tuple[tuple[str, str], ...] = ()
    only_case: UUID | None = None


def of_case(filters: Filters, actor: Actor) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions on a case. Whoever may not know its facts does not find it by them."""
    if filters.procedure:
        yield Case.procedure_id == filters.procedure
    if filters.jurisdiction:
        yield Case.jurisdiction == filters.jurisdiction
    if filters.only_case:
        yield Case.id == filters.only_case
    for key, value in filters.facts:
        yield and_(_has_fact(CaseFact.key == key, CaseFact.value == value), knows_facts(actor))
    if words := filters.text.strip():
        yield _mentions(words, actor)


def _mentions(words: str, actor: Actor) -> ColumnElement[bool]:
    applicant = exists().where(
        Party.id == Case.starter_party_id, Party.name.icontains(words, autoescape=True)
    )
    fact = _has_fact(CaseFact.text.icontains(words, autoescape=True))
    return or_(
        Case.number.icontains(words, autoescape=True),
        Case.title.icontains(words, autoescape=True),
        and_(or_(applicant, fact), knows_facts(actor)),
    )


def _has_fact(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(CaseFact.case_id == Case.id, *conditions)


def knows_facts(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor may know a case's applicant and facts.

    Its starter may, and an agency that it has come to and that has not passed it on. Members and
    experts read only what the forms disclose to them.
    """
    holder, party = aliased(CaseAccess), aliased(Party)
    held = (
        select(holder.case_id)
        .join(party, party.id == holder.party_id)
        .where(
            holder.case_id == Case.id,
            holder.party_id.in_(actor.parties),
            holder.until.is_(None),
            or_(party.kind == PartyKind.AGENCY, holder.party_id == Case.starter_party_id),
        )
    )
    return held.exists()


def of_task(filters: Filters, actor: Actor) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions on a task, but for its light, which depends on the party's calendar."""
    if filters.activity:
        yield or_(
            Task.activity_code == filters.activity,
            and_(Task.activity_code.is_(None), Task.node_id == filters.activity),
        )
    if filters.claim == "mine":
        yield Task.claimed_by == actor.person_id
    elif filters.claim == "unclaimed":
        yield Task.claimed_by.is_(None)
    elif filters.claim == "others":
        yield Task.claimed_by != actor.person_id


def needs_case(filters: Filters) -> bool:
    """Tell whether a condition looks at the case."""
    return any([filters.text.strip(), filters.procedure, filters.jurisdiction, filters.facts])


def asked_or_seen(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a case has come to the actor, by party or by name."""
    seen: Any = select(CaseAccess.case_id).where(CaseAccess.party_id.in_(actor.parties))
    return or_(Case.id.in_(seen), Case.id.in_(policies.asked_cases(actor)))
