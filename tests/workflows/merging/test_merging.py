"""Two people edit one file: apart from each other it goes together, else they are asked."""

import json
import random
from copy import deepcopy
from pathlib import Path

import pytest
from lxml import etree

from workflows.diagrams import read_diagram
from workflows.merging import merge
from workflows.xml import parse_xml

ROOT = Path(__file__).parents[3]
DIAGRAM = (ROOT / "workflows/bpmn/liangjiang/application.bpmn").read_bytes()
TABLE = (ROOT / "workflows/bpmn/liangjiang/lj_scope.dmn").read_bytes()
FORM = (ROOT / "forms/liangjiang/F-LJ-00b.json").read_bytes()
MODELS = sorted(ROOT.glob("workflows/bpmn/*/*.bpmn")) + sorted(ROOT.glob("workflows/bpmn/*/*.dmn"))
FORMS = sorted(ROOT.glob("forms/*/*.json"))
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"


def says(data: bytes) -> str:
    """What a file says, whatever its spaces and the order in which a diagram lists its elements."""
    return _sorted(parse_xml(data))


def _sorted(element) -> str:
    inner = sorted(_sorted(child) for child in element)
    text = "" if inner else (element.text or "").strip()
    return f"<{element.tag} {sorted(element.attrib.items())}>{text}{''.join(inner)}</>"


def edited(data: bytes, *acts) -> bytes:
    root = parse_xml(data)
    for act in acts:
        act(root)
    return etree.tostring(root)


def named(root, element_id: str):
    [found] = root.xpath(f"//*[@id='{element_id}']")
    return found


def sets(element_id: str, **attributes: str):
    def act(root):
        for name, value in attributes.items():
            named(root, element_id).set(name, value)

    return act


def adds_task(task_id: str, before: str, lane: str):
    """Put a task into the flow ``before``, as an editor does."""

    def act(root):
        flow = named(root, before)
        process, target = flow.getparent(), named(root, flow.get("targetRef"))
        task = etree.SubElement(process, f"{BPMN}userTask", id=task_id, name=task_id)
        etree.SubElement(task, f"{BPMN}incoming").text = before
        etree.SubElement(task, f"{BPMN}outgoing").text = f"f_{task_id}"
        flow_attributes = {
            "id": f"f_{task_id}",
            "sourceRef": task_id,
            "targetRef": target.get("id"),
        }
        etree.SubElement(process, f"{BPMN}sequenceFlow", flow_attributes)
        flow.set("targetRef", task_id)
        [old] = [e for e in target.findall(f"{BPMN}incoming") if e.text == before]
        old.text = f"f_{task_id}"
        etree.SubElement(named(root, lane), f"{BPMN}flowNodeRef").text = task_id

    return act


def deletes(element_id: str):
    def act(root):
        for each in root.xpath(
            f"//*[@id='{element_id}' or @bpmnElement='{element_id}' or @sourceRef='{element_id}'"
            f" or @targetRef='{element_id}' or text()='{element_id}']"
        ):
            each.getparent().remove(each)

    return act


def flows_and_lane():
    root = parse_xml(DIAGRAM)
    process = next(root.iter(f"{BPMN}process"))
    flows = [e.get("id") for e in process.findall(f"{BPMN}sequenceFlow")]
    return flows, next(root.iter(f"{BPMN}lane")).get("id")


FLOWS, LANE = flows_and_lane()


def test_two_additions_in_one_lane_and_two_properties_of_one_step_go_together():
    mine = edited(DIAGRAM, adds_task("mine", FLOWS[0], LANE), sets("publicity", name="名单公示"))
    theirs = edited(DIAGRAM, adds_task("theirs", FLOWS[-1], LANE), sets("publicity", default="x"))

    merged = merge("a.bpmn", DIAGRAM, mine, theirs, {})

    assert merged.conflicts == ()
    root = parse_xml(merged.data)
    assert named(root, "publicity").get("name") == "名单公示"
    assert named(root, "publicity").get("default") == "x"
    nodes = {n for p in read_diagram(merged.data).processes.values() for n in p.nodes}
    assert {"mine", "theirs"} <= nodes
    lane = [e.text for e in named(root, LANE).iter(f"{BPMN}flowNodeRef")]
    assert {"mine", "theirs"} <= set(lane)


def test_what_both_changed_differently_is_asked_and_the_choice_kept():
    mine, theirs = (edited(DIAGRAM, sets("publicity", name=name)) for name in ("甲", "乙"))

    [conflict] = merge("a.bpmn", DIAGRAM, mine, theirs, {}).conflicts

    assert (conflict.element, conflict.what) == ("publicity", ("name",))
    assert (conflict.mine, conflict.theirs) == ("甲", "乙")
    for choice, name in (("mine", "甲"), ("theirs", "乙")):
        merged = merge("a.bpmn", DIAGRAM, mine, theirs, {"publicity": choice})
        assert named(parse_xml(merged.data), "publicity").get("name") == name


