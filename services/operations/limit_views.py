"""The time limits of a case as its officials see them: what runs, what may be moved, what was."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from services import policies
from services.actors import Actor
from services.case_pages import visible
from services.db.models import Case, Deadline, LimitChange, Person, Task
from services.operations import scope
from services.operations.limit_rules import judge, may_decide


def of_case(session: Session, actor: Actor, case_id: UUID) -> dict[str, Any]:
    """Return the running limits of a case with whether each may be moved, and all changes.

    For the officials it has come to. Raises NotFoundError, NotAllowedError.
    """
    case = visible(session, actor, case_id)
    policies.still_with(session, actor, case).require()
    rows = session.scalars(
        select(Deadline)
        .where(Deadline.case_id == case.id, Deadline.ended_at.is_(None))
        .order_by(Deadline.due_at, Deadline.node_id)
    )
    tasks = {t.id: t.name for t in session.scalars(select(Task).where(Task.case_id == case.id))}
    return {
        "may_propose": scope.keeps(session, actor, case),
        "running": [_running(row, tasks) for row in rows],
        "changes": _changes(session, actor, case),
    }


def _running(row: Deadline, names: dict[UUID, str]) -> dict[str, Any]:
    verdict = judge(row)
    return {
        "id": row.id,
        "name": names.get(row.task_id, row.node_id),
        "due_at": row.due_at,
        "basis": row.basis,
        "may_change": verdict.is_allowed,
        "reason": verdict.reason,
    }


def _changes(session: Session, actor: Actor, case: Case) -> list[dict[str, Any]]:
    proposer, decider = aliased(Person), aliased(Person)
    rows = session.execute(
        select(LimitChange, proposer.name, decider.name)
        .join(proposer, proposer.id == LimitChange.proposed_by)
        .outerjoin(decider, decider.id == LimitChange.decided_by)
        .where(LimitChange.case_id == case.id)
        .order_by(LimitChange.proposed_at.desc())
    )
    return [
        shown(row, by, decided)
        | {
            "may_decide": row.decided_at is None
            and may_decide(session, actor, case, row).is_allowed
        }
        for row, by, decided in rows
    ]


def name(session: Session, person_id: UUID) -> str:
    """Return what a person is called."""
    return session.get_one(Person, person_id).name


def shown(row: LimitChange, proposed_by: str, decided_by: str | None) -> dict[str, Any]:
    """Return a change as the API gives it."""
    fields = (
        "id", "deadline_id", "node_id", "old_due_at", "new_due_at", "reason", "proposed_at",
        "decided_at", "is_approved", "decision_reason",
    )  # fmt: skip
    named = {"proposed_by": proposed_by, "decided_by": decided_by, "may_decide": False}
    return {name: getattr(row, name) for name in fields} | named
