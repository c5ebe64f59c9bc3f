"""Versions that two people published: new cases take them from their date on."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from services import jurisdiction_audit, procedures
from services.db.models import Bundle as BundleRow
from services.db.models import Procedure, Publication
from workflows.calendar import TIME_ZONE

TOOK_EFFECT = "publication.took_effect"


def holds(session: Session, procedure_id: str) -> bool:
    """Tell whether people have published the procedure: what is loaded from disk gives way then."""
    query = select(Publication.id).where(Publication.procedure_id == procedure_id).limit(1)
    return session.scalar(query) is not None


def newest(session: Session, procedure: Procedure) -> str:
    """Return the version published last, in effect or not yet: drafts begin from it."""
    found = session.scalar(
        select(Publication.bundle_hash)
        .where(Publication.procedure_id == procedure.id, Publication.taken_effect_at.is_(None))
        .order_by(Publication.published_at.desc())
        .limit(1)
    )
    return found or procedure.bundle_hash


def pending(session: Session, procedure_id: str) -> list[dict[str, Any]]:
    """Return the versions that wait for their date."""
    rows = session.execute(
        select(BundleRow.version, Publication.effective_on)
        .join(BundleRow, BundleRow.hash == Publication.bundle_hash)
        .where(Publication.procedure_id == procedure_id, Publication.taken_effect_at.is_(None))
        .order_by(Publication.effective_on)
    )
    return [{"version": version, "effective_on": on} for version, on in rows]


def due(session: Session, now: datetime) -> list[str]:
    """Return the procedures of which a version waits whose date has come."""
    query = select(Publication.procedure_id).where(_is_due(now)).distinct()
    return sorted(session.scalars(query))


def _is_due(now: datetime) -> ColumnElement[bool]:
    today = now.astimezone(TIME_ZONE).date()
    return Publication.taken_effect_at.is_(None) & (Publication.effective_on <= today)


def take_effect(session: Session, now: datetime, procedure_id: str) -> None:
    """Let new cases of a procedure start with what is due, in the order of the dates.

    The first of a day's transactions that needs it does it, a worker or whoever starts a case;
    twice does nothing more. Locks the procedure, then its publications: one of a transaction.
    """
    query = select(Publication).where(_is_due(now), Publication.procedure_id == procedure_id)
    if session.scalars(query.limit(1)).first() is None:
        return
    session.execute(select(Procedure.id).where(Procedure.id == procedure_id).with_for_update())
    order = (Publication.effective_on, Publication.published_at, Publication.id)
    waiting = query.order_by(*order).with_for_update().execution_options(populate_existing=True)
    for row in session.scalars(waiting).all():
        if row.taken_effect_at is None:
            _take_effect(session, row, now)


def _take_effect(session: Session, row: Publication, now: datetime) -> None:
    bundle = procedures.read_bundle(session, row.bundle_hash)
    kept = procedures.publish(session, bundle, now)
    row.taken_effect_at = now
    jurisdiction_audit.append(
        session,
        session.get_one(Procedure, row.procedure_id).jurisdiction,
        at=now,
        actor="studio",
        what=TOOK_EFFECT,
        payload={
            "publication": str(row.id),
            "procedure": row.procedure_id,
            "version": kept.version,
            "bundle": row.bundle_hash,
        },
    )


def publish(
    session: Session,
    now: datetime,
    bundle: Any,
    *,
    draft_id: UUID,
    person_id: UUID,
    effective_on: Any,
) -> Publication:
    """Keep a bundle as a version that takes effect on its date; today at once."""
    row = Publication(
        procedure_id=bundle.procedure_id,
        bundle_hash=procedures.keep(session, bundle, now).hash,
        draft_id=draft_id,
        effective_on=effective_on,
        published_by=person_id,
        published_at=now,
    )
    session.add(row)
    session.flush()
    take_effect(session, now, bundle.procedure_id)
    return row
