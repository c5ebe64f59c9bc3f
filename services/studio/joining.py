"""Bringing one's own unsaved edit and what others saved meanwhile together; nothing is saved by it."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services import procedures
from services.actors import Actor
from services.db.models import DraftRevision, ProcedureDraft
from services.errors import InvalidError, NotFoundError
from services.studio import changes, drafts, editing, files, readable
from workflows import merging
from workflows.merging import Choice, Conflict

_WHAT = {
    "name": "名称",
    "form": "表单",
    "role": "角色",
    "clauses": "条款",
    "activityCode": "活动代码",
    "operation": "操作",
    "decision": "决策表",
    "dataKey": "数据键",
    "caseState": "办件状态",
    "outcome": "结果",
    "sourceRef": "起点",
    "targetRef": "终点",
    "calledElement": "调用的流程",
    "default": "默认去向",
    "value": "值",
    "amount": "期限",
    "unit": "单位",
    "basis": "依据",
    "text": "内容",
    "article": "条次",
    "strength": "强度",
    "realised_by": "落实之处",
    "not_modelled": "不在程序内的理由",
    "assumption": "系统假定",
    "given": "输入",
    "expect": "期望",
    "label": "名称",
    "order": "次序",
    "parent": "所在位置",
}


def join(
    session: Session,
    actor: Actor,
    draft_id: UUID,
    path: str,
    *,
    text: str,
    base: int,
    choices: Mapping[str, Choice],
) -> dict[str, Any]:
    """Merge an edit of revision ``base`` with the last revision, element by element.

    Returns the merged text and the revision to save it over, what the others changed in sentences,
    and the elements that both changed: while there are any the text is None. Saves nothing.
    Raises NotFoundError, InvalidError.
    """
    draft = drafts.find(session, actor, draft_id)
    head = files.heads(session, draft).get(path)
    old = _opened(session, draft, path, base)
    if head is None or not head.sha256 or old is None:
        raise NotFoundError("文件已经删除，或者没有您打开的那个版本，不能合并")
    readable.require_content(path, text.encode())
    if not merging.can_merge(path):
        raise InvalidError("这种文件不能逐项合并", {"text": ["请打开最新内容后重新修改"]})
    theirs = procedures.blobs(session, [head.sha256])[head.sha256]
    merged = merging.merge(path, old, text.encode(), theirs, choices)
    return {
        "revision": head.revision,
        "text": merged.data.decode() if merged.data is not None else None,
        "conflicts": told(path, merged.conflicts),
        "changes": [each["text"] for each in changes.of_file(path, old, theirs)][:50],
    }


def _opened(session: Session, draft: ProcedureDraft, path: str, base: int) -> bytes | None:
    """Return what a file said where an edit began; of JSON that was not there yet, nothing in it."""
    if base == editing.NEW and path.endswith(".json"):
        return b"{}"
    row = session.get(DraftRevision, (draft.id, path, base))
    if row is None or not row.sha256:
        return None
    return procedures.blobs(session, [row.sha256])[row.sha256]


def told(path: str, conflicts: Iterable[Conflict]) -> list[dict[str, Any]]:
    """Return conflicts as people read them; None for a side that deleted the element."""
    return [
        {
            "file": path,
            "element_id": each.element,
            "name": each.name,
            "what": "、".join(_WHAT.get(name, name) for name in each.what if name),
            "mine": each.mine,
            "theirs": each.theirs,
        }
        for each in conflicts
    ]
