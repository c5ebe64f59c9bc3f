"""One command, one transaction: idempotency, commit, doorbell, and incidents on failure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services import incidents
from services.db.engine import unit_of_work
from services.db.models import Case, IdempotencyKey
from services.errors import KeyReusedError, ProcessFaultError
from services.runtime import Runtime
from workflows.errors import IncidentError

KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Request:
    """Whose request it is and what it says. ``key`` None: the caller cannot repeat it safely."""

    actor: str
    key: str | None
    body: bytes

    @property
    def digest(self) -> str:
        """Return the hash of what was asked."""
        return sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a JSON body; stored, so that a repeated request gets the same one."""

    status: int
    body: Any


def execute(
    runtime: Runtime,
    request: Request,
    command: Callable[[Session], Answer],
    *,
    case_id: UUID | None = None,
) -> Answer:
    """Run a command in one transaction and ring the workers after it is committed.

    The same key with the same request gives the stored answer; with another request it raises
    KeyReusedError. An IncidentError rolls everything back, opens an incident on ``case_id`` and
    becomes a ProcessFaultError.
    """
    try:
        with unit_of_work(runtime.sessions) as session:
            stored = _begin(session, runtime, request)
            if stored is not None:
                return stored
            answer = command(session)
            _store(session, request, answer)
    except IncidentError as error:
        raise _fault(runtime, error, case_id) from error
    runtime.ring()
    return answer


def _begin(session: Session, runtime: Runtime, request: Request) -> Answer | None:
    """Claim the key; a twin in flight is waited for. Return its answer if there is one."""
    if request.key is None:
        return None
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    fresh = session.execute(
        dialect.insert(IdempotencyKey)
        .values(
            actor=request.actor,
            key=request.key,
            request_sha256=request.digest,
            status=0,
            response={},
            at=runtime.clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(IdempotencyKey.key)
    ).first()
    if fresh is not None:
        return None
    row = session.get_one(IdempotencyKey, (request.actor, request.key))
    if row.request_sha256 != request.digest:
        raise KeyReusedError("同一个幂等键用于了不同的请求")
    return Answer(row.status, row.response)


def _store(session: Session, request: Request, answer: Answer) -> None:
    if request.key is None:
        return
    row = session.get_one(IdempotencyKey, (request.actor, request.key))
    row.status, row.response = answer.status, answer.body


def _fault(runtime: Runtime, error: IncidentError, case_id: UUID | None) -> ProcessFaultError:
    with unit_of_work(runtime.sessions) as session:
        known = case_id is not None and session.scalar(select(Case.id).where(Case.id == case_id))
        incident = incidents.open_incident(
            session, error, runtime.clock.now(), case_id=case_id if known else None
        )
    return ProcessFaultError(
        f"流程无法继续，已登记为异常，没有任何更改。编号 {incident.id}", incident=str(incident.id)
    )


def forget_old_keys(session: Session, runtime: Runtime) -> None:
    """Drop answers nobody will ask for again."""
    before = runtime.clock.now() - KEPT
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.at < before))
