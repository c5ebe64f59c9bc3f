"""One command, one transaction: idempotency, commit, doorbell, and incidents on failure."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from services import incidents
from services.db.engine import insert_in, unit_of_work
from services.db.models import Case, IdempotencyKey
from services.errors import KeyReusedError, ProcessFaultError
from services.runtime import Runtime
from workflows.errors import IncidentError

_KEYS = IdempotencyKey.__table__
_ANSWERED = (  # made once: it is asked at every command
    update(_KEYS)  # type: ignore[arg-type]
    .where(_KEYS.c.actor == bindparam("who"), _KEYS.c.key == bindparam("which"))
    .values(status=bindparam("said"), response=bindparam("body"))
)


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked. ``key`` None: the caller cannot repeat it safely.

    ``who`` names the asker inside the transaction, and refuses whoever may not ask at all.
    """

    who: Callable[[Session], str]
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
) -> Answer:
    """Run a command in one transaction and ring the workers after it is committed.

    The same key with the same request gives the stored answer; with another request it raises
    KeyReusedError. An IncidentError rolls everything back, opens an incident on its
    case and becomes a ProcessFaultError.
    """
    try:
        with unit_of_work(runtime.sessions) as session:
            who = request.who(session)
            stored = _begin(session, runtime, request, who)
            if stored is not None:
                return stored
            answer = command(session)
            _store(session, request, who, answer)
    except IncidentError as error:
        raise _fault(runtime, error) from error
    runtime.ring()
    return answer


@cache
def _claiming(dialect: str) -> Any:
    """Return the statement that claims a key, made once; a row comes back if it was free."""
    fresh = insert_in(dialect, IdempotencyKey.__table__)
    return fresh.on_conflict_do_nothing().returning(IdempotencyKey.__table__.c.key)


def _begin(session: Session, runtime: Runtime, request: Request, who: str) -> Answer | None:
    """Claim the key; a twin in flight is waited for. Return its answer if there is one."""
    if request.key is None:
        return None
    claimed = {
        "actor": who,
        "key": request.key,
        "request_sha256": request.digest,
        "status": 0,
        "response": {},
        "at": runtime.clock.now(),
    }
    connection = session.connection()
    if connection.execute(_claiming(connection.dialect.name), claimed).first() is not None:
        return None
    row = session.get_one(IdempotencyKey, (who, request.key))
    if row.request_sha256 != request.digest:
        raise KeyReusedError("同一个幂等键用于了不同的请求")
    return Answer(row.status, row.response)


def _store(session: Session, request: Request, who: str, answer: Answer) -> None:
    if request.key is None:
        return
    said = {"who": who, "which": request.key, "said": answer.status, "body": answer.body}
    session.connection().execute(_ANSWERED, said)


def _fault(runtime: Runtime, error: IncidentError) -> ProcessFaultError:
    with unit_of_work(runtime.sessions) as session:
        # A case whose very start failed was rolled back: the incident then stands alone.
        known = session.scalar(select(Case.id).where(Case.id == error.case_id))
        incident = incidents.open_incident(session, error, runtime.clock.now(), case_id=known)
    if error.code == incidents.INVARIANT:
        text = f"{error.message}。不能这样办理，没有任何更改，已登记为异常，编号 {incident.id}"
        return ProcessFaultError(text, "INVARIANT_BROKEN", incident=str(incident.id))
    return ProcessFaultError(
        f"流程无法继续，已登记为异常，没有任何更改。编号 {incident.id}", incident=str(incident.id)
    )
