"""Every place in a diagram, or in a form it uses, where an expression stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workflows.diagrams import Node, Process
from workflows.verification.scopes import Scopes
from workflows.verification.shapes import UNKNOWN, Names
from workflows.verification.subjects import Form, Subject, is_unfilled, label


@dataclass(frozen=True, slots=True)
class Site:
    """An expression, what a person calls its place, and the names it sees there."""

    process_id: str
    element_id: str
    place: str
    source: str
    names: Names


def sites(subject: Subject, scopes: Scopes, process: Process) -> Iterator[Site]:
    """Yield the expressions of a process in document order."""
    for node in process.nodes.values():
        for place, text, names in _of_node(scopes, node):
            if text is not None and text.startswith("="):
                yield Site(process.id, node.id, f"{label(node)}的{place}", text[1:], names)
        yield from _of_form(subject, scopes, node)
    for flow in process.flows.values():
        source = process.nodes.get(flow.source)
        if flow.condition is not None and source is not None and flow.condition.startswith("="):
            place = f"{label(source)}的分支条件"
            yield Site(process.id, flow.id, place, flow.condition[1:], scopes.at(source))


_Found = tuple[str, str | None, Names]


def _of_node(scopes: Scopes, node: Node) -> Iterator[_Found]:
    at, inside = scopes.at(node), scopes.at(node, inside=True)
    yield "表单", node.form, inside
    yield "角色", node.role, inside
    yield "办理单位", node.party, inside
    yield "办理人", node.person, inside
    yield "决策表", node.decision, scopes.facts
    for name, text in node.inputs.items():
        if not is_unfilled(text):
            yield f"输入“{name}”", text, inside
    if node.due is not None:  # the clock starts before there is an item
        yield "期限", node.due.amount, at
        yield "起算日", node.due.start, at
        yield "期限依据", node.due.basis, scopes.facts
    if node.event is not None:
        yield "消息关联", node.event.correlation, at
        yield "定时", node.event.timer.expression if node.event.timer else None, at
    yield from _of_loop(scopes, node)


def _of_loop(scopes: Scopes, node: Node) -> Iterator[_Found]:
    if node.loop is not None:
        yield "多实例集合", node.loop.collection, scopes.at(node)
        yield "多实例的键", node.loop.key, {**scopes.at(node), **scopes.item(node)}
        yield "提前结束条件", node.loop.completion, scopes.at(node, inside=True)


def _of_form(subject: Subject, scopes: Scopes, node: Node) -> Iterator[Site]:
    """Yield the conditions of a node's form, which see the case besides the form's answers."""
    form_id = subject.resolve(node.form) or ""
    form = subject.form_of(node)
    if form is None:
        return
    names = scopes.at(node, inside=True) if node.kind == "userTask" else scopes.facts
    own = {each.path.split(".")[0].removesuffix("[]") for each in form.fields} | {"this"}
    visible = {**names, **dict.fromkeys(own, UNKNOWN)}
    for source in _conditions(form):
        place = f"{label(node)}的表单“{form_id}”"
        yield Site(node.process_id, node.id, place, source[1:], visible)


def _conditions(form: Form) -> Iterator[str]:
    """Yield every condition, computed choice, first answer and check of a form."""
    yield from _of_components(form.definition.get("components") or ())
    for rule in (form.definition.get("liancheng") or {}).get("checks") or ():
        yield str(rule.get("assert") or "=")


def _of_components(components: Any) -> Iterator[str]:
    for component in components:
        if isinstance(component, Mapping):
            hide = (component.get("conditional") or {}).get("hide")
            first = (component.get("properties") or {}).get("prefill")
            texts = (hide, component.get("valuesExpression"), first)
            yield from (str(text) for text in texts if text)
            yield from _of_components(component.get("components") or ())
