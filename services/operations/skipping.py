"""Skipping a failed job with a reason, where that is lawful.

A notification may be skipped: in the app it has arrived, and the reason says how it was delivered
otherwise; that stays in the record of deliveries. An operation may be skipped where its entry in
the catalogue says so; the diagram goes on with ``{skipped: true}`` as its result. A timer and a
message between cases may not: the law's time runs, and the other case counts on it.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services import cases, incidents
from services.actors import Actor
from services.db.models import Case, Incident, Job, JobKind
from services.errors import ConflictError
from services.lookup import lock_case
from services.notifications import deliveries
from services.policies import YES, Verdict
from services.runtime import Runtime
from services.service_tasks.catalogue import CATALOGUE

_KINDS = {
    JobKind.TIMER: "定时代表法定的时间，不能跳过；请重试",
    JobKind.MESSAGE: "另一办件等待这条消息，不能跳过；请重试",
    JobKind.RETRIES: "批量重试不能跳过",
}


def judge(session: Session, job: Job | None) -> Verdict:
    """Judge whether a failed job may be skipped."""
    if job is None:
        return Verdict(False, "这一异常没有待重试的作业，请办理人重新提交后选“重试”结案")
    if job.done_at is not None:
        return Verdict(False, "这项作业已经完成")
    if job.kind in _KINDS:
        return Verdict(False, _KINDS[job.kind])
    if job.kind is JobKind.SERVICE:
        return _operation(str(job.payload.get("operation")))
    return YES


def _operation(name: str) -> Verdict:
    operation = CATALOGUE.get(name)
    if operation is not None and operation.may_skip:
        return YES
    label = operation.label if operation else name
    return Verdict(False, f"操作“{label}”产生法律上需要的结果，不能跳过；请排除原因后重试")


def skip(
    session: Session, runtime: Runtime, actor: Actor, incident: Incident, reason: str
) -> Incident:
    """Give up an incident's job for a reason; the case goes on without it, the record says why.

    The second time: nothing. Raises ConflictError (not lawful, or the job has run meanwhile).
    """
    case = lock_case(session, incident.case_id) if incident.case_id else None
    session.refresh(incident)
    if incident.resolved_at is not None:
        return incident
    job = session.get(Job, incident.job_id, populate_existing=True) if incident.job_id else None
    verdict = judge(session, job)
    if not verdict.is_allowed:
        raise ConflictError(verdict.reason, "NOT_SKIPPABLE")
    assert job is not None  # judged before
    now = runtime.clock.now()
    _give_up(job, now)
    session.flush()
    _after(session, runtime, case, job, reason)
    incidents.close(session, case, incident, incidents.SKIPPED, actor.key, now, reason)
    return incident


def _give_up(job: Job, now: datetime) -> None:
    job.done_at = job.skipped_at = now
    job.lease_until = None
    job.attempts += 1  # whoever still holds it has lost it
    job.forgiven = job.attempts


def _after(session: Session, runtime: Runtime, case: Case | None, job: Job, reason: str) -> None:
    if job.kind is JobKind.MAIL:
        named = job.payload.get("delivery")
        deliveries.drop(session, UUID(named) if named else job.id, f"跳过：{reason}")
    elif case is not None:
        task_id = UUID(job.payload["task_id"])
        outcome = {"skipped": True}
        cases.settle_service(session, runtime, case_id=case.id, task_id=task_id, outcome=outcome)
