"""Jobs that a release before deliveries wrote: a person, a template and its data."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services import procedures
from services.db.models import Case, Channel, Delivery, DeliveryState, Job, Person
from services.notifications import deliveries
from services.notifications.events import event
from services.notifications.wording import REHEARSAL, render
from services.runtime import Runtime


def delivery(
    session: Session, runtime: Runtime, payload: dict[str, Any], job_id: UUID
) -> Delivery | None:
    """Return the delivery that such a job asks for, made once; None if there is no address."""
    found = session.get(Delivery, job_id)  # the key that the mail had then
    person = session.get(Person, UUID(payload["person"]))
    if found is not None or person is None or not person.email:
        return found
    job = session.get_one(Job, job_id)
    case = session.get(Case, job.case_id) if job.case_id else None
    subject, body = _text(session, runtime, case, payload)
    content = {"subject": subject, "body": body}
    row = Delivery(
        id=job_id,
        notification_id=None,
        case_id=job.case_id,
        person_id=person.id,
        channel=Channel.MAIL,
        template=payload["template"],
        address=person.email,
        content=content,
        content_sha256=deliveries.digest(content),
        state=DeliveryState.QUEUED,
        queued_at=runtime.now(case),
    )
    session.add(row)
    session.flush()
    return row


def _text(
    session: Session, runtime: Runtime, case: Case | None, payload: dict[str, Any]
) -> tuple[str, str]:
    template = payload["template"]
    sources = [{template: event(runtime.library.notifications, template).texts}]
    if case is not None:
        ready = procedures.ready(session, case.bundle_hash)
        sources.insert(0, ready.opened.procedure.get("notifications") or {})
    subject, body = render(sources, template, payload["data"], "zh")
    mark = REHEARSAL if case is not None and case.is_rehearsal else ""
    return mark + subject, body
