"""Parameters that a regulation leaves open: the process owner confirms their value, with a reason.

A parameter of a profile marked ``confirm: true`` is an assumption (系统假定) that no production case
may rest on before its owner has looked at it. Another value needs another confirmation.
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import policies, procedures
from services.actors import Actor
from services.db.models import Confirmation
from services.errors import ConflictError, InvalidError
from services.procedures import Ready
from services.runtime import Runtime


def require_confirmed(session: Session, ready: Ready) -> None:
    """Refuse a production case while a parameter waits for its owner. Raises ConflictError."""
    waiting = [row["label"] for row in listed(session, ready) if not row["is_confirmed"]]
    if waiting:
        raise ConflictError(
            f"以下系统假定须先由流程负责人确认：{'；'.join(waiting)}", "PARAMETER_UNCONFIRMED"
        )


def listed(session: Session, ready: Ready) -> list[dict[str, Any]]:
    """Return the parameters that need an owner's word, and the word given, if any."""
    procedure_id = ready.opened.bundle.procedure_id
    entries = {k: e for k, e in _profile(ready).items() if e.get("confirm")}
    if not entries:
        return []
    rows = session.scalars(
        select(Confirmation)
        .where(Confirmation.procedure_id == procedure_id)
        .order_by(Confirmation.confirmed_at, Confirmation.id)
    )
    latest = {row.parameter: row for row in rows}
    return [_row(key, entry, latest.get(key)) for key, entry in entries.items()]


def _profile(ready: Ready) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = ready.opened.procedure["procedure"].get("profile") or {}
    return found


def _row(key: str, entry: dict[str, Any], word: Confirmation | None) -> dict[str, Any]:
    return {
        "parameter": key,
        "label": entry.get("label") or key,
        "value": entry["value"],
        "unit": entry.get("unit"),
        "assumption": entry.get("assumption"),
        "is_confirmed": word is not None and word.value == entry["value"],
        "reason": word.reason if word else None,
        "confirmed_at": word.confirmed_at if word else None,
        "is_demo": word.is_demo if word else False,
    }


def confirm(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    procedure_id: str,
    *,
    parameter: str,
    reason: str,
) -> list[dict[str, Any]]:
    """Confirm a parameter's present value, by a process owner of the jurisdiction.

    Raises NotFoundError, NotAllowedError, InvalidError.
    """
    ready = procedures.ready(session, procedures.get(session, procedure_id).bundle_hash)
    agencies = procedures.agencies(session, ready.opened.jurisdiction)
    policies.own_procedures(actor, agencies).require()
    record(session, runtime, ready, parameter=parameter, reason=reason, actor=actor)
    return listed(session, ready)


def record(
    session: Session,
    runtime: Runtime,
    ready: Ready,
    *,
    parameter: str,
    reason: str,
    actor: Actor | None,
) -> None:
    """Record the word on a parameter; without an actor it is sample data (演示)."""
    entry = _profile(ready).get(parameter) or {}
    if not entry.get("confirm"):
        raise InvalidError("没有这项须确认的参数", {"parameter": ["请从须确认的参数中选择"]})
    session.add(
        Confirmation(
            procedure_id=ready.opened.bundle.procedure_id,
            parameter=parameter,
            value=entry["value"],
            reason=reason,
            confirmed_by=actor.person_id if actor else None,
            confirmed_at=runtime.clock.now(),
            is_demo=actor is None,
        )
    )
    session.flush()
