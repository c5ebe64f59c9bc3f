"""Layer 1, gateways: each choice has its conditions, and a way for every case."""

from dataclasses import fields
from itertools import starmap
from typing import Any

from workflows import feel
from workflows.diagrams import Flow, Node, Process
from workflows.feel.ast import Binary, Call, Name
from workflows.verification.findings import Severity
from workflows.verification.subjects import Findings, Subject, label

_CHOOSING = frozenset({"exclusiveGateway", "inclusiveGateway"})
_OPPOSITES = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def check(subject: Subject) -> Findings:
    """Check the gateways of every process, and conditions that stand elsewhere."""
    for process in subject.processes.values():
        for node in process.nodes.values():
            flows = list(process.outgoing(node.id))
            if node.kind in _CHOOSING:
                yield from _choice(subject, node, flows)
            else:
                yield from _misplaced(subject, node, flows)
            if node.kind == "eventBasedGateway":
                yield from _events(subject, process, node, flows)


def _choice(subject: Subject, node: Node, flows: list[Flow]) -> Findings:
    if node.default_flow and node.default_flow not in {flow.id for flow in flows}:
        text = f"{label(node)}的默认分支不是从它离开的连线"
        yield subject.error("structure.default-unknown", node, text)
    if len(flows) > 1:
        yield from _branches(subject, node, flows)
    conditions = [flow.condition for flow in flows]
    if not node.default_flow and any(conditions) and not _covers(conditions):
        text = f"{label(node)}没有默认分支，条件都不成立时办件会停住"
        yield subject.warning("structure.no-default", node, text)


def _branches(subject: Subject, node: Node, flows: list[Flow]) -> Findings:
    for flow in flows:
        is_default = flow.id == node.default_flow
        if not is_default and flow.condition is None:
            text = f"{label(node)}的这条分支没有条件，请填写条件或设为默认分支"
            yield _on(subject, Severity.ERROR, "structure.no-condition", flow, text)
        if is_default and flow.condition is not None:
            text = "默认分支上的条件不起作用，请删除"
            yield _on(subject, Severity.WARNING, "structure.default-condition", flow, text)


def _misplaced(subject: Subject, node: Node, flows: list[Flow]) -> Findings:
    for flow in flows:
        if flow.condition is not None:
            text = f"{label(node)}不是排他或包容网关，这里的条件不起作用"
            yield _on(subject, Severity.ERROR, "structure.condition-ignored", flow, text)


def _events(subject: Subject, process: Process, node: Node, flows: list[Flow]) -> Findings:
    for flow in flows:
        target = process.nodes.get(flow.target)
        if target is not None and target.kind != "intermediateCatchEvent":
            text = f"{label(node)}之后只能是定时或消息捕获事件"
            yield _on(subject, Severity.ERROR, "structure.event-gateway", flow, text)
    if len(flows) == 1:
        text = f"{label(node)}只有一条分支，请直接画捕获事件"
        yield subject.warning("structure.event-gateway", node, text)


def _on(subject: Subject, severity: Severity, rule: str, flow: Flow, text: str) -> Any:
    return subject.found(severity, rule, flow.process_id, flow.id, text)


def _covers(conditions: list[str | None]) -> bool:
    """Tell whether one of two conditions plainly is the opposite of the other."""
    if len(conditions) != 2 or None in conditions:  # noqa: PLR2004 - a pair
        return False
    try:
        one, other = (feel.parse((text or "=")[1:]).tree for text in conditions)
    except feel.FeelError:
        return True  # reported as a syntax error
    return _is_opposite(one, other) or _is_opposite(other, one)


def _is_opposite(one: Any, other: Any) -> bool:
    if isinstance(one, Binary) and isinstance(other, Binary):
        sides = _same(one.left, other.left) and _same(one.right, other.right)
        return sides and _OPPOSITES.get(one.operator) == other.operator
    is_not = isinstance(other, Call) and isinstance(other.callee, Name)
    return is_not and other.callee.name == "not" and _same(one, *other.arguments)


def _same(one: Any, other: Any) -> bool:
    """Compare two trees, wherever in their sources they stand."""
    if isinstance(one, tuple):
        pairs = zip(one, other, strict=False)
        return len(one) == len(other) and all(starmap(_same, pairs))
    if type(one) is not type(other) or not hasattr(one, "at"):
        return bool(one == other)
    parts = (part.name for part in fields(one) if part.name != "at")
    return all(_same(getattr(one, name), getattr(other, name)) for name in parts)
