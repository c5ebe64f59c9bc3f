"""What differs between two versions of a diagram, element by element, in sentences."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from workflows.diagrams import Diagram, Due, Event, Flow, Loop, Node

Told = tuple[str, str, str]  # element, kind, sentence

_UNITS = {"working_days": "个工作日", "calendar_days": "个自然日", "months": "个月", "years": "年"}
_KINDS = {
    "userTask": "任务",
    "serviceTask": "系统操作",
    "businessRuleTask": "判断",
    "callActivity": "调用环节",
    "subProcess": "子流程",
    "startEvent": "开始",
    "endEvent": "结束",
    "boundaryEvent": "边界事件",
    "intermediateCatchEvent": "等待",
    "intermediateThrowEvent": "发出消息",
    "exclusiveGateway": "选择",
    "parallelGateway": "并行",
    "inclusiveGateway": "包容选择",
    "eventBasedGateway": "等待其一",
}


def turned(before: str, after: str) -> str:
    """Return 由…改为…, with spaces only beside what is not Chinese."""
    left = " " if before[:1].isascii() else ""
    middle = " " if before[-1:].isascii() else ""
    return f"由{left}{before}{middle}改为{' ' if after[:1].isascii() else ''}{after}"


def kind_of(node: Node) -> str:
    """Return what kind of step it is, in words."""
    return _KINDS.get(node.kind, "节点")


def due_of(due: Due | None) -> str:
    """Return a limit in words with what it rests on."""
    if due is None:
        return "无"
    return f"{due.amount} {_UNITS.get(due.unit, due.unit)}（{due.basis}）"


def _loop(loop: Loop | None) -> str:
    return "一次" if loop is None else f"逐一办理 {loop.collection}"


def _event(event: Event | None) -> str:
    if event is None:
        return "无"
    what = event.timer.expression if event.timer else event.message or event.error_code
    return f"{event.kind} {what or ''}".strip()


def _words(value: Any) -> str:
    if isinstance(value, tuple):
        return "、".join(value) or "无"
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value) if value else "无"


_SHOWN: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "name": ("名称", _words),
    "kind": ("种类", lambda kind: _KINDS.get(kind, kind)),
    "activity_code": ("活动代码", _words),
    "clauses": ("条款", _words),
    "lane": ("泳道", _words),
    "role": ("角色", _words),
    "party": ("单位", _words),
    "person": ("人员", _words),
    "separate_from": ("须由不同人员办理的环节", _words),
    "form": ("表单", _words),
    "operation": ("操作", _words),
    "decision": ("决策表", _words),
    "called": ("调用的流程", _words),
    "outcome": ("结果", _words),
    "data_key": ("数据键", _words),
    "case_state": ("办件状态", _words),
    "due": ("期限", due_of),
    "loop": ("办理次数", _loop),
    "event": ("事件", _event),
    "is_interrupting": ("中断", _words),
    "assumptions": ("系统假定", _words),
    "default_flow": ("默认去向", _words),
}


ACCESS = {"readonly": "只读", "hidden": "隐藏", "": "可编辑"}
Labels = Mapping[str, Mapping[str, str]]  # what fields are called, by form id and path


def between(old: Diagram, new: Diagram, labels: Labels = MappingProxyType({})) -> Iterator[Told]:
    """Yield what differs: nodes that came, went or changed, then flows."""
    before, after = (_nodes(diagram) for diagram in (old, new))
    yield from _pairs(before, after, _label, partial(_node, labels))
    names = {key: _label(node) for key, node in (before | after).items()}

    def shown(flow: Flow) -> str:
        ends = (names.get(end, end) for end in (flow.source, flow.target))
        return "从{}到{}的连线".format(*ends)

    yield from _pairs(_flows(old), _flows(new), shown, _flow)


def _pairs(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    shown: Callable[[Any], str],
    compare: Callable[[Any, Any, str], Iterator[str]],
) -> Iterator[Told]:
    for key in [*before, *(k for k in after if k not in before)]:
        if key not in after:
            yield key, "removed", f"删除{shown(before[key])}"
        elif key not in before:
            yield key, "added", f"新增{shown(after[key])}"
        else:
            label = shown(after[key])
            for text in compare(before[key], after[key], label):
                yield key, "changed", text


def _nodes(diagram: Diagram) -> dict[str, Node]:
    return {k: n for process in diagram.processes.values() for k, n in process.nodes.items()}


def _flows(diagram: Diagram) -> dict[str, Flow]:
    return {k: f for process in diagram.processes.values() for k, f in process.flows.items()}


def _label(node: Node) -> str:
    return f"{_KINDS.get(node.kind, '节点')}“{node.name or node.id}”"


def _node(labels: Labels, old: Node, new: Node, label: str) -> Iterator[str]:
    for name, (words, shown) in _SHOWN.items():
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield f"{label}的{words}{turned(shown(before), shown(after))}"
    for name in sorted(old.inputs.keys() | new.inputs.keys()):
        a, b = old.inputs.get(name), new.inputs.get(name)
        if a != b:
            yield f"{label}的输入 {name} {turned(a or '无', b or '无')}"
    known = labels.get(new.form or "", {})
    for path in sorted(old.access.keys() | new.access.keys()):
        a, b = old.access.get(path, ""), new.access.get(path, "")
        if a != b:
            change = turned(ACCESS.get(a, a), ACCESS.get(b, b))
            yield f"{label}的字段“{known.get(path, path)}”{change}"


def _flow(old: Flow, new: Flow, label: str) -> Iterator[str]:
    if (old.source, old.target) != (new.source, new.target):
        yield f"改接{label}"
    if old.condition != new.condition:
        yield f"{label}的条件{turned(old.condition or '无', new.condition or '无')}"
    if old.name != new.name:
        yield f"{label}的名称{turned(old.name or '无', new.name or '无')}"
