"""The workbench's lists, from the open tasks' own indexes; pages by keyset."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, true, tuple_, union_all
from sqlalchemy.orm import Session

from services import policies
from services.actors import Actor
from services.db.models import Case, CaseAccess, Task, TaskStatus


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: after the task with this due instant and id."""

    due_at: datetime
    task_id: UUID


def todo(
    session: Session,
    actor: Actor,
    *,
    after: Place | None,
    limit: int,
    only_mine: bool = False,
    only_case: UUID | None = None,
) -> list[tuple[Task, Case]]:
    """Return open tasks for the actor, most urgent first: by name, and by role in their parties.

    ``only_mine`` leaves those the actor has claimed. One index range for each role held, merged:
    the page costs the same at any number of tasks.
    """
    narrowed = true() if not only_mine else Task.claimed_by == actor.person_id
    if only_case is not None:
        narrowed &= Task.case_id == only_case
    ranges = [_range(where & narrowed, after, limit) for _party, where in addressed(actor)]
    merged = union_all(*ranges).subquery()
    query = (
        select(Task, Case)
        .join(merged, merged.c.id == Task.id)
        .join(Case, Case.id == Task.case_id)
        .order_by(Task.due_at, Task.id)
        .limit(limit)
    )
    return [(task, case) for task, case in session.execute(query)]


def addressed(actor: Actor) -> list[tuple[UUID | None, Any]]:
    """Return each way in which a task is addressed to somebody: its party, and the condition.

    By name first; there the party is None. Each condition is one index range.
    """
    return [(None, _personal(actor)), *_by_role(actor)]


def _personal(actor: Actor) -> Any:
    return Task.person_id == actor.person_id


def _by_role(actor: Actor) -> Iterable[tuple[UUID, Any]]:
    for party_id, role in sorted(actor.memberships):
        where = (Task.party_id == party_id) & (Task.role == role) & Task.person_id.is_(None)
        yield party_id, where
    yield from _as_substitute(actor)


def _as_substitute(actor: Actor) -> Iterable[tuple[UUID, Any]]:
    """Yield the tasks for roles that the actor fills only for absent colleagues, each once."""
    covered: dict[tuple[UUID, str], set[str] | None] = {}
    for each in actor.stand_ins:
        place = (each.party_id, each.role)
        before = covered.get(place, set())
        if before is None or each.procedures is None:
            covered[place] = None
        else:
            covered[place] = before | each.procedures
    for (party_id, role), procedures in sorted(covered.items(), key=lambda item: item[0]):
        if not actor.holds(party_id, role):
            where = (Task.party_id == party_id) & (Task.role == role) & Task.person_id.is_(None)
            yield party_id, where & Task.admits_substitute & _of_procedures(procedures)


def _of_procedures(procedures: set[str] | None) -> Any:
    if procedures is None:
        return true()
    return Task.case_id.in_(select(Case.id).where(Case.procedure_id.in_(sorted(procedures))))


def _range(where: Any, after: Place | None, limit: int) -> Select[Any]:
    query = select(Task.id).where(where, Task.status == TaskStatus.OPEN)
    if after is not None:
        query = query.where(tuple_(Task.due_at, Task.id) > (after.due_at, after.task_id))
    inner = query.order_by(Task.due_at, Task.id).limit(limit).subquery()
    return select(inner.c.id)


def cases_of(
    session: Session, actor: Actor, *, before: tuple[datetime, UUID] | None, limit: int
) -> list[Case]:
    """Return the cases the actor sees, newest first."""
    seen = select(CaseAccess.case_id).where(CaseAccess.party_id.in_(actor.parties))
    personal = policies.asked_cases(actor)
    query = select(Case).where(Case.id.in_(seen.union(personal)))  # OR would read every case
    if before is not None:
        query = query.where(tuple_(Case.started_at, Case.id) < before)
    return list(
        session.scalars(query.order_by(Case.started_at.desc(), Case.id.desc()).limit(limit))
    )
