"""Reading and locking cases and tasks."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.orm import Session, joinedload, undefer

from services.db.models import Case, Task, TaskStatus
from services.errors import NotFoundError


def _whole(wanted: ColumnElement[Any]) -> Select[Case]:
    whole = (undefer(Case.document), undefer(Case.engine_state), joinedload(Case.basis))
    query = select(Case).where(Case.id == wanted).options(*whole)
    return query.execution_options(populate_existing=True)


def _locked(query: Select[Case]) -> Select[Case]:
    return query.with_for_update(of=Case, key_share=True)


# made once, because every command asks one of them
_CASE = _whole(bindparam("id"))
_CASE_OF_TASK = _whole(select(Task.case_id).where(Task.id == bindparam("id")).scalar_subquery())
_LOCKED, _LOCKED_OF_TASK = _locked(_CASE), _locked(_CASE_OF_TASK)


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
    return _found(session, _LOCKED, case_id)


def lock_case_of(session: Session, task_id: UUID) -> Case:
    """Lock the case that a task belongs to. Raises NotFoundError."""
    return _found(session, _LOCKED_OF_TASK, task_id)


def read_case(session: Session, case_id: UUID) -> Case:
    """Return a case with its document and state, without locking it. Raises NotFoundError."""
    return _found(session, _CASE, case_id)


def _found(session: Session, query: Select[Case], key: UUID) -> Case:
    case = session.scalars(query, {"id": key}).first()
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


def open_tasks(session: Session, case_id: UUID) -> list[Task]:
    """Return the open tasks of a case, in one order always."""
    query = select(Task).where(Task.case_id == case_id, Task.status == TaskStatus.OPEN)
    return list(session.scalars(query.order_by(Task.id)))
