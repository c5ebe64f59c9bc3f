"""When a case's nodes were entered and its tasks done, from its audit chain."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import audit
from services.db.models import AuditEntry, Case


@dataclass
class History:
    """When each node was entered, and in which entry of the audit chain each task was done."""

    entered: dict[str, list[tuple[int, datetime]]] = field(default_factory=dict)
    completed: dict[str, int] = field(default_factory=dict)


def read_history(session: Session, case: Case) -> History:
    """Read the audit chain of a case once."""
    found = History()
    rows = session.execute(
        select(AuditEntry.seq, AuditEntry.at, AuditEntry.what, AuditEntry.payload)
        .where(AuditEntry.case_id == case.id)
        .order_by(AuditEntry.seq)
    )
    for seq, at, what, payload in rows:
        told = payload or {}
        if what == audit.TASK_COMPLETED and "task" in told:
            found.completed[told["task"]] = seq
        for node_id, event, *_key in told.get("passed", ()):
            if event == "e":
                found.entered.setdefault(node_id, []).append((seq, at))
    return found
