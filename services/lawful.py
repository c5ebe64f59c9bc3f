"""Which acts besides deciding the case's own bundle allows on a task, and on what basis."""

from sqlalchemy.orm import Session

from services import procedures
from services.db.models import Case, Party, PartyKind, Task
from workflows.bundles.handling import Act, Place, Rule


def rule(session: Session, case: Case, task: Task, act: Act) -> Rule:
    """Return the rule for an act on a task, of the bundle that the case began with."""
    is_named, is_unit = task.person_id is not None, _is_unit(session, task)
    place = Place(task.node_id, task.activity_code, is_named, is_unit)
    return procedures.ready(session, case.bundle_hash).opened.handling.rule(act, place)


def _is_unit(session: Session, task: Task) -> bool:
    party = session.get(Party, task.party_id) if task.party_id else None
    return party is not None and party.kind is PartyKind.UNIT
