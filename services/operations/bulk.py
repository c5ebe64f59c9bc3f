"""Many incidents retried at once: by a job, one transaction each, with progress to be polled."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import incidents
from services.actors import Actor
from services.db.engine import unit_of_work
from services.db.models import Incident, Job, JobKind, RetryRun
from services.errors import InvalidError, NotFoundError
from services.operations import scope
from services.runtime import Runtime

MAX_AT_ONCE = 200


def begin(
    session: Session, runtime: Runtime, actor: Actor, wanted: Sequence[UUID]
) -> dict[str, Any]:
    """Ask for incidents that one sees to to be retried; a worker does it.

    Raises NotAllowedError, InvalidError (one of them is not open, or not theirs).
    """
    ids = list(dict.fromkeys(wanted))
    query = select(Incident.id).where(
        Incident.id.in_(ids),
        scope.incidents(actor),
        Incident.resolved_at.is_(None),
    )
    if set(session.scalars(query)) != set(ids):
        text = "所选异常中有的已经处理，或者不在您负责的办件中，请刷新后再选"
        raise InvalidError(text, {"incidents": [text]})
    now = runtime.clock.now()
    row = RetryRun(
        person_id=actor.person_id,
        incidents=[str(each) for each in ids],
        total=len(ids),
        done=0,
        retried=0,
        started_at=now,
    )
    session.add(row)
    session.flush()
    payload = {"run": str(row.id)}
    session.add(
        Job(kind=JobKind.RETRIES, dedupe_key=f"retries:{row.id}", payload=payload, due_at=now)
    )
    session.flush()
    return _shown(row)


def run(runtime: Runtime, run_id: UUID) -> None:
    """Retry the incidents of a run, from where it stopped; each in a transaction of its own.

    An incident that was resolved meanwhile is left alone. Doing it again changes nothing.
    """
    while True:
        with unit_of_work(runtime.sessions) as session:
            row = session.get_one(RetryRun, run_id)
            place, at = row.done, runtime.clock.now()
            if place >= row.total:
                row.finished_at = row.finished_at or at
                return
            incident_id, person = UUID(row.incidents[place]), str(row.person_id)
        _one(runtime, run_id, place, incident_id, person)


def _one(runtime: Runtime, run_id: UUID, place: int, incident_id: UUID, person: str) -> None:
    with unit_of_work(runtime.sessions) as session:
        at = runtime.clock.now()
        incident = session.get(Incident, incident_id)
        is_open = incident is not None and incident.resolved_at is None
        incidents.resolve(session, incident_id, person, at)
        row = session.get_one(RetryRun, run_id, with_for_update=True, populate_existing=True)
        if row.done == place:  # else another worker was faster
            row.done, row.retried = place + 1, row.retried + is_open


def progress(session: Session, actor: Actor, run_id: UUID) -> dict[str, Any]:
    """Return how far one's own run is. Raises NotFoundError."""
    row = session.get(RetryRun, run_id)
    if row is None or row.person_id != actor.person_id:
        raise NotFoundError("没有这次批量重试")
    return _shown(row)


def _shown(row: RetryRun) -> dict[str, Any]:
    shown = ("id", "total", "done", "retried", "started_at", "finished_at")
    return {name: getattr(row, name) for name in shown}
