"""Keeps a case as it was before the last completion by a person: one snapshot a case."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Integer, Uuid, bindparam, delete, select, update
from sqlalchemy.orm import Session

from services import lawful
from services.db.engine import insert_in
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

_COPIED = (
    *("case_id", "task_id", "audit_seq", "clock_offset_seconds", "document", "engine_state"),
    "taken_at",
)
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
_KEPT = CaseSnapshot.__table__
_DROPPED = delete(_KEPT).where(  # type: ignore[arg-type]
    _KEPT.c.case_id == bindparam("case")
)

_COMPLETED = (
    update(_KEPT)  # type: ignore[arg-type]
    .where(_KEPT.c.case_id == bindparam("case"))
    .values(
        decision_id=bindparam("decision"),
        taken_at=bindparam("at"),
        audit_seq=bindparam("seq"),
        obstacle=bindparam("why"),
        changes=bindparam("written"),
    )
)


@dataclass
class Keeping:
    """A step under way. ``decision`` is set once it is made."""

    decision: Decision | None = None
    writes: recording.Writes = field(default_factory=recording.Writes)


@contextmanager
def keeping(session: Session, case: Case, task: Task, *, is_kept: bool) -> Iterator[Keeping]:
    """Keep the case as it is while a person's completion of a task runs, instead of what was kept.

    Nothing is kept of a task that the bundle does not let anybody take back. ``is_kept``: there is
    one of an earlier completion. In the step's transaction, under the case lock.
    """
    kept = Keeping()
    if not lawful.rule(session, case, task, Act.WITHDRAW).is_allowed:
        if is_kept:
            session.connection().execute(_DROPPED, {"case": case.id})
        yield kept
        return
    _copy(session, case, task)
    with recording.watching(session) as kept.writes:
        yield kept
    _complete(session, case, kept)


def _copy(session: Session, case: Case, task: Task) -> None:
    """Copy document and state inside the database, as they are stored, over what was kept."""
    which = {"case": case.id, "task": task.id, "seq": case.audit_seq, "at": task.opened_at}
    session.flush()
    connection = session.connection()
    connection.execute(_copying(connection.dialect.name), which)


@cache
def _copying(dialect: str) -> Any:
    source = select(
        Case.id,
        bindparam("task", type_=Uuid()),
        bindparam("seq", type_=Integer()),
        Case.clock_offset_seconds,
        Case.document,
        Case.engine_state,
        bindparam("at", type_=CaseSnapshot.taken_at.type),
    ).where(Case.id == bindparam("case"))
    statement = insert_in(dialect, CaseSnapshot.__table__).from_select(_COPIED, source)
    fresh = {name: statement.excluded[name] for name in _COPIED}
    empty = dict.fromkeys(("decision_id", "changes", "obstacle"))
    return statement.on_conflict_do_update(index_elements=["case_id"], set_=fresh | empty)


def _complete(session: Session, case: Case, kept: Keeping) -> None:
    assert kept.decision is not None
    obstacle = _obstacle(case, kept.writes)
    values = {
        "decision": kept.decision.id,
        "at": kept.decision.made_at,
        "seq": case.audit_seq,
        "why": obstacle,
        "written": kept.writes.as_json() if obstacle is None else None,
    }
    session.connection().execute(_COMPLETED, {"case": case.id, **values})


def _obstacle(case: Case, writes: recording.Writes) -> str | None:
    """Return why what a step wrote cannot be put back, if it cannot."""
    if case.status is CaseStatus.FINISHED:
        return _FINISHED
    if writes.obstacles:
        return next(
            (why for table, why in _OBSTACLES.items() if table in writes.obstacles), _BEYOND
        )
    if any(isinstance(row, Job) and row.kind is JobKind.MESSAGE for row in writes.new):
        return "办理后已经通知关联的办件，不能撤回"
    if any(isinstance(row, Task) and row.person_id is not None for row in writes.new):
        return "办理后已经指定专家等人员，不能撤回"
    return None
