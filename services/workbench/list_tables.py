"""A list of the workbench as a table for spreadsheets: the list's own filters, up to 5,000 rows."""

from typing import Any

from sqlalchemy.orm import Session

from services.actors import Actor
from services.runtime import Runtime
from services.workbench import lists
from services.workbench.case_lists import ListKind
from services.workbench.exports import MAX_ROWS, Table
from services.workbench.filters import Filters

TITLES = {
    ListKind.TODO: "待办",
    ListKind.DONE: "已办",
    ListKind.STARTED: "我发起",
    ListKind.FOLLOWED: "关注",
}
_CHUNK = 500
_NO_LIMIT = 9999


def table(
    session: Session, runtime: Runtime, actor: Actor, kind: ListKind, filters: Filters, sort: str
) -> Table:
    """Return the whole list, its first 5,000 rows, each with the facts of its case."""
    found: list[dict[str, Any]] = []
    after: lists.Cursor | None = None
    while len(found) < MAX_ROWS:
        page, after = lists.page(
            session, runtime, actor, kind, filters=filters, sort=sort, after=after, limit=_CHUNK
        )
        found += page
        if after is None:
            break
    labels = list(dict.fromkeys(fact["label"] for row in found for fact in row["facts"]))
    heads = [*_HEADS, *labels]
    return Table(TITLES[kind], heads, [_row(row, labels) for row in found[:MAX_ROWS]])


_HEADS = (
    "办件编号",
    "事项",
    "申请单位",
    "任务",
    "办理单位",
    "签收人",
    "代理",
    "开始时间",
    "到期时间",
    "剩余工作日",
    "时限状态",
    "当前环节",
)


def _row(row: dict[str, Any], labels: list[str]) -> list[Any]:
    case, task = row["case"], row["task"] or {}
    due_at = task.get("due_at")
    facts = {fact["label"]: fact["text"] for fact in row["facts"]}
    return [
        case.number,
        case.title,
        row["applicant"],
        task.get("name"),
        task.get("party"),
        task.get("claimed_by_name"),
        f"代 {row['on_behalf_of']}" if row["on_behalf_of"] else None,
        row["at"],
        due_at if due_at is not None and due_at.year < _NO_LIMIT else None,
        row["remaining_working_days"],
        row["light_text"],
        "、".join(row["waiting_for"]),
        *(facts.get(label) for label in labels),
    ]
