"""A trial kept as a scenario of its draft: the steps, and what they came to, as a file that people read."""

import json
import re
from typing import Any
from uuid import UUID

import yaml
from sqlalchemy.orm import Session

from services.actors import Actor
from services.errors import ConflictError, InvalidError
from services.runtime import Runtime
from services.studio import editing, files
from services.trials import keeping
from services.trials.sandboxes import Sandbox
from services.trials.seats import GIVEN, Scene, taken

FOLDER = "scenarios"
_ODD = re.compile(r"[^\w.\-]+")
_LONGEST = 60


def told(runtime: Runtime, given: Scene, name: str) -> str:
    """Return a trial as the text of a scenario file, with what was reached as what it expects.

    Takes no transaction of the installation. Raises ConflictError (nothing to keep, BROKEN).
    """
    with taken(runtime, given) as (sandbox, broken):
        if broken is not None:
            raise ConflictError("有步骤走不通，不能存为场景；请先撤回到那一步之前", "BROKEN")
        if sandbox.case is None:
            raise ConflictError("还没有发起办件，没有可以保存的", "EMPTY")
        content = {
            "procedure": sandbox.stage.bundle.procedure_id,
            "name": name,
            "clock": given.starts_at.isoformat(),
            "given": GIVEN,
            "steps": sandbox.done,
            "expect": _reached(sandbox),
        }
    fresh = json.loads(
        json.dumps(content, ensure_ascii=False)
    )  # no part twice: YAML without aliases
    return yaml.safe_dump(fresh, allow_unicode=True, sort_keys=False, width=100)


def _reached(sandbox: Sandbox) -> dict[str, Any]:
    case = sandbox.player.driver.inspect(str(sandbox.case))
    nodes = {
        n.id
        for process in sandbox.stage.ready.opened.program.nodes.values()
        for n in process.values()
    }
    codes = [name for name in case["visited"] if name not in nodes]
    waits = list(dict.fromkeys(t["activity_code"] or t["node_id"] for t in case["tasks"]))
    found = {"status": case["status"], "outcome": case["outcome"], "waits": waits, "visited": codes}
    return {key: value for key, value in found.items() if value is not None}


def keep(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    trial_id: UUID,
    name: str,
    text: str,
    version: int,
) -> dict[str, Any]:
    """Write a scenario into the trial's draft, versioned and audited as any of its files.

    Another scenario of that name is never overwritten. Raises NotFoundError, NotAllowedError,
    InvalidError, ConflictError (STALE, or the draft is not being edited).
    """
    trial, draft = keeping.find_own(session, actor, trial_id)
    keeping.require_fresh(trial, version)
    stem = _ODD.sub("_", name).strip("_.-")[:_LONGEST]
    if not stem:
        raise InvalidError("名称有误", {"name": ["请写一个名称，例如“公示跨国庆”"]})
    path = f"{FOLDER}/{stem}.yaml"
    head = files.heads(session, draft).get(path)
    if head is not None and head.sha256 is not None:
        raise InvalidError("名称已有", {"name": ["草稿里已有同名的场景，请换一个名称"]})
    base = head.revision if head else editing.NEW
    saved = editing.save(session, runtime, actor, draft.id, path, text=text, base=base)
    return {"path": path, "revision": saved["revision"], "name": name}
