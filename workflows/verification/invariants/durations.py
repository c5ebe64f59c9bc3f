"""DUR: how long a step lasts at least, by its timer, its limit and the parameter behind it."""

from collections.abc import Iterator

from workflows.diagrams import Node
from workflows.verification.findings import Finding
from workflows.verification.invariants.monitors import is_timed
from workflows.verification.invariants.rows import Row, broken, meant
from workflows.verification.subjects import Subject
from workflows.verification.time_limits import UNITS


def judge(subject: Subject, row: Row) -> tuple[list[Finding], bool]:
    """Return where a step may last less than it must; its paths are walked elsewhere."""
    found = [
        broken(subject, row, node, reason)
        for node in meant(subject, str(row["code"]))
        if is_timed(node)
        for reason in _shortenings(subject, row, node)
    ]
    return found, True


def _shortenings(subject: Subject, row: Row, node: Node) -> Iterator[str]:
    least, unit = row["at_least"]["amount"], str(row["at_least"]["unit"])
    wanted = f"{least}个{UNITS.get(unit, unit)}"
    if node.due is None:
        yield f"没有设期限，须不少于{wanted}"
        return
    amount = subject.resolve(node.due.amount)
    if amount is None or not amount.isdigit():
        yield f"期限“{node.due.amount}”看不出是否不少于{wanted}，请写天数或参数"
    elif node.due.unit != unit:
        yield f"期限须按{UNITS.get(unit, unit)}计算，现按{UNITS.get(node.due.unit, node.due.unit)}"
    elif int(amount) < int(least):
        yield f"现为{amount}个{UNITS[unit]}，须不少于{wanted}"
    if node.due.start is not None and not _is_recorded(subject, node, node.due.start):
        yield "起算点须是系统记下的时刻，不能由人填写"
    timer = node.event.timer if node.event is not None else None
    if timer is None or timer.expression.strip() != "=task.due_at":
        yield "须等到期限届满（=task.due_at）"


def _is_recorded(subject: Subject, node: Node, start: str) -> bool:
    """Tell whether a point in time is what a service task of the process has noted."""
    key = start.removeprefix("=").strip().partition(".")[0]
    nodes = subject.processes[node.process_id].nodes.values()
    writers = [each for each in nodes if each.data_key == key]
    return bool(writers) and all(each.kind == "serviceTask" for each in writers)
