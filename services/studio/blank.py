"""What a new procedure begins with: its jurisdiction's law and roles, and a diagram of two events."""

import json
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import quoteattr

from workflows.bundles import Bundle
from workflows.bundles.bundle import PROCEDURE_FILE

_TAKEN_OVER = ("clauses.yaml", "invariants.yaml", "handling/shared.yaml")
_DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:liancheng="urn:liancheng:bpmn:1" id="definitions" targetNamespace="urn:liancheng:procedures">
  <bpmn:collaboration id="collaboration">
    <bpmn:participant id="pool" name={title} processRef={process} />
  </bpmn:collaboration>
  <bpmn:process id={process} name={title} isExecutable="true">
    <bpmn:laneSet id="lanes">
      <bpmn:lane id="lane_starter" name={role} liancheng:role={role}>
        <bpmn:flowNodeRef>start</bpmn:flowNodeRef>
        <bpmn:flowNodeRef>end</bpmn:flowNodeRef>
      </bpmn:lane>
    </bpmn:laneSet>
    <bpmn:startEvent id="start" name="开始">
      <bpmn:outgoing>f_start__end</bpmn:outgoing>
    </bpmn:startEvent>
    <bpmn:endEvent id="end" name="办结" liancheng:outcome="done">
      <bpmn:incoming>f_start__end</bpmn:incoming>
    </bpmn:endEvent>
    <bpmn:sequenceFlow id="f_start__end" sourceRef="start" targetRef="end" />
  </bpmn:process>
  <bpmndi:BPMNDiagram id="diagram">
    <bpmndi:BPMNPlane id="plane" bpmnElement="collaboration">
      <bpmndi:BPMNShape id="pool_di" bpmnElement="pool" isHorizontal="true">
        <dc:Bounds x="160" y="80" width="900" height="300" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="lane_starter_di" bpmnElement="lane_starter" isHorizontal="true">
        <dc:Bounds x="190" y="80" width="870" height="300" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="start_di" bpmnElement="start">
        <dc:Bounds x="252" y="212" width="36" height="36" />
        <bpmndi:BPMNLabel><dc:Bounds x="259" y="255" width="22" height="14" /></bpmndi:BPMNLabel>
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="end_di" bpmnElement="end">
        <dc:Bounds x="952" y="212" width="36" height="36" />
        <bpmndi:BPMNLabel><dc:Bounds x="959" y="255" width="22" height="14" /></bpmndi:BPMNLabel>
      </bpmndi:BPMNShape>
      <bpmndi:BPMNEdge id="f_start__end_di" bpmnElement="f_start__end">
        <di:waypoint x="288" y="230" />
        <di:waypoint x="952" y="230" />
      </bpmndi:BPMNEdge>
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
"""


def files(like: Bundle, procedure_id: str, title: str) -> dict[str, bytes]:
    """Return the files of a new procedure in the jurisdiction of ``like``, a version of another.

    It is started by whom ``like`` is started by; what that procedure is about is not taken over.
    """
    settings = json.loads(like.files[PROCEDURE_FILE])
    starters: list[str] = settings["procedure"]["started_by"]
    code = str(settings["jurisdiction"]["code"])
    settings["procedure"] = _procedure(procedure_id, title, starters)
    name = procedure_id.removeprefix(f"{code}.")
    words = {"title": title, "process": procedure_id, "role": starters[0]}
    return {
        PROCEDURE_FILE: json.dumps(settings, ensure_ascii=False, indent=2).encode(),
        f"bpmn/{code}/{name}.bpmn": _diagram(words),
        **{path: like.files[path] for path in _TAKEN_OVER if path in like.files},
    }


def _procedure(procedure_id: str, title: str, starters: list[str]) -> dict[str, Any]:
    prefix = procedure_id.upper().replace(".", "-").replace("_", "-")
    return {
        "id": procedure_id,
        "title": {"zh": title, "en": procedure_id},
        "started_by": starters,
        "number": f"{prefix}-{{year}}-{{seq:04d}}",
        "rehearsal_number": f"YL-{prefix}-{{year}}-{{seq:04d}}",
        "profile": {},
    }


def _diagram(words: Mapping[str, str]) -> bytes:
    return _DIAGRAM.format(**{key: quoteattr(word) for key, word in words.items()}).encode()
