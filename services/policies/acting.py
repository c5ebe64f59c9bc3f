"""Who may start, say, urge and set what."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from services.actors import Actor
from services.db.models import Case, CaseAccess
from services.errors import NotAllowedError
from services.policies.sight import WHOLE, is_official, sight_of
from services.policies.verdicts import LEADER, PROCESS_OWNER, YES, Verdict


def start_procedure(
    actor: Actor, party_id: UUID, started_by: Iterable[str], bound: dict[str, UUID]
) -> Verdict:
    """Judge whether the actor may start a procedure for a party.

    ``bound`` maps agency roles to their agency: such a role starts only for that agency.
    """
    for role in started_by:
        if actor.holds(party_id, role) and bound.get(role, party_id) == party_id:
            return YES
    return Verdict(False, "您在该单位没有发起此事项的角色")


def send_message(actor: Actor, party_id: UUID | None, role: str) -> Verdict:
    """Judge whether the actor may send a message that a role of the case may send."""
    if actor.holds(party_id, role):
        return YES
    return Verdict(False, "您在本办件中没有这样做的角色")


def comment(session: Session, actor: Actor, case: Case, audience: str) -> Verdict:
    """Judge whether the actor may comment for an audience."""
    if sight_of(session, actor, case) != WHOLE:
        return Verdict(False, "办件已移送其他机关，不能再写意见")
    if audience == "applicant" or is_official(session, actor, case, still=True):
        return YES
    return Verdict(False, "只有办理机关人员可以写内部意见")


def remind(session: Session, actor: Actor, case: Case) -> Verdict:
    """Judge whether the actor takes part in a case so that they may urge it on.

    Parties it has come to, also those that have passed it on where its progress is disclosed;
    not the experts, who are asked by name.
    """
    has_party = exists().where(
        CaseAccess.case_id == case.id, CaseAccess.party_id.in_(actor.parties)
    )
    if not session.scalar(select(has_party)):
        return Verdict(False, "只有申请单位和办理机关可以催办")
    if not sight_of(session, actor, case).shows_progress:
        return Verdict(False, "办件已移送其他机关，且没有约定查看进度，不能催办")
    return YES


def still_with(session: Session, actor: Actor, case: Case) -> Verdict:
    """Judge whether the case is with the actor's agency, not passed on."""
    if is_official(session, actor, case, still=True):
        return YES
    return Verdict(False, "办件已移送其他机关")


def set_absence(actor: Actor, principal: UUID, party_id: UUID) -> Verdict:
    """Judge whether the actor may set or end somebody's absence: their own, or as process owner."""
    if actor.person_id == principal and party_id in actor.parties:
        return YES
    if actor.holds(party_id, PROCESS_OWNER):
        return YES
    return Verdict(False, "只有本人或者本机关的流程管理员可以设置代理")


def own_procedures(actor: Actor, agency_ids: Iterable[UUID]) -> Verdict:
    """Judge whether the actor is a process owner of one of a jurisdiction's agencies."""
    if any(actor.holds(agency, PROCESS_OWNER) for agency in agency_ids):
        return YES
    return Verdict(False, "只有本辖区的流程负责人可以这样做")


def see_dashboard(actor: Actor) -> frozenset[UUID]:
    """Return the agencies whose figures the actor may see: leader or process owner there.

    Raises NotAllowedError.
    """
    led = actor.parties_with(LEADER) | actor.parties_with(PROCESS_OWNER)
    if not led:
        raise NotAllowedError("只有本机关领导和流程负责人可以查看统计")
    return led
