"""What a trial shows: people with their tasks, the calendar, where tokens stand, what was sent."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import publicity, views
from services.cases.environment import CaseWorld
from services.db.engine import reading
from services.db.models import (
    Case,
    Channel,
    Delivery,
    Document,
    Incident,
    Job,
    JobKind,
    Membership,
    Notice,
    Notification,
    Person,
)
from services.lookup import read_case
from services.trials import people
from services.trials.sandboxes import Sandbox
from services.trials.tasks import open_tasks
from workflows.diagrams import Node

MOST_NOTIFICATIONS = 60


def seen(sandbox: Sandbox) -> dict[str, Any]:
    """Return the state of a trial. Reads the sandbox only; its lock is held by the caller."""
    company = {each["login"]: each for each in people.company(sandbox)}
    found = {
        "now": sandbox.player.now,
        "steps": list(_steps(sandbox, company)),
        "people": list(company.values()),
        "starters": people.starters(sandbox, company),
        "start_form": sandbox.stage.ready.start_form(),
    }
    with reading(sandbox.runtime.sessions) as session:
        found |= _of_case(sandbox, session) if sandbox.case else _NOTHING
    return found | {"diagrams": list(_diagrams(sandbox, found))}


def _diagrams(sandbox: Sandbox, found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the draft's diagrams with how many nodes are passed and how many hold a token."""
    visited, current = set(found["visited"]), set(found["current"])
    for path, diagram in sandbox.stage.ready.opened.diagrams.items():
        processes = diagram.processes.values()
        nodes = {node for process in processes for node in process.nodes}
        name = next((process.name for process in processes if process.name), path)
        counts = {"visited": len(nodes & visited), "current": len(nodes & current)}
        yield {"path": path, "name": name, **counts}


_NOTHING: Mapping[str, Any] = {
    "case": None,
    "tasks": [],
    "messages": [],
    "notices": [],
    "limits": [],
    "timers": [],
    "next_due": None,
    "documents": [],
    "notifications": [],
    "incidents": [],
    "visited": [],
    "current": [],
}


def _of_case(sandbox: Sandbox, session: Session) -> dict[str, Any]:
    assert sandbox.case is not None
    case = read_case(session, sandbox.case)
    nodes = _nodes(sandbox)
    tasks, timers = open_tasks(sandbox), list(_timers(sandbox, session, case))
    dues = [t["due_at"] for t in tasks if t["due_at"]] + [t["due_at"].isoformat() for t in timers]
    return {
        "case": _case(case),
        "tasks": tasks,
        "messages": list(_messages(sandbox, session, case)),
        "notices": list(_notices(session, case)),
        "limits": _limits(session, case, nodes),
        "timers": timers,
        "next_due": min((datetime.fromisoformat(each) for each in dues), default=None),
        "documents": list(_documents(session, case)),
        "notifications": list(_notifications(sandbox, session, case)),
        "incidents": list(_incidents(session, nodes)),
        "visited": views.visited(session, case.id),
        "current": views.active(session, case.id),
    }


def _nodes(sandbox: Sandbox) -> dict[str, Node]:
    processes = sandbox.stage.ready.opened.program.nodes.values()
    return {node.id: node for nodes in processes for node in nodes.values()}


def _case(case: Case) -> dict[str, Any]:
    return {
        "number": case.number,
        "status": case.status.value,
        "state": case.state,
        "outcome": case.outcome,
    }


