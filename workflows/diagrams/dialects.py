"""The dialects of other BPMN tools: whose a namespace is, and what stands here for what it says."""

from collections.abc import Mapping

# namespace -> the tool that writes it
TOOLS: Mapping[str, str] = {
    "http://camunda.org/schema/1.0/bpmn": "Camunda 7",
    "http://camunda.org/schema/zeebe/1.0": "Camunda 8",
    "http://flowable.org/bpmn": "Flowable",
    "http://flowable.org/design": "Flowable",
    "http://activiti.org/bpmn": "Activiti",
    "http://www.jboss.org/drools": "jBPM",
    "http://www.bpsim.org/schemas/1.0": "BPSim",
    "http://www.omg.org/bpmn20": "jBPM",
    "http://spiffworkflow.org/bpmn/schema/1.0/core": "SpiffWorkflow",
    "http://www.w3.org/2001/XInclude": "XInclude",
    "http://www.w3.org/1999/xhtml": "HTML",
    "http://www.w3.org/2000/svg": "SVG",
}
# what these write is about the drawing and its author's notes, never about what runs
NOTES: Mapping[str, str] = {
    "http://www.signavio.com": "Signavio",
    "http://www.bizagi.com/bpmn20": "Bizagi",
    "http://camunda.org/schema/modeler/1.0": "Camunda Modeler",
    "http://bpmn.io/schema/bpmn/biocolor/1.0": "bpmn.io",
    "http://www.omg.org/spec/BPMN/non-normative/color/1.0": "bpmn.io",
    "http://bpmn.sourceforge.net": "Yaoqiang",
    "http://www.eclipse.org/bpmn2/ext": "Eclipse BPMN2 Modeler",
}
# words of other tools, and what is drawn here instead
_INSTEAD: Mapping[str, str] = {
    "assignee owner candidateUsers candidateGroups assignmentDefinition humanPerformer "
    "potentialOwner performer resourceRole customResource": "由谁办理请用泳道或 liancheng:role 写明角色",
    "formKey formRef formRefBinding formDefinition formData formProperty formHandlerClass "
    "formFieldValidation userTaskForm": "表单请用 liancheng:form 写明编号",
    "class delegateExpression expression type topic taskDefinition connector taskName http "
    "serviceTaskOperator": "自动动作请用 liancheng:operation，从服务任务目录里选",
    "executionListener taskListener executionListeners taskListeners eventListener script "
    "onEntry-script onExit-script preScript postScript": "监听器和脚本不会运行：动作请画成服务任务，规则请写成决策表",
    "inputOutput ioMapping in out field inputParameter properties resultVariable global import "
    "resultVariableName variableMappingClass": "数据请用 liancheng:input 和 liancheng:dataKey 传递",
    "decisionRef calledDecision decisionRefBinding rules ruleFlowGroup mapDecisionResult "
    "ruleVariablesInput": "决策表请用 liancheng:decision 写明编号",
    "dueDate followUpDate taskSchedule businessCalendarName": "期限请用 liancheng:due 写明天数和依据",
    "collection elementVariable elementIndexVariable loopCharacteristics": (
        "多实例请用 liancheng:loop 写明集合、元素名和键"
    ),
    "calledElement": "被调用的流程请写在 calledElement 属性里",
    "asyncBefore asyncAfter async exclusive jobPriority jobRetryTimeCycle taskPriority priority "
    "failedJobRetryTimeCycle historyTimeToLive": "保存、重试和排队由系统负责，请删去",
    "include": "文件不会引入别的文件，请把内容画在本图里",
}
_HINTS = {word: text for names, text in _INSTEAD.items() for word in names.split()}


def tool_of(namespace: str | None) -> str:
    """Return whose a namespace is, as people call it."""
    known = TOOLS.get(namespace or "") or NOTES.get(namespace or "")
    return known or f"命名空间 {(namespace or '无')[:80]}"


def hint(local_name: str) -> str:
    """Return what to draw here instead of a word of another tool."""
    return _HINTS.get(local_name, "请删去，或改用 liancheng 的扩展")
