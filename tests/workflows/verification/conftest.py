"""Builders for small diagrams that are right or wrong in one respect, and the check of them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest

from workflows.bundles import Bundle
from workflows.verification import Finding, check_bundle

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:liancheng="urn:liancheng:bpmn:1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  targetNamespace="urn:test">
  <bpmn:message id="Message_1" name="objection"/>
  <bpmn:error id="Error_1" errorCode="NO"/>
"""
_KINDS = {"start": "startEvent", "end": "endEvent", "gw": "exclusiveGateway"}
_PLAIN = {"default", "attachedToRef", "cancelActivity", "isInterrupting", "triggeredByEvent"}
_PLAIN |= {"calledElement", "name"}

Element = Callable[[str], str]


def element(tag: str, body: str = "", extensions: str = "", **attributes: Any) -> Element:
    """Return a maker of one element; attributes that BPMN does not know are ours."""
    written = "".join(
        f" {name if name in _PLAIN else f'liancheng:{name}'}={quoteattr(str(value))}"
        for name, value in attributes.items()
        if value is not None
    )
    inner = f"<bpmn:extensionElements>{extensions}</bpmn:extensionElements>" if extensions else ""
    return lambda node_id: f'<bpmn:{tag} id="{node_id}"{written}>{inner}{body}</bpmn:{tag}>'


def inputs(**values: str) -> str:
    return "".join(
        f"<liancheng:input name={quoteattr(name)} value={quoteattr(value)}/>"
        for name, value in values.items()
    )


def due(**attributes: str) -> str:
    given = {"amount": "5", "unit": "working_days", "basis": "ASM-T-01", **attributes}
    written = "".join(f" {name.rstrip('_')}={quoteattr(v)}" for name, v in given.items())
    return f"<liancheng:due{written}/>"


def loop(
    collection: str, item: str = "one", key: str = "=one", completion: str | None = None
) -> str:
    done = f"<bpmn:completionCondition>{completion}</bpmn:completionCondition>"
    return (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><liancheng:loop "
        f"collection={quoteattr(collection)} item={quoteattr(item)} key={quoteattr(key)}/>"
        f"</bpmn:extensionElements>{done if completion else ''}"
        "</bpmn:multiInstanceLoopCharacteristics>"
    )


def event(kind: str, value: str = "") -> str:
    """Return an event definition: message, error, terminate, date or duration."""
    if kind in {"date", "duration"}:
        tag = f"time{kind.capitalize()}"
        inner = f"<bpmn:{tag}>{escape(value)}</bpmn:{tag}>"
        return f"<bpmn:timerEventDefinition>{inner}</bpmn:timerEventDefinition>"
    reference = {"message": ' messageRef="Message_1"', "error": ' errorRef="Error_1"'}
    return f"<bpmn:{kind}EventDefinition{reference.get(kind, '')}/>"


def user(body: str = "", extensions: str = "", **attributes: Any) -> Element:
    given = {"form": "F-1", "role": "clerk", **attributes}
    return element("userTask", body, extensions, **given)


def service(body: str = "", extensions: str | None = None, **attributes: Any) -> Element:
    given = {"operation": "notify.send", **attributes}
    told = inputs(template="hello") if extensions is None else extensions
    return element("serviceTask", body, told, **given)


def call(body: str = "", extensions: str = "", **attributes: Any) -> Element:
    given = {"calledElement": "test.called", "dataKey": "called", **attributes}
    return element("callActivity", body, extensions, **given)


def rule(extensions: str = "", **attributes: Any) -> Element:
    given = {"decision": "scope_table", "dataKey": "scope", **attributes}
    return element("businessRuleTask", "", extensions, **given)


def boundary(host: str, body: str, **attributes: Any) -> Element:
    return element("boundaryEvent", body, attachedToRef=host, **attributes)


def catch(body: str, extensions: str = "", **attributes: Any) -> Element:
    return element("intermediateCatchEvent", body, extensions, **attributes)


def sub(
    flows: str, body: str = "", attributes: Mapping[str, Any] = {}, **nodes: Element
) -> Element:  # noqa: B006
    return element("subProcess", _content(flows, nodes) + body, **attributes)


def event_sub(flows: str, attributes: Mapping[str, Any] = {}, **nodes: Element) -> Element:  # noqa: B006
    return sub(flows, "", {"triggeredByEvent": "true", **attributes}, **nodes)


def process(flows: str, process_id: str = "test.main", more: str = "", **nodes: Element) -> str:
    """Return a process: "start>ask>gw;gw>end?=x = 1;gw>ask" and the nodes that need saying."""
    content = _content(flows, nodes)
    return f'<bpmn:process id="{process_id}" isExecutable="true">{more}{content}</bpmn:process>'


def _content(flows: str, nodes: Mapping[str, Element]) -> str:
    named, lines = dict.fromkeys(nodes), []
    for chain in filter(None, flows.split(";")):
        path, _, condition = chain.partition("?")
        steps = [step.strip() for step in path.split(">")]
        named |= dict.fromkeys(steps)
        for source, target in zip(steps, steps[1:], strict=False):
            lines.append(_flow(source, target, condition))
    return "".join((nodes.get(name) or _implied(name))(name) for name in named) + "".join(lines)


