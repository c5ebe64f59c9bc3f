"""Layer 1, flow: every node has its place, is reached from a start and comes to an end."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from workflows.diagrams import TOO_LARGE, Flow, Node, Process
from workflows.verification import graphs
from workflows.verification.findings import Finding, Severity
from workflows.verification.subjects import Findings, Subject, label

_GATEWAYS = frozenset(
    {"exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway"}
)
MAX_PROCESSES = 60  # of a procedure with all it calls
MAX_ALL_NODES = 3_000
MAX_NESTING = 16  # embedded subprocesses
_AT_ONCE = "办件会在一瞬间反复执行"
_WAITING = frozenset({"userTask", "intermediateCatchEvent", "eventBasedGateway"})


def check(subject: Subject) -> Findings:
    """Check the flow of every process."""
    yield from refusals(subject)
    waiting = _waiting(subject)
    for process in subject.processes.values():
        yield from _flows(subject, process)
        yield from _connections(subject, process)
        for path_of_level, nodes in graphs.levels(process).items():
            yield from _level(subject, process, path_of_level, nodes)
        yield from _cycles(subject, process, waiting)
    yield from _names(subject)


def refusals(subject: Subject) -> Findings:
    """Return what reading the diagrams refused, and what it read and does not use."""
    for path, diagram in subject.diagrams.items():
        for refusal in diagram.refusals:
            rule = f"structure.{refusal.code}"
            yield Finding(Severity.ERROR, rule, path, refusal.element_id, refusal.message)
        for note in diagram.notes:
            rule = f"structure.{note.code}"
            yield Finding(Severity.WARNING, rule, path, note.element_id, note.message)


def too_large(subject: Subject) -> list[Finding]:
    """Return in what the drawings are more than the checks are made for."""
    found = [each for each in refusals(subject) if each.rule == f"structure.{TOO_LARGE}"]
    sizes = (
        (len(subject.processes), MAX_PROCESSES, "流程"),
        (sum(len(each.nodes) for each in subject.processes.values()), MAX_ALL_NODES, "节点"),
        (max((len(n.path) for n in subject.nodes()), default=0), MAX_NESTING, "层嵌套的子流程"),
    )
    for size, most, what in sizes:
        if size > most:
            text = f"流程包里有 {size} 个{what}，超过 {most} 个，请拆分或删减"
            found.append(Finding(Severity.ERROR, f"structure.{TOO_LARGE}", "", "", text))
    return found


def _flows(subject: Subject, process: Process) -> Findings:
    for flow in process.flows.values():
        source, target = process.nodes.get(flow.source), process.nodes.get(flow.target)
        if source is None or target is None:
            end = "起点" if source is None else "终点"
            message = f"连线的{end}不存在，请重新连接或删除这条连线"
        elif source.path != target.path:
            message = "连线跨越了子流程的边界，请在子流程内外分别连线"
        else:
            continue
        yield subject.found(Severity.ERROR, "structure.flow-end", process.id, flow.id, message)


def _connections(subject: Subject, process: Process) -> Findings:
    for node in process.nodes.values():
        entering, leaving = list(process.incoming(node.id)), list(process.outgoing(node.id))
        yield from _entering(subject, node, entering)
        yield from _leaving(subject, node, leaving)


def _entering(subject: Subject, node: Node, entering: list[Flow]) -> Findings:
    may_enter = not (node.kind in {"startEvent", "boundaryEvent"} or node.is_event_subprocess)
    if entering and not may_enter:
        yield subject.error("structure.incoming", node, f"{label(node)}不能有进入的连线")
    if may_enter and not entering:
        text = f"没有连线进入{label(node)}，它永远不会执行"
        yield subject.error("structure.no-incoming", node, text)


def _leaving(subject: Subject, node: Node, leaving: list[Flow]) -> Findings:
    may_leave = not (node.kind == "endEvent" or node.is_event_subprocess)
    if leaving and not may_leave:
        yield subject.error("structure.outgoing", node, f"{label(node)}不能有离开的连线")
    if may_leave and not leaving:
        text = f"{label(node)}之后没有去向，请连到下一步或结束事件"
        yield subject.error("structure.no-outgoing", node, text)
    if len(leaving) > 1 and node.kind not in _GATEWAYS:
        text = f"{label(node)}有多条离开的连线，请用网关说明是选择还是并行"
        yield subject.error("structure.fork", node, text)


def _level(subject: Subject, process: Process, path: graphs.Path, nodes: list[Node]) -> Findings:
    where = path[-1] if path else process.id
    starts = [node.id for node in nodes if node.kind == "startEvent"]
    ends = [node.id for node in nodes if node.kind == "endEvent"]
    if len(starts) != 1:
        text = f"应当有且只有一个开始事件，现有 {len(starts)} 个"
        yield subject.found(Severity.ERROR, "structure.start", process.id, where, text)
    if not ends:
        text = "没有结束事件"
        yield subject.found(Severity.ERROR, "structure.end", process.id, where, text)
    arrows = graphs.level_arrows(process, nodes)
    yield from _unreached(subject, nodes, arrows.reach(starts))
    yield from _stuck(subject, nodes, arrows.reversed().reach(ends), arrows)


def _unreached(subject: Subject, nodes: list[Node], reached: set[str]) -> Findings:
    for node in nodes:
        if node.id not in reached and not node.is_event_subprocess:
            text = f"从开始事件走不到{label(node)}"
            yield subject.error("structure.unreachable", node, text)


def _stuck(
    subject: Subject, nodes: list[Node], ending: set[str], arrows: graphs.Arrows
) -> Findings:
    for node in nodes:
        if node.id not in ending and not node.is_event_subprocess and arrows.after.get(node.id):
            text = f"从{label(node)}走不到任何结束事件"
            yield subject.error("structure.no-way-out", node, text)


def _cycles(subject: Subject, process: Process, waiting: AbstractSet[str]) -> Findings:
    """Report loops in which a case would run round and round within one moment."""
    arrows = graphs.control(process)
    waits = {node.id for node in process.nodes.values() if _may_wait(subject, node, waiting)}
    quick = {n for n in _points(process) if n not in waits}
    gateways = {node.id for node in process.nodes.values() if node.kind in _GATEWAYS}
    endless = arrows.on_cycles(quick - gateways)
    busy = arrows.on_cycles(quick) - endless
    if drawn := [node_id for node_id in process.nodes if node_id in endless]:
        text = f"循环里既没有等待也没有网关，{_AT_ONCE}"
        rule = "structure.endless"
        yield subject.found(Severity.ERROR, rule, process.id, drawn[0], text, drawn)
    if drawn := [node_id for node_id in process.nodes if node_id in busy]:
        text = f"循环里没有需要等待的步骤，{_AT_ONCE}"
        rule = "structure.busy"
        yield subject.found(Severity.WARNING, rule, process.id, drawn[0], text, drawn)


def _points(process: Process) -> Iterator[str]:
    for node in process.nodes.values():
        yield node.id
        if node.kind == "subProcess" and not node.is_event_subprocess:
            yield graphs.exit_of(node.id)


def _waiting(subject: Subject) -> frozenset[str]:
    """Return the ids of the processes in which a token can rest."""
    found: set[str] = set()
    while True:
        more = {
            process.id
            for process in subject.processes.values()
            if any(_may_wait(subject, node, found) for node in process.nodes.values())
        }
        if more == found:
            return frozenset(found)
        found = more


def _may_wait(subject: Subject, node: Node, waiting: AbstractSet[str]) -> bool:
    """Tell whether a token can rest at a node, or somewhere inside it."""
    if node.kind in _WAITING:
        return True
    if node.kind == "serviceTask":
        operation = subject.operations.get(node.operation or "")
        return operation is not None and operation.is_deferred
    if node.kind == "subProcess":
        process = subject.processes[node.process_id]
        inner = (n for n in graphs.inside(process, node) if n.kind != "subProcess")
        return any(_may_wait(subject, each, waiting) for each in inner)
    return node.called in waiting


def _names(subject: Subject) -> Findings:
    """Report embedded subprocesses of one name: the engine keeps them by their id."""
    seen: dict[str, Node] = {}
    for node in subject.nodes():
        if node.kind != "subProcess":
            continue
        other = seen.setdefault(node.id, node)
        if other is not node:
            text = f"子流程编号“{node.id}”已用于流程“{other.process_id}”，请改用别的编号"
            yield subject.error("structure.subprocess-id", node, text)
