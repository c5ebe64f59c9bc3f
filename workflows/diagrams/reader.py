"""Reads BPMN XML into ``Diagram``. Only listed elements pass; each other one is a refusal."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree

from workflows.diagrams import foreign
from workflows.diagrams.model import Diagram, Due, Event, Flow, Loop, Node, Process, Refusal, Timer
from workflows.xml import UnsafeXmlError, parse_xml

BPMN, LIANCHENG = foreign.BPMN, foreign.LIANCHENG

MAX_NODES = 400
MAX_FLOWS = 4 * MAX_NODES
MAX_ELEMENTS = 20_000  # of one file; what is drawn of the largest process takes half of them
MAX_NAME = 300
MAX_REFUSALS = 300  # of one file; who has put these right sees the next
TOO_LARGE = "too-large"  # the code of a refusal
_ID = re.compile(r"[A-Za-z_][\w.-]{0,63}", re.ASCII)
_MARKUP = re.compile(r"<[A-Za-z/!?]|[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_DURATION = re.compile(r"P(?=.)(\d{1,4}D)?(T(?=.)(\d{1,4}H)?(\d{1,5}M)?)?")

_NODE_TAGS = frozenset(
    {
        "startEvent",
        "endEvent",
        "intermediateCatchEvent",
        "intermediateThrowEvent",
        "boundaryEvent",
        "userTask",
        "serviceTask",
        "businessRuleTask",
        "callActivity",
        "subProcess",
        "exclusiveGateway",
        "parallelGateway",
        "inclusiveGateway",
        "eventBasedGateway",
    }
)
_QUIET_TAGS = frozenset(
    {
        "laneSet",
        "sequenceFlow",
        "extensionElements",
        "documentation",
        "textAnnotation",
        "association",
        "group",
        "incoming",
        "outgoing",
        "multiInstanceLoopCharacteristics",
        "category",
    }
)
_CATCHING = {"timerEventDefinition": "timer", "messageEventDefinition": "message"}
_EVENT_KINDS: dict[str, dict[str, str]] = {
    "startEvent": {"messageEventDefinition": "message"},
    "endEvent": {
        "errorEventDefinition": "error",
        "terminateEventDefinition": "terminate",
        "messageEventDefinition": "message",
    },
    "intermediateCatchEvent": _CATCHING,
    "intermediateThrowEvent": {"messageEventDefinition": "message"},
    "boundaryEvent": _CATCHING | {"errorEventDefinition": "error"},
}
_REASONS = {
    "scriptTask": "不支持脚本任务:规则请写成决策表,动作请用服务任务",
    "standardLoopCharacteristics": "不支持标准循环:请用网关画出循环,或用多实例",
    "complexGateway": "不支持复杂网关:请改用排他、并行或包容网关",
    "transaction": "不支持事务子流程:需要撤销的步骤请画成后续任务",
    "adHocSubProcess": "不支持特别子流程:请画出明确的顺序",
    "task": "请说明任务的类型:用户任务、服务任务或业务规则任务",
    "manualTask": "不支持手工任务:请改用用户任务,以便留下办理记录",
    "sendTask": "请改用消息抛出事件",
    "receiveTask": "请改用消息捕获事件",
}


class DiagramError(ValueError):
    """The file is no BPMN document at all. Message in Chinese."""


def read_diagram(source: bytes) -> Diagram:
    """Read one BPMN file. Raises DiagramError if it is not BPMN; refusals are collected."""
    try:
        root = parse_xml(source)
    except UnsafeXmlError as error:
        raise DiagramError(str(error)) from error
    if root.tag != f"{{{BPMN}}}definitions":
        raise DiagramError("不是 BPMN 2.0 文件:根元素应为 definitions")
    return _Reader(root).read()


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _is_bpmn(element: etree._Element) -> bool:
    return isinstance(element.tag, str) and etree.QName(element).namespace == BPMN


def _own(element: etree._Element, name: str) -> str | None:
    """Return a liancheng attribute, blank counting as absent."""
    return (element.get(f"{{{LIANCHENG}}}{name}") or "").strip() or None


def _words(text: str | None) -> tuple[str, ...]:
    return tuple((text or "").split())


def _child(element: etree._Element, tag: str, namespace: str = BPMN) -> etree._Element | None:
    return element.find(f"{{{namespace}}}{tag}")


def _text(element: etree._Element | None) -> str | None:
    return (element.text or "").strip() or None if element is not None else None


def _extension(element: etree._Element, tag: str) -> etree._Element | None:
    extensions = _child(element, "extensionElements")
    return None if extensions is None else _child(extensions, tag, LIANCHENG)


@dataclass
class _Reader:
    """Collects processes and refusals of one document."""

    root: etree._Element
    refusals: list[Refusal] = field(default_factory=list)
    notes: list[Refusal] = field(default_factory=list)
    seen_ids: set[str] = field(default_factory=set)

    def read(self) -> Diagram:
        self.messages = self._names("message", "name")
        self.errors = self._names("error", "errorCode")
        processes = {}
        for element in self.root.findall(f"{{{BPMN}}}process"):
            process = self._process(element)
            processes[process.id] = process
        if not processes:
            raise DiagramError("文件里没有流程（process）")
        for element in self.root.iter(f"{{{BPMN}}}process"):
            if element.getparent() is not self.root:
                self._refuse(element, "misplaced", "流程（process）须直接放在 definitions 之下")
        self._check_size()
        self._check_names()
        self._check_words()
        return Diagram(processes, self._listed(self.refusals), self._listed(self.notes))

    def _check_size(self) -> None:
        """Refuse so many elements as no drawing has, whatever they are."""
        if sum(1 for _ in self.root.iter()) > MAX_ELEMENTS:
            text = f"图里的元素超过 {MAX_ELEMENTS} 个，请删去重复或多余的内容"
            self._refuse(self.root, TOO_LARGE, text)

    def _check_words(self) -> None:
        """Name what is written here and does not run, up to the number that is listed."""
        for word in islice(foreign.words(self.root), 2 * MAX_REFUSALS):
            place = foreign.owner(word.element)
            found = Refusal(place.get("id") or _local(place), word.code, word.message)
            (self.notes if word.is_note else self.refusals).append(found)

    def _listed(self, found: list[Refusal]) -> tuple[Refusal, ...]:
        """Return what is listed of what was found, that the file is too large always."""
        if len(found) <= MAX_REFUSALS:
            return tuple(found)
        sizes = (each for each in found if each.code == TOO_LARGE)
        more = Refusal("", "more", f"还有 {len(found) - MAX_REFUSALS} 处没有列出，请先改好已列出的")
        return tuple(dict.fromkeys((*sizes, *found[:MAX_REFUSALS], more)))

    def _check_names(self) -> None:
        """Refuse names that would be markup, or read otherwise than they are written."""
        for element in self.root.iter(f"{{{BPMN}}}*"):
            if len(element.get("name") or "") > MAX_NAME:
                self._refuse(element, "name-too-long", f"名称超过 {MAX_NAME} 字，请缩短")
            elif _MARKUP.search(element.get("name") or ""):
                self._refuse(element, "name-markup", "名称只能写文字，不能含有标记或控制字符")

    def _names(self, tag: str, attribute: str) -> dict[str, str]:
        found = self.root.findall(f"{{{BPMN}}}{tag}")
        return {e.get("id", ""): e.get(attribute) or e.get("name") or "" for e in found}

    def _refuse(self, element: etree._Element, code: str, message: str) -> None:
        self.refusals.append(Refusal(element.get("id") or _local(element), code, message))

    def _check_id(self, element: etree._Element) -> str:
        identifier = element.get("id") or ""
        if not _ID.fullmatch(identifier):
            self._refuse(
                element,
                "id-invalid",
                f"编号“{identifier[:80]}”不合规:字母或下划线开头,不超过 64 位",
            )
        elif identifier in self.seen_ids:
            self._refuse(element, "id-duplicate", f"编号“{identifier}”重复")
        self.seen_ids.add(identifier)
        return identifier

    def _process(self, element: etree._Element) -> Process:
        process_id = self._check_id(element)
        lanes, roles = self._lanes(element)
        nodes: dict[str, Node] = {}
        flows: dict[str, Flow] = {}
        for child, path in self._walk(element, ()):
            tag = _local(child)
            if tag == "sequenceFlow":
                flow = self._flow(child, process_id)
                flows[flow.id] = flow
            else:
                node = self._node(child, process_id, path, lanes, roles)
                nodes[node.id] = node
        if len(nodes) > MAX_NODES or len(flows) > MAX_FLOWS:
            self._refuse(
                element, TOO_LARGE, f"节点超过 {MAX_NODES} 个或连线过多,请拆成可调用的子流程"
            )
        return Process(process_id, element.get("name") or process_id, nodes, flows, roles)

    def _walk(
        self, element: etree._Element, path: tuple[str, ...]
    ) -> Iterator[tuple[etree._Element, tuple[str, ...]]]:
        """Yield nodes and flows, those in embedded subprocesses too."""
        for child in element:
            tag = _local(child)
            if not _is_bpmn(child):
                message = (
                    f"流程里不能直接放其他命名空间的元素“{tag}”，请删去或移入 extensionElements"
                )
                self._refuse(child, "foreign", message)
                continue
            if tag in _NODE_TAGS or tag == "sequenceFlow":
                yield child, path
            elif tag not in _QUIET_TAGS:
                reason = _REASONS.get(tag, f"不支持 BPMN 元素“{tag}”")
                self._refuse(child, "unsupported", reason)
            if tag == "subProcess":
                yield from self._walk(child, (*path, child.get("id") or ""))

    def _lanes(self, process: etree._Element) -> tuple[dict[str, str], dict[str, str]]:
        """Return node id -> lane id, and lane id -> role key."""
        of_node: dict[str, str] = {}
        roles: dict[str, str] = {}
        for lane in process.iter(f"{{{BPMN}}}lane"):
            lane_id = lane.get("id") or ""
            if role := _own(lane, "role"):
                roles[lane_id] = role
            for reference in lane.findall(f"{{{BPMN}}}flowNodeRef"):
                of_node[_text(reference) or ""] = lane_id
        return of_node, roles

    def _flow(self, element: etree._Element, process_id: str) -> Flow:
        condition = _text(_child(element, "conditionExpression"))
        if condition is not None and not condition.startswith("="):
            self._refuse(element, "not-feel", "条件须以“=”开头,写成 FEEL 表达式")
        return Flow(
            self._check_id(element),
            element.get("sourceRef") or "",
            element.get("targetRef") or "",
            (element.get("name") or "")[:MAX_NAME],
            condition,
            process_id,
        )

    def _node(
        self,
        element: etree._Element,
        process_id: str,
        path: tuple[str, ...],
        lanes: dict[str, str],
        roles: dict[str, str],
    ) -> Node:
        tag = _local(element)
        identifier = self._check_id(element)
        self._check_content(element, tag)
        lane = lanes.get(identifier) or next((lanes[p] for p in reversed(path) if p in lanes), None)
        interrupting = element.get("cancelActivity" if tag == "boundaryEvent" else "isInterrupting")
        event = self._event(element, tag)
        if tag == "boundaryEvent" and interrupting == "false" and event and event.kind == "message":
            reason = "非中断的边界消息只会接收第一条：可能多次到来的消息请画成事件子流程"
            self._refuse(element, "boundary-message", reason)
        return Node(
            id=identifier,
            kind=tag,
            name=(element.get("name") or "")[:MAX_NAME],
            process_id=process_id,
            path=path,
            lane=lane,
            activity_code=_own(element, "activityCode"),
            clauses=_words(_own(element, "clauses")),
            step=_own(element, "step"),
            assumptions=_words(_own(element, "assumption")),
            is_optional=_own(element, "optional") == "true",
            case_state=_own(element, "caseState"),
            data_key=_own(element, "dataKey"),
            form=_own(element, "form"),
            role=_own(element, "role") or roles.get(lane or ""),
            party=_own(element, "party"),
            person=_own(element, "person"),
            separate_from=_words(_own(element, "separateFrom")),
            operation=_own(element, "operation"),
            decision=_own(element, "decision"),
            called=element.get("calledElement"),
            outcome=_own(element, "outcome"),
            due=self._due(element),
            loop=self._loop(element),
            event=event,
            inputs=self._named(element, "input", "value"),
            access=self._named(element, "field", "access"),
            attached_to=element.get("attachedToRef"),
            is_interrupting=interrupting != "false",
            is_event_subprocess=element.get("triggeredByEvent") == "true",
            default_flow=element.get("default"),
            documentation=_text(_child(element, "documentation")) or "",
        )

    def _check_content(self, element: etree._Element, tag: str) -> None:
        """Refuse children that change what the node does and that we do not know."""
        for child in element:
            name = _local(child)
            if tag != "subProcess" and name in {"sequenceFlow", "laneSet"}:
                self._refuse(element, "misplaced", f"“{name}”画在了节点里面，须画在流程中")
            if not _is_bpmn(child) or tag == "subProcess" or name in _QUIET_TAGS:
                continue
            if name in _REASONS:
                self._refuse(element, "unsupported", _REASONS[name])
            elif name.endswith("EventDefinition"):
                if name not in _EVENT_KINDS.get(tag, {}):
                    self._refuse(element, "unsupported", f"此处不支持事件类型“{name}”")
            elif name != "ioSpecification":
                self._refuse(element, "unsupported", f"不支持“{name}”")

    def _due(self, element: etree._Element) -> Due | None:
        due = _extension(element, "due")
        if due is None:
            return None
        return Due(
            due.get("amount") or "",
            due.get("unit") or "working_days",
            due.get("basis") or "",
            due.get("clock"),
            due.get("from"),
            due.get("pauseReason") or "暂停",
        )

    def _loop(self, element: etree._Element) -> Loop | None:
        marker = _child(element, "multiInstanceLoopCharacteristics")
        if marker is None:
            return None
        loop = _extension(marker, "loop")
        if loop is None or not (loop.get("collection") or "").startswith("="):
            self._refuse(element, "loop", "多实例须用 liancheng:loop 给出集合(FEEL)、元素名和键")
            return None
        return Loop(
            loop.get("collection") or "",
            loop.get("item") or "item",
            loop.get("key") or "",
            marker.get("isSequential") == "true",
            _text(_child(marker, "completionCondition")),
        )

    def _named(self, element: etree._Element, tag: str, value: str) -> dict[str, str]:
        """Return what extension elements of a kind say, by their names."""
        extensions = _child(element, "extensionElements")
        if extensions is None:
            return {}
        found = extensions.findall(f"{{{LIANCHENG}}}{tag}")
        return {e.get("name") or "": e.get(value) or "" for e in found}

    def _event(self, element: etree._Element, tag: str) -> Event | None:
        kinds = _EVENT_KINDS.get(tag)
        if kinds is None:
            return None
        definitions = [c for c in element if _local(c) in kinds and _is_bpmn(c)]
        if not definitions:
            return Event("none")
        if len(definitions) > 1:
            self._refuse(element, "unsupported", "一个事件只能有一个触发条件")
        definition = definitions[0]
        kind = kinds[_local(definition)]
        if kind == "message":
            return Event(
                kind,
                message=self._reference(element, definition, "messageRef", self.messages),
                correlation=_own(element, "correlation"),
            )
        if kind == "error":
            code = self._reference(element, definition, "errorRef", self.errors)
            return Event(kind, error_code=code)
        if kind == "timer":
            return Event(kind, timer=self._timer(element, definition))
        return Event(kind)

    def _reference(
        self, element: etree._Element, definition: etree._Element, name: str, known: dict[str, str]
    ) -> str:
        value = known.get(definition.get(name) or "")
        if not value:
            self._refuse(element, "reference", "事件没有指明消息或错误的名称")
        return value or ""

    def _timer(self, element: etree._Element, definition: etree._Element) -> Timer | None:
        date = _text(_child(definition, "timeDate"))
        if date is not None:
            if not date.startswith("="):
                self._refuse(element, "timer", "定时须写成 FEEL(以“=”开头),给出日期时间")
            return Timer("date", date)
        duration = _text(_child(definition, "timeDuration"))
        if duration is not None and _DURATION.fullmatch(duration):
            return Timer("duration", duration)
        self._refuse(
            element, "timer", "定时只支持日期时间(FEEL)或以日、时、分计的时长,不支持循环定时"
        )
        return None
