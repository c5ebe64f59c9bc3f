"""Kinds of edit of a procedure, as seen from a case: of the step under way, and ahead of it.

Each takes a draft and the node; what does not fit that diagram raises CannotEdit.
"""

import copy
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lxml import etree

from tests.workflows.verification.mutants.edits import CannotEdit, Draft, Level, own, tag
from workflows.bundles.ahead import Ahead, Place
from workflows.bundles.bundle import Opened
from workflows.diagrams import Node


@dataclass(frozen=True)
class Seen:
    """A version as a case sees it that waits on a node."""

    opened: Opened
    here: Node
    running: tuple[Node, ...]

    def ahead(self, wanted: Callable[[Node], bool]) -> Node:
        """The nearest node ahead, on the same level of the same diagram."""
        walk = Ahead(self.opened).after(Place(self.here), lambda _node: False)
        for place in walk:
            node = place.node
            here = (node.process_id, node.path) == (self.here.process_id, self.here.path)
            if here and node.id != self.here.id and wanted(node):
                return node
        raise CannotEdit(f"nothing such ahead of {self.here.id}")


def _is_task(node: Node) -> bool:
    return node.kind == "userTask" and node.loop is None


def _level(draft: Draft, node: Node) -> tuple[Level, etree._Element]:
    level = draft.level(node.process_id, node.id)
    return level, level.node(node.id)


def rename_step(draft: Draft, seen: Seen) -> None:
    _level(draft, seen.here)[1].set("name", f"{seen.here.name}（修订）")


def replace_step(draft: Draft, seen: Seen) -> None:
    """The step under way gives way to one with another id that does the same."""
    level, _ = _level(draft, seen.here)
    for element in level.element.getroottree().iter():
        for name, value in element.attrib.items():
            if value == seen.here.id:
                element.set(name, "takes_over")
        if element.text == seen.here.id:
            element.text = "takes_over"


def change_form(draft: Draft, seen: Seen) -> None:
    """The form of the step under way asks one thing more, which may be left out."""
    form = next(iter(_forms(draft, seen.here, seen.opened)), None)
    if form is None:
        raise CannotEdit(f"the form of {seen.here.id} is computed")
    definition = json.loads(draft.files[form])
    extra = {"type": "textfield", "key": "remark_added", "label": "补充说明", "id": "added_1"}
    definition["components"].append(extra)
    draft.files[form] = json.dumps(definition, ensure_ascii=False).encode()


def _forms(draft: Draft, node: Node, opened: Opened) -> Iterable[str]:
    name = node.form or ""
    if name.startswith("=profile."):
        name = str(draft.parameter(name.removeprefix("=profile.")))
    for path, data in sorted(opened.bundle.under("forms").items()):
        if json.loads(data).get("id") == name:
            yield path


def add_optional_step_after(draft: Draft, seen: Seen) -> None:
    level, _ = _level(draft, seen.here)
    new = level.copy(seen.here.id, "added_after")
    after = level.next(seen.here.id)
    level.after(seen.here.id, new)
    level.skip("added_after", after, "=true")


def add_step_before(draft: Draft, seen: Seen) -> None:
    level, _ = _level(draft, seen.here)
    level.before(seen.here.id, level.copy(seen.here.id, "added_before"))


def delete_step_ahead(draft: Draft, seen: Seen) -> None:
    node = seen.ahead(_is_task)
    _level(draft, node)[0].remove(node.id)


def delete_step_under_way(draft: Draft, seen: Seen) -> None:
    level, _ = _level(draft, seen.here)
    level.remove(seen.here.id)


def change_running_limit(draft: Draft, seen: Seen) -> None:
    """How long a limit is that runs: of a publicity, of the step under way."""
    for node in seen.running:
        if node.due is not None:
            _due(draft, node)
            return
    raise CannotEdit("no limit runs")


def change_due_ahead(draft: Draft, seen: Seen) -> None:
    node = seen.ahead(lambda node: node.due is not None)
    _due(draft, node)


def _due(draft: Draft, node: Node) -> None:
    found = next(_level(draft, node)[1].iter(own("due")), None)
    if found is None:
        raise CannotEdit(node.id)
    found.set("amount", "=7")


def add_boundary_event(draft: Draft, seen: Seen) -> None:
    level, _ = _level(draft, seen.here)
    level.timeout(seen.here.id, level.next(seen.here.id), "P90D")


def change_role(draft: Draft, seen: Seen) -> None:
    roles = {n.role for n in seen.opened.program.nodes[seen.here.process_id].values() if n.role}
    other = sorted(roles - {seen.here.role})
    if not other:
        raise CannotEdit("there is but one role")
    _level(draft, seen.here)[1].set(own("role"), other[0])


def change_round(draft: Draft, seen: Seen) -> None:
    """The list of a round: of the one under way, or else of the next."""
    node = seen.here if seen.here.loop is not None else seen.ahead(lambda n: n.loop is not None)
    found = next(_level(draft, node)[1].iter(own("loop")))
    found.set("collection", f"=({found.get('collection').removeprefix('=')})[1 = 1]")


def change_parameter(draft: Draft, seen: Seen) -> None:
    """A number of the profile that the law leaves to the process owner."""
    profile = json.loads(draft.files["procedure.json"])["procedure"]["profile"]
    for key, entry in sorted(profile.items()):
        if isinstance(entry["value"], int) and not isinstance(entry["value"], bool):
            draft.profile(key, entry["value"] + 1)
            return
    raise CannotEdit("no number")


def move_into_call(draft: Draft, seen: Seen) -> None:
    """A step ahead is done in a called process from now on."""
    node = seen.ahead(_is_task)
    level, element = _level(draft, node)
    whole = element.getroottree().getroot()
    root = etree.Element(whole.tag, whole.attrib, nsmap=whole.nsmap)
    root.set("id", "def_moved")
    process = etree.SubElement(root, tag("process"), id="moved.into_call", isExecutable="true")
    inner = copy.deepcopy(element)
    for child in list(inner):
        if etree.QName(child).localname in {"incoming", "outgoing"}:
            inner.remove(child)
    inner.set(own("role"), node.role or "")
    etree.SubElement(process, tag("startEvent"), id="moved_start")
    process.append(inner)
    etree.SubElement(process, tag("endEvent"), id="moved_end")
    for source, target in (("moved_start", node.id), (node.id, "moved_end")):
        flow = etree.SubElement(process, tag("sequenceFlow"), id=f"f_{source}__{target}")
        flow.set("sourceRef", source)
        flow.set("targetRef", target)
    call = level.add("callActivity", f"call_{node.id}", node.id)
    call.set("calledElement", "moved.into_call")
    after = level.next(node.id)
    for flow in level.into(node.id):
        level.turn(flow, call.get("id"))
    level.drop(node.id)
    level.connect(call.get("id"), after)
    draft.files["bpmn/shared/moved.bpmn"] = etree.tostring(root, encoding="utf-8")


KINDS: dict[str, Callable[[Draft, Seen], None]] = {
    each.__name__: each
    for each in (
        rename_step,
        replace_step,
        change_form,
        add_optional_step_after,
        add_step_before,
        delete_step_ahead,
        delete_step_under_way,
        change_running_limit,
        change_due_ahead,
        add_boundary_event,
        change_role,
        change_round,
        change_parameter,
        move_into_call,
    )
}
KEEP_THE_STORY = frozenset(
    {"rename_step", "change_form", "add_optional_step_after", "add_step_before", "change_due_ahead"}
    | {"change_role", "change_round", "move_into_call"}
)
