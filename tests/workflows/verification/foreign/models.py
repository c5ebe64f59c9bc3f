"""Diagrams in the dialects of other BPMN tools, each with what of it has to be named, and where.

Written for these tests as the tools write: their prefixes, their namespaces, their habits.
"""

from dataclasses import dataclass

_BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
HEADS = {
    "camunda7": f'<bpmn:definitions xmlns:bpmn="{_BPMN}" {_XSI} '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:modeler="http://camunda.org/schema/modeler/1.0" '
    'modeler:executionPlatform="Camunda Platform" modeler:executionPlatformVersion="7.21.0" '
    'id="Definitions_1" targetNamespace="http://bpmn.io/schema/bpmn" exporter="Camunda Modeler">',
    "camunda8": f'<bpmn:definitions xmlns:bpmn="{_BPMN}" {_XSI} '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:modeler="http://camunda.org/schema/modeler/1.0" '
    'modeler:executionPlatform="Camunda Cloud" id="Definitions_1" targetNamespace="urn:x">',
    "flowable": f'<definitions xmlns="{_BPMN}" {_XSI} xmlns:flowable="http://flowable.org/bpmn" '
    'typeLanguage="http://www.w3.org/2001/XMLSchema" targetNamespace="http://flowable.org/test">',
    "activiti": f'<definitions xmlns="{_BPMN}" {_XSI} xmlns:activiti="http://activiti.org/bpmn" '
    'expressionLanguage="http://www.w3.org/1999/XPath" targetNamespace="http://activiti.org/x">',
    "signavio": f'<definitions xmlns="{_BPMN}" {_XSI} xmlns:signavio="http://www.signavio.com" '
    'exporter="Signavio Process Editor" id="sid-1" targetNamespace="http://www.signavio.com">',
    "bpmn.io": f'<bpmn2:definitions xmlns:bpmn2="{_BPMN}" {_XSI} '
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:bioc="http://bpmn.io/schema/bpmn/biocolor/1.0" '
    'xmlns:color="http://www.omg.org/spec/BPMN/non-normative/color/1.0" '
    'id="sample" targetNamespace="http://bpmn.io/schema/bpmn">',
    "bizagi": f'<definitions xmlns="{_BPMN}" {_XSI} exporter="Bizagi Process Modeler" '
    'targetNamespace="http://www.bizagi.com/definitions/1">',
    "jbpm": f'<bpmn2:definitions xmlns:bpmn2="{_BPMN}" {_XSI} '
    'xmlns:drools="http://www.jboss.org/drools" xmlns:bpsim="http://www.bpsim.org/schemas/1.0" '
    'id="_1" expressionLanguage="http://www.mvel.org/2.0" targetNamespace="http://www.omg.org">',
    "adonis": f'<definitions xmlns="{_BPMN}" {_XSI} xmlns:adonis="http://www.boc-eu.com/ADONIS" '
    'exporter="ADONIS NP" id="d-1" targetNamespace="http://www.boc-group.com/1">',
    "trisotech": f'<semantic:definitions xmlns:semantic="{_BPMN}" {_XSI} '
    'xmlns:triso="http://www.trisotech.com/2015/triso/modeling" '
    'xmlns:trisobpmn="http://www.trisotech.com/2014/triso/bpmn" exporter="BPMN Modeler" '
    'id="_d1" targetNamespace="http://www.trisotech.com/definitions/_d1">',
    "bonita": f'<model:definitions xmlns:model="{_BPMN}" {_XSI} '
    'xmlns:bonitaConnector="http://www.bonitasoft.org/studio/connector/definition/6.0" '
    'exporter="BonitaSoft" targetNamespace="http://bonitasoft.com/P">',
    "spiff": f'<bpmn:definitions xmlns:bpmn="{_BPMN}" {_XSI} '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" id="D" '
    'targetNamespace="http://bpmn.io/schema/bpmn">',
}


@dataclass(frozen=True)
class Foreign:
    """A diagram; ``named`` are ids of elements, each with a word that its finding has to say."""

    name: str
    tool: str
    inside: str
    named: tuple[tuple[str, str], ...]
    root: str = ""

    @property
    def source(self) -> bytes:
        """Return the file: the element between a start and an end."""
        head = HEADS[self.tool]
        tag = head[1:].split(" ", 1)[0]
        at = f"{tag.partition(':')[0]}:" if ":" in tag else ""
        text = (
            f'{head}{self.root}<{at}process id="Process_1" isExecutable="true">'
            f'<{at}startEvent id="Start_1"/>{self.inside}<{at}endEvent id="End_1"/>'
            f'<{at}sequenceFlow id="Flow_1" sourceRef="Start_1" targetRef="it"/>'
            f'<{at}sequenceFlow id="Flow_2" sourceRef="it" targetRef="End_1"/>'
            f"</{at}process></{tag}>"
        )
        return text.encode()


