"""The trials of a draft as they are kept: their steps. Its process owners read them, its person plays.

Who calls owns the transaction.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.actors import Actor
from services.db.models import Person, ProcedureDraft, Trial
from services.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from services.runtime import Runtime
from services.studio import drafts
from workflows.calendar import TIME_ZONE

MOST_TRIALS, MOST_STEPS = 100, 300
_SPAN = timedelta(days=3653)  # ten years before or after today


def open_trial(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    draft_id: UUID,
    *,
    name: str,
    starts_at: datetime | None,
) -> Trial:
    """Open a trial of a draft whose calendar begins at ``starts_at``, today at nine by default.

    Raises NotFoundError, InvalidError, ConflictError (too many).
    """
    draft = drafts.find(session, actor, draft_id)
    now = runtime.clock.now()
    starts_at = starts_at or now.astimezone(TIME_ZONE).replace(
        hour=9, minute=0, second=0, microsecond=0
    )
    if abs(starts_at - now) > _SPAN:
        raise InvalidError("起始时间有误", {"starts_at": ["应在今天前后十年之内"]})
    count = session.scalar(select(func.count()).where(Trial.draft_id == draft.id)) or 0
    if count >= MOST_TRIALS:
        raise ConflictError(f"这份草稿已有 {count} 次试运行，请先删去不用的", "TOO_MANY")
    trial = Trial(draft_id=draft.id, name=name, starts_at=starts_at, steps=[], version=0)
    trial.opened_by, trial.opened_at, trial.changed_at = actor.person_id, now, now
    session.add(trial)
    session.flush()
    return trial


def listed(session: Session, actor: Actor, draft_id: UUID) -> list[dict[str, Any]]:
    """Return the trials of a draft, the newest first. Raises NotFoundError."""
    draft = drafts.find(session, actor, draft_id)
    rows = session.execute(
        select(Trial, Person.name)
        .join(Person, Person.id == Trial.opened_by)
        .where(Trial.draft_id == draft.id)
        .order_by(Trial.opened_at.desc(), Trial.id)
    )
    return [brief(trial, name, actor) for trial, name in rows]


def brief(trial: Trial, name: str, actor: Actor) -> dict[str, Any]:
    """Return a trial as lists show it."""
    return {
        "id": trial.id,
        "draft_id": trial.draft_id,
        "name": trial.name,
        "starts_at": trial.starts_at,
        "version": trial.version,
        "step_count": len(trial.steps),
        "opened_by": name,
        "opened_at": trial.opened_at,
        "is_mine": trial.opened_by == actor.person_id,
    }


def find(
    session: Session, actor: Actor, trial_id: UUID, *, is_locked: bool = False
) -> tuple[Trial, ProcedureDraft]:
    """Return a trial and its draft to the jurisdiction's process owners. Raises NotFoundError."""
    query = select(Trial).where(Trial.id == trial_id)
    if is_locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    trial = session.scalars(query).first()
    if trial is None:
        raise NotFoundError("没有这次试运行")
    try:
        return trial, drafts.find(session, actor, trial.draft_id)
    except NotFoundError as error:
        raise NotFoundError("没有这次试运行") from error


def find_own(session: Session, actor: Actor, trial_id: UUID) -> tuple[Trial, ProcedureDraft]:
    """Return one's own trial, locked to the end of the transaction.

    Raises NotFoundError, NotAllowedError.
    """
    trial, draft = find(session, actor, trial_id, is_locked=True)
    require_own(trial, actor)
    return trial, draft


def require_own(trial: Trial, actor: Actor) -> None:
    """Refuse whoever did not open a trial. Raises NotAllowedError."""
    if trial.opened_by != actor.person_id:
        raise NotAllowedError("这次试运行是别人打开的，可以查看；要自己走，请另开一次")


def change(trial: Trial, now: datetime, steps: list[dict[str, Any]], version: int) -> None:
    """Let a locked trial say other steps, if it is still as it was seen at ``version``.

    Raises ConflictError (STALE), InvalidError (too long).
    """
    require_fresh(trial, version)
    if len(steps) > MOST_STEPS:
        raise InvalidError("步骤过多", {"step": [f"一次试运行至多 {MOST_STEPS} 步"]})
    trial.steps, trial.version, trial.changed_at = steps, version + 1, now


def require_fresh(trial: Trial, version: int) -> None:
    """Refuse an act on a trial that has gone on meanwhile. Raises ConflictError (STALE)."""
    if trial.version != version:
        raise ConflictError("这次试运行已在别的窗口里走到了别处，请刷新后再做", "STALE")


def drop(session: Session, actor: Actor, trial_id: UUID) -> None:
    """Delete one's own trial; scenarios that were kept of it stay. Raises NotFoundError."""
    trial, _draft = find_own(session, actor, trial_id)
    session.delete(trial)
    session.flush()
