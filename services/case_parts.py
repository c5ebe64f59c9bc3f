"""The parts of a case page: its steps with who had them, its parties, waivers, forms, clauses."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import case_pages, policies, procedures
from services.actors import Actor
from services.db.models import Case, CaseRole, Party, Person, Task, Waiver
from workflows.bundles.clauses import clauses_for


def tasks(session: Session, actor: Actor, case_id: UUID) -> list[dict[str, Any]]:
    """Return the tasks of a case, oldest first: what, for whom, since when, how it ended.

    Who holds or did one by name is for officials; others see agencies and units only, and of
    tasks given to somebody by name only their own.
    """
    case = case_pages.visible(session, actor, case_id)
    sight = policies.sight_of(session, actor, case)
    is_official = policies.is_official(session, actor, case)
    rows = session.execute(
        select(Task, Party, Person)
        .outerjoin(Party, Party.id == Task.party_id)
        .outerjoin(Person, Person.id == Task.claimed_by)
        .where(Task.case_id == case_id)
        .order_by(Task.opened_at, Task.node_id, Task.item_key)
    )
    return [
        _step(task, party, holder if is_official else None)
        for task, party, holder in rows
        if sight.covers(task.opened_at, task.node_id)
        and (is_official or task.person_id in {None, actor.person_id})
    ]


def _step(task: Task, party: Party | None, holder: Person | None) -> dict[str, Any]:
    return {
        "id": task.id,
        "node_id": task.node_id,
        "process_id": task.process_id,
        "activity_code": task.activity_code,
        "name": task.name,
        "role": task.role,
        "status": task.status,
        "item_key": task.item_key,
        "party": party.name if party else None,
        "holder": holder.name if holder else None,
        "opened_at": task.opened_at,
        "due_at": task.due_at,
        "closed_at": task.closed_at,
    }


def parties(session: Session, actor: Actor, case_id: UUID) -> list[dict[str, Any]]:
    """Return which party each role of the case is bound to; nothing to whom it was passed away."""
    case = case_pages.visible(session, actor, case_id)
    if policies.sight_of(session, actor, case) != policies.WHOLE:
        return []
    rows = session.execute(
        select(CaseRole.role, Party)
        .join(Party, Party.id == CaseRole.party_id)
        .where(CaseRole.case_id == case_id)
        .order_by(CaseRole.role, Party.name)
    )
    return [
        {"role": role, "name": party.name, "kind": party.kind.value, "uscc": party.uscc}
        for role, party in rows
    ]


def waivers(session: Session, actor: Actor, case_id: UUID) -> list[dict[str, Any]]:
    """Return the waivers of soft rules, oldest first.

    Who proposed and who decided is for officials; the unit that started the case reads the rest.
    """
    case = case_pages.visible(session, actor, case_id)
    is_official = policies.is_official(session, actor, case)
    if not is_official and case.starter_party_id not in actor.parties:
        return []
    sight = policies.sight_of(session, actor, case)
    rows = session.scalars(
        select(Waiver).where(Waiver.case_id == case_id).order_by(Waiver.decided_at)
    )
    return [
        _waiver(session, row, with_names=is_official)
        for row in rows
        if sight.covers(row.decided_at)
    ]


def _waiver(session: Session, row: Waiver, *, with_names: bool) -> dict[str, Any]:
    def name(person_id: UUID) -> str | None:
        return session.get_one(Person, person_id).name if with_names else None

    return {
        "rule_id": row.rule_id,
        "fact_value": row.fact_value,
        "justification": row.justification,
        "is_granted": row.is_granted,
        "proposed_by": name(row.proposed_by),
        "decided_by": name(row.decided_by),
        "decided_at": row.decided_at,
    }


def form(session: Session, actor: Actor, case_id: UUID, form_id: str) -> dict[str, Any]:
    """Return a form of the case's bundle, to show answers by. Raises NotFoundError."""
    case = case_pages.visible(session, actor, case_id)
    found = procedures.ready(session, case.bundle_hash).form(form_id)
    return dict(found.definition)


def nodes(session: Session, case: Case) -> list[dict[str, Any]]:
    """Return the steps of the case's diagrams in business words, with clauses and assumptions."""
    opened = procedures.ready(session, case.bundle_hash).opened
    return [
        {
            "id": node.id,
            "process_id": process_id,
            "name": node.name,
            "kind": node.kind,
            "called": node.called,
            "activity_code": node.activity_code,
            "clauses": clauses_for(opened, [node.id]),
            "articles": list(node.clauses),
            "assumptions": list(node.assumptions),
        }
        for process_id, found in opened.program.nodes.items()
        for node in found.values()
        if node.name
    ]


def task_clauses(session: Session, case: Case, task: Task) -> list[dict[str, str]]:
    """Return the clauses that a task, its form and its fields realise."""
    opened = procedures.ready(session, case.bundle_hash).opened
    return clauses_for(opened, [task.node_id, task.form_id])
