"""What a signed-in person may read of a case."""

from collections.abc import Iterable
from secrets import compare_digest
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import cases, disclosures, policies, procedures, views
from services.actors import Actor
from services.db.models import AuditEntry, Case, Comment, Decision, Person, Task
from services.errors import ConflictError, NotFoundError
from services.lookup import get_case
from services.runtime import Runtime

ANONYMOUS_EXPERT = "专家"


def visible(session: Session, actor: Actor, case_id: UUID) -> Case:
    """Return a case that has come to the actor. Raises NotFoundError."""
    case = get_case(session, case_id)
    policies.see_case(session, actor, case)
    return case


def progress(session: Session, number: str, code: str) -> dict[str, Any]:
    """Return how far a case is to whoever holds its code. Raises NotFoundError."""
    case = session.scalars(select(Case).where(Case.number == number)).first()
    if case is None or not compare_digest(case.progress_code.encode(), code.encode()):
        raise NotFoundError("没有这个办件，或查询码不对")
    return {
        "number": case.number,
        "title": case.title,
        "state": case.state,
        "status": case.status.value,
        "outcome": case.outcome,
        "started_at": case.started_at,
        "finished_at": case.finished_at,
        "waiting_for": sorted({task["name"] for task in views.open_tasks(session, case.id)}),
        "is_rehearsal": case.is_rehearsal,
    }


def inspection(session: Session, runtime: Runtime, actor: Actor, case_id: UUID) -> dict[str, Any]:
    """Return a rehearsal whole. Raises ConflictError for a production case."""
    case = visible(session, actor, case_id)
    if not case.is_rehearsal:
        raise ConflictError("只有演练办件可以整体查看", "NOT_A_REHEARSAL")
    return views.inspect(session, runtime, case_id)


def timeline(session: Session, actor: Actor, case_id: UUID) -> list[dict[str, Any]]:
    """Return the audit chain as a time line: what, when, who, which nodes were passed.

    Experts keep their names from all but the officials of the case.
    """
    case = visible(session, actor, case_id)
    rows = session.scalars(
        select(AuditEntry).where(AuditEntry.case_id == case_id).order_by(AuditEntry.seq)
    ).all()
    names = _names(session, {row.actor for row in rows})
    if not policies.is_official(session, actor, case):
        names |= dict.fromkeys(_experts(session, case) - {actor.key}, ANONYMOUS_EXPERT)
    return [
        {
            "seq": row.seq,
            "at": row.at,
            "what": row.what,
            "actor": names.get(row.actor, "系统"),
            "passed": (row.payload or {}).get("passed", []),
            "state": (row.payload or {}).get("state"),
            "hash": row.hash.hex(),
        }
        for row in rows
    ]


def _names(session: Session, actors: Iterable[str]) -> dict[str, str]:
    ids = [UUID(a) for a in actors if len(a) == 36]  # noqa: PLR2004 - a person's UUID
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    return {str(person_id): name for person_id, name in rows}


def _experts(session: Session, case: Case) -> set[str]:
    """Return, as the audit chain names them, whom the case has asked by name."""
    asked = select(Task.person_id).where(Task.case_id == case.id, Task.person_id.is_not(None))
    return {str(person_id) for person_id in session.scalars(asked)}


def decisions(session: Session, actor: Actor, case_id: UUID) -> list[dict[str, Any]]:
    """Return the decisions of a case in order; answers only where the actor may read them."""
    case = visible(session, actor, case_id)
    rows = session.execute(
        select(Decision, Task, Person)
        .join(Task, Task.id == Decision.task_id)
        .join(Person, Person.id == Decision.person_id)
        .where(Decision.case_id == case_id)
        .order_by(Decision.made_at, Decision.id)
    )
    return [_decision(session, actor, case, *row) for row in rows]


def _decision(
    session: Session,
    actor: Actor,
    case: Case,
    decision: Decision,
    task: Task,
    person: Person,
) -> dict[str, Any]:
    may_read = disclosures.may_read(session, actor, case, decision, task.form_id)
    is_sealed_name = decision.role == policies.EXPERT and not may_read
    return {
        "id": decision.id,
        "task_id": task.id,
        "node_id": decision.node_id,
        "activity_code": decision.activity_code,
        "name": task.name,
        "person": ANONYMOUS_EXPERT if is_sealed_name else person.name,
        "role": decision.role,
        "made_at": decision.made_at,
        "answers": decision.answers if may_read else None,
        "answers_sha256": decision.answers_sha256,
    }


def deadlines(session: Session, actor: Actor, case_id: UUID) -> list[dict[str, Any]]:
    """Return the time limits of a case."""
    visible(session, actor, case_id)
    return views.deadlines(session, case_id)


def recompute(session: Session, runtime: Runtime, actor: Actor, case_id: UUID) -> Case:
    """Compute a case's limits anew, by a process owner of an agency it has come to."""
    visible(session, actor, case_id)
    owned = actor.parties_with(policies.PROCESS_OWNER)
    policies.own_procedures(actor, owned).require()
    return cases.recompute_deadlines(session, runtime, case_id=case_id, actor=actor)


def diagrams(session: Session, actor: Actor, case_id: UUID) -> dict[str, Any]:
    """Return the BPMN files of the case's bundle by path, the nodes visited and those waiting."""
    case = visible(session, actor, case_id)
    bundle = procedures.ready(session, case.bundle_hash).opened.bundle
    return {
        "files": {path: data.decode() for path, data in bundle.under("bpmn").items()},
        "visited": views.visited(session, case_id),
        "current": [task["node_id"] for task in views.open_tasks(session, case_id)],
    }


def comments(session: Session, actor: Actor, case_id: UUID) -> list[dict[str, Any]]:
    """Return the comments for the actor's audience: officials all, others those for them."""
    case = visible(session, actor, case_id)
    query = (
        select(Comment, Person)
        .join(Person, Person.id == Comment.person_id)
        .where(Comment.case_id == case_id)
        .order_by(Comment.made_at)
    )
    rows = session.execute(query).all()
    if policies.is_official(session, actor, case):
        return [_comment(comment, person.name) for comment, person in rows]
    mine = "applicant" if actor.parties else "experts"
    rows = [r for r in rows if r[0].audience == mine or r[0].person_id == actor.person_id]
    experts = set(session.scalars(select(Task.person_id).where(Task.case_id == case_id)))
    hidden = experts - {None, actor.person_id}
    return [_comment(c, "专家" if p.id in hidden else p.name) for c, p in rows]


def _comment(comment: Comment, author: str) -> dict[str, Any]:
    return {
        "id": comment.id,
        "person": author,
        "audience": comment.audience,
        "text": comment.text,
        "made_at": comment.made_at,
    }


def add_comment(
    session: Session, runtime: Runtime, actor: Actor, case_id: UUID, *, audience: str, text: str
) -> dict[str, Any]:
    """Add a comment. Only officials write for the agency or the experts."""
    case = visible(session, actor, case_id)
    policies.comment(session, actor, case, audience).require()
    party_id = next(iter(sorted(actor.parties)), case.starter_party_id)
    comment = Comment(
        case_id=case.id,
        person_id=actor.person_id,
        party_id=party_id,
        audience=audience,
        text=text,
        made_at=runtime.now(case),
    )
    session.add(comment)
    session.flush()
    return _comment(comment, actor.name)
