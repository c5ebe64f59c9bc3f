"""Edits that every owner of a process makes and that break no law: none may be refused."""

from collections.abc import Iterator

from lxml import etree

from tests.workflows.verification.mutants.breaking import Mutant
from tests.workflows.verification.mutants.edits import (
    COLOUR,
    CannotEdit,
    Draft,
    Level,
    own,
    tag,
)
from tests.workflows.verification.mutants.judging import shipped


def all_harmless(most: int = 6) -> Iterator[Mutant]:
    """Yield of each kind the edits of a procedure, ``most`` of them, spread over its diagrams."""
    for procedure, bundle in shipped().items():
        nodes = list(_nodes(Draft(bundle)))
        for number, (name, kinds, change) in enumerate(_EDITS):
            meant = [(process, node) for process, node, kind in nodes if kind in kinds]
            step = max(1, len(meant) // most)
            for process, node in meant[number % step :: step][:most]:

                def edit(draft: Draft, process=process, node=node, change=change) -> None:
                    change(draft, draft.level(process, node), node)

                yield Mutant(name, procedure, f"{process}/{node}", edit)


def _nodes(draft: Draft) -> Iterator[tuple[str, str, str]]:
    for process_id, element in draft.processes.items():
        for node in element.iter(tag("userTask"), tag("serviceTask"), tag("callActivity")):
            yield process_id, node.get("id"), etree.QName(node).localname


def _rename(_draft: Draft, level: Level, node: str) -> None:
    level.node(node).set("name", level.node(node).get("name", "") + "（改）")


def _shape(level: Level, node: str) -> etree._Element:
    for shape in level.element.getroottree().iter():
        if shape.get("bpmnElement") == node:
            return shape
    raise CannotEdit(node)


def _move(_draft: Draft, level: Level, node: str) -> None:
    for bounds in _shape(level, node):
        if bounds.get("x"):
            bounds.set("x", str(float(bounds.get("x")) + 40))
            bounds.set("y", str(float(bounds.get("y")) - 25))


def _colour(_draft: Draft, level: Level, node: str) -> None:
    _shape(level, node).set(f"{{{COLOUR}}}fill", "#BBDEFB")


def _note(_draft: Draft, level: Level, node: str) -> None:
    note = etree.SubElement(level.element, tag("textAnnotation"), id=f"note_{node}")
    etree.SubElement(note, tag("text")).text = "办理时请注意附件是否齐全"
    tie = etree.SubElement(level.element, tag("association"), id=f"tie_{node}")
    tie.set("sourceRef", node)
    tie.set("targetRef", f"note_{node}")


def _document(_draft: Draft, level: Level, node: str) -> None:
    here = level.node(node)
    for old in here.findall(tag("documentation")):
        here.remove(old)
    made = etree.Element(tag("documentation"))
    made.text = "内部说明：先看附件，再看表。"
    here.insert(0, made)


def _telling(level: Level) -> etree._Element:
    """Return a notice of the same process, to be sent once more to somebody."""
    whole = level.element
    while etree.QName(whole).localname != "process":
        whole = whole.getparent()
    for node in whole.iter(tag("serviceTask")):
        if node.get(own("operation")) == "notify.send" and node.getparent() is level.element:
            return node
    raise CannotEdit("nobody is told anything here")


def _copied_notice(level: Level, new_id: str) -> etree._Element:
    made = level.copy(_telling(level).get("id"), new_id)
    made.set("name", "抄送")
    for given in made.iter(own("input")):
        if "=" in (given.get("value") or "") and given.get("name") not in {"template", "roles"}:
            given.set("value", "=null")
    return made


def _cc(_draft: Draft, level: Level, node: str) -> None:
    level.after(node, _copied_notice(level, f"cc_{node}"))


def _internal(_draft: Draft, level: Level, node: str) -> None:
    """Have somebody of the same lane look over it afterwards."""
    made = level.copy(node, f"countersign_{node}")
    made.set("name", "内部会签")
    made.attrib.pop(own("separateFrom"), None)
    _plain(made)
    level.after(node, made)


def _split(_draft: Draft, level: Level, node: str) -> None:
    """Prepare in one task what is finished in the next, within one lane."""
    made = level.copy(node, f"prepare_{node}")
    made.set("name", "（一）准备")
    _plain(made)
    level.before(node, made)


def _plain(task: etree._Element) -> None:
    for each in list(task):
        name = etree.QName(each).localname
        if name == "multiInstanceLoopCharacteristics":
            raise CannotEdit("done for each of several")
    for due in list(task.iter(own("due"))):
        due.getparent().remove(due)


def _remind(_draft: Draft, level: Level, node: str) -> None:
    event = level.add("boundaryEvent", f"soon_{node}", node)
    event.set("attachedToRef", node)
    event.set("cancelActivity", "false")
    timer = etree.SubElement(event, tag("timerEventDefinition"))
    etree.SubElement(timer, tag("timeDuration")).text = "P3D"
    notice = _copied_notice(level, f"remind_{node}")
    end = level.add("endEvent", f"reminded_{node}", node)
    level.connect(event.get("id"), notice.get("id"))
    level.connect(notice.get("id"), end.get("id"))


_TASKS = {"userTask"}
_ALL = {"userTask", "serviceTask", "callActivity"}
_EDITS = (
    ("renamed", _ALL, _rename),
    ("moved on the canvas", _ALL, _move),
    ("coloured", _TASKS, _colour),
    ("note", _TASKS, _note),
    ("documented", _TASKS, _document),
    ("copy to somebody", _TASKS, _cc),
    ("internal countersign", _TASKS, _internal),
    ("split in two", _TASKS, _split),
    ("reminder", _TASKS, _remind),
)
