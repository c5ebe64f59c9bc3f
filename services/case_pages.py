"""What a signed-in person may read of a case."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from services import (
    audit,
    cases,
    disclosures,
    fired_rules,
    inbox,
    materials,
    policies,
    procedures,
    views,
)
from services.accounts import names_of
from services.actors import Actor
from services.db.models import AuditEntry, Case, CaseAccess, Decision, Person, Task
from services.errors import ConflictError
from services.lookup import get_case
from services.runtime import Runtime
from workflows import dmn

ANONYMOUS_EXPERT = "专家"
ELSEWHERE = "承办机关"


def visible(session: Session, actor: Actor, case_id: UUID) -> Case:
    """Return a case that has come to the actor. Raises NotFoundError."""
    case = get_case(session, case_id)
    policies.see_case(session, actor, case)
    return case


@dataclass(frozen=True, slots=True)
class Cover:
    """A case as those see it who may not know how it stands now."""

    id: UUID
    number: str
    procedure_id: str
    jurisdiction: str
    bundle_hash: str
    title: str
    started_at: datetime
    is_rehearsal: bool
    status: None = None
    state: None = None
    outcome: None = None
    finished_at: None = None
    progress_code: None = None
    version: None = None


def shown(session: Session, actor: Actor, case: Case) -> Case | Cover:
    """Return the case's row, or only its cover to those who may not know how it stands."""
    if policies.sight_of(session, actor, case).shows_progress:
        return case
    return Cover(
        case.id,
        case.number,
        case.procedure_id,
        case.jurisdiction,
        case.bundle_hash,
        case.title,
        case.started_at,
        case.is_rehearsal,
    )


def one(session: Session, actor: Actor, case_id: UUID) -> Case | Cover:
    """Return a case that has come to the actor, as they may see it. Raises NotFoundError."""
    return shown(session, actor, visible(session, actor, case_id))


def mine(
    session: Session, actor: Actor, *, before: tuple[datetime, UUID] | None, limit: int
) -> list[Case | Cover]:
    """Return the cases the actor sees, newest first, each as they may see it."""
    found = inbox.cases_of(session, actor, before=before, limit=limit)
    left = set(
        session.scalars(
            select(CaseAccess.case_id).where(
                CaseAccess.case_id.in_([case.id for case in found]),
                CaseAccess.party_id.in_(actor.parties),
                CaseAccess.until.is_not(None),
            )
        )
    )
    return [shown(session, actor, case) if case.id in left else case for case in found]


def inspection(session: Session, runtime: Runtime, actor: Actor, case_id: UUID) -> dict[str, Any]:
    """Return a rehearsal whole. Raises ConflictError for a production case."""
    case = visible(session, actor, case_id)
    if not case.is_rehearsal:
        raise ConflictError("只有演练办件可以整体查看", "NOT_A_REHEARSAL")
    if policies.sight_of(session, actor, case) != policies.WHOLE:
        raise ConflictError("办件已移送其他机关，不能整体查看", "CASE_PASSED_ON")
    return views.inspect(session, runtime, case_id)


def timeline(session: Session, actor: Actor, case_id: UUID) -> list[dict[str, Any]]:
    """Return the audit chain as a time line: what, when, who, which nodes were passed.

    Experts keep their names from all but the officials of the case; how officials share their
    work, and which rules of tables decided, is for officials alone.
    """
    case = visible(session, actor, case_id)
    rows = session.scalars(
        select(AuditEntry).where(AuditEntry.case_id == case_id).order_by(AuditEntry.seq)
    ).all()
    stood_in = {str((row.payload or {}).get("on_behalf_of", "")) for row in rows}
    names = _names(session, {row.actor for row in rows} | stood_in)
    is_official = policies.is_official(session, actor, case)
    if not is_official:
        names |= dict.fromkeys(_experts(session, case) - {actor.key}, ANONYMOUS_EXPERT)
    sight = policies.sight_of(session, actor, case)
    decisions = procedures.ready(session, case.bundle_hash).opened.decisions if is_official else {}
    return [
        _passage(row, names, decisions, is_seen=sight.covers(row.at))
        for row in rows
        if sight.covers(row.at, policies.PROGRESS)
        and (is_official or row.what not in audit.INTERNAL)
    ]


