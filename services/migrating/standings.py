"""How a case stands, in words and instants: what is open and with whom, what runs, what is awaited.

A rehearsal and the move that follows it are compared by this; it says nothing of what is in the
case, because whoever owns a procedure need not be its official.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import audit, procedures
from services.db.models import Case, CaseStatus, Job, JobKind, Party, Person, Task
from services.lookup import open_tasks
from services.migrating import keeping
from services.service_tasks.catalogue import CATALOGUE
from workflows.diagrams import Node

_NO_LIMIT_YEAR = 9999


@dataclass(frozen=True)
class Standing:
    """A case at rest, as plain JSON with instants as text."""

    told: dict[str, Any]

    @property
    def digest(self) -> str:
        """Return the hash by which two standings are the same."""
        return audit.canonical_hash(self.told).hex()


def of_case(session: Session, case: Case) -> Standing:
    """Return how a case stands now. Reads what has been flushed; changes nothing."""
    steps = steps_of(session, case.bundle_hash)
    offset = timedelta(seconds=case.clock_offset_seconds)
    return Standing(
        {
            "tasks": [_task(session, task) for task in open_tasks(session, case.id)],
            "limits": [
                _timed(steps, limit.node_id, limit.due_at)
                for limit in keeping.running(session, case)
            ],
            "timers": [
                _timed(steps, job.dedupe_key.rpartition(":")[2], job.due_at + offset)
                for job in keeping.timers(session, case)
            ],
            "messages": sorted(case.messages),
            "services": _services(session, case),
            "state": case.state,
            "is_finished": case.status is CaseStatus.FINISHED,
            "outcome": case.outcome,
        }
    )


def steps_of(session: Session, bundle_hash: str) -> dict[str, Node]:
    """Return the steps of a version by their ids."""
    nodes = procedures.ready(session, bundle_hash).opened.program.nodes.values()
    return {node.id: node for inner in nodes for node in inner.values()}


def _task(session: Session, task: Task) -> dict[str, Any]:
    party = session.get(Party, task.party_id) if task.party_id else None
    holder = task.claimed_by or task.person_id
    person = session.get(Person, holder) if holder else None
    has_limit = task.due_at.year < _NO_LIMIT_YEAR
    return {
        "id": str(task.id),
        "step": {"id": task.node_id, "name": task.name},
        "form": task.form_id,
        "role": task.role,
        "who": "·".join(each.name for each in (party, person) if each is not None),
        "due_at": _text(task.due_at) if has_limit else None,
    }


def _timed(steps: dict[str, Node], node_id: str, due_at: datetime) -> dict[str, Any]:
    return {"step": step(steps, node_id), "due_at": _text(due_at)}


def step(steps: dict[str, Node], node_id: str) -> dict[str, str]:
    """Return a step by its id, named as its version draws it."""
    node = steps.get(node_id)
    return {"id": node_id, "name": (node.name if node else "") or node_id}


def _services(session: Session, case: Case) -> list[str]:
    """Return what workers are still to do for the case, as the catalogue calls it."""
    rows = session.scalars(
        select(Job.payload).where(
            Job.case_id == case.id, Job.kind == JobKind.SERVICE, Job.done_at.is_(None)
        )
    )
    return sorted(CATALOGUE[str(row["operation"])].label for row in rows)


def _text(at: datetime) -> str:
    return at.isoformat()
