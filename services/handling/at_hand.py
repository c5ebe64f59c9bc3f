"""A task about to be completed, with the open ones beside it and what others have under way on it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, or_, select
from sqlalchemy.orm import Session

from services.db.models import (
    Case,
    CaseSnapshot,
    Countersign,
    Delegation,
    Draft,
    Task,
    TaskStatus,
)
from services.duties import PREPARED
from services.errors import NotFoundError
from services.handling.pending import ASKED

_THIS: BindParameter[UUID] = bindparam("task")
_CASE: BindParameter[UUID] = bindparam("case")
_AT_HAND = (  # made once: it is asked at every completion
    select(
        Task,
        select(Delegation.id).where(Delegation.task_id == _THIS, PREPARED).exists(),
        select(Countersign.id).where(Countersign.task_id == _THIS, *ASKED).exists(),
        select(Draft.task_id).where(Draft.task_id == _THIS).exists(),
        select(CaseSnapshot.case_id).where(CaseSnapshot.case_id == _CASE).exists(),
    )
    .where(Task.case_id == _CASE, or_(Task.status == TaskStatus.OPEN, Task.id == _THIS))
    .execution_options(populate_existing=True)
)


@dataclass(frozen=True, slots=True)
class AtHand:
    """A task, every open task of its case by id, and what there is besides.

    Whether somebody prepares it or is asked about it, whether drafts of it are kept, and the case as
    it was before the last completion.
    """

    task: Task
    open: dict[UUID, Task]
    is_prepared: bool
    is_asked: bool
    has_drafts: bool
    is_kept: bool


def read(session: Session, case: Case, task_id: UUID) -> AtHand:
    """Read a task of a case that the caller has locked, in one query. Raises NotFoundError."""
    rows = session.execute(_AT_HAND, {"task": task_id, "case": case.id}).all()
    found = next((row for row in rows if row[0].id == task_id), None)
    if found is None:
        raise NotFoundError("没有这项任务")
    known = {row[0].id: row[0] for row in rows if row[0].status is TaskStatus.OPEN}
    return AtHand(found[0], known, *found[1:])
