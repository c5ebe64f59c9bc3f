"""A small procedure of which three steps ask one form, 成员单位表, each with rights of its own."""

import json
import re
from typing import Any

from services.studio import blank
from workflows.bundles import Bundle

PROCEDURE = "liangjiang.members"
FILL, CHECK, DRAWN = "fill_in", "check_codes", "bpmn/liangjiang/members.bpmn"
_TASK = """<bpmn:userTask id="{id}" name="{name}" liancheng:form="F-MEMBERS" liancheng:role="{role}" liancheng:dataKey="{key}">
      <bpmn:extensionElements>{rights}</bpmn:extensionElements>
      <bpmn:incoming>f_{before}__{id}</bpmn:incoming><bpmn:outgoing>f_{id}__{after}</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:sequenceFlow id="f_{before}__{id}" sourceRef="{before}" targetRef="{id}" />"""
_SHAPE = """<bpmndi:BPMNShape id="{id}_di" bpmnElement="{id}"><dc:Bounds x="{x}" y="190" width="100" height="80" /></bpmndi:BPMNShape>
      <bpmndi:BPMNEdge id="f_{before}__{id}_di" bpmnElement="f_{before}__{id}"><di:waypoint x="{left}" y="230" /><di:waypoint x="{x}" y="230" /></bpmndi:BPMNEdge>"""
STEPS = (
    {"id": FILL, "name": "填报成员单位", "role": "lead_operator", "key": "list"},
    {"id": CHECK, "name": "核对成员单位", "role": "authority_clerk", "key": "checked"},
)
USCC, OTHER_USCC = "91500000000000238C", "91500000000000027W"

FORM: dict[str, Any] = {
    "id": "F-MEMBERS",
    "type": "default",
    "schemaVersion": 19,
    "liancheng": {"title": "成员单位表"},
    "components": [
        {
            "id": "F_members",
            "type": "dynamiclist",
            "path": "members",
            "label": "成员单位",
            "isRepeating": True,
            "allowAddRemove": True,
            "defaultRepetitions": 1,
            "showOutline": True,
            "properties": {"minRows": "1", "uniqueBy": "uscc"},
            "components": [
                {
                    "id": "F_uscc",
                    "type": "textfield",
                    "key": "uscc",
                    "label": "统一社会信用代码",
                    "validate": {"required": True},
                    "properties": {"pattern": "uscc"},
                },
                {"id": "F_phone", "type": "textfield", "key": "phone", "label": "联系电话"},
            ],
        },
        {"id": "F_proof", "type": "filepicker", "key": "proof", "label": "佐证"},
        {
            "id": "F_verdict",
            "type": "textarea",
            "key": "verdict",
            "label": "核对意见",
            "validate": {"required": True},
        },
    ],
}


def diagram(like: Bundle, rights: dict[str, dict[str, str]]) -> bytes:
    """Return the procedure drawn: begin, two steps on one form, end."""
    drawn = blank.files(like, PROCEDURE, "成员单位核对")[DRAWN].decode()
    names = ["start", *(step["id"] for step in STEPS), "end"]
    tasks, shapes = "", ""
    for place, step in enumerate(STEPS, start=1):
        ends = {"before": names[place - 1], "after": names[place + 1], "x": 160 + 200 * place}
        fields = rights.get(step["id"], {}).items()
        told = "".join(f'<liancheng:field name="{n}" access="{a}" />' for n, a in fields)
        tasks += _TASK.format(**step, **ends, rights=told)
        shapes += _SHAPE.format(**step, **ends, left=ends["x"] - 100)
    last = f"f_{STEPS[-1]['id']}__end"
    drawn = drawn.replace("f_start__end", last).replace(
        f'sourceRef="start" targetRef="end"', f'sourceRef="{STEPS[-1]["id"]}" targetRef="end"'
    )
    drawn = drawn.replace(f"<bpmn:outgoing>{last}<", f"<bpmn:outgoing>f_start__{FILL}<")
    drawn = re.sub(
        "(<bpmn:flowNodeRef>end)",
        "".join(f"<bpmn:flowNodeRef>{s['id']}</bpmn:flowNodeRef>" for s in STEPS) + r"\1",
        drawn,
    )
    drawn = drawn.replace('<di:waypoint x="288"', '<di:waypoint x="660"')
    drawn = drawn.replace("<bpmn:endEvent", f"{tasks}\n    <bpmn:endEvent")
    return drawn.replace("<bpmndi:BPMNEdge", f"{shapes}<bpmndi:BPMNEdge", 1).encode()


def procedure(like: Bundle, rights: dict[str, dict[str, str]]) -> Bundle:
    """Return the procedure in the jurisdiction of another one's bundle."""
    files = blank.files(like, PROCEDURE, "成员单位核对")
    form = json.dumps(FORM, ensure_ascii=False).encode()
    return Bundle(PROCEDURE, {**files, DRAWN: diagram(like, rights), "forms/F-MEMBERS.json": form})
