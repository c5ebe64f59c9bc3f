"""Lists and pages of what has stopped: jobs that wait or failed, incidents and their causes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services import procedures
from services.actors import Actor
from services.db.models import Case, Delivery, Incident, Job, JobFailure, JobKind, Person
from services.errors import NotFoundError
from services.operations import scope
from services.operations.skipping import judge
from services.operations.summaries import summary
from services.runtime import Runtime

MAX_ROWS = 200
LAST_FAILURES = 20
OF_NO_CASE = "请排除原因后选“重试”结案；原因仍在的，会再次出现"


@dataclass(frozen=True, slots=True)
class Filters:
    """How the list of incidents is narrowed. ``min_age_hours``: open for so long, or longer."""

    code: str | None = None
    node: str | None = None
    procedure: str | None = None
    min_age_hours: int = 0
    is_resolved: bool = False


def open_jobs(session: Session, runtime: Runtime, actor: Actor) -> list[dict[str, Any]]:
    """Return what is waiting or failed in the cases of one's agencies, most urgent first."""
    rows = session.execute(
        select(Job, Case)
        .join(Case, Case.id == Job.case_id)
        .where(Job.case_id.in_(scope.cases(actor)), Job.done_at.is_(None))
        .order_by(Job.due_at)
        .limit(MAX_ROWS)
    ).all()
    found = _told(session, [job for job, _case in rows])
    return [_job(session, runtime, job, case, found) for job, case in rows]


def _job(
    session: Session, runtime: Runtime, job: Job, case: Case | None, found: Mapping[str, Delivery]
) -> dict[str, Any]:
    names = node_names(session, case) if case else {}
    is_still = case is not None and case.suspended_at is not None
    return {
        "id": job.id,
        "kind": job.kind,
        "case_id": case.id if case else None,
        "case_number": case.number if case else None,
        "summary": summary(runtime, job, found.get(str(job.payload.get("delivery"))), names),
        "due_at": job.due_at,
        "attempts": job.attempts - job.forgiven,
        "failed_at": job.failed_at,
        "last_error": job.last_error,
        "is_suspended": is_still and job.kind is not JobKind.MAIL,
    }


def _told(session: Session, jobs: list[Job]) -> dict[str, Delivery]:
    ids = [UUID(job.payload["delivery"]) for job in jobs if "delivery" in job.payload]
    rows = session.scalars(select(Delivery).where(Delivery.id.in_(ids)))
    return {str(row.id): row for row in rows}


def node_names(session: Session, case: Case) -> dict[str, str]:
    """Return the names of the nodes of a case's diagrams by id."""
    processes = procedures.ready(session, case.bundle_hash).opened.program.nodes.values()
    return {node.id: node.name for nodes in processes for node in nodes.values()}


def incidents(
    session: Session, runtime: Runtime, actor: Actor, filters: Filters
) -> list[dict[str, Any]]:
    """Return the incidents in the cases of one's agencies and of no case: open ones, oldest first."""
    rows = session.execute(_query(runtime, actor, filters).limit(MAX_ROWS)).all()
    return [_line(session, incident, case) for incident, case in rows]


def _query(runtime: Runtime, actor: Actor, filters: Filters) -> Select[Incident, Case | None]:
    query = (
        select(Incident, Case)
        .outerjoin(Case, Case.id == Incident.case_id)
        .where(scope.incidents(actor))
    )
    if filters.code:
        query = query.where(Incident.code == filters.code)
    if filters.node:
        query = query.where(Incident.node_id == filters.node)
    if filters.procedure:
        query = query.where(Case.procedure_id == filters.procedure)
    if filters.min_age_hours:
        latest = runtime.clock.now() - timedelta(hours=filters.min_age_hours)
        query = query.where(Incident.opened_at <= latest)
    if filters.is_resolved:
        return query.where(Incident.resolved_at.is_not(None)).order_by(Incident.resolved_at.desc())
    return query.where(Incident.resolved_at.is_(None)).order_by(Incident.opened_at, Incident.id)


def _line(session: Session, incident: Incident, case: Case | None) -> dict[str, Any]:
    shown = (
        "id", "case_id", "job_id", "code", "node_id", "message", "opened_at",
        "resolved_at", "resolution", "resolution_reason",
    )  # fmt: skip
    return {name: getattr(incident, name) for name in shown} | {
        "case_number": case.number if case else None,
        "case_title": case.title if case else None,
        "procedure": case.procedure_id if case else None,
        "node_name": node_names(session, case).get(incident.node_id) if case else None,
    }


def found(session: Session, actor: Actor, incident_id: UUID) -> Incident:
    """Return an incident that the actor sees to. Raises NotFoundError, NotAllowedError."""
    row = session.scalars(
        select(Incident).where(Incident.id == incident_id, scope.incidents(actor))
    ).first()
    if row is None:
        raise NotFoundError("没有这个异常")
    return row


def page(session: Session, runtime: Runtime, actor: Actor, incident_id: UUID) -> dict[str, Any]:
    """Return an incident with its cause: its job in words, the last tries, what may be done.

    Raises NotFoundError, NotAllowedError.
    """
    incident = found(session, actor, incident_id)
    case = session.get(Case, incident.case_id) if incident.case_id else None
    job = session.get(Job, incident.job_id) if incident.job_id else None
    verdict = judge(session, job)
    by = session.get(Person, incident.resolved_by) if incident.resolved_by else None
    told = _told(session, [job] if job else [])
    return _line(session, incident, case) | {
        "job": _job(session, runtime, job, case, told) if job else None,
        "failures": _failures(session, job),
        "may_skip": verdict.is_allowed and incident.resolved_at is None,
        "skip_reason": verdict.reason if case or job else OF_NO_CASE,
        "resolved_by": by.name if by else None,
    }


def _failures(session: Session, job: Job | None) -> list[JobFailure]:
    if job is None:
        return []
    rows = (
        select(JobFailure)
        .where(JobFailure.job_id == job.id)
        .order_by(JobFailure.at.desc(), JobFailure.attempt.desc())
    )
    return list(session.scalars(rows.limit(LAST_FAILURES)))