def _c7(name: str, attributes: str, inner: str = "", tag: str = "userTask", *words: str) -> Foreign:
    body = f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>" if inner else ""
    text = f'<bpmn:{tag} id="it" name="审核" {attributes}>{body}</bpmn:{tag}>'
    return Foreign(f"camunda7-{name}", "camunda7", text, tuple(("it", w) for w in words))


def _c8(name: str, inner: str, tag: str = "userTask", *words: str) -> Foreign:
    body = f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>"
    text = f'<bpmn:{tag} id="it" name="审核">{body}</bpmn:{tag}>'
    return Foreign(f"camunda8-{name}", "camunda8", text, tuple(("it", w) for w in words))


def _plain(name: str, tool: str, inside: str, *named: tuple[str, str], root: str = "") -> Foreign:
    return Foreign(f"{tool}-{name}", tool, inside, named, root)


_LISTENER = '<camunda:executionListener class="org.x.Audit" event="start"/>'
_MAPPING = (
    '<camunda:inputOutput><camunda:inputParameter name="a">${b}</camunda:inputParameter>'
    "</camunda:inputOutput>"
)
_FIELD = '<camunda:formData><camunda:formField id="f" label="x" type="string"/></camunda:formData>'
_TIMER = "<{0}timerEventDefinition><{0}timeCycle>R3/PT10H</{0}timeCycle></{0}timerEventDefinition>"
_BIZAGI = (
    '<extensionElements><bizagi:BizagiExtensions xmlns:bizagi="http://www.bizagi.com/bpmn20">'
    '<bizagi:BizagiProperties><bizagi:BizagiProperty name="bgColor" value="White"/>'
    "</bizagi:BizagiProperties></bizagi:BizagiExtensions></extensionElements>"
)
_META = (
    '<extensionElements><signavio:signavioMetaData metaKey="bgcolor" metaValue="#ffffcc"/>'
    '<signavio:signavioLabel align="center" ref="text_name"/></extensionElements>'
)

