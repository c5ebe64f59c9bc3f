"""Edits of one procedure's files, as a process owner would make them with the editor."""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from lxml import etree

from workflows.bundles import Bundle

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
OURS = "urn:liancheng:bpmn:1"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
COLOUR = "http://bpmn.io/schema/bpmn/biocolor/1.0"
_NODES = {
    "startEvent", "endEvent", "userTask", "serviceTask", "businessRuleTask", "callActivity",
    "subProcess", "exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway",
    "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent", "scriptTask",
}  # fmt: skip


def tag(name: str) -> str:
    return f"{{{BPMN}}}{name}"


def own(name: str) -> str:
    return f"{{{OURS}}}{name}"


class CannotEdit(Exception):
    """The edit does not fit this diagram."""


@dataclass
class Draft:
    """A bundle being edited; every edit returns nothing and changes the draft."""

    bundle: Bundle
    files: dict[str, bytes] = field(init=False)
    trees: dict[str, etree._Element] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.files = dict(self.bundle.files)

    def done(self) -> Bundle:
        for path, root in self.trees.items():
            self.files[path] = etree.tostring(root, encoding="utf-8", xml_declaration=True)
        return Bundle(self.bundle.procedure_id, self.files)

    def tree(self, path: str) -> etree._Element:
        if path not in self.trees:
            self.trees[path] = etree.fromstring(self.files[path])
        return self.trees[path]

    @cached_property
    def processes(self) -> dict[str, etree._Element]:
        """Process id -> its element."""
        paths = [path for path in self.files if path.endswith(".bpmn")]
        roots = [self.tree(path) for path in paths]
        return {p.get("id"): p for root in roots for p in root.iter(tag("process"))}

    def process(self, process_id: str) -> "Level":
        if process_id not in self.processes:
            raise CannotEdit(process_id)
        return Level(self, self.processes[process_id])

    def level(self, process_id: str, node_id: str) -> "Level":
        """Return the level of a process that has a node: the process or a subprocess of it."""
        whole = self.process(process_id).element
        for element in whole.iter(*map(tag, _NODES)):
            if element.get("id") == node_id:
                return Level(self, element.getparent())
        raise CannotEdit(f"{process_id}/{node_id}")

    def profile(self, key: str, value: object) -> None:
        """Give a parameter another value."""
        settings = json.loads(self.files["procedure.json"])
        profile = settings["procedure"]["profile"]
        if key not in profile or profile[key]["value"] == value:
            raise CannotEdit(key)
        profile[key]["value"] = value
        self.files["procedure.json"] = json.dumps(settings, ensure_ascii=False).encode()

    def parameter(self, key: str) -> object:
        return json.loads(self.files["procedure.json"])["procedure"]["profile"][key]["value"]


