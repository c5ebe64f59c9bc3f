"""Who may read what was answered and what was issued."""

from collections.abc import Iterable

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from services.actors import Actor
from services.db.models import Case, Decision, Document, Party, PartyKind, Task, TaskStatus
from services.policies.sight import is_asked_by_name, is_official, sight_of
from services.policies.verdicts import APPLICANT, EXPERT, STARTER


def read_answers(
    session: Session, actor: Actor, case: Case, decision: Decision, audience: Iterable[str]
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
    kind = session.scalar(select(Party.kind).where(Party.id == decision.party_id))
    is_expert = is_asked_by_name(session, actor, case)
    if kind is PartyKind.UNIT and is_expert and decision.role != EXPERT:
        return True
    if decision.role == EXPERT and not _has_answered(session, actor, decision):
        return False
    if case.starter_party_id in actor.parties and STARTER in audience:
        return True
    wanted = EXPERT if is_expert else APPLICANT
    return wanted in audience


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
