"""The workbench's lists as their routes need them: pages, counts, and what one may filter by."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services import inbox
from services.actors import Actor
from services.db.models import Case, CaseFact, Procedure, Task, TaskStatus
from services.runtime import Runtime
from services.workbench import case_lists, rows, todo
from services.workbench import filters as narrowing
from services.workbench.case_lists import ListKind
from services.workbench.filters import Filters
from services.workbench.lights import Light, Lights

MOST = 1000  # counts stop here: 999+
MAX_CHOICES = 200
NAME = "name"  # the fact by which people call a case: searched for, not chosen from a list

Cursor = tuple[Any, UUID]


def page(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    kind: ListKind,
    *,
    filters: Filters,
    sort: str,
    after: Cursor | None,
    limit: int,
) -> tuple[list[dict[str, Any]], Cursor | None]:
    """Return the rows of a page and where the next one begins, None after the last."""
    if kind is not ListKind.TODO:
        found = case_lists.page(
            session, actor, kind, filters=filters, before=after, limit=limit + 1
        )
        last = found[limit - 1] if len(found) > limit else None
        shown = rows.of_entries(session, actor, found[:limit])
        return shown, (last.at, last.id) if last else None
    lights = _lights(session, runtime)
    now = runtime.now()
    open_tasks = todo.page(
        session, actor, lights, now, filters=filters, sort=sort, after=after, limit=limit + 1
    )
    end = open_tasks[limit - 1] if len(open_tasks) > limit else None
    listed = rows.of_tasks(session, runtime, actor, lights, open_tasks[:limit])
    return listed, (todo.key_of(sort, *end), end[0].id) if end else None


def cursor_kinds(
    kind: ListKind, sort: str, instant: Callable[[Any], datetime]
) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """Return how to read the two parts of a cursor."""
    is_text = kind is ListKind.TODO and sort == "number"
    return (str if is_text else instant), UUID


def counts(session: Session, runtime: Runtime, actor: Actor) -> dict[str, Any]:
    """Return the length of each list, and of 待办 by light; capped at 999+."""
    lights, now, filters = _lights(session, runtime), runtime.now(), Filters()

    def open_tasks(light: Light | None) -> dict[str, Any]:
        narrowed = Filters(light=light)
        return _counted(todo.count(session, actor, lights, now, filters=narrowed, most=MOST))

    lists = {
        kind.value: _counted(case_lists.count(session, actor, kind, filters=filters, most=MOST))
        for kind in ListKind
        if kind is not ListKind.TODO
    }
    return {
        "lists": {ListKind.TODO.value: open_tasks(None), **lists},
        "lights": {light.value: open_tasks(light) for light in Light},
    }


def _counted(number: int) -> dict[str, Any]:
    is_capped = number >= MOST
    return {
        "count": min(number, MOST - 1),
        "is_capped": is_capped,
        "text": f"{MOST - 1}+" if is_capped else str(number),
    }


def choices(session: Session, actor: Actor) -> dict[str, Any]:
    """Return what the filters of 待办 may be set to: what occurs in one's own open tasks."""
    mine = or_(*(where for _party, where in inbox.addressed(actor)))
    tasks = select(Task).where(mine, Task.status == TaskStatus.OPEN)
    activities = session.execute(
        tasks.with_only_columns(Task.activity_code, Task.node_id, Task.name)
        .distinct()
        .limit(MAX_CHOICES)
    )
    named: dict[str, str] = {}
    for code, node_id, name in activities:
        named.setdefault(code or node_id, name)
    procedures = session.execute(
        select(Procedure.id, Procedure.title, Procedure.jurisdiction)
        .where(
            Procedure.id.in_(
                tasks.join(Case, Case.id == Task.case_id).with_only_columns(Case.procedure_id)
            )
        )
        .order_by(Procedure.id)
    )
    return {
        "procedures": [
            {"id": each, "title": title, "jurisdiction": code} for each, title, code in procedures
        ],
        "activities": [{"id": each, "title": name} for each, name in sorted(named.items())],
        "facts": _fact_choices(session, actor, tasks.with_only_columns(Task.case_id)),
    }


def _fact_choices(session: Session, actor: Actor, case_ids: Any) -> list[dict[str, Any]]:
    query = (
        select(CaseFact.key, CaseFact.label, CaseFact.value, CaseFact.text)
        .join(Case, Case.id == CaseFact.case_id)
        .where(CaseFact.case_id.in_(case_ids), CaseFact.key != NAME, narrowing.knows_facts(actor))
        .distinct()
        .order_by(CaseFact.key, CaseFact.text)
        .limit(MAX_CHOICES)
    )
    found: dict[tuple[str, str], list[dict[str, str]]] = {}
    for key, label, value, text in session.execute(query):
        found.setdefault((key, label), []).append({"value": value, "text": text})
    return [
        {"key": key, "label": label, "values": values} for (key, label), values in found.items()
    ]


def _lights(session: Session, runtime: Runtime) -> Lights:
    return Lights(session, runtime.settings.yellow_working_days)
