"""Who may see and do what. Plain functions that return a reason; deny is the default.

Called under the case lock, with rows read inside the transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, select, true
from sqlalchemy.orm import Session

from services.actors import Actor, StandIn
from services.db.models import (
    Case,
    CaseAccess,
    CaseRole,
    Decision,
    Document,
    Party,
    PartyKind,
    Task,
    TaskStatus,
)
from services.errors import NotAllowedError, NotFoundError

PROCESS_OWNER, LEADER = "process_owner", "authority_leader"
PROGRESS = "progress"  # what a handoff may disclose besides data keys
# whom a form may disclose its answers to; EXPERT is also the role of those asked by name
APPLICANT, STARTER, EXPERT = "applicant", "starter", "expert"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Yes, or no with a Chinese sentence for the person who asked."""

    is_allowed: bool
    reason: str = ""

    def require(self) -> None:
        """Raise NotAllowedError with the reason unless allowed."""
        if not self.is_allowed:
            raise NotAllowedError(self.reason)


YES = Verdict(True)


def see_case(session: Session, actor: Actor, case: Case) -> None:
    """Hide a case from whom it has not come to. Raises NotFoundError, never NotAllowedError."""
    if not sees_case(session, actor, case):
        raise NotFoundError("没有这个办件")


def see_task(session: Session, actor: Actor, case: Case, task: Task) -> None:
    """Hide a task from whom its case has not come to; another person's own one from applicants.

    Raises NotFoundError in the words that a missing task gets.
    """
    if task.status is TaskStatus.OPEN and is_addressed_to(actor, task, case.procedure_id):
        return  # it came to them with the task
    is_hidden = task.person_id not in {None, actor.person_id}
    if not sees_case(session, actor, case) or (is_hidden and not is_official(session, actor, case)):
        raise NotFoundError("没有这项任务")


@dataclass(frozen=True, slots=True)
class Sight:
    """What of a case somebody sees.

    ``until`` None: all of it. Else what was there before then, as an agency that has passed the
    case on, and of what came later only ``disclosed``: ``progress``, or data keys. Before a
    receipt nothing but the cover: number and title.
    """

    until: datetime | None = None
    disclosed: frozenset[str] = frozenset()

    def covers(self, at: datetime, *names: str | None) -> bool:
        """Tell whether something of that instant, of a node with those names, is seen."""
        return self.until is None or at < self.until or bool(self.disclosed & {*names})

    @property
    def shows_progress(self) -> bool:
        """Tell whether state, outcome and where it stands are seen as they are now."""
        return self.until is None or PROGRESS in self.disclosed


WHOLE, COVER = Sight(), Sight(datetime.min.replace(tzinfo=UTC))


def sight_of(session: Session, actor: Actor, case: Case) -> Sight:
    """Return what of a case the actor sees, by their parties and by name."""
    if _is_asked_by_name(session, actor, case):
        return WHOLE
    rows = session.execute(
        select(CaseAccess.until, CaseAccess.disclosed).where(
            CaseAccess.case_id == case.id, CaseAccess.party_id.in_(actor.parties)
        )
    ).all()
    ended = [until for until, _words in rows if until is not None]
    if len(ended) < len(rows):
        return WHOLE
    if not rows:
        return COVER
    return Sight(max(ended), frozenset(word for _until, words in rows for word in words or ()))


def _by_name(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """Return what a task must be for its case to have come to the actor by name."""
    return (Task.person_id == actor.person_id, Task.recused_at.is_(None))


def asked_cases(actor: Actor) -> Select[UUID]:
    """Return the query of the cases that ask the actor by name and from which they are not recused."""
    return select(Task.case_id).where(*_by_name(actor))


def _is_asked_by_name(session: Session, actor: Actor, case: Case) -> bool:
    by_name = exists().where(*_by_name(actor), Task.case_id == case.id)
    return bool(session.scalar(select(by_name)))


def sees_case(session: Session, actor: Actor, case: Case) -> bool:
    """Tell whether a case has come to one of the actor's parties, or to them by name."""
    by_party = exists().where(CaseAccess.case_id == case.id, CaseAccess.party_id.in_(actor.parties))
    by_person = exists().where(*_by_name(actor), Task.case_id == case.id)
    return bool(session.scalar(select(by_party | by_person)))


def is_official(session: Session, actor: Actor, case: Case, *, still: bool = False) -> bool:
    """Tell whether the actor belongs to an agency that the case has come to.

    ``still``: and that has not passed it on.
    """
    holds = CaseAccess.until.is_(None) if still else true()
    found = session.scalar(
        select(
            exists().where(
                CaseAccess.case_id == case.id,
                CaseAccess.party_id == Party.id,
                Party.kind == PartyKind.AGENCY,
                Party.id.in_(actor.parties),
                holds,
            )
        )
    )
    return bool(found)


def handles(session: Session, actor: Actor, case: Case, role: str) -> bool:
    """Tell whether the actor belongs to the agency that the case gives the role of handling it."""
    bound = exists().where(
        CaseRole.case_id == case.id, CaseRole.role == role, CaseRole.party_id.in_(actor.parties)
    )
    return bool(session.scalar(select(bound)))


def is_addressed_to(actor: Actor, task: Task, procedure_id: str) -> bool:
    """Tell whether a task is for this person: by name, by role in its party, or as a substitute."""
    return bool(capacities(actor, task, procedure_id))


def capacities(actor: Actor, task: Task, procedure_id: str) -> list[StandIn | None]:
    """Return as whom a task is addressed to the actor: None for themself, which goes first."""
    if task.person_id is not None:
        return [None] if task.person_id == actor.person_id else []
    own: list[StandIn | None] = [None] if actor.holds(task.party_id, task.role) else []
    if not task.admits_substitute:
        return own
    covering = (s for s in actor.stand_ins if s.covers(task.party_id, task.role, procedure_id))
    return [*own, *covering]


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
    is_expert = _is_expert_of(session, actor, case)
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
    wanted = EXPERT if _is_expert_of(session, actor, case) else APPLICANT
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


def _is_expert_of(session: Session, actor: Actor, case: Case) -> bool:
    return bool(session.scalar(select(exists().where(*_by_name(actor), Task.case_id == case.id))))


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
