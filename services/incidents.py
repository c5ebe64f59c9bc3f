"""Incidents: what no diagram provides for, kept in view until a person resolves it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import audit
from services.db.models import Case, CaseStatus, Incident, Job
from services.lookup import lock_case
from workflows.errors import IncidentError

RETRIED, SKIPPED = "retried", "skipped"
INVARIANT = "INVARIANT"  # code of what a step would have broken; the message names the invariant


def open_incident(
    session: Session,
    error: IncidentError,
    at: datetime,
    *,
    case_id: UUID | None,
    job_id: UUID | None = None,
) -> Incident:
    """Open an incident on a case, or return the open one that says the same.

    Runs in a transaction of its own, after the failed one was rolled back.
    """
    case = lock_case(session, case_id) if case_id else None
    same = session.scalars(
        select(Incident).where(
            Incident.case_id == case_id,
            Incident.code == error.code,
            Incident.node_id == error.node_id[:64],
            Incident.job_id == job_id,
            Incident.resolved_at.is_(None),
        )
    ).first()
    if same is not None:
        return same
    incident = Incident(
        case_id=case_id,
        job_id=job_id,
        code=error.code,
        node_id=error.node_id[:64],
        message=error.message,
        opened_at=at,
    )
    session.add(incident)
    session.flush()
    if case is not None:
        _mark(session, case, incident, at)
    return incident


def _mark(session: Session, case: Case, incident: Incident, at: datetime) -> None:
    if case.status is CaseStatus.OPEN:
        case.status = CaseStatus.ATTENTION
    audit.append(
        session,
        case,
        at=at,
        actor="system",
        what="incident.opened",
        payload={"code": incident.code, "node": incident.node_id, "incident": str(incident.id)},
    )


def resolve(session: Session, incident_id: UUID, actor_key: str, at: datetime) -> Incident | None:
    """Close an incident; its failed job is due again. The second time: nothing.

    The job's attempts are not counted anew, they are the fencing token; those so far are forgiven.
    """
    incident = session.get(Incident, incident_id)
    if incident is None or incident.resolved_at is not None:
        return incident
    case = lock_case(session, incident.case_id) if incident.case_id else None
    session.refresh(incident)
    if incident.resolved_at is not None:
        return incident
    if incident.job_id and (job := session.get(Job, incident.job_id)):
        job.failed_at, job.forgiven, job.due_at, job.lease_until = None, job.attempts, at, None
    close(session, case, incident, RETRIED, actor_key, at)
    return incident


def close(
    session: Session,
    case: Case | None,
    incident: Incident,
    resolution: str,
    actor_key: str,
    at: datetime,
    reason: str | None = None,
) -> None:
    """Mark an incident resolved, and its locked case as well again if it has no other."""
    incident.resolved_at, incident.resolution = at, resolution
    incident.resolution_reason = reason
    incident.resolved_by = _person(actor_key)
    session.flush()
    if case is not None:
        _unmark(session, case, incident, actor_key, at)


def _person(actor_key: str) -> UUID | None:
    try:
        return UUID(actor_key)
    except ValueError:
        return None  # a part of the system


def _unmark(session: Session, case: Case, incident: Incident, actor_key: str, at: datetime) -> None:
    others = session.scalars(
        select(Incident.id).where(Incident.case_id == case.id, Incident.resolved_at.is_(None))
    ).first()
    if others is None and case.status is CaseStatus.ATTENTION:
        case.status = CaseStatus.OPEN
    is_skipped = incident.resolution == SKIPPED
    payload = {"incident": str(incident.id)}
    if incident.resolution_reason:
        payload["reason"] = incident.resolution_reason
    audit.append(
        session,
        case,
        at=at,
        actor=actor_key,
        what="incident.skipped" if is_skipped else "incident.resolved",
        payload=payload,
    )