def test_a_step_that_one_deletes_and_the_other_changes_is_asked():
    mine = edited(DIAGRAM, deletes("publicity"))
    theirs = edited(DIAGRAM, sets("publicity", name="乙"))

    conflicts = merge("a.bpmn", DIAGRAM, mine, theirs, {}).conflicts

    assert [(c.element, c.mine, c.theirs) for c in conflicts] == [("publicity", None, "乙")]
    gone = merge("a.bpmn", DIAGRAM, mine, theirs, {"publicity": "mine"}).data
    assert "publicity" not in {e.get("id") for e in parse_xml(gone).iter()}
    assert "publicity" not in {e.get("bpmnElement") for e in parse_xml(gone).iter()}


def test_a_flow_to_a_step_that_is_gone_goes_too():
    target = named(parse_xml(DIAGRAM), FLOWS[3]).get("targetRef")
    mine = edited(DIAGRAM, deletes(target))
    theirs = edited(DIAGRAM, adds_task("theirs", FLOWS[3], LANE))

    conflicts = {c.element for c in merge("a.bpmn", DIAGRAM, mine, theirs, {}).conflicts}

    assert target in conflicts
    merged = merge("a.bpmn", DIAGRAM, mine, theirs, dict.fromkeys(conflicts, "mine"))
    root = parse_xml(merged.data)
    known = {e.get("id") for e in root.iter()}
    ends = {e.get(end) for e in root.iter() for end in ("sourceRef", "targetRef", "bpmnElement")}
    assert ends - {None} <= known


def test_of_two_places_the_merging_persons_is_taken():
    def moves(x):
        def act(root):
            [shape] = root.xpath("//*[@bpmnElement='publicity']")
            shape[0].set("x", x)

        return act

    mine, theirs = edited(DIAGRAM, moves("11")), edited(DIAGRAM, moves("22"))

    merged = merge("a.bpmn", DIAGRAM, mine, theirs, {})

    [shape] = parse_xml(merged.data).xpath("//*[@bpmnElement='publicity']")
    assert shape[0].get("x") == "11"


def test_rows_of_a_table_go_together_and_a_cell_that_both_changed_is_asked():
    def cell(row: int, words: str):
        def act(root):
            rule = list(root.iter("{*}rule"))[row]
            next(rule.iter("{*}text")).text = words

        return act

    mine, theirs = edited(TABLE, cell(0, "71")), edited(TABLE, cell(1, "72"))
    merged = merge("a.dmn", TABLE, mine, theirs, {})
    rules = list(parse_xml(merged.data).iter("{*}rule"))
    assert [next(r.iter("{*}text")).text for r in rules[:2]] == ["71", "72"]

    [conflict] = merge("a.dmn", TABLE, mine, edited(TABLE, cell(0, "73")), {}).conflicts
    assert (conflict.mine, conflict.theirs) == ("71", "73")


def test_fields_of_a_form_go_together():
    def with_label(at: int, label: str) -> bytes:
        form = json.loads(FORM)
        form["components"][at]["label"] = label
        return json.dumps(form, ensure_ascii=False, indent=2).encode()

    merged = merge("a.json", FORM, with_label(0, "甲"), with_label(-1, "乙"), {})
    components = json.loads(merged.data)["components"]
    assert (components[0]["label"], components[-1]["label"]) == ("甲", "乙")

    [conflict] = merge("a.json", FORM, with_label(0, "甲"), with_label(0, "乙"), {}).conflicts
    assert conflict.element == components[0]["id"]


@pytest.mark.parametrize("path", MODELS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_edits_of_one_side_alone_are_the_result_and_who_merges_does_not_matter(path):
    base, rng = path.read_bytes(), random.Random(path.name)
    ids = [e.get("id") for e in parse_xml(base).iter() if e.get("id")]
    first, second = (
        sets(rng.choice(half), name=f"改{n}")
        for n, half in enumerate((ids[: len(ids) // 2], ids[len(ids) // 2 :]))
    )
    mine, theirs, both = edited(base, first), edited(base, second), edited(base, first, second)

    assert says(merge(path.name, base, mine, base, {}).data) == says(mine)
    assert says(merge(path.name, base, base, theirs, {}).data) == says(theirs)
    assert says(merge(path.name, base, mine, theirs, {}).data) == says(both)
    assert says(merge(path.name, base, theirs, mine, {}).data) == says(both)


def test_every_form_merged_with_itself_is_itself():
    for path in FORMS:
        data = path.read_bytes()
        assert json.loads(merge("a.json", data, data, data, {}).data) == json.loads(data)
        form = json.loads(data)
        changed = deepcopy(form) | {"extra": 1}
        merged = merge("a.json", data, json.dumps(changed).encode(), data, {})
        assert json.loads(merged.data) == changed
