"""What a list shows of each case and task: as much as its reader may see, and no more."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import case_pages, policies
from services.actors import Actor
from services.db.models import (
    Case,
    CaseAccess,
    CaseFact,
    CaseFollow,
    Deadline,
    Party,
    Person,
    Task,
    TaskStatus,
)
from services.runtime import Runtime
from services.workbench import filters as narrowing
from services.workbench.case_lists import Entry
from services.workbench.lights import WORDS, Light, Lights

PAUSED = "paused"  # kind of a day in a limit's ledger


@dataclass(frozen=True)
class Reader:
    """What is known about the cases of one page, read once for all of them."""

    actor: Actor
    shown: dict[UUID, Any]
    facts: dict[UUID, list[dict[str, Any]]]
    applicants: dict[UUID, str]
    followed: frozenset[UUID]
    waiting: dict[UUID, list[str]]
    people: dict[UUID, str]
    parties: dict[UUID, str]
    paused: dict[UUID, int]


def of_tasks(
    session: Session, runtime: Runtime, actor: Actor, lights: Lights, found: list[tuple[Task, Case]]
) -> list[dict[str, Any]]:
    """Return the rows of open tasks."""
    tasks = [task for task, _case in found]
    known = _reader(session, actor, [case for _task, case in found], tasks, is_todo=True)
    return [
        {
            **_case(known, case),
            "id": task.id,
            "at": task.opened_at,
            "task": _task(known, task, case),
            "on_behalf_of": _absent(actor, task, case),
            **_light(lights, known, task, runtime.now(case)),
        }
        for task, case in found
    ]


def of_entries(session: Session, actor: Actor, found: list[Entry]) -> list[dict[str, Any]]:
    """Return the rows of cases, with what one decided where it is a list of decisions."""
    tasks = [entry.task for entry in found if entry.task is not None]
    principals = {entry.decision.on_behalf_of for entry in found if entry.decision is not None}
    known = _reader(session, actor, [e.case for e in found], tasks, people=principals)
    return [
        {
            **_case(known, entry.case),
            "id": entry.id,
            "at": entry.at,
            "task": _task(known, entry.task, entry.case) if entry.task else None,
            "decision": entry.decision.id if entry.decision else None,
            "on_behalf_of": _principal(known, entry),
            "light": Light.NONE,
            "light_text": "",
            "remaining_working_days": None,
            "paused_days": 0,
        }
        for entry in found
    ]


def _absent(actor: Actor, task: Task, case: Case) -> str | None:
    """Return for whom the actor would do a task (代); None for themself."""
    as_whom = policies.capacities(actor, task, case.procedure_id)
    return as_whom[0].principal_name if as_whom and as_whom[0] is not None else None


def _principal(known: Reader, entry: Entry) -> str | None:
    """Return for whom the actor decided (代); None for themself."""
    person = entry.decision and entry.decision.on_behalf_of
    return known.people.get(person) if person else None


def _light(lights: Lights, known: Reader, task: Task, now: datetime) -> dict[str, Any]:
    light = lights.of(task.party_id, task.due_at, now)
    return {
        "light": light,
        "light_text": WORDS[light],
        "remaining_working_days": lights.remaining(task.party_id, task.due_at, now),
        "paused_days": known.paused.get(task.id, 0),
        "decision": None,
    }


def _task(known: Reader, task: Task, case: Case) -> dict[str, Any]:
    columns = {c.key: getattr(task, c.key) for c in task.__table__.columns}
    return columns | {
        "case_number": case.number,
        "case_title": case.title,
        "party": known.parties.get(task.party_id) if task.party_id else None,
        "claimed_by_name": known.people.get(task.claimed_by) if task.claimed_by else None,
    }


def _case(known: Reader, case: Case) -> dict[str, Any]:
    return {
        "case": known.shown[case.id],
        "applicant": known.applicants.get(case.id),
        "facts": known.facts.get(case.id, []),
        "is_followed": case.id in known.followed,
        "waiting_for": known.waiting.get(case.id, []),
    }


def _reader(
    session: Session,
    actor: Actor,
    cases: list[Case],
    tasks: list[Task],
    *,
    people: Collection[UUID | None] = (),
    is_todo: bool = False,
) -> Reader:
    """Read what the rows need; a list of open tasks need not say what else is open."""
    ids = list({case.id for case in cases})
    shown = {case.id: case for case in cases} | _covers(session, actor, cases)
    open_to_all = [i for i in ids if shown[i].status is not None and not is_todo]
    knows = list(
        session.scalars(select(Case.id).where(Case.id.in_(ids), narrowing.knows_facts(actor)))
    )
    return Reader(
        actor=actor,
        shown=shown,
        facts=_facts(session, knows),
        applicants=_applicants(session, knows),
        followed=_followed(session, actor, ids),
        waiting=_waiting(session, open_to_all),
        people=_names(session, Person, {*people, *(t.claimed_by for t in tasks)}),
        parties=_names(session, Party, {t.party_id for t in tasks}),
        paused=_paused(session, tasks),
    )


def _covers(session: Session, actor: Actor, cases: list[Case]) -> dict[UUID, Any]:
    """Return how those cases are shown that the actor does not see whole."""
    ids = [case.id for case in cases]
    rows = session.scalars(
        select(CaseAccess.case_id).where(
            CaseAccess.case_id.in_(ids),
            CaseAccess.party_id.in_(actor.parties),
            CaseAccess.until.is_(None),
        )
    )
    whole = set(rows)
    partly = {case.id: case for case in cases if case.id not in whole}
    return {case_id: case_pages.shown(session, actor, case) for case_id, case in partly.items()}


def _facts(session: Session, case_ids: list[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    found: dict[UUID, list[dict[str, Any]]] = {}
    rows = session.scalars(
        select(CaseFact)
        .where(CaseFact.case_id.in_(case_ids))
        .order_by(CaseFact.case_id, CaseFact.position)
    )
    for row in rows:
        fact = {"key": row.key, "label": row.label, "value": row.value, "text": row.text}
        found.setdefault(row.case_id, []).append(fact)
    return found


def _applicants(session: Session, case_ids: list[UUID]) -> dict[UUID, str]:
    rows = session.execute(
        select(Case.id, Party.name)
        .join(Party, Party.id == Case.starter_party_id)
        .where(Case.id.in_(case_ids))
    )
    return dict(rows.all())


def _followed(session: Session, actor: Actor, case_ids: list[UUID]) -> frozenset[UUID]:
    rows = session.scalars(
        select(CaseFollow.case_id).where(
            CaseFollow.person_id == actor.person_id, CaseFollow.case_id.in_(case_ids)
        )
    )
    return frozenset(rows)


def _waiting(session: Session, case_ids: list[UUID]) -> dict[UUID, list[str]]:
    """Return the names of the tasks that each case waits for."""
    found: dict[UUID, list[str]] = {}
    rows = session.execute(
        select(Task.case_id, Task.name)
        .where(Task.case_id.in_(case_ids), Task.status == TaskStatus.OPEN)
        .distinct()
        .order_by(Task.case_id, Task.name)
    )
    for case_id, name in rows:
        found.setdefault(case_id, []).append(name)
    return found


def _names(session: Session, model: Any, ids: set[UUID | None]) -> dict[UUID, str]:
    rows = session.execute(select(model.id, model.name).where(model.id.in_(ids - {None})))
    return dict(rows.all())


def _paused(session: Session, tasks: list[Task]) -> dict[UUID, int]:
    """Return how many days the limit of each task has stood still, where it has."""
    rows = session.execute(
        select(Deadline.task_id, Deadline.ledger).where(
            Deadline.task_id.in_([task.id for task in tasks]),
            Deadline.case_id.in_({task.case_id for task in tasks}),
        )
    )
    counted = {task_id: sum(day[1] == PAUSED for day in ledger) for task_id, ledger in rows}
    return {task_id: days for task_id, days in counted.items() if days}
