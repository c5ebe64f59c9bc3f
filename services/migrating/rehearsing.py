"""Rehearsing a move (演练): it is really made, on a copy that nobody else sees and nobody keeps.

The copy is the case inside a transaction that is always rolled back: the same rows, the same code,
no job run and nothing sent, because both follow a commit. Its clock is then taken to the next
instants at which something is due, to see where the case goes and that no incident opens.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services import cases
from services.actors import Actor
from services.db.engine import is_discarded
from services.db.models import Case
from services.errors import ConflictError, LegalBasisError
from services.gateways.clock import FakeClock
from services.gateways.keys import KeyStore
from services.lookup import get_case
from services.migrating import keeping, standings
from services.migrating.moving import Wanted, migrate
from services.runtime import Runtime
from workflows.errors import IncidentError

STEPS = 3  # so many instants are looked ahead
_NOT_OF_THE_CASE = frozenset({"STALE", "ALREADY_MIGRATED"})


@dataclass
class _UnkeptKeys:
    """Signing keys as they are; what would be made new is forgotten."""

    kept: KeyStore
    made: dict[str, bytes] = field(default_factory=dict)

    def keep(self, key_id: str, seed: bytes) -> None:
        self.made[key_id] = seed

    def seed(self, key_id: str) -> bytes | None:
        return self.made.get(key_id) or self.kept.seed(key_id)


def rehearse(
    session: Session, runtime: Runtime, actor: Actor, case_id: UUID, wanted: Wanted
) -> dict[str, Any]:
    """Return what a move would come to: how the case then stands, and where it goes from there.

    The session's transaction must be one that is discarded (``services.db.engine.discarded``).
    What would keep the case from moving is a ``problem``, not an error. Raises NotFoundError,
    NotAllowedError, ConflictError (finished, or not to the newest version).
    """
    if not is_discarded(session):
        raise RuntimeError("a rehearsal must never be committed")
    clock = FakeClock(runtime.clock.now())
    apart = replace(runtime, clock=clock, keys=_UnkeptKeys(runtime.keys), ring=lambda: None)
    try:
        moved = migrate(session, apart, actor, case_id, wanted)
    except IncidentError as error:
        return _kept_from(error.code, error.message)
    except ConflictError as error:
        if error.code in _NOT_OF_THE_CASE:
            raise
        return _kept_from(error.code, error.message)
    found = {name: moved[name] for name in ("after", "digest", "proof")}
    later = list(_later(session, apart, clock, get_case(session, case_id)))
    return {"problem": None, **found, "later": later}


def _kept_from(code: str, message: str) -> dict[str, Any]:
    problem = {"code": code, "message": message}
    return {"problem": problem, "after": None, "digest": None, "proof": None, "later": []}


def _later(
    session: Session, apart: Runtime, clock: FakeClock, case: Case
) -> Iterator[dict[str, Any]]:
    """Take the copy to its next due instants; yield how it stands after each."""
    seen: set[UUID] = set()
    for _ in range(STEPS):
        due = [job for job in keeping.timers(session, case) if job.id not in seen]
        if not due or case.suspended_at is not None:
            return
        at = min(job.due_at for job in due)
        seen |= {job.id for job in due if job.due_at <= at}
        clock.set(max(clock.now(), at))
        told = {"at": clock.now() + timedelta(seconds=case.clock_offset_seconds)}
        problem = _fire(session, apart, case)
        if problem is not None:
            yield told | {"problem": problem, "standing": None}
            return
        yield told | {"problem": None, "standing": standings.of_case(session, case).told}


def _fire(session: Session, apart: Runtime, case: Case) -> dict[str, str] | None:
    """Fire what is due now; what would open an incident is returned."""
    try:
        cases.fire_timers(session, apart, case_id=case.id)
    except (IncidentError, LegalBasisError) as error:
        return {"code": error.code, "message": error.message}
    session.flush()
    return None