def _steps(sandbox: Sandbox, names: Mapping[str, Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    nodes = _nodes(sandbox)
    for number, (step, at) in enumerate(zip(sandbox.done, sandbox.times, strict=True), start=1):
        yield {"number": number, "at": at} | told(step, names, nodes)


def told(
    step: Mapping[str, Any], names: Mapping[str, Mapping[str, Any]], nodes: Mapping[str, Node]
) -> dict[str, Any]:
    """Return a step in words: its kind, who, what."""
    kind = next((k for k in ("start", "task", "message", "objection", "advance") if k in step), "")
    what = step.get(kind)
    node = nodes.get(str(what))
    who = str(step.get("as") or "")
    person = names.get(who) or {}
    return {
        "kind": kind,
        "login": who,
        "person": person.get("name") or who,
        "party": person.get("party") or "",
        "what": node.name if node else str(what) if kind in ("message", "advance") else "",
        "node_id": node.id if node else None,
    }


def _timers(sandbox: Sandbox, session: Session, case: Case) -> Iterator[dict[str, Any]]:
    offset = sandbox.runtime.now(case) - sandbox.runtime.clock.now()
    rows = session.scalars(
        select(Job)
        .where(Job.case_id == case.id, Job.kind == JobKind.TIMER, Job.done_at.is_(None))
        .order_by(Job.due_at)
    )
    nodes = _nodes(sandbox)
    for job in rows:
        node = nodes.get(job.dedupe_key.rpartition(":")[2])
        yield {"name": node.name if node else "", "due_at": job.due_at + offset}


def _messages(sandbox: Sandbox, session: Session, case: Case) -> Iterator[dict[str, Any]]:
    """Yield the messages that the case waits for from a person in a role."""
    if not case.messages:
        return
    world = CaseWorld(session, sandbox.runtime, case, sandbox.stage.ready)
    told_of: set[str] = set()
    for node in _nodes(sandbox).values():
        name = node.event.message if node.event else None
        if (
            name not in case.messages
            or name in told_of
            or not node.form
            or name == publicity.MESSAGE
        ):
            continue
        party_id = world.party_for(node.role or "", None) if node.role else None
        if party_id is None:
            continue
        told_of.add(str(name))
        rows = session.scalars(
            select(Person.login)
            .join(Membership, Membership.person_id == Person.id)
            .where(Membership.party_id == party_id, Membership.role == node.role)
            .order_by(Person.login)
        )
        yield {"name": name, "label": node.name, "people": list(rows)}


def _notices(session: Session, case: Case) -> Iterator[dict[str, Any]]:
    rows = session.scalars(
        select(Notice).where(Notice.case_id == case.id).order_by(Notice.published_at)
    )
    for row in rows:
        yield {
            "number": row.number,
            "title": row.title,
            "starts_on": row.starts_on,
            "ends_on": row.ends_on,
            "status": row.status.value,
        }


def _limits(session: Session, case: Case, nodes: Mapping[str, Node]) -> list[dict[str, Any]]:
    """Return the limits that run, the next due first, then those that have ended."""
    found = [_limit(each, nodes) for each in views.deadlines(session, case.id)]
    return sorted(found, key=lambda each: (not each["is_running"], each["due_on"], each["name"]))


def _limit(each: dict[str, Any], nodes: Mapping[str, Node]) -> dict[str, Any]:
    node = nodes.get(each["node_id"])
    return {
        "name": node.name if node else each["node_id"],
        "amount": each["amount"],
        "unit": each["unit"],
        "due_on": each["due_on"],
        "is_running": each["ended_at"] is None,
        "is_provisional": each["is_provisional"],
    }


def _documents(session: Session, case: Case) -> Iterator[dict[str, Any]]:
    rows = session.scalars(
        select(Document).where(Document.case_id == case.id).order_by(Document.issued_at)
    )
    for row in rows:
        yield {"title": row.title, "number": row.number, "issued_at": row.issued_at}


def _notifications(sandbox: Sandbox, session: Session, case: Case) -> Iterator[dict[str, Any]]:
    """Yield who was told what, the newest first; nothing of it left the sandbox."""
    rows = session.execute(
        select(Notification, Person.name, Delivery.content)
        .join(Person, Person.id == Notification.person_id)
        .outerjoin(
            Delivery,
            (Delivery.notification_id == Notification.id) & (Delivery.channel == Channel.IN_APP),
        )
        .where(Notification.case_id == case.id)
        .order_by(Notification.sent_at.desc(), Person.login, Notification.template)
        .limit(MOST_NOTIFICATIONS)
    )
    for row, name, words in rows:
        yield {"person": name, "text": (words or {}).get("subject", ""), "sent_at": row.sent_at}


def _incidents(session: Session, nodes: Mapping[str, Node]) -> Iterator[dict[str, Any]]:
    for row in session.scalars(select(Incident).where(Incident.resolved_at.is_(None))):
        node = nodes.get(row.node_id)
        yield {"name": node.name if node else row.node_id, "message": row.message}
