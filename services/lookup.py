"""Reading and locking cases and tasks."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, undefer

from services.db.models import Case, Task
from services.errors import NotFoundError


def get_case(session: Session, case_id: UUID) -> Case:
    """Return a case without locking it. Raises NotFoundError."""
    case = session.get(Case, case_id)
    if case is None:
        raise NotFoundError("没有这个办件")
    return case


def lock_case(session: Session, case_id: UUID) -> Case:
    """Return a case, its row locked to the end of the transaction and freshly read.

    Locks are taken in one order everywhere: idempotency key, case, job. The lock lets others refer
    to the case (a job, a hold), so that two cases writing to each other never wait for each other.
    Raises NotFoundError.
    """
    return _whole(session, _query(case_id).with_for_update(key_share=True))


def lock_case_of(session: Session, task_id: UUID) -> Case:
    """Lock the case that a task belongs to. Raises NotFoundError."""
    case_id = select(Task.case_id).where(Task.id == task_id).scalar_subquery()
    return _whole(session, _query(case_id).with_for_update(of=Case, key_share=True))


def read_case(session: Session, case_id: UUID) -> Case:
    """Return a case with its document and state, without locking it. Raises NotFoundError."""
    return _whole(session, _query(case_id))


def _query(case_id: Any) -> Select[Case]:
    whole = (undefer(Case.document), undefer(Case.engine_state))
    return select(Case).where(Case.id == case_id).options(*whole)


def _whole(session: Session, query: Select[Case]) -> Case:
    case = session.scalars(query.execution_options(populate_existing=True)).first()
    if case is None:
        raise NotFoundError("没有这个办件")
    return case


def get_task(session: Session, task_id: UUID) -> Task:
    """Return a task as it is now. Raises NotFoundError."""
    task = session.scalars(
        select(Task).where(Task.id == task_id).execution_options(populate_existing=True)
    ).first()
    if task is None:
        raise NotFoundError("没有这项任务")
    return task
