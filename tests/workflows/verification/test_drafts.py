"""Drafts in any state: what cannot be read is a finding, nothing is a fault."""

import random

import pytest
from lxml import etree

from workflows.verification import Severity, check, check_bundle
from workflows.bundles import Bundle, open_bundle


def test_a_bundle_that_opens_is_checked_as_its_files_are(bpmn):
    bundle = bpmn.draft(bpmn.process("start>ask>end", ask=bpmn.user()))
    forms = {"F-1": bpmn.FakeForm()}

    assert check(open_bundle(bundle), forms, {}) == check_bundle(bundle, forms, {}) == ()


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("bpmn/test/main.bpmn", b"<html/>"),
        ("bpmn/test/main.bpmn", b""),
        ("dmn/test/scope.dmn", b"<definitions/>"),
        ("procedure.json", b"[1]"),
        ("procedure.json", b"{"),
        ("clauses.yaml", b"{"),
        ("clauses.yaml", b"- text"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(bpmn, path, content):
    good = bpmn.draft(bpmn.process("start>ask>end", ask=bpmn.user()))

    found = check_bundle(Bundle("test.main", {**good.files, path: content}), {}, {})

    assert ("structure.unreadable", path) in {(f.rule, f.file) for f in found}


def test_a_process_is_drawn_once(bpmn):
    drawn = bpmn.process("start>ask>end", ask=bpmn.user())
    good = bpmn.draft(drawn)
    copy = {"bpmn/test/copy.bpmn": good.files["bpmn/test/main.bpmn"]}

    found = check_bundle(Bundle("test.main", good.files | copy), {"F-1": bpmn.FakeForm()}, {})

    assert ("structure.process-twice", "test.main") in {(f.rule, f.element_id) for f in found}


def test_what_only_the_engine_refuses_is_found_too(bpmn):
    drawn = bpmn.process("start>ask>end", ask=bpmn.user())
    good = bpmn.draft(drawn)
    path = "bpmn/test/main.bpmn"
    shape = (
        b'<d:BPMNShape xmlns:d="http://www.omg.org/spec/BPMN/20100524/DI" bpmnElement="ask">'
        b'<c:Bounds xmlns:c="http://www.omg.org/spec/DD/20100524/DC" x="left" y="0"/>'
        b"</d:BPMNShape></bpmn:definitions>"
    )
    files = {**good.files, path: good.files[path].replace(b"</bpmn:definitions>", shape)}

    found = check_bundle(Bundle("test.main", files), {"F-1": bpmn.FakeForm()}, {})

    assert [(f.rule, f.severity) for f in found] == [("structure.refused", Severity.ERROR)]


def test_findings_come_the_worst_first_and_each_once(bpmn):
    gw = bpmn.element("exclusiveGateway")
    drawn = bpmn.process(
        "start>ask>gw;gw>end?=gone = 1;gw>end2?=1 > gone", ask=bpmn.user(role="none"), gw=gw
    )

    found = bpmn.findings(drawn)

    assert [(f.severity, f.element_id) for f in found] == [
        (Severity.ERROR, "ask"),
        (Severity.ERROR, "f_gw_end"),
        (Severity.ERROR, "f_gw_end2"),
        (Severity.WARNING, "gw"),
    ]


def damaged(source: bytes, seed: int) -> bytes:
    """Return a diagram with some attributes, texts and elements lost or swapped."""
    chance = random.Random(seed)
    root = etree.fromstring(source)
    every = [each for each in root.iter() if isinstance(each.tag, str)]
    for _ in range(chance.randint(1, 6)):
        target, other = chance.choice(every), chance.choice(every)
        if target.attrib and chance.random() < 0.6:
            name = chance.choice(sorted(target.attrib))
            target.attrib[name] = chance.choice(["", "=", "=x.y", other.get("id") or "none"])
        elif target.getparent() is not None and chance.random() < 0.5:
            target.getparent().remove(target)
        else:
            target.text = chance.choice(["=(", "=profile.x", "none"])
    return etree.tostring(root)


@pytest.mark.parametrize("seed", range(150))
def test_a_damaged_diagram_is_never_a_fault(bpmn, seed):
    end = bpmn.element("endEvent", bpmn.event("error"))
    late = bpmn.boundary("ask", bpmn.event("date", "=task.due_at"), cancelActivity="false")
    start = bpmn.element("startEvent", bpmn.event("message"), isInterrupting="false")
    box = bpmn.sub("start_in>inner>end_in", inner=bpmn.user(bpmn.loop("=[1]"), dataKey="inner"))
    event = bpmn.event_sub("start_e>note>end_e", start_e=start, note=bpmn.service())
    nodes = {"ask": bpmn.call(), "late": late, "box": box, "event": event, "rule": bpmn.rule()}
    main = bpmn.process("start>ask>gw>box>rule>end;late>end3;gw>ask?=called.outcome", **nodes)
    called = bpmn.process("start_c>inner_c>end_c", "test.called", inner_c=bpmn.user(), end_c=end)
    good = bpmn.draft(main, called)
    path = "bpmn/test/main.bpmn"

    files = {**good.files, path: damaged(good.files[path], seed)}

    for found in check_bundle(Bundle("test.main", files), {"F-1": bpmn.FakeForm()}, {}):
        assert found.message
