"""Layer 1, events: hosts, triggers, and errors that somebody catches."""

from workflows.diagrams import Node, Process
from workflows.verification import graphs
from workflows.verification.subjects import Findings, Subject, label

_ACTIVITIES = frozenset(
    {"userTask", "serviceTask", "businessRuleTask", "callActivity", "subProcess"}
)
_FAILING = frozenset({"serviceTask", "callActivity", "subProcess"})


def check(subject: Subject) -> Findings:
    """Check the events of every process."""
    for process in subject.processes.values():
        for node in process.nodes.values():
            if node.kind == "boundaryEvent":
                yield from _boundary(subject, process, node)
            if node.kind == "startEvent":
                yield from _start(subject, process, node)
            if node.kind in {"boundaryEvent", "intermediateCatchEvent"}:
                yield from _trigger(subject, node)
            if node.kind == "endEvent":
                yield from _end(subject, process, node)


def _boundary(subject: Subject, process: Process, node: Node) -> Findings:
    host, kind = process.nodes.get(node.attached_to or ""), _kind(node)
    if host is None or host.path != node.path or host.kind not in _ACTIVITIES:
        text = f"边界事件{label(node)}没有附着在任务或子流程上"
        yield subject.error("structure.boundary-host", node, text)
        return
    if kind == "message" and not node.is_interrupting:
        text = "不中断的边界消息事件只收得到第一条消息，请改用不中断的事件子流程"
        yield subject.error("structure.boundary-message", node, text)
    if kind == "error" and host.kind not in _FAILING:
        text = f"{label(host)}不会产生错误，错误边界事件{label(node)}永远不会触发"
        yield subject.warning("structure.error-never", node, text)


def _trigger(subject: Subject, node: Node) -> Findings:
    if _kind(node) == "none":
        text = f"{label(node)}没有触发条件，请选择定时、消息或错误"
        yield subject.error("structure.no-trigger", node, text)


def _start(subject: Subject, process: Process, node: Node) -> Findings:
    container = process.nodes.get(node.path[-1]) if node.path else None
    is_event_start = container is not None and container.is_event_subprocess
    if is_event_start and _kind(node) != "message":
        text = "事件子流程须由一条消息启动"
        yield subject.error("structure.event-subprocess", node, text)
    if not is_event_start and _kind(node) != "none":
        text = "只有事件子流程可以由消息启动；等待消息请用消息捕获事件"
        yield subject.error("structure.start-trigger", node, text)


def _end(subject: Subject, process: Process, node: Node) -> Findings:
    if _kind(node) == "error" and not _is_caught(subject, process, node):
        text = f"错误“{_code(node)}”没有任何外层的错误边界事件接住"
        yield subject.error("structure.error-uncaught", node, text)
    container = process.nodes.get(node.path[-1]) if node.path else None
    is_plain = container is not None and not container.is_event_subprocess and not container.loop
    if node.outcome and is_plain:
        text = "内嵌子流程的结束事件不能给出结果，请把结果写在外层的结束事件上"
        yield subject.warning("structure.outcome-lost", node, text)


def _is_caught(subject: Subject, process: Process, node: Node) -> bool:
    """Tell whether some activity around an error end catches it, however it is reached."""
    return _is_caught_around(subject, process, node, _code(node), set())


def _is_caught_around(
    subject: Subject, process: Process, node: Node, code: str, seen: set[str]
) -> bool:
    hosts = [process.nodes[p] for p in node.path if p in process.nodes]
    if node.kind == "callActivity":
        hosts.append(node)
    if process.id in seen or any(_catches(process, host, code) for host in hosts):
        return True
    callers = subject.callers.get(process.id, ())
    if process.id == subject.procedure_id or not callers:
        return False
    outer = (subject.processes[caller.process_id] for caller in callers)
    seen.add(process.id)
    pairs = zip(outer, callers, strict=True)
    return all(_is_caught_around(subject, p, caller, code, seen) for p, caller in pairs)


def _catches(process: Process, host: Node, code: str) -> bool:
    return any(
        node.attached_to == host.id and _kind(node) == "error" and _code(node) in {"", code}
        for node in graphs.levels(process).get(host.path, ())
    )


def _kind(node: Node) -> str:
    return node.event.kind if node.event else "none"


def _code(node: Node) -> str:
    return (node.event.error_code if node.event else None) or ""
