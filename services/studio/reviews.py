"""Review by a second person: sent, taken back, returned with a reason, or approved and published."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import procedures
from services.actors import Actor
from services.db.models import DraftReview, DraftRevision, DraftState, Procedure, ProcedureDraft
from services.errors import ConflictError, InvalidError, NotAllowedError
from services.runtime import Runtime
from services.studio import checks, drafts, files, pages, publications, telling
from workflows.calendar import TIME_ZONE


def send(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    draft_id: UUID,
    *,
    effective_on: date,
    note: str,
) -> dict[str, Any]:
    """Send a draft to review, with the date from which new cases shall take it.

    Raises NotFoundError, InvalidError, ConflictError (closed, FINDINGS, UNCHANGED, OUTDATED).
    """
    draft = drafts.lock_for_editing(session, actor, draft_id)
    now = runtime.clock.now()
    if effective_on < now.astimezone(TIME_ZONE).date():
        raise InvalidError("生效日期有误", {"effective_on": ["不得早于今天"]})
    _require_newest(session, draft)
    if not pages.changed(session, draft):
        raise ConflictError("草稿与现行版本没有不同，不需要送审", "UNCHANGED")
    checks.require_clean(session, runtime, draft)
    draft.state = DraftState.IN_REVIEW
    review = DraftReview(
        draft_id=draft.id,
        effective_on=effective_on,
        note=note,
        sent_by=actor.person_id,
        sent_at=now,
    )
    session.add(review)
    session.flush()
    telling.sent(session, runtime, actor, draft, review, _authors(session, draft, review))
    payload = {"digest": _digest(session, draft), "effective_on": effective_on.isoformat()}
    drafts.record(session, runtime, actor, draft, "draft.sent", payload | {"note": note})
    return pages.shown(session, draft)


def take_back(session: Session, runtime: Runtime, actor: Actor, draft_id: UUID) -> dict[str, Any]:
    """Take a draft back from review, by whoever sent it. Raises NotFoundError, NotAllowedError."""
    draft, review = _in_review(session, actor, draft_id)
    if review.sent_by != actor.person_id:
        raise NotAllowedError("只有送审人可以撤回；复核人请退回并写明理由")
    _decide(runtime, actor, draft, review, is_approved=False, reason="送审人撤回")
    drafts.record(session, runtime, actor, draft, "draft.taken_back", {})
    return pages.shown(session, draft)


def decide(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    draft_id: UUID,
    *,
    is_approved: bool,
    reason: str,
    digest: str,
) -> dict[str, Any]:
    """Approve and publish a draft, or return it with a reason; by somebody who wrote none of it.

    ``digest`` says what the second person has seen; approving anything else is refused.
    Raises NotFoundError, NotAllowedError, InvalidError, ConflictError (FINDINGS, OUTDATED, STALE).
    """
    draft, review = _in_review(session, actor, draft_id)
    authors = _authors(session, draft, review)
    if actor.person_id in authors:
        raise NotAllowedError("修改过草稿的人不能复核，请由另一位流程负责人复核")
    if not is_approved and not reason:
        raise InvalidError("退回须说明理由", {"reason": ["请写明需要修改什么"]})
    if digest != _digest(session, draft):
        raise ConflictError("草稿的内容与您看到的不同，请刷新后再复核", "STALE")
    if is_approved:
        _require_newest(session, draft)
        checks.require_clean(session, runtime, draft)
    _decide(runtime, actor, draft, review, is_approved=is_approved, reason=reason)
    payload = {"digest": digest, "reason": reason}
    what = "draft.approved" if is_approved else "draft.returned"
    drafts.record(session, runtime, actor, draft, what, payload)
    if is_approved:
        _publish(session, runtime, actor, draft, review)
    telling.decided(session, runtime, actor, draft, review, authors)
    session.flush()
    return pages.shown(session, draft)


def _decide(
    runtime: Runtime,
    actor: Actor,
    draft: ProcedureDraft,
    review: DraftReview,
    *,
    is_approved: bool,
    reason: str,
) -> None:
    draft.state = DraftState.PUBLISHED if is_approved else DraftState.EDITING
    review.decided_by, review.decided_at = actor.person_id, runtime.clock.now()
    review.is_approved, review.reason = is_approved, reason


def _publish(
    session: Session, runtime: Runtime, actor: Actor, draft: ProcedureDraft, review: DraftReview
) -> None:
    bundle = files.bundle(session, draft)
    procedures.make_ready(bundle)
    now = runtime.clock.now()
    effective_on = max(review.effective_on, now.astimezone(TIME_ZONE).date())
    drafts.record(
        session,
        runtime,
        actor,
        draft,
        "procedure.published",
        {"bundle": bundle.hash, "effective_on": effective_on.isoformat()},
    )
    publications.publish(
        session,
        now,
        bundle,
        draft_id=draft.id,
        person_id=actor.person_id,
        effective_on=effective_on,
    )


def _in_review(
    session: Session, actor: Actor, draft_id: UUID
) -> tuple[ProcedureDraft, DraftReview]:
    draft = drafts.find(session, actor, draft_id, is_locked=True)
    review = session.scalars(
        select(DraftReview).where(
            DraftReview.draft_id == draft.id, DraftReview.decided_at.is_(None)
        )
    ).first()
    if review is None or draft.state is not DraftState.IN_REVIEW:
        raise ConflictError("草稿没有在复核中", "NOT_IN_REVIEW", state=draft.state.value)
    return draft, review


def _authors(session: Session, draft: ProcedureDraft, review: DraftReview) -> set[UUID]:
    """Return whoever had a hand in a draft, by opening, changing or sending it."""
    hands = session.scalars(
        select(DraftRevision.changed_by).where(DraftRevision.draft_id == draft.id).distinct()
    )
    return {draft.opened_by, review.sent_by, *hands}


def _require_newest(session: Session, draft: ProcedureDraft) -> None:
    """Refuse a draft that would undo what was published since it was opened."""
    procedure = session.scalars(
        select(Procedure).where(Procedure.id == draft.procedure_id).with_for_update()
    ).first()
    newest = publications.newest(session, procedure) if procedure else None
    if newest != draft.base_hash:
        text = "打开草稿之后又发布了新的版本，请先并入新版本的修改，再送审或发布"
        raise ConflictError(text, "OUTDATED")


def _digest(session: Session, draft: ProcedureDraft) -> str:
    return files.digest(files.heads(session, draft))
