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
    """Return the cases the actor sees, newest first.

    One index range for each party, merged, and the few that ask them by name: the page costs the
    same however many cases a party has.
    """
    by_name = select(Case.id).where(Case.id.in_(policies.asked_cases(actor)))
    ranges = [
        _newest(by_name, Case.started_at, Case.id, before, limit),
        *(each for party in sorted(actor.parties) for each in _of_party(party, before, limit)),
    ]
    query = select(Case).where(Case.id.in_(union_all(*ranges)))
    return list(
        session.scalars(query.order_by(Case.started_at.desc(), Case.id.desc()).limit(limit))
    )


def _of_party(
    party_id: UUID, before: tuple[datetime, UUID] | None, limit: int
) -> Iterable[Select[Any]]:
    """Yield the newest cases of a party, and of those whose access does not say when they began."""
    seen = select(CaseAccess.case_id).where(CaseAccess.party_id == party_id)
    yield _newest(seen, CaseAccess.case_started_at, CaseAccess.case_id, before, limit)
    untold = seen.where(CaseAccess.case_started_at.is_(None))
    dated = untold.join(Case, Case.id == CaseAccess.case_id)
    yield _newest(dated, Case.started_at, Case.id, before, limit)


def _newest(
    query: Select[Any], at: Any, row_id: Any, before: tuple[datetime, UUID] | None, limit: int
) -> Select[Any]:
    query = query.where(at.is_not(None))
    if before is not None:
        query = query.where(tuple_(at, row_id) < before)
    inner = query.order_by(at.desc(), row_id.desc()).limit(limit).subquery()
    return select(inner.c[0])
