"""What scenarios say at publication: those of a draft itself must go, or somebody says why not."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.actors import Actor
from services.errors import ConflictError, InvalidError
from services.runtime import Runtime
from services.studio import drafts
from services.trials import runs, stages

MOST_AT_ONCE = 40


def missing(
    session: Session, actor: Actor, draft_id: UUID
) -> tuple[stages.Surroundings, list[str]]:
    """Return a draft's own scenarios that were not played against it as it is.

    Raises NotFoundError.
    """
    draft = drafts.find(session, actor, draft_id)
    lines = runs.of_draft(session, draft)
    wanted = [each["path"] for each in lines if each["is_own"] and each["state"] == "open"]
    return stages.surroundings(session, draft), wanted[:MOST_AT_ONCE]


def require_told(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    draft_id: UUID,
    *,
    is_approved: bool,
    reason: str,
) -> None:
    """Refuse to publish while a scenario fails, unless the reviewer says why; recorded with names.

    Raises NotFoundError, ConflictError (SCENARIOS_OPEN), InvalidError (a reason is wanted).
    """
    draft = drafts.find(session, actor, draft_id)
    if not is_approved:
        return
    lines = runs.of_draft(session, draft)
    if any(each["is_own"] and each["state"] == "open" for each in lines):
        raise ConflictError(
            "草稿自己的场景还没有全部试过，请在“试运行”中运行后再复核", "SCENARIOS_OPEN"
        )
    failing = [each for each in lines if each["state"] == "failed"]
    if not failing:
        return
    if not reason:
        named = "、".join(each["name"] for each in failing[:3])
        text = f"有 {len(failing)} 个场景没有通过（{named}），同意发布须写明理由"
        raise InvalidError(text, {"reason": ["请写明为什么仍然发布"]})
    payload: dict[str, Any] = {"scenarios": [each["path"] for each in failing], "reason": reason}
    drafts.record(session, runtime, actor, draft, "draft.scenarios_failing", payload)
