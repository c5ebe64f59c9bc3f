"""Layer 1, time: limits with a unit and a basis, timers that have something to wait for."""

from workflows.diagrams import Due, Node, Process
from workflows.verification.subjects import Findings, Subject, label

UNITS = {"working_days": "工作日", "calendar_days": "自然日", "months": "月", "years": "年"}
_ASSUMPTION = "ASM-"


def check(subject: Subject) -> Findings:
    """Check the limits and timers of every process."""
    for process in subject.processes.values():
        for node in process.nodes.values():
            if node.due is not None:
                yield from _due(subject, node, node.due)
            if node.event is not None and node.event.timer is not None:
                yield from _timer(subject, process, node)


def _due(subject: Subject, node: Node, due: Due) -> Findings:
    if due.unit not in UNITS:
        text = f"{label(node)}的期限单位“{due.unit}”须为 {'、'.join(UNITS)} 之一"
        yield subject.error("limits.unit", node, text)
    is_number = due.amount.isascii() and due.amount.isdigit()
    if not due.amount.startswith("=") and not is_number:
        text = f"{label(node)}的期限“{due.amount}”须为非负整数，或以“=”开头的表达式"
        yield subject.error("limits.amount", node, text)
    yield from _basis(subject, node, due.basis)


def _basis(subject: Subject, node: Node, source: str) -> Findings:
    basis = subject.resolve(source.strip())
    if not basis:
        text = f"{label(node)}的期限没有依据，请写明条文或系统假定编号"
        yield subject.error("limits.no-basis", node, text)
    elif basis.startswith(_ASSUMPTION) and basis not in subject.assumptions:
        text = f"{label(node)}的期限依据“{basis}”不在系统假定登记册里"
        yield subject.error("limits.basis-unknown", node, text)


def _timer(subject: Subject, process: Process, node: Node) -> Findings:
    timer = node.event.timer if node.event else None
    host = process.nodes.get(node.attached_to or "")
    if timer is not None and timer.kind == "duration":
        if node.activity_code or (host is not None and host.activity_code):
            text = f"{label(node)}按自然时长计时；法定期限请用工作日期限和 =task.due_at"
            yield subject.warning("limits.duration", node, text)
    elif timer is not None and "task.due_at" in timer.expression:
        owner = node if node.attached_to is None else host
        if owner is not None and owner.due is None:
            text = f"{label(node)}等到期限届满，但{label(owner)}没有设期限"
            yield subject.error("limits.no-due", node, text)
