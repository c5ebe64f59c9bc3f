"""Draws a foreign diagram as its tool would: a place for every node, a line for every flow."""

from lxml import etree

from tests.workflows.verification.foreign.models import Foreign
from workflows.xml import parse_xml

_SPEC = "http://www.omg.org/spec"
_SPACES = {
    "bpmndi": f"{_SPEC}/BPMN/20100524/DI",
    "dc": f"{_SPEC}/DD/20100524/DC",
    "di": f"{_SPEC}/DD/20100524/DI",
}
_SHAPES = ("Event", "Task", "task", "Gateway", "Activity", "ocess", "transaction", "Reference")
_DRAWN_SO_TOO = frozenset({"textAnnotation", "participant", "group"})
_LINES = frozenset({"sequenceFlow", "association", "messageFlow"})


def drawn(model: Foreign) -> bytes:
    """Return the model with a drawing of all that can be drawn."""
    root = parse_xml(model.source)
    for old in root.findall(f"{{{_SPACES['bpmndi']}}}BPMNDiagram"):
        root.remove(old)
    inside = [each for each in root.iter("{*}*") if each.get("id")]
    shapes = [each for each in inside if _is_shape(each)]
    lines = [each for each in inside if _name(each) in _LINES]
    places = {each.get("id"): place for place, each in enumerate(shapes)}
    [frame] = root.xpath("//*[local-name()='collaboration']/@id") or ["Process_1"]
    diagram = etree.SubElement(root, _q("bpmndi", "BPMNDiagram"), nsmap=_SPACES)
    plane = etree.SubElement(diagram, _q("bpmndi", "BPMNPlane"), bpmnElement=frame)
    for each in shapes:
        _shape(plane, each, places[each.get("id")])
    for each in lines:
        ends = [places.get(each.get(end)) for end in ("sourceRef", "targetRef")]
        if None not in ends:
            _line(plane, each, [place or 0 for place in ends])
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _is_shape(element: etree._Element) -> bool:
    name = _name(element)
    is_node = name.endswith(_SHAPES) and name not in {"process"} and "Definition" not in name
    return is_node or name in _DRAWN_SO_TOO


def _shape(plane: etree._Element, element: etree._Element, place: int) -> None:
    shape = etree.SubElement(plane, _q("bpmndi", "BPMNShape"), bpmnElement=element.get("id"))
    bounds = {"x": str(160 + 150 * place), "y": "100", "width": "100", "height": "80"}
    etree.SubElement(shape, _q("dc", "Bounds"), bounds)


def _line(plane: etree._Element, element: etree._Element, ends: list[int]) -> None:
    edge = etree.SubElement(plane, _q("bpmndi", "BPMNEdge"), bpmnElement=element.get("id"))
    for place in ends:
        etree.SubElement(edge, _q("di", "waypoint"), x=str(210 + 150 * place), y="140")


def _q(prefix: str, name: str) -> str:
    return f"{{{_SPACES[prefix]}}}{name}"


def _name(element: etree._Element) -> str:
    return str(etree.QName(element).localname)
