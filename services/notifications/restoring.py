"""After a restore: what was unsent at the time of the backup may have gone out since."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import incidents
from services.db.models import Channel, Delivery, DeliveryState, Job, JobKind
from workflows.errors import IncidentError

CODE = "HELD_DELIVERY"
_SENTENCE = "恢复备份后暂停发送：备份之后可能已经送达。核对后，未送达的选“重试”，已送达的选“跳过”"


def hold_unsent(session: Session, at: datetime) -> tuple[int, int]:
    """Keep a restored installation from telling anybody twice; how many ask, how many are held.

    Call it once, in a transaction of its own, before any worker runs. What a provider can be
    asked about (SMS, webhook) is asked before it is sent. A mail cannot be asked about: it is
    held, with an incident on which a person retries or skips it. The second time changes nothing.
    """
    rows = session.scalars(
        select(Delivery).where(
            Delivery.state.in_([DeliveryState.QUEUED, DeliveryState.SENDING]),
            Delivery.channel != Channel.IN_APP,
        )
    ).all()
    asking = [row for row in rows if row.channel is not Channel.MAIL]
    mails = {row.id: row for row in rows if row.channel is Channel.MAIL}
    for row in asking:
        row.asks_first = True
    for row in mails.values():
        row.state = DeliveryState.HELD
    session.flush()
    return len(asking), _hold_jobs(session, {str(each) for each in mails}, at)


def _hold_jobs(session: Session, wanted: set[str], at: datetime) -> int:
    """Hold the mails of these deliveries, and those that are older than deliveries; how many."""
    held = 0
    rows = session.scalars(
        select(Job).where(Job.kind == JobKind.MAIL, Job.done_at.is_(None), Job.failed_at.is_(None))
    ).all()
    error = IncidentError(CODE, Channel.MAIL.value, _SENTENCE)
    for job in rows:
        if job.payload.get("delivery") in wanted or "delivery" not in job.payload:
            held += 1
            job.failed_at, job.lease_until, job.last_error = at, None, CODE
            session.flush()
            incidents.open_incident(session, error, at, case_id=job.case_id, job_id=job.id)
    return held