MODELS: tuple[Foreign, ...] = (
    _c7(
        "assignee",
        'camunda:assignee="${starter}" camunda:candidateGroups="clerks"',
        "",
        "userTask",
        "“assignee”（Camunda 7）",
        "liancheng:role",
    ),
    _c7(
        "form-key",
        'camunda:formKey="embedded:app:forms/a.html"',
        "",
        "userTask",
        "formKey",
        "liancheng:form",
    ),
    _c7("form-data", "", _FIELD, "userTask", "formData", "liancheng:form"),
    _c7("listener", "", _LISTENER, "userTask", "executionListener", "监听器"),
    _c7("due-date", 'camunda:dueDate="${now()}"', "", "userTask", "dueDate", "liancheng:due"),
    _c7(
        "delegate",
        'camunda:delegateExpression="${bean}"',
        "",
        "serviceTask",
        "delegateExpression",
        "liancheng:operation",
    ),
    _c7(
        "external-task",
        'camunda:type="external" camunda:topic="pay"',
        "",
        "serviceTask",
        "topic",
        "type",
    ),
    _c7(
        "mapping", 'camunda:class="x.Y"', _MAPPING, "serviceTask", "inputOutput", "liancheng:input"
    ),
    _c7(
        "decision",
        'camunda:decisionRef="rules" camunda:mapDecisionResult="singleEntry"',
        "",
        "businessRuleTask",
        "decisionRef",
        "liancheng:decision",
    ),
    _c7("async", 'camunda:asyncBefore="true"', "", "userTask", "asyncBefore", "请删去"),
    _c7("script", 'scriptFormat="groovy"', "", "scriptTask", "脚本任务"),
    _plain(
        "in-and-out",
        "camunda7",
        '<bpmn:callActivity id="it" calledElement="sub"><bpmn:extensionElements>'
        '<camunda:in variables="all"/><camunda:out source="r" target="r"/>'
        "</bpmn:extensionElements></bpmn:callActivity>",
        ("it", "“in”"),
        ("it", "“out”"),
    ),
    _plain(
        "loop",
        "camunda7",
        '<bpmn:userTask id="it"><bpmn:multiInstanceLoopCharacteristics camunda:collection="${us}" '
        'camunda:elementVariable="u"/></bpmn:userTask>',
        ("it", "collection"),
        ("it", "liancheng:loop"),
    ),
    _plain(
        "history",
        "camunda7",
        '<bpmn:userTask id="it"/><bpmn:dataObject id="data_1"/>'
        '<bpmn:dataObjectReference id="data_2" dataObjectRef="data_1"/>',
        ("data_1", "dataObject"),
        ("data_2", "dataObjectReference"),
    ),
    _plain(
        "signals",
        "camunda7",
        '<bpmn:intermediateCatchEvent id="it"><bpmn:signalEventDefinition id="s1" signalRef="sig"/>'
        "</bpmn:intermediateCatchEvent>",
        ("it", "signalEventDefinition"),
        ("sig", "signal"),
        root='<bpmn:signal id="sig" name="alarm"/>',
    ),
    _plain(
        "compensation",
        "camunda7",
        '<bpmn:userTask id="it"/><bpmn:boundaryEvent id="undo" attachedToRef="it">'
        "<bpmn:compensateEventDefinition/></bpmn:boundaryEvent>"
        '<bpmn:serviceTask id="back" isForCompensation="true"/>',
        ("undo", "compensateEventDefinition"),
        ("back", "isForCompensation"),
    ),
    _c8("task-type", '<zeebe:taskDefinition type="pay"/>', "serviceTask", "taskDefinition"),
    _c8(
        "assignment",
        '<zeebe:assignmentDefinition assignee="=me"/><zeebe:userTask/>',
        "userTask",
        "assignmentDefinition",
        "userTask",
    ),
    _c8("form", '<zeebe:formDefinition formId="f"/>', "userTask", "formDefinition", "Camunda 8"),
    _c8(
        "decision",
        '<zeebe:calledDecision decisionId="d" resultVariable="r"/>',
        "businessRuleTask",
        "calledDecision",
    ),
    _c8("called", '<zeebe:calledElement processId="p"/>', "callActivity", "calledElement"),
    _c8("schedule", '<zeebe:taskSchedule dueDate="=now()"/>', "userTask", "taskSchedule"),
    _plain(
        "send-task",
        "camunda8",
        '<bpmn:sendTask id="it"><bpmn:extensionElements><zeebe:taskDefinition type="mail"/>'
        "</bpmn:extensionElements></bpmn:sendTask>",
        ("it", "消息抛出事件"),
    ),
    _plain(
        "escalation",
        "camunda8",
        '<bpmn:intermediateThrowEvent id="it"><bpmn:escalationEventDefinition escalationRef="e"/>'
        "</bpmn:intermediateThrowEvent>",
        ("it", "escalationEventDefinition"),
        ("e", "escalation"),
        root='<bpmn:escalation id="e" name="late" escalationCode="9"/>',
    ),
    _plain(
        "form-and-people",
        "flowable",
        '<userTask id="it" flowable:assignee="$INITIATOR" flowable:formKey="f" '
        'flowable:formFieldValidation="true"><extensionElements>'
        '<flowable:taskListener event="create" class="x.Y"/></extensionElements></userTask>',
        ("it", "assignee"),
        ("it", "formKey"),
        ("it", "taskListener"),
    ),
    _plain(
        "http",
        "flowable",
        '<serviceTask id="it" flowable:type="http"><extensionElements>'
        '<flowable:field name="requestUrl"><flowable:string>http://127.0.0.1</flowable:string>'
        "</flowable:field></extensionElements></serviceTask>",
        ("it", "liancheng:operation"),
        ("it", "“field”"),
    ),
    _plain(
        "case-task",
        "flowable",
        '<transaction id="it"><startEvent id="s2"/></transaction>',
        ("it", "事务子流程"),
    ),
    _plain(
        "timer-cycle",
        "flowable",
        f'<intermediateCatchEvent id="it">{_TIMER.format("")}</intermediateCatchEvent>',
        ("it", "循环定时"),
    ),
    _plain(
        "candidates",
        "activiti",
        '<userTask id="it" activiti:candidateUsers="kermit"><humanPerformer id="hp">'
        "<resourceAssignmentExpression><formalExpression>gonzo</formalExpression>"
        "</resourceAssignmentExpression></humanPerformer></userTask>",
        ("it", "candidateUsers"),
        ("it", "humanPerformer"),
    ),
    _plain(
        "mail-and-script",
        "activiti",
        '<serviceTask id="it" activiti:type="mail"/>'
        '<scriptTask id="calc" scriptFormat="javascript"><script>x = 1</script></scriptTask>',
        ("it", "liancheng:operation"),
        ("calc", "脚本任务"),
    ),
    _plain(
        "properties",
        "activiti",
        '<userTask id="it"><extensionElements><activiti:formProperty id="days" type="long"/>'
        "</extensionElements></userTask>",
        ("it", "liancheng:form"),
    ),
    _plain(
        "metadata", "signavio", f'<userTask id="it">{_META}</userTask>', ("it", "signavioLabel")
    ),
    _plain(
        "plain-task",
        "signavio",
        f'<task id="it" name="Prüfen" completionQuantity="1" isForCompensation="false" '
        f'startQuantity="1">{_META}</task><dataStoreReference id="store"/>',
        ("it", "任务的类型"),
        ("store", "dataStoreReference"),
    ),
    _plain(
        "pools",
        "signavio",
        '<userTask id="it"/>',
        ("mf", "messageFlow"),
        ("p2", "signavioMetaData"),
        root='<collaboration id="c"><participant id="p1" processRef="Process_1"/>'
        f'<participant id="p2" name="市民">{_META}</participant>'
        '<messageFlow id="mf" sourceRef="p2" targetRef="it"/></collaboration>',
    ),
    _plain(
        "colours",
        "bpmn.io",
        '<bpmn2:userTask id="it"/>',
        root='<bpmndi:BPMNDiagram id="d"><bpmndi:BPMNPlane id="pl" bpmnElement="Process_1">'
        '<bpmndi:BPMNShape id="sh" bpmnElement="it" bioc:stroke="#f00" color:border-color="#f00"/>'
        "</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>",
    ),
    _plain(
        "loop-and-adhoc",
        "bpmn.io",
        '<bpmn2:userTask id="it"><bpmn2:standardLoopCharacteristics/></bpmn2:userTask>'
        '<bpmn2:adHocSubProcess id="free"/><bpmn2:complexGateway id="cg"/>',
        ("it", "标准循环"),
        ("free", "特别子流程"),
        ("cg", "复杂网关"),
    ),
    _plain(
        "extensions",
        "bizagi",
        f'<userTask id="it">{_BIZAGI}</userTask>',
        ("it", "BizagiExtensions"),
    ),
    _plain(
        "manual-and-links",
        "bizagi",
        f'<manualTask id="it">{_BIZAGI}</manualTask><intermediateThrowEvent id="lk">'
        '<linkEventDefinition name="A"/></intermediateThrowEvent>',
        ("it", "手工任务"),
        ("lk", "linkEventDefinition"),
    ),
    _plain(
        "data-inputs",
        "jbpm",
        '<bpmn2:userTask id="it"><bpmn2:ioSpecification id="io">'
        '<bpmn2:dataInput id="in1" drools:dtype="Object" name="TaskName"/></bpmn2:ioSpecification>'
        '<bpmn2:dataInputAssociation id="a1"><bpmn2:targetRef>in1</bpmn2:targetRef>'
        '</bpmn2:dataInputAssociation><bpmn2:potentialOwner id="po"/></bpmn2:userTask>',
        ("io", "ioSpecification"),
        ("it", "dataInputAssociation"),
        ("it", "potentialOwner"),
        ("in1", "dtype"),
    ),
    _plain(
        "scripts",
        "jbpm",
        '<bpmn2:scriptTask id="it" scriptFormat="http://www.java.com/java"/>'
        '<bpmn2:userTask id="t2"><bpmn2:extensionElements><drools:onEntry-script '
        'scriptFormat="http://www.java.com/java"><drools:script>x();</drools:script>'
        "</drools:onEntry-script></bpmn2:extensionElements></bpmn2:userTask>"
        '<bpmn2:property id="var" itemSubjectRef="_varItem"/>',
        ("it", "脚本任务"),
        ("t2", "onEntry-script"),
        ("var", "property"),
        ("_varItem", "itemDefinition"),
        root='<bpmn2:itemDefinition id="_varItem" structureRef="String"/>',
    ),
    _plain(
        "rule-group",
        "jbpm",
        '<bpmn2:businessRuleTask id="it" drools:ruleFlowGroup="grp" '
        'implementation="http://www.jboss.org/drools/rule"/>',
        ("it", "ruleFlowGroup"),
        ("it", "implementation"),
    ),
    _plain(
        "work-item",
        "jbpm",
        '<bpmn2:task id="it" drools:taskName="Email"/><bpmn2:receiveTask id="rc"/>',
        ("it", "任务的类型"),
        ("it", "taskName"),
        ("rc", "消息捕获事件"),
    ),
)