def _passage(
    row: AuditEntry, names: dict[str, str], decisions: Mapping[str, dmn.Model], *, is_seen: bool
) -> dict[str, Any]:
    """Return an entry of the time line; of one only disclosed, no more than state and instant."""
    payload = row.payload or {}
    fired = payload.get("rules", []) if is_seen and decisions else []
    return {
        "seq": row.seq,
        "at": row.at,
        "what": row.what,
        "actor": names.get(row.actor, "系统") if is_seen else ELSEWHERE,
        "node": payload.get("node") if is_seen else None,
        "passed": payload.get("passed", []) if is_seen else [],
        "rules": list(fired_rules.told(decisions, fired)),
        "on_behalf_of": names.get(str(payload.get("on_behalf_of"))) if is_seen else None,
        "state": payload.get("state"),
        "hash": row.hash.hex(),
    }


def _names(session: Session, actors: Iterable[str]) -> dict[str, str]:
    ids = [UUID(a) for a in actors if len(a) == 36]  # noqa: PLR2004 - a person's UUID
    return {str(person_id): name for person_id, name in names_of(session, ids).items()}


def _experts(session: Session, case: Case) -> set[str]:
    """Return, as the audit chain names them, whom the case has asked by name."""
    asked = select(Task.person_id).where(Task.case_id == case.id, Task.person_id.is_not(None))
    return {str(person_id) for person_id in session.scalars(asked)}


def decisions(session: Session, actor: Actor, case_id: UUID) -> list[dict[str, Any]]:
    """Return the decisions of a case in order; answers only where the actor may read them."""
    case = visible(session, actor, case_id)
    absent = aliased(Person)
    rows = session.execute(
        select(Decision, Task, Person, absent.name)
        .join(Task, Task.id == Decision.task_id)
        .join(Person, Person.id == Decision.person_id)
        .outerjoin(absent, absent.id == Decision.on_behalf_of)
        .where(Decision.case_id == case_id)
        .order_by(Decision.made_at, Decision.id)
    )
    sight = policies.sight_of(session, actor, case)
    return [
        _decision(session, actor, case, *row)
        for row in rows
        if disclosures.sees_decision(session, case, row[0], sight)
    ]


def _decision(
    session: Session,
    actor: Actor,
    case: Case,
    decision: Decision,
    task: Task,
    person: Person,
    absent: str | None,
) -> dict[str, Any]:
    may_read = disclosures.may_read(session, actor, case, decision, task.form_id)
    is_sealed_name = decision.role == policies.EXPERT and not may_read
    return {
        "id": decision.id,
        "task_id": task.id,
        "node_id": decision.node_id,
        "activity_code": decision.activity_code,
        "name": task.name,
        "form": task.form_id,
        "person": ANONYMOUS_EXPERT if is_sealed_name else person.name,
        "on_behalf_of": absent,
        "role": decision.role,
        "made_at": decision.made_at,
        "withdrawn_at": decision.withdrawn_at,
        "answers": decision.answers if may_read else None,
        "files": materials.handed_in(session, case, decision.answers) if may_read else [],
        "answers_sha256": decision.answers_sha256,
    }


def deadlines(session: Session, actor: Actor, case_id: UUID) -> list[dict[str, Any]]:
    """Return the time limits of a case."""
    sight = policies.sight_of(session, actor, visible(session, actor, case_id))
    found = views.deadlines(session, case_id)
    return [d for d in found if sight.covers(datetime.fromisoformat(d["started_at"]))]


def recompute(session: Session, runtime: Runtime, actor: Actor, case_id: UUID) -> Case:
    """Compute a case's limits anew, by a process owner of an agency it has come to."""
    case = visible(session, actor, case_id)
    owned = actor.parties_with(policies.PROCESS_OWNER)
    policies.own_procedures(actor, owned).require()
    policies.still_with(session, actor, case).require()
    return cases.recompute_deadlines(session, runtime, case_id=case_id, actor=actor)


def diagrams(session: Session, actor: Actor, case_id: UUID) -> dict[str, Any]:
    """Return the BPMN files of the case's bundle by path, the nodes visited and those waiting."""
    case = visible(session, actor, case_id)
    bundle = procedures.ready(session, case.bundle_hash).opened.bundle
    sight = policies.sight_of(session, actor, case)
    until = None if sight.shows_progress else sight.until
    current = views.active(session, case_id) if sight.shows_progress else []
    return {
        "main": case.procedure_id,
        "files": {path: data.decode() for path, data in bundle.under("bpmn").items()},
        "visited": views.visited(session, case_id, until),
        "current": current,
    }
