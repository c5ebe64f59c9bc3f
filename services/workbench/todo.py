"""待办: open tasks addressed to somebody, one index range for each role they hold, merged.

A page costs the same at any number of tasks; narrowed by the case's data it costs at most what
the person's own open tasks do.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session

from services import inbox
from services.actors import Actor
from services.db.models import Case, Task, TaskStatus
from services.workbench import filters as narrowing
from services.workbench.filters import Filters
from services.workbench.lights import Light, Lights

MAX_CLOCKS = 500  # different clocks of rehearsals that a light is asked for at once


@dataclass(frozen=True, slots=True)
class Order:
    """How a list is sorted: by a column and then the task's id."""

    column: Any
    is_descending: bool = False

    def after(self, place: tuple[Any, UUID]) -> ColumnElement[bool]:
        """Return the condition for what comes after a place."""
        key, here = tuple_(self.column, Task.id), tuple_(*place)
        return key < here if self.is_descending else key > here

    def clauses(self) -> tuple[Any, Any]:
        """Return what goes into ORDER BY."""
        if self.is_descending:
            return self.column.desc(), Task.id.desc()
        return self.column, Task.id


ORDERS = {
    "due": Order(Task.due_at),
    "opened": Order(Task.opened_at, is_descending=True),
    "number": Order(Case.number),
}


def key_of(sort: str, task: Task, case: Case) -> Any:
    """Return what a row is sorted by."""
    return {"due": task.due_at, "opened": task.opened_at, "number": case.number}[sort]


def page(
    session: Session,
    actor: Actor,
    lights: Lights,
    now: datetime,
    *,
    filters: Filters,
    sort: str,
    after: tuple[Any, UUID] | None,
    limit: int,
) -> list[tuple[Task, Case]]:
    """Return a page of open tasks for the actor. ``now`` is the system's instant, aware UTC."""
    order = ORDERS[sort]
    found = [
        _range(where, filters, actor, order).limit(limit)
        for where in _ranges(session, actor, lights, now, filters)
    ]
    if after is not None:
        found = [query.where(order.after(after)) for query in found]
    inner = [select(query.subquery().c.id) for query in found]
    merged = union_all(*inner).subquery()
    found_ids = select(merged.c.id).distinct().subquery()  # a join: for IN all tasks are read
    query = (
        select(Task, Case)
        .join(found_ids, found_ids.c.id == Task.id)
        .join(Case, Case.id == Task.case_id)
        .order_by(*order.clauses())
        .limit(limit)
    )
    return [(task, case) for task, case in session.execute(query)]


def count(
    session: Session,
    actor: Actor,
    lights: Lights,
    now: datetime,
    *,
    filters: Filters,
    most: int,
) -> int:
    """Count the list with the very conditions of its pages, up to ``most``."""
    order = ORDERS["due"]
    inner = [
        select(_range(where, filters, actor, order).limit(most).subquery().c.id)
        for where in _ranges(session, actor, lights, now, filters)
    ]
    merged = union_all(*inner).subquery()
    distinct = select(merged.c.id).distinct().limit(most).subquery()
    return int(session.scalar(select(func.count()).select_from(distinct)) or 0)


def _range(where: Any, filters: Filters, actor: Actor, order: Order) -> Select[Any]:
    conditions = narrowing.of_task(filters, actor)
    query = select(Task.id).where(where, Task.status == TaskStatus.OPEN, *conditions)
    if filters.only_case is not None:
        query = query.where(Task.case_id == filters.only_case)
    if narrowing.needs_case(filters) or filters.light or order.column is Case.number:
        query = query.join(Case, Case.id == Task.case_id)
        query = query.where(*narrowing.of_case(filters, actor))
    return query.order_by(*order.clauses())


def _ranges(
    session: Session, actor: Actor, lights: Lights, now: datetime, filters: Filters
) -> list[Any]:
    """Return the conditions of each range of open tasks: by name, then role by role."""
    found: list[Any] = []
    offsets = _offsets(session, actor) if filters.light else []
    for party_id, where in inbox.addressed(actor):
        lit: Any = true()
        if filters.light is not None:
            lit = _lit(lights, party_id, filters.light, now, offsets)
        found.append(and_(where, lit))
    return found


def _offsets(session: Session, actor: Actor) -> list[int]:
    """Return how far the clocks of rehearsals with tasks for the actor are ahead."""
    mine = or_(false(), *(where for _party, where in inbox.addressed(actor)))
    has_mine = select(Task.id).where(Task.case_id == Case.id, Task.status == TaskStatus.OPEN, mine)
    query = (  # from the few clocks ahead (a literal 0: their index is partial), not from one's many tasks
        select(Case.clock_offset_seconds)
        .where(Case.clock_offset_seconds != literal_column("0"), has_mine.exists())
        .distinct()
        .limit(MAX_CLOCKS)
    )
    return list(session.scalars(query))


def _lit(
    lights: Lights, party_id: UUID | None, light: Light, now: datetime, offsets: list[int]
) -> ColumnElement[bool]:
    """Return the condition that a task of a party has a light, by the clock of its case."""
    parts = []
    for offset in [0, *offsets]:
        first, last = lights.span(party_id, light, now + timedelta(seconds=offset))
        due: list[Any] = [Case.clock_offset_seconds == offset]
        if first is not None:
            due.append(Task.due_at > first)
        if last is not None:
            due.append(Task.due_at <= last)
        parts.append(and_(*due))
    return or_(*parts)