def _implied(name: str) -> Element:
    tag = next((tag for prefix, tag in _KINDS.items() if name.startswith(prefix)), "")
    return element(tag) if tag else lambda _id: ""


def _flow(source: str, target: str, condition: str) -> str:
    ends = f'id="f_{source}_{target}" sourceRef="{source}" targetRef="{target}"'
    kind = 'xsi:type="bpmn:tFormalExpression"'
    inner = f"<bpmn:conditionExpression {kind}>{escape(condition)}</bpmn:conditionExpression>"
    return f"<bpmn:sequenceFlow {ends}>{inner if condition else ''}</bpmn:sequenceFlow>"


def table(*rules: tuple[str, str], read: str = "region", policy: str = "UNIQUE") -> str:
    """Return a decision of one input and one output; rules are pairs of their cells."""
    rows = "".join(
        f'<rule id="rule_{n}"><inputEntry id="i{n}"><text>{escape(test)}</text></inputEntry>'
        f'<outputEntry id="o{n}"><text>{escape(result)}</text></outputEntry></rule>'
        for n, (test, result) in enumerate(rules, start=1)
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" '
        'namespace="urn:test"><decision id="scope_table" name="适用范围">'
        f'<decisionTable id="t" hitPolicy="{policy}"><input id="in" label="地区">'
        f'<inputExpression id="e" typeRef="number"><text>{read}</text></inputExpression></input>'
        f'<output id="out" name="verdict" typeRef="string"/>{rows}</decisionTable></decision>'
        "</definitions>"
    )


WHOLE = (("< 5", '"LOW"'), (">= 5", '"HIGH"'))


@dataclass
class FakeField:
    path: str
    is_readonly: bool = False
    options: tuple[tuple[str, str], ...] = ()
    label: str = ""
    is_required: bool = False
    is_held: bool = False
    is_prefilled: bool = False


@dataclass
class FakeForm:
    """Asks for an outcome, a number and members; ``hide`` is a condition on the number."""

    hide: str = "=false"
    check: str = "=true"
    fields: tuple[FakeField, ...] = (
        FakeField("outcome", options=(("yes", "同意"), ("no", "不同意"))),
        FakeField("number"),
        FakeField("members"),
        FakeField("members[].uscc"),
        FakeField("shown", is_readonly=True),
    )

    @property
    def definition(self) -> dict[str, Any]:
        hidden = {"type": "number", "key": "number", "conditional": {"hide": self.hide}}
        return {"components": [hidden], "liancheng": {"checks": [{"assert": self.check}]}}


@dataclass
class FakeOperation:
    inputs: dict[str, str] = field(default_factory=lambda: {"template": "string", "roles": "list?"})
    is_deferred: bool = False

    def problems(self, names: Mapping[str, Any]) -> list[str]:
        return [f"没有输入“{name}”" for name in names if name not in self.inputs]


PROFILE = {
    "review.days": {"value": 5},
    "review.form": {"value": "F-1"},
    "review.table": {"value": "scope_table"},
    "review.basis": {"value": "ASM-T-01"},
    "departments": {"value": [{"role": "clerk", "name": "受理"}]},
}


def draft(*processes: str, dmn: str = table(*WHOLE), **files: str) -> Bundle:
    """Return a bundle of one diagram with its settings."""
    settings = {
        "roles": {"clerk": {}, "applicant": {}},
        "procedure": {"profile": {k: {"article": "一", **e} for k, e in PROFILE.items()}},
    }
    named = {name.replace("__", "."): text.encode() for name, text in files.items()}
    content = {
        "procedure.json": json.dumps(settings).encode(),
        "bpmn/test/main.bpmn": (_HEAD + "".join(processes) + "</bpmn:definitions>").encode(),
        "dmn/test/scope.dmn": dmn.encode(),
        "clauses.yaml": "- {id: 五(一).1}".encode(),
    }
    return Bundle("test.main", content | named)


def findings(*processes: str, form: FakeForm | None = None, **bundle: str) -> tuple[Finding, ...]:
    """Return what the check finds in a small procedure."""
    operations = {"notify.send": FakeOperation(), "notices.publish": FakeOperation({}, True)}
    forms = {"F-1": form or FakeForm()}
    return check_bundle(draft(*processes, **bundle), forms, operations, {"ASM-T-01"})


def checked(*processes: str, **more: Any) -> set[tuple[str, str]]:
    """Return the rules that a small procedure breaks, with the elements that break them."""
    return {(each.rule, each.element_id) for each in findings(*processes, **more)}


@pytest.fixture
def bpmn() -> SimpleNamespace:
    """Return the builders."""
    builders = (element, inputs, due, loop, event, user, service, call, rule, boundary, catch)
    more = (sub, event_sub, process, table, draft, FakeForm, FakeOperation, checked, findings)
    return SimpleNamespace(**{each.__name__: each for each in (*builders, *more)}, WHOLE=WHOLE)
