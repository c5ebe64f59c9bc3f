"""已办, 我发起, 关注: lists of cases that somebody decided in, started or follows, newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from services.actors import Actor
from services.db.models import Case, CaseFollow, Decision, Task
from services.workbench import filters as narrowing
from services.workbench.filters import Filters


class ListKind(StrEnum):
    """The lists of the workbench."""

    TODO = "todo"
    DONE = "done"
    STARTED = "started"
    FOLLOWED = "followed"


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a list of cases: its place in the order, and the decision where it is one."""

    at: datetime
    id: UUID
    case: Case
    decision: Decision | None = None
    task: Task | None = None


def page(
    session: Session,
    actor: Actor,
    kind: ListKind,
    *,
    filters: Filters,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Entry]:
    """Return a page, newest first; only of cases that the actor still sees."""
    at, row_id = _PLACE[kind]
    query = _list(actor, kind, filters)
    if before is not None:
        query = query.where(tuple_(at, row_id) < tuple_(*before))
    query = query.order_by(at.desc(), row_id.desc()).limit(limit)
    if kind is ListKind.DONE:
        return [
            Entry(decision.made_at, decision.id, case, decision, task)
            for case, decision, task in session.execute(query)
        ]
    return [Entry(place, case.id, case) for case, place in session.execute(query)]


def count(session: Session, actor: Actor, kind: ListKind, *, filters: Filters, most: int) -> int:
    """Count a list with the very conditions of its pages, up to ``most``."""
    _at, row_id = _PLACE[kind]
    rows = _list(actor, kind, filters).with_only_columns(row_id).limit(most).subquery()
    return int(session.scalar(select(func.count()).select_from(rows)) or 0)


_PLACE: dict[ListKind, tuple[Any, Any]] = {
    ListKind.DONE: (Decision.made_at, Decision.id),
    ListKind.STARTED: (Case.started_at, Case.id),
    ListKind.FOLLOWED: (CaseFollow.since, CaseFollow.case_id),
}


def _list(actor: Actor, kind: ListKind, filters: Filters) -> Any:
    conditions = list(narrowing.of_case(filters, actor))
    if kind is ListKind.DONE:
        return (
            select(Case, Decision, Task)
            .join(Decision, Decision.case_id == Case.id)
            .join(Task, Task.id == Decision.task_id)
            .where(
                Decision.person_id == actor.person_id,
                Decision.withdrawn_at.is_(None),
                *conditions,
            )
            .where(*_of_activity(filters))
        )
    if kind is ListKind.STARTED:
        mine = or_(
            Case.starter_party_id.in_(actor.parties),
            and_(Case.started_by == actor.person_id, narrowing.asked_or_seen(actor)),
        )
        return select(Case, Case.started_at).where(mine, *conditions)
    return (
        select(Case, CaseFollow.since)
        .join(CaseFollow, CaseFollow.case_id == Case.id)
        .where(CaseFollow.person_id == actor.person_id, *conditions)
        .where(narrowing.asked_or_seen(actor))
    )


def _of_activity(filters: Filters) -> Iterable[Any]:
    if filters.activity:
        yield or_(
            Decision.activity_code == filters.activity,
            and_(Decision.activity_code.is_(None), Decision.node_id == filters.activity),
        )
