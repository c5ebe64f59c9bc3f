"""Which issued papers somebody may read, and reading one."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from services import case_pages, policies
from services.actors import Actor
from services.db.models import Case, Document, Party, Rendering
from services.errors import NotFoundError


def listed(session: Session, actor: Actor, case_id: UUID) -> list[dict[str, Any]]:
    """Return the papers of a case that the actor may read, oldest first."""
    case = case_pages.visible(session, actor, case_id)
    rows = session.execute(
        select(Document, Party.name, Rendering.sha256)
        .outerjoin(Party, Party.id == Document.agency_id)
        .outerjoin(
            Rendering,
            (Rendering.source_sha256 == Document.content_sha256) & Rendering.form.like("pdf/%"),
        )
        .where(Document.case_id == case_id)
        .order_by(Document.issued_at, Document.name, Document.id)
    )
    return [
        _row(document, agency, pdf)
        for document, agency, pdf in rows
        if policies.read_document(session, actor, case, document)
    ]


def _row(document: Document, agency: str | None, pdf_sha256: str | None) -> dict[str, Any]:
    columns = {
        c.key: getattr(document, c.key) for c in document.__table__.columns if c.key != "content"
    }
    return columns | {"agency": agency, "pdf_sha256": pdf_sha256}


def one(session: Session, actor: Actor, document_id: UUID) -> Document:
    """Return a paper with its content. Raises NotFoundError, also for one not theirs to read."""
    document = _whole(session, document_id)
    case = session.get(Case, document.case_id) if document is not None else None
    if document is None or case is None or not policies.sees_case(session, actor, case):
        raise NotFoundError("没有这份文书")
    if not policies.read_document(session, actor, case, document):
        raise NotFoundError("没有这份文书")
    return document


def _whole(session: Session, document_id: UUID) -> Document | None:
    return session.scalars(
        select(Document).where(Document.id == document_id).options(undefer(Document.content))
    ).first()


def public(session: Session, kind: str, number: str) -> Document:
    """Return a paper that its template addresses to the public, by its number.

    Rehearsals have none. Raises NotFoundError.
    """
    rows = session.scalars(
        select(Document)
        .where(Document.kind == kind, Document.number == number, Document.is_rehearsal.is_(False))
        .options(undefer(Document.content))
        .order_by(Document.issued_at.desc())
    )
    found = next((row for row in rows if "public" in row.audience), None)
    if found is None:
        raise NotFoundError("没有这份文书")
    return found
