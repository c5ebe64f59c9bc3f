"""The figures for leaders as tables for spreadsheets."""

from typing import Any

from services.workbench.exports import Table

TABLES = ("steps", "load", "months", "supplements")

_TITLES = {"steps": "各环节用时", "load": "在办件", "months": "每月办件", "supplements": "补正原因"}
_COLUMNS = {
    "steps": {
        "name": "环节",
        "open": "在办",
        "overdue": "超期",
        "done": "已办",
        "median_days": "中位数（工作日）",
        "p90_days": "九成以内（工作日）",
        "longest_days": "最长（工作日）",
    },
    "load": {
        "step": "环节",
        "person": "签收人",
        "open": "在办",
        "overdue": "超期",
        "due_soon": "临期",
    },
    "months": {"month": "月份", "started": "新收", "finished": "办结"},
    "supplements": {"material": "补正事项", "article": "依据条款", "count": "次数"},
}


def tables(figures: dict[str, Any], first: str) -> list[Table]:
    """Return all tables of a dashboard, the one asked for first."""
    names = [first, *(name for name in TABLES if name != first)]
    return [_table(name, figures[name]) for name in names]


def _table(name: str, rows: list[dict[str, Any]]) -> Table:
    columns = _COLUMNS[name]
    return Table(_TITLES[name], list(columns.values()), [[r[c] for c in columns] for r in rows])
