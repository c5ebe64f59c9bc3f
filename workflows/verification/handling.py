"""Which acts are lawful on which task: every kind says so for every act, every code has a kind."""

from collections.abc import Iterator, Mapping
from typing import Any

from workflows.bundles.handling import AGENCY, DEFAULT, LABELS, NAMED, UNIT, Act, Place, merged
from workflows.verification.findings import Finding, Severity
from workflows.verification.subjects import Findings, Subject, label

_NEEDED = (NAMED, UNIT, AGENCY)


def check(subject: Subject) -> Findings:
    """Check the rules as they are written, then that each user task with a code has one."""
    if not subject.handling:
        return
    wrong = [f for path, data in subject.handling.items() for f in _file(subject, path, data)]
    yield from wrong
    if not wrong:
        yield from _nodes(subject)


def _found(path: str, name: str, text: str) -> Finding:
    return Finding(Severity.ERROR, "handling.malformed", path, name, text)


def _file(subject: Subject, path: str, data: Any) -> Iterator[Finding]:
    if not isinstance(data, Mapping) or set(data) - {"kinds", "nodes"}:
        yield _found(path, "", "办理规则应写成 kinds（种类）和 nodes（环节）两部分")
        return
    if not all(isinstance(part or {}, Mapping) for part in data.values()):
        yield _found(path, "", "kinds（种类）和 nodes（环节）应写成“名称: 值”的形式")
        return
    for name, kind in (data.get("kinds") or {}).items():
        if not isinstance(kind, Mapping):
            yield _found(path, name, f"种类“{name}”应写成“动作: 规则”的形式")
            continue
        for problem in _kind(subject, kind):
            yield _found(path, name, f"种类“{name}”{problem}")
    for name, kind in (data.get("nodes") or {}).items():
        if not isinstance(kind, str):
            yield _found(path, str(name), f"环节“{name}”应写明种类")


def _kind(subject: Subject, kind: Mapping[str, Any]) -> Iterator[str]:
    if unknown := sorted(set(kind) - {act.value for act in Act}):
        yield f"有不认识的动作：{'、'.join(unknown)}"
    for act in Act:
        rule = kind.get(act.value)
        if not isinstance(rule, Mapping) or not isinstance(rule.get("allowed"), bool):
            yield f"没有写明能否{LABELS[act]}（allowed: true 或 false）"
            continue
        if not rule["allowed"] and not rule.get("reason"):
            yield f"不许{LABELS[act]}，须写明理由（reason）"
        yield from _basis(subject, act, rule.get("basis"))


def _basis(subject: Subject, act: Act, basis: Any) -> Iterator[str]:
    if not basis:
        yield f"的{LABELS[act]}须写明依据（basis）：条次，或者系统假定的编号"
    elif str(basis).startswith("ASM-") and basis not in subject.assumptions:
        yield f"的{LABELS[act]}所依据的系统假定“{basis}”不在登记册里"


def _nodes(subject: Subject) -> Findings:
    rules = merged(subject.handling.values())
    if missing := [name for name in _NEEDED if name not in rules.kinds]:
        path = next(iter(subject.handling))
        yield _found(path, "", f"办理规则缺少种类：{'、'.join(missing)}")
        return
    for node in subject.nodes():
        if node.kind != "userTask":
            continue
        kind = rules.kind_of(Place(node.id, node.activity_code))
        if kind is None:
            text = f"{label(node)}的活动代码“{node.activity_code}”在办理规则（handling.yaml）里没有规定"
            yield subject.error("handling.unlisted", node, text)
        elif kind not in rules.kinds and kind != DEFAULT:
            text = f"{label(node)}在办理规则里的种类“{kind}”不存在"
            yield subject.error("handling.kind-unknown", node, text)
