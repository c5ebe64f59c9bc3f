"""More diagrams of other tools: what their users draw beyond a single task."""

from tests.workflows.verification.foreign.models import Foreign


def _of(tool: str, name: str, inside: str, *named: tuple[str, str], root: str = "") -> Foreign:
    return Foreign(f"{tool}-{name}", tool, inside, named, root)


_ADONIS = (
    '<extensionElements><adonis:properties><adonis:property name="Responsible">Frau Huber'
    "</adonis:property></adonis:properties></extensionElements>"
)
_TRISO = (
    '<semantic:extensionElements><triso:ExternalRelation type="urn:reuse" uri="graph:x"/>'
    "</semantic:extensionElements>"
)

MORE_MODELS: tuple[Foreign, ...] = (
    _of("adonis", "responsible", f'<userTask id="it">{_ADONIS}</userTask>', ("it", "properties")),
    _of(
        "adonis",
        "cross-reference",
        f'<task id="it" name="Antrag prüfen">{_ADONIS}</task><dataObject id="antrag" name="Antrag"/>',
        ("it", "任务的类型"),
        ("antrag", "dataObject"),
    ),
    _of(
        "adonis",
        "conditional-start",
        '<userTask id="it"/><intermediateCatchEvent id="wait"><conditionalEventDefinition>'
        "<condition>Betrag</condition></conditionalEventDefinition></intermediateCatchEvent>",
        ("wait", "conditionalEventDefinition"),
    ),
    _of(
        "trisotech",
        "reuse",
        f'<semantic:userTask id="it" trisobpmn:linkType="x">{_TRISO}</semantic:userTask>',
        ("it", "ExternalRelation"),
        ("it", "linkType"),
    ),
    _of(
        "trisotech",
        "decision",
        '<semantic:businessRuleTask id="it" implementation="##DMN"><semantic:ioSpecification '
        'id="io"><semantic:dataInput id="in" name="Applicant"/></semantic:ioSpecification>'
        "</semantic:businessRuleTask>",
        ("it", "没有决策表"),
        ("io", "ioSpecification"),
    ),
    _of(
        "trisotech",
        "event-subprocess-of-escalation",
        '<semantic:userTask id="it"/><semantic:subProcess id="es" triggeredByEvent="true">'
        '<semantic:startEvent id="es_start"><semantic:escalationEventDefinition/>'
        '</semantic:startEvent><semantic:endEvent id="es_end"/><semantic:sequenceFlow id="es_f" '
        'sourceRef="es_start" targetRef="es_end"/></semantic:subProcess>',
        ("es_start", "escalationEventDefinition"),
    ),
    _of(
        "bonita",
        "connector",
        '<model:serviceTask id="it" implementation="BonitaConnector" operationRef="op">'
        '<model:dataInputAssociation id="da"><model:targetRef>x</model:targetRef>'
        "</model:dataInputAssociation></model:serviceTask>",
        ("it", "dataInputAssociation"),
        ("it", "implementation"),
    ),
    _of(
        "bonita",
        "performers",
        '<model:userTask id="it"><model:performer id="pe"><model:resourceRef>actor'
        "</model:resourceRef></model:performer></model:userTask>",
        ("it", "performer"),
    ),
    _of(
        "spiff",
        "pre-script",
        '<bpmn:userTask id="it"><bpmn:extensionElements><spiffworkflow:preScript>x = 1'
        "</spiffworkflow:preScript></bpmn:extensionElements></bpmn:userTask>",
        ("it", "preScript"),
    ),
    _of(
        "spiff",
        "service-operator",
        '<bpmn:serviceTask id="it"><bpmn:extensionElements><spiffworkflow:serviceTaskOperator '
        'id="http/GetRequest" resultVariable="r"/></bpmn:extensionElements></bpmn:serviceTask>',
        ("it", "serviceTaskOperator"),
    ),
    _of(
        "spiff",
        "manual-with-instructions",
        '<bpmn:manualTask id="it"><bpmn:extensionElements><spiffworkflow:instructionsForEndUser>'
        "# 请阅读</spiffworkflow:instructionsForEndUser></bpmn:extensionElements></bpmn:manualTask>",
        ("it", "手工任务"),
    ),
    _of(
        "flowable",
        "cmmn-and-events",
        '<serviceTask id="it" flowable:type="send-event" flowable:triggerable="true"/>'
        '<boundaryEvent id="be" attachedToRef="it"><extensionElements><flowable:eventType>late'
        "</flowable:eventType></extensionElements></boundaryEvent>",
        ("it", "triggerable"),
        ("be", "eventType"),
    ),
    _of(
        "flowable",
        "cancel-end",
        '<userTask id="it"/><endEvent id="cancelled"><cancelEventDefinition/></endEvent>',
        ("cancelled", "cancelEventDefinition"),
    ),
    _of(
        "activiti",
        "call-with-parameters",
        '<callActivity id="it" calledElement="sub"><extensionElements>'
        '<activiti:in source="a" target="b"/></extensionElements></callActivity>',
        ("it", "“in”"),
    ),
    _of(
        "jbpm",
        "several-events",
        '<bpmn2:userTask id="it"/><bpmn2:intermediateCatchEvent id="two">'
        '<bpmn2:timerEventDefinition id="e1"><bpmn2:timeDuration>PT1H</bpmn2:timeDuration>'
        '</bpmn2:timerEventDefinition><bpmn2:signalEventDefinition id="e2"/>'
        "</bpmn2:intermediateCatchEvent>",
        ("two", "signalEventDefinition"),
    ),
    _of(
        "bizagi",
        "choreography-of-notes",
        '<userTask id="it"/><textAnnotation id="note"><text>见第五条</text></textAnnotation>'
        '<association id="as" sourceRef="it" targetRef="note"/><group id="gr"/>'
        '<complexGateway id="cg"/>',
        ("cg", "复杂网关"),
    ),
    _of(
        "signavio",
        "parallel-multiple",
        '<userTask id="it"/><intermediateCatchEvent id="all" parallelMultiple="true">'
        '<messageEventDefinition id="m1"/><signalEventDefinition id="m2"/></intermediateCatchEvent>',
        ("all", "parallelMultiple"),
    ),
    _of(
        "bpmn.io",
        "data-and-messages",
        '<bpmn2:receiveTask id="it"/><bpmn2:sendTask id="send"/>'
        '<bpmn2:dataStoreReference id="store"/><bpmn2:dataObjectReference id="paper" '
        'dataObjectRef="object"/><bpmn2:dataObject id="object"/>',
        ("it", "消息捕获事件"),
        ("send", "消息抛出事件"),
        ("store", "dataStoreReference"),
    ),
    _of(
        "camunda8",
        "ad-hoc-agent",
        '<bpmn:adHocSubProcess id="it"><bpmn:userTask id="inner"/></bpmn:adHocSubProcess>',
        ("it", "特别子流程"),
    ),
    _of(
        "camunda7",
        "error-mapping",
        '<bpmn:serviceTask id="it" camunda:type="external" camunda:topic="x">'
        '<bpmn:extensionElements><camunda:errorEventDefinition id="er" expression="${a}"/>'
        "</bpmn:extensionElements></bpmn:serviceTask>",
        ("it", "topic"),
    ),
)