@dataclass
class Level:
    """A process or an embedded subprocess."""

    draft: Draft
    element: etree._Element

    def node(self, node_id: str) -> etree._Element:
        for child in self.element:
            if child.get("id") == node_id:
                return child
        raise CannotEdit(node_id)

    def nodes(self) -> Iterator[etree._Element]:
        return (c for c in self.element if etree.QName(c).localname in _NODES)

    def flows(self) -> list[etree._Element]:
        return list(self.element.iterchildren(tag("sequenceFlow")))

    def into(self, node_id: str) -> list[etree._Element]:
        return [f for f in self.flows() if f.get("targetRef") == node_id]

    def out_of(self, node_id: str) -> list[etree._Element]:
        return [f for f in self.flows() if f.get("sourceRef") == node_id]

    def flow(self, source: str, target: str) -> etree._Element:
        for each in self.out_of(source):
            if each.get("targetRef") == target:
                return each
        raise CannotEdit(f"{source} > {target}")

    def next(self, node_id: str) -> str:
        """Return the one node that follows."""
        [flow, *more] = self.out_of(node_id) or [None]
        if flow is None or more:
            raise CannotEdit(f"after {node_id}")
        return flow.get("targetRef")

    # edits

    def connect(self, source: str, target: str, condition: str | None = None) -> etree._Element:
        number = sum(1 for _ in self.element.iter(tag("sequenceFlow")))
        made = etree.SubElement(self.element, tag("sequenceFlow"), id=f"f_new_{number}")
        made.set("sourceRef", source)
        made.set("targetRef", target)
        if condition is not None:
            self.condition(made, condition)
        return made

    def condition(self, flow: etree._Element, text: str | None) -> None:
        for old in flow.findall(tag("conditionExpression")):
            flow.remove(old)
        if text is not None:
            new = etree.SubElement(flow, tag("conditionExpression"))
            new.set(f"{{{XSI}}}type", "bpmn:tFormalExpression")
            new.text = text

    def turn(self, flow: etree._Element, target: str) -> None:
        flow.set("targetRef", target)

    def add(self, kind: str, node_id: str, lane_of: str, **attributes: str) -> etree._Element:
        """Add a node to the lane of another one."""
        made = etree.SubElement(self.element, tag(kind), id=node_id)
        for name, value in attributes.items():
            made.set(own(name), value)
        for lane in self.lanes():
            refs = [ref.text for ref in lane.findall(tag("flowNodeRef"))]
            if lane_of in refs:
                etree.SubElement(lane, tag("flowNodeRef")).text = node_id
        return made

    def lanes(self) -> list[etree._Element]:
        here = self.element
        while etree.QName(here).localname != "process":
            here = here.getparent()
        return list(here.iter(tag("lane")))

    def lane(self, node_id: str, lane_id: str) -> None:
        """Move a node to another lane."""
        lanes = {lane.get("id"): lane for lane in self.lanes()}
        if lane_id not in lanes:
            raise CannotEdit(lane_id)
        for lane in lanes.values():
            for ref in lane.findall(tag("flowNodeRef")):
                if ref.text == node_id:
                    lane.remove(ref)
        etree.SubElement(lanes[lane_id], tag("flowNodeRef")).text = node_id

    def remove(self, node_id: str, onto: str | None = None) -> None:
        """Take a node out and join what came before it to what comes after, or to ``onto``."""
        target = onto or self.next(node_id)
        for flow in self.into(node_id):
            self.turn(flow, target)
        self.drop(node_id)
        self.prune()

    def drop(self, node_id: str) -> None:
        self.element.remove(self.node(node_id))
        for child in list(self.element):
            if child.get("attachedToRef") == node_id:
                self.drop(child.get("id"))
        for flow in [*self.out_of(node_id), *self.into(node_id)]:
            self.element.remove(flow)
        for lane in self.lanes():
            for ref in lane.findall(tag("flowNodeRef")):
                if ref.text == node_id:
                    lane.remove(ref)

    def prune(self) -> None:
        """Take out what can no longer be reached, as an editor would tidy up."""
        reached = self._reached()
        for node_id in [n.get("id") for n in self.nodes()]:
            if node_id not in reached and any(c.get("id") == node_id for c in self.element):
                self.drop(node_id)
        for node in self.nodes():
            left = self.out_of(node.get("id"))
            if len(left) == 1 and etree.QName(node).localname == "exclusiveGateway":
                self.condition(left[0], None)
                node.attrib.pop("default", None)
            self._mend_default(node, left)

    def _reached(self) -> set[str]:
        starts = [n for n in self.nodes() if etree.QName(n).localname == "startEvent"]
        beside = [n for n in self.nodes() if n.get("triggeredByEvent") == "true"]
        waiting, found = [n.get("id") for n in (*starts, *beside)], set()
        while waiting:
            here = waiting.pop()
            if here not in found:
                found.add(here)
                waiting.extend(flow.get("targetRef") for flow in self.out_of(here))
                hosted = (n for n in self.nodes() if n.get("attachedToRef") == here)
                waiting.extend(n.get("id") for n in hosted)
        return found

    def _mend_default(self, node: etree._Element, left: list[etree._Element]) -> None:
        default = node.get("default")
        if default and default not in {flow.get("id") for flow in left}:
            node.attrib.pop("default")
            if left:
                node.set("default", left[-1].get("id"))
                self.condition(left[-1], None)

    def meeting(self, node_id: str, onto: str) -> str:
        """Return where a second way past a node may lead: into a join only together with it."""
        if etree.QName(self.node(onto)).localname != "parallelGateway":
            return onto
        meet = self.add("exclusiveGateway", f"gw_meet_{node_id}", node_id)
        self.turn(self.flow(node_id, onto), meet.get("id"))
        self.connect(meet.get("id"), onto)
        return meet.get("id")

    def skip(self, node_id: str, onto: str, condition: str) -> None:
        """Put a choice before a node: under a condition it is passed over."""
        onto = self.meeting(node_id, onto)
        gateway = self.add("exclusiveGateway", f"gw_skip_{node_id}", node_id)
        for flow in self.into(node_id):
            self.turn(flow, gateway.get("id"))
        go_on = self.connect(gateway.get("id"), node_id)
        gateway.set("default", go_on.get("id"))
        self.connect(gateway.get("id"), onto, condition)

    def swap(self, first: str, second: str) -> None:
        """Let two nodes change places."""
        self.node(first), self.node(second)
        other = {first: second, second: first}
        for flow in self.flows():
            for end in ("sourceRef", "targetRef"):
                flow.set(end, other.get(flow.get(end), flow.get(end)))
        a, b = self.node(first), self.node(second)
        defaults = {first: a.get("default"), second: b.get("default")}
        if any(defaults.values()):
            raise CannotEdit("gateways do not change places")

    def after(self, node_id: str, new: etree._Element) -> None:
        """Put a new node between a node and what follows it."""
        [flow, *more] = self.out_of(node_id) or [None]
        if flow is None or more:
            raise CannotEdit(f"after {node_id}")
        target = flow.get("targetRef")
        self.turn(flow, new.get("id"))
        self.connect(new.get("id"), target)

    def before(self, node_id: str, new: etree._Element) -> None:
        """Put a new node before another, whatever leads there."""
        for flow in self.into(node_id):
            self.turn(flow, new.get("id"))
        self.connect(new.get("id"), node_id)

    def timeout(self, node_id: str, onto: str, iso: str = "P1D") -> None:
        """Let an interrupting limit lead from a node straight to another."""
        onto = self.meeting(node_id, onto)
        event = self.add("boundaryEvent", f"limit_{node_id}", node_id)
        event.set("attachedToRef", node_id)
        timer = etree.SubElement(event, tag("timerEventDefinition"))
        etree.SubElement(timer, tag("timeDuration")).text = iso
        self.connect(event.get("id"), onto)

    def copy(self, node_id: str, new_id: str) -> etree._Element:
        """Copy a task: the same form and lane, an id and a data key of its own, no law in it."""
        made = copy.deepcopy(self.node(node_id))
        made.set("id", new_id)
        for child in list(made):
            if etree.QName(child).localname in {"incoming", "outgoing"}:
                made.remove(child)
        for name in ("activityCode", "clauses", "step", "caseState", "optional"):
            made.attrib.pop(own(name), None)
        if made.get(own("dataKey")):
            made.set(own("dataKey"), new_id)
        self.element.append(made)
        for lane in self.lanes():
            if node_id in [ref.text for ref in lane.findall(tag("flowNodeRef"))]:
                etree.SubElement(lane, tag("flowNodeRef")).text = new_id
        return made


Edit = Callable[[Draft], None]
