"""Incidents: what no diagram provides for, kept in view until a person resolves it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import audit
from services.db.models import Case, CaseStatus, Incident, Job
from services.lookup import lock_case
from workflows.errors import IncidentError


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
    """Close an incident; its failed job is due again. The second time: nothing."""
    incident = session.get(Incident, incident_id)
    if incident is None or incident.resolved_at is not None:
        return incident
    case = lock_case(session, incident.case_id) if incident.case_id else None
    incident.resolved_at = at
    if incident.job_id and (job := session.get(Job, incident.job_id)):
        job.failed_at, job.attempts, job.due_at, job.lease_until = None, 0, at, None
    session.flush()
    if case is not None:
        _unmark(session, case, incident, actor_key, at)
    return incident


def _unmark(session: Session, case: Case, incident: Incident, actor_key: str, at: datetime) -> None:
    others = session.scalars(
        select(Incident.id).where(Incident.case_id == case.id, Incident.resolved_at.is_(None))
    ).first()
    if others is None and case.status is CaseStatus.ATTENTION:
        case.status = CaseStatus.OPEN
    audit.append(
        session,
        case,
        at=at,
        actor=actor_key,
        what="incident.resolved",
        payload={"incident": str(incident.id)},
    )
