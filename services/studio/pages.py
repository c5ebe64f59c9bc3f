"""What the studio's pages show of procedures and drafts."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import policies, procedures
from services.accounts import names_of
from services.actors import Actor
from services.db.models import Bundle as BundleRow
from services.db.models import DraftReview, DraftState, Person, Procedure, ProcedureDraft
from services.studio import changes, files, publications


def of_procedures(session: Session, actor: Actor) -> list[dict[str, Any]]:
    """Return the procedures of the actor's jurisdictions with their open drafts, new ones too."""
    owned = [code for code in _jurisdictions(session) if _owns(session, actor, code)]
    drafts = session.scalars(
        select(ProcedureDraft)
        .where(
            ProcedureDraft.jurisdiction.in_(owned),
            ProcedureDraft.state.in_([DraftState.EDITING, DraftState.IN_REVIEW]),
        )
        .order_by(ProcedureDraft.opened_at)
    ).all()
    known = session.scalars(
        select(Procedure).where(Procedure.jurisdiction.in_(owned)).order_by(Procedure.id)
    ).all()
    rows = {row.id: _line(session, row) for row in known}
    for draft in drafts:
        line = rows.setdefault(draft.procedure_id, _new_line(draft))
        line["drafts"].append(brief(session, draft))
    return list(rows.values())


def _jurisdictions(session: Session) -> list[str]:
    return sorted(session.scalars(select(Procedure.jurisdiction).distinct()))


def _owns(session: Session, actor: Actor, code: str) -> bool:
    agencies = procedures.agencies(session, code)
    return policies.own_procedures(actor, agencies).is_allowed


def _line(session: Session, row: Procedure) -> dict[str, Any]:
    current = session.get_one(BundleRow, row.bundle_hash)
    return {
        "id": row.id,
        "jurisdiction": row.jurisdiction,
        "title": row.title,
        "version": current.version,
        "pending": publications.pending(session, row.id),
        "drafts": [],
    }


def _new_line(draft: ProcedureDraft) -> dict[str, Any]:
    return {
        "id": draft.procedure_id,
        "jurisdiction": draft.jurisdiction,
        "title": draft.title,
        "version": None,
        "pending": [],
        "drafts": [],
    }


def brief(session: Session, draft: ProcedureDraft) -> dict[str, Any]:
    """Return a draft as lists show it."""
    return {
        "id": draft.id,
        "jurisdiction": draft.jurisdiction,
        "procedure": draft.procedure_id,
        "title": draft.title,
        "state": draft.state,
        "opened_by": session.get_one(Person, draft.opened_by).name,
        "opened_at": draft.opened_at,
    }


def shown(session: Session, draft: ProcedureDraft) -> dict[str, Any]:
    """Return a draft as its page shows it."""
    base = session.get(BundleRow, draft.base_hash) if draft.base_hash else None
    procedure = session.get(Procedure, draft.procedure_id)
    return brief(session, draft) | {
        "base_version": base.version if base else None,
        "is_outdated": draft.state is DraftState.EDITING
        and procedure is not None
        and publications.newest(session, procedure) != draft.base_hash,
        "digest": files.digest(files.heads(session, draft)),
        "files": files.listed(session, draft),
        "reviews": reviews_of(session, draft),
    }


def reviews_of(session: Session, draft: ProcedureDraft) -> list[dict[str, Any]]:
    """Return how often a draft was sent to review and what was decided, the first first."""
    rows = session.scalars(
        select(DraftReview).where(DraftReview.draft_id == draft.id).order_by(DraftReview.sent_at)
    ).all()
    ids = {person for row in rows for person in (row.sent_by, row.decided_by) if person}
    names = names_of(session, ids)
    return [
        {
            "id": row.id,
            "effective_on": row.effective_on,
            "note": row.note,
            "sent_by": names[row.sent_by],
            "sent_at": row.sent_at,
            "decided_by": names.get(row.decided_by) if row.decided_by else None,
            "decided_at": row.decided_at,
            "is_approved": row.is_approved,
            "reason": row.reason,
        }
        for row in rows
    ]


def changed(session: Session, draft: ProcedureDraft) -> list[dict[str, Any]]:
    """Return in sentences what a draft changes of the version it began from."""
    base = procedures.read_bundle(session, draft.base_hash).files if draft.base_hash else {}
    return changes.between(base, files.content(session, draft))
