"""Who may read what was answered and what was issued."""

from collections.abc import Collection

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from services.actors import Actor
from services.db.models import Case, Decision, Document, Party, PartyKind, Task, TaskStatus
from services.policies.sight import is_asked_by_name, is_official, sight_of
from services.policies.verdicts import APPLICANT, EXPERT, OFFICIAL, STARTER


def read_answers(
    session: Session, actor: Actor, case: Case, decision: Decision, audience: Collection[str]
) -> bool:
    """Tell whether the actor may read a decision's answers.

    One's own party's always; officials read what their case holds, except that expert opinions
    stay sealed while others of the same round are still open; applicants and experts read what
    the form discloses to them, experts also what the applicants submitted, and the unit that
    started the case what is for it alone. Of each other's opinions experts read only those on a
    question that they have answered themselves. Officials who have passed the case on read what
    was made until then; ``disclosures`` adds what the handoff discloses.
    """
    if decision.party_id in actor.parties or decision.person_id == actor.person_id:
        return True
    if _is_sealed(session, decision):
        return False
    if is_official(session, actor, case):
        return True
    if decision.role == EXPERT and not _has_answered(session, actor, decision):
        return False
    kind = session.scalar(select(Party.kind).where(Party.id == decision.party_id))
    is_of_unit = kind is PartyKind.UNIT and decision.role != EXPERT
    reader = EXPERT if is_asked_by_name(session, actor, case) else APPLICANT
    doer = APPLICANT if is_of_unit else EXPERT if decision.role == EXPERT else OFFICIAL
    is_starter = case.starter_party_id in actor.parties
    return reads(audience, reader, doer, is_starter=is_starter)


def reads(audience: Collection[str], reader: str, doer: str, *, is_starter: bool) -> bool:
    """Tell whether one kind of person reads what another has answered, as the form discloses it."""
    if reader == OFFICIAL or (reader == EXPERT and doer == APPLICANT):
        return True
    return reader in audience or (is_starter and STARTER in audience)


def read_document(session: Session, actor: Actor, case: Case, document: Document) -> bool:
    """Tell whether the actor, to whom the case has come, may read an issued paper.

    Whoever issued it always; officials what was issued while the case was with them; units and
    experts what the paper's template addresses to them.
    """
    if document.agency_id is not None and document.agency_id in actor.parties:
        return True
    if not sight_of(session, actor, case).covers(document.issued_at):
        return False
    if is_official(session, actor, case):
        return True
    if case.starter_party_id in actor.parties and STARTER in document.audience:
        return True
    wanted = EXPERT if is_asked_by_name(session, actor, case) else APPLICANT
    return wanted in document.audience


def _has_answered(session: Session, actor: Actor, decision: Decision) -> bool:
    return bool(
        session.scalar(
            select(
                exists().where(
                    Decision.case_id == decision.case_id,
                    Decision.node_id == decision.node_id,
                    Decision.person_id == actor.person_id,
                    Decision.withdrawn_at.is_(None),
                )
            )
        )
    )


def _is_sealed(session: Session, decision: Decision) -> bool:
    """Individual opinions are read by nobody else until the last of them is in."""
    if decision.role != EXPERT:
        return False
    return bool(
        session.scalar(
            select(
                exists().where(
                    Task.case_id == decision.case_id,
                    Task.node_id == decision.node_id,
                    Task.status == TaskStatus.OPEN,
                )
            )
        )
    )
