"""What a jurisdiction offers today: procedures, legal basis, application notices."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import confirmations, files, legal_bases, policies, procedures, suspensions
from services.actors import Actor
from services.db.models import Bundle as BundleRow
from services.db.models import Call, LegalBasis, Procedure
from services.errors import LegalBasisError
from services.runtime import Runtime
from services.service_tasks.windows import status_on
from workflows.calendar import TIME_ZONE

MAX_ROWS = 500


def today(runtime: Runtime) -> date:
    """Return today's date in Shanghai."""
    return runtime.clock.now().astimezone(TIME_ZONE).date()


def list_procedures(session: Session, runtime: Runtime) -> list[dict[str, Any]]:
    """Return every procedure with whether a production case may start today."""
    rows = session.scalars(select(Procedure).order_by(Procedure.id))
    return [_summary(session, runtime, row) for row in rows]


def summary(session: Session, runtime: Runtime, procedure_id: str) -> dict[str, Any]:
    """Return a procedure with whether a production case may start today. Raises NotFoundError."""
    return _summary(session, runtime, procedures.get(session, procedure_id))


def _summary(session: Session, runtime: Runtime, row: Procedure) -> dict[str, Any]:
    reason = None
    standing = legal_bases.standing(legal_bases.current(session, row.jurisdiction), today(runtime))
    try:
        legal_bases.require_in_force(standing)
    except LegalBasisError as refusal:
        reason = refusal.message
    if (suspension := suspensions.of_procedure(session, row.id)) is not None:
        reason = f"暂停受理新的申请。理由：{suspension.public_reason}"
    opened = procedures.ready(session, row.bundle_hash).opened
    settings = opened.procedure["procedure"]
    return {
        "id": row.id,
        "jurisdiction": row.jurisdiction,
        "jurisdiction_name": opened.procedure["jurisdiction"]["name"]["zh"],
        "title": row.title,
        "bundle": row.bundle_hash,
        "version": session.get_one(BundleRow, row.bundle_hash).version,
        "started_by": settings["started_by"],
        "is_for_units": _is_for_units(opened.roles, settings["started_by"]),
        "is_open": reason is None,
        "reason": reason,
        "legal_basis": standing.scope(),
    }


def _is_for_units(roles: Mapping[str, Mapping[str, Any]], started_by: list[str]) -> bool:
    """Tell whether a unit may start it: by a role that is not borne by agencies."""
    return any(not {"agency", "of"} & set(roles.get(role, {})) for role in started_by)


def procedure_page(session: Session, runtime: Runtime, procedure_id: str) -> dict[str, Any]:
    """Return a procedure with its start form, parameters and files. Raises NotFoundError."""
    row = procedures.get(session, procedure_id)
    ready = procedures.ready(session, row.bundle_hash)
    form_id = ready.start_form()
    return _summary(session, runtime, row) | {
        "form": ready.form(form_id).definition if form_id else None,
        "profile": ready.opened.procedure["procedure"].get("profile") or {},
        "confirmations": confirmations.listed(session, ready),
        "files": sorted(ready.opened.bundle.files),
    }


def bases(session: Session, runtime: Runtime) -> list[dict[str, Any]]:
    """Return each jurisdiction's basis with its standing today."""
    codes = session.scalars(select(LegalBasis.jurisdiction).distinct()).all()
    return [_basis(legal_bases.current(session, code), runtime) for code in sorted(codes)]


def _basis(row: LegalBasis, runtime: Runtime) -> dict[str, Any]:
    columns = {c.key: getattr(row, c.key) for c in row.__table__.columns}
    standing = legal_bases.standing(row, today(runtime))
    return columns | {
        "status_today": standing.status,
        "days_left": legal_bases.days_left(standing, today(runtime)),
        "advice": legal_bases.warning(standing, today(runtime))
        or legal_bases.reason_against(standing),
    }


def record_basis(
    session: Session, runtime: Runtime, actor: Actor, jurisdiction: str, given: dict[str, Any]
) -> dict[str, Any]:
    """Record an act about a jurisdiction's document, by one of its process owners.

    Raises NotFoundError, NotAllowedError, InvalidError.
    """
    legal_bases.current(session, jurisdiction)
    policies.own_procedures(actor, procedures.agencies(session, jurisdiction)).require()
    if given["document_id"] is not None:
        files.visible(session, actor, given["document_id"])
    basis = legal_bases.record(
        session, actor, runtime.clock.now(), jurisdiction=jurisdiction, **given
    )
    return _basis(basis, runtime)


def calls(session: Session, runtime: Runtime) -> list[dict[str, Any]]:
    """Return production application notices, newest first."""
    rows = session.scalars(
        select(Call)
        .where(Call.is_rehearsal.is_(False))
        .order_by(Call.opens_on.desc(), Call.number)
        .limit(MAX_ROWS)
    )
    on = today(runtime)
    return [
        {c.key: getattr(row, c.key) for c in row.__table__.columns} | {"status": status_on(row, on)}
        for row in rows
    ]
