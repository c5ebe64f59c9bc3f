"""Diagrams of other tools: read, and what we do not run in them is named element by element."""

import pytest

from tests.workflows.verification.foreign.all_models import ALL_MODELS as MODELS
from tests.workflows.verification.foreign.all_models import HEADS
from workflows.bundles import Bundle
from workflows.verification import Severity, check_bundle

PATH = "bpmn/test/main.bpmn"


def findings(source: bytes):
    files = {"procedure.json": b'{"procedure": {}}', PATH: source}
    return check_bundle(Bundle("Process_1", files), {}, {})


def words(found) -> set[str]:
    return {each.rule.removeprefix("structure.") for each in found if each.rule[:3] == "str"}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_each_element_that_does_not_run_is_named_with_its_id(model):
    found = findings(model.source)

    for element, word in model.named:
        told = [each.message for each in found if each.element_id == element]
        assert any(word in message for message in told), (element, word, told)
    assert all(each.file == PATH for each in found if each.rule != "structure.more")
    assert all(not each.message.isascii() for each in found)


def test_every_tool_has_its_models():
    assert len(MODELS) >= 60  # noqa: PLR2004
    assert {model.tool for model in MODELS} == HEADS.keys()


def test_notes_of_the_author_and_colours_change_nothing():
    by_name = {model.name: findings(model.source) for model in MODELS}
    for name in ("bizagi-extensions", "signavio-metadata"):
        [note] = [each for each in by_name[name] if each.rule == "structure.not-run"][:1]
        assert note.severity is Severity.WARNING
    assert words(by_name["bpmn.io-colours"]) <= {"no-form", "no-role"}


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (b'<bpmn:definitions xmlns:bpmn="urn:x"><bpmn:process id="P"/></bpmn:definitions>', "不是"),
        (b'<definitions xmlns="http://schema.omg.org/spec/BPMN/2.0"/>', "不是 BPMN"),
        (b'<definitions><process id="P"/></definitions>', "不是 BPMN"),
    ],
)
def test_a_prefix_alone_makes_no_bpmn(source, told):
    assert any(told in each.message for each in findings(source))


@pytest.mark.parametrize(
    ("attribute", "told"),
    [
        ('xmlns:liancheng="http://camunda.org/schema/1.0/bpmn" liancheng:role="x"', "Camunda 7"),
        ('xmlns:liancheng="urn:liancheng:bpmn:2" liancheng:form="F-1"', "urn:liancheng:bpmn:2"),
        ('form="F-1"', "漏写了前缀"),
        ('xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL" b:id="other"', "不会执行"),
        ('xmlns:camunda="urn:liancheng:bpmn:1" camunda:assignee="x"', "此处没有属性“assignee”"),
    ],
)
def test_a_namespace_that_lies_is_seen_through(attribute, told):
    [model] = [each for each in MODELS if each.name == "bpmn.io-colours"]
    source = model.source.replace(b' id="it"', f' {attribute} id="it"'.encode())

    assert any(told in each.message for each in findings(source) if each.element_id == "it")


def test_our_words_are_ours_under_any_prefix():
    [model] = [each for each in MODELS if each.name == "bpmn.io-colours"]
    ours = b' xmlns:camunda="urn:liancheng:bpmn:1" camunda:form="F-9" id="it"'

    found = findings(model.source.replace(b' id="it"', ours))

    assert any("F-9" in each.message for each in found)


def test_an_include_is_named_wherever_it_stands():
    [model] = [each for each in MODELS if each.name == "bpmn.io-colours"]
    include = b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>'

    for place in (b"<bpmn2:process", b'<bpmn2:userTask id="it"/>'):
        source = model.source.replace(place, include + place)
        told = [each for each in findings(source) if each.rule == "structure.foreign"]
        assert told
        assert all(each.severity is Severity.ERROR for each in told)
