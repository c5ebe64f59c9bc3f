"""Which cases and tasks somebody sees, and how much of a case: all, its cover, or what was disclosed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, exists, select, true
from sqlalchemy.orm import Session

from services.actors import Actor
from services.db.models import Case, CaseAccess, CaseRole, Party, PartyKind, Task, TaskStatus
from services.errors import NotFoundError
from services.policies.addressing import is_addressed_to

PROGRESS = "progress"  # what a handoff may disclose besides data keys


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


_ACCESS = select(CaseAccess.until, CaseAccess.disclosed).where(  # made once, for every answer
    CaseAccess.case_id == bindparam("case"),
    CaseAccess.party_id.in_(bindparam("parties", expanding=True)),
)
WHOLE, COVER = Sight(), Sight(datetime.min.replace(tzinfo=UTC))


def sight_of(session: Session, actor: Actor, case: Case) -> Sight:
    """Return what of a case the actor sees, by their parties and by name."""
    which = {"case": case.id, "parties": list(actor.parties)}
    rows = session.connection().execute(_ACCESS, which).all()
    ended = [until for until, _words in rows if until is not None]
    if len(ended) < len(rows) or is_asked_by_name(session, actor, case):
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


def is_asked_by_name(session: Session, actor: Actor, case: Case) -> bool:
    """Tell whether the case asks the actor by name: as one of its experts, not recused."""
    asked = exists().where(*_by_name(actor), Task.case_id == case.id)
    return bool(session.scalar(select(asked)))


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
