"""What a document says besides what we run: other tools' words, declarations, unknown attributes.

Yields for each the element it stands on, so that nothing is left out in silence.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from workflows.diagrams.dialects import NOTES, hint, tool_of
from workflows.diagrams.vocabulary import attributes_of, elements

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
LIANCHENG = "urn:liancheng:bpmn:1"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_XML = "http://www.w3.org/XML/1998/namespace"
_DRAWING = "http://www.omg.org/spec/BPMN/20100524/DI"

_DECLARATIONS = frozenset(
    {"itemDefinition", "interface", "dataStore", "signal", "escalation", "resource", "endPoint"}
    | {"partnerEntity", "partnerRole", "correlationProperty", "relationship", "extension"}
)
_AT_ROOT = frozenset(
    {"process", "collaboration", "message", "error", "category", "documentation"}
    | {"extensionElements"}
)
_IN_COLLABORATION = frozenset(
    {"participant", "documentation", "extensionElements", "textAnnotation", "association", "group"}
)
# attributes of the standard that change nothing here, or that we run
_STANDARD = frozenset(
    {"id", "name", "isExecutable", "processType", "isClosed", "definitionalCollaborationRef"}
    | {"sourceRef", "targetRef", "default", "calledElement", "messageRef", "errorRef"}
    | {"attachedToRef", "isSequential", "cancelActivity", "triggeredByEvent", "isInterrupting"}
    | {"gatewayDirection", "isImmediate", "language", "evaluatesToTypeRef", "textFormat"}
    | {"associationDirection", "categoryValueRef", "partitionElementRef", "processRef"}
    | {"itemSubjectRef", "isCollection", "structureRef", "itemKind", "errorCode", "itemRef"}
    | {"implementation", "scriptFormat", "dataObjectRef", "dataStoreRef", "operationRef"}
    | {"capacity", "isUnlimited", "signalRef", "escalationRef", "activityRef", "loopMaximum"}
    | {"testBefore", "ordering", "cancelRemainingInstances", "waitForCompletion", "method"}
    | {"noneBehaviorEventRef", "oneBehaviorEventRef", "loopDataInputRef", "parameterRef"}
    | {"escalationCode", "minimum", "maximum", "value"}
)
# attributes of the standard that we run only at this value
_PLAIN: Mapping[str, str] = {
    "isForCompensation": "false",
    "startQuantity": "1",
    "completionQuantity": "1",
    "instantiate": "false",
    "eventGatewayType": "Exclusive",
    "parallelMultiple": "false",
    "behavior": "All",
}
_QUIET = frozenset({"##WebService", "##unspecified", "##Unspecified"})


@dataclass(frozen=True, slots=True)
class Word:
    """Something that does not run. ``is_note``: nothing is missed by that."""

    element: etree._Element
    code: str
    message: str
    is_note: bool = False


def words(root: etree._Element) -> Iterator[Word]:
    """Yield what the document says that does not run; what the nodes' own reading tells excepted."""
    yield from _attributes(root, frozenset(map(str, root.attrib)))
    for child in root:
        yield from _at_root(child)
        if _namespace(child) == BPMN:
            yield from _below(child)


def owner(element: etree._Element) -> etree._Element:
    """Return the element, or what it is a part of, that has an id to point at."""
    for each in (element, *element.iterancestors()):
        if each.get("id"):
            return each
    return element


def _namespace(element: etree._Element) -> str | None:
    return etree.QName(element).namespace


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname


def _at_root(child: etree._Element) -> Iterator[Word]:
    name, namespace = _local(child), _namespace(child)
    if namespace == _DRAWING:
        return
    if namespace != BPMN:
        text = f"元素“{name}”（{tool_of(namespace)}）不是 BPMN，不会执行：{hint(name)}"
        yield Word(child, "foreign", text)
    elif name in _DECLARATIONS:
        yield Word(child, "not-run", f"声明“{name}”只读不用", is_note=True)
    elif name not in _AT_ROOT:
        yield Word(child, "unsupported", f"不支持 BPMN 元素“{name}”")
    elif name == "collaboration":
        yield from _collaboration(child)


def _collaboration(element: etree._Element) -> Iterator[Word]:
    for child in element:
        if _namespace(child) == BPMN and _local(child) not in _IN_COLLABORATION:
            text = f"“{_local(child)}”只作说明：消息按消息事件的名称传递"
            yield Word(child, "not-run", text, is_note=True)


def _below(top: etree._Element) -> Iterator[Word]:
    """Look at an element of BPMN and all of BPMN in it."""
    for element in top.iter(f"{{{BPMN}}}*"):
        standard = _STANDARD | _PLAIN.keys()
        yield from _attributes(element, standard)
        yield from _unusual(element)
        if _local(element) == "extensionElements":
            for child in element:
                yield from _extension(element, child)


def _attributes(element: etree._Element, standard: frozenset[str]) -> Iterator[Word]:
    tag = _local(element)
    for name in map(str, element.attrib):
        qualified = etree.QName(name)
        namespace, local = qualified.namespace, qualified.localname
        if namespace in {_XSI, _XML}:
            continue
        if namespace is None:
            if local not in standard:
                text = f"“{tag}”没有属性“{local[:80]}”：是否漏写了前缀 liancheng？"
                yield Word(element, "vocabulary", text)
        elif namespace == LIANCHENG:
            if local not in attributes_of(tag):
                yield Word(element, "vocabulary", f"此处没有属性“{local[:80]}”")
        else:
            yield _foreign(element, "属性", namespace, local)


def _unusual(element: etree._Element) -> Iterator[Word]:
    for name, usual in _PLAIN.items():
        if element.get(name, usual) != usual:
            text = f"不支持 {name}=“{str(element.get(name))[:40]}”，须为“{usual}”"
            yield Word(element, "unsupported", text)
    if element.get("implementation", "##unspecified") not in _QUIET or element.get("operationRef"):
        text = "属性 implementation 和 operationRef 不会执行：自动动作请用 liancheng:operation"
        yield Word(element, "not-run", text, is_note=True)
    if _local(element) == "ioSpecification":
        text = "数据输入输出（ioSpecification）不会执行：数据请用 liancheng:input 传递"
        yield Word(element, "not-run", text, is_note=True)


def _extension(holder: etree._Element, child: etree._Element) -> Iterator[Word]:
    qualified = etree.QName(child)
    local = qualified.localname
    if qualified.namespace != LIANCHENG:
        yield _foreign(holder, "扩展元素", qualified.namespace, local)
        return
    known = elements().get(local)
    unknown = [str(name)[:80] for name in child.attrib if name not in (known or ())]
    if known is None or unknown:
        word = "、".join(unknown) or local
        yield Word(holder, "vocabulary", f"扩展元素中没有“{word}”")


def _foreign(element: etree._Element, kind: str, namespace: str | None, local: str) -> Word:
    is_note = namespace in NOTES
    told = "只读不用" if is_note else f"不会执行：{hint(local)}"
    text = f"{kind}“{local[:80]}”（{tool_of(namespace)}）{told}"
    return Word(element, "not-run" if is_note else "vocabulary", text, is_note)
