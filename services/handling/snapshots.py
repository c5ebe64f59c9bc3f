"""Keeps a case as it was before the last completion by a person: one snapshot a case."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Uuid, delete, insert, literal, select
from sqlalchemy.orm import Session

from services import lawful
from services.db.models import (
    Case,
    CaseSnapshot,
    CaseStatus,
    Consortium,
    Counter,
    Decision,
    Document,
    HandoffIn,
    HandoffOut,
    Job,
    JobKind,
    Notice,
    Task,
)
from services.handling import recording
from workflows.bundles.handling import Act

_FINISHED = "办件已经办结，不能撤回"
_BEYOND = "办理后已经产生不能收回的结果（登记、建档或者对外联系），不能撤回"
_OBSTACLES = {
    Consortium.__tablename__: "办理后已经登记入册，不能撤回",
    HandoffIn.__tablename__: "办理后已经移送，不能撤回",
    HandoffOut.__tablename__: "办理后已经移送，不能撤回",
    Notice.__tablename__: "办理后已经发布公示，不能撤回",
    Document.__tablename__: "办理后已经出具文书，不能撤回",
    Counter.__tablename__: "办理后已经编号，不能撤回",
}


@dataclass
class Keeping:
    """A step under way. ``decision`` is set once it is made."""

    decision: Decision | None = None
    writes: recording.Writes = field(default_factory=recording.Writes)


@contextmanager
def keeping(session: Session, case: Case, task: Task) -> Iterator[Keeping]:
    """Keep the case as it is while a person's completion of a task runs, instead of what was kept.

    Nothing is kept of a task that the bundle does not let anybody take back. In the step's
    transaction, under the case lock.
    """
    kept = Keeping()
    session.execute(delete(CaseSnapshot).where(CaseSnapshot.case_id == case.id))
    if not lawful.rule(session, case, task, Act.WITHDRAW).is_allowed:
        yield kept
        return
    _copy(session, case, task)
    with recording.watching(session) as kept.writes:
        yield kept
    _complete(session, case, kept)


def _copy(session: Session, case: Case, task: Task) -> None:
    """Copy document and state inside the database, as they are stored."""
    source = select(
        Case.id,
        literal(task.id, Uuid),
        literal(case.audit_seq),
        Case.clock_offset_seconds,
        Case.document,
        Case.engine_state,
        literal(task.opened_at, type_=CaseSnapshot.taken_at.type),
    ).where(Case.id == case.id)
    names = ("case_id", "task_id", "audit_seq", "clock_offset_seconds", "document", "engine_state")
    session.execute(insert(CaseSnapshot).from_select([*names, "taken_at"], source))


def _complete(session: Session, case: Case, kept: Keeping) -> None:
    assert kept.decision is not None
    row = session.get_one(CaseSnapshot, case.id)
    row.decision_id = kept.decision.id
    row.taken_at = kept.decision.made_at
    row.audit_seq = case.audit_seq
    row.obstacle = _obstacle(session, case, kept.writes)
    row.changes = kept.writes.as_json() if row.obstacle is None else None
    session.flush()


def _obstacle(session: Session, case: Case, writes: recording.Writes) -> str | None:
    """Return why what a step wrote cannot be put back, if it cannot."""
    if case.status is CaseStatus.FINISHED:
        return _FINISHED
    if writes.obstacles:
        return next(
            (why for table, why in _OBSTACLES.items() if table in writes.obstacles), _BEYOND
        )
    return _told_others(session, writes) or _asked_by_name(session, writes)


def _told_others(session: Session, writes: recording.Writes) -> str | None:
    kinds = [session.get_one(Job, recording.identity(Job, key)).kind for key in writes.of(Job)]
    if JobKind.MESSAGE in kinds:
        return "办理后已经通知关联的办件，不能撤回"
    return None


def _asked_by_name(session: Session, writes: recording.Writes) -> str | None:
    opened = [session.get_one(Task, recording.identity(Task, key)) for key in writes.of(Task)]
    if any(task.person_id is not None for task in opened):
        return "办理后已经指定专家等人员，不能撤回"
    return None
