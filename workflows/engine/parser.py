"""Turns BPMN files into SpiffWorkflow specs of our own classes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from lxml import etree
from SpiffWorkflow.bpmn.parser import event_parsers, task_parsers
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import ErrorEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.simple import (
    NoneEventDefinition,
    TerminateEventDefinition,
)

from workflows.diagrams import Diagram, DiagramError, Node, read_diagram
from workflows.engine import specs
from workflows.engine.events import Message, Timer
from workflows.engine.guards import lift_depth_limit, log_no_data
from workflows.errors import ModelRefusedError
from workflows.xml import parse_xml

lift_depth_limit()
log_no_data()


@dataclass(frozen=True, slots=True)
class Program:
    """The parsed specs of one procedure and all it calls. Read-only; shared between threads."""

    process_id: str
    spec: Any
    subprocess_specs: Mapping[str, Any]
    nodes: Mapping[str, Mapping[str, Node]]


def compile_program(sources: Iterable[bytes], process_id: str) -> Program:
    """Parse the BPMN files of a bundle.

    Raises DiagramError if a file is no BPMN, ModelRefusedError at the first unsupported element.
    """
    parser = _Parser()
    try:
        for source in sources:
            parser.add(_supported(source), source)
        spec = parser.get_spec(process_id)
        subprocess_specs = parser.get_subprocess_specs(process_id)
    except ValidationException as error:
        raise ModelRefusedError(
            str(getattr(error, "id", None) or process_id), str(error)
        ) from error
    except RecursionError as error:
        raise ModelRefusedError(process_id, "流程过长或有无出口的循环，请拆分或补上网关") from error
    except (ValueError, KeyError, AttributeError) as error:
        if isinstance(error, DiagramError):
            raise
        raise ModelRefusedError(process_id, f"流程图无法读取：{error}") from error
    for each in (spec, *subprocess_specs.values()):
        _finish(each)
    return Program(process_id, spec, subprocess_specs, parser.nodes)


def _supported(source: bytes) -> Diagram:
    diagram = read_diagram(source)
    if diagram.refusals:
        first = diagram.refusals[0]
        raise ModelRefusedError(first.element_id, first.message)
    return diagram


def _finish(spec: Any) -> None:
    """Wire what the engine would otherwise change in the shared specs while running."""
    for task_spec in list(spec.task_specs.values()):
        if isinstance(task_spec, specs.MultiInstance):
            inner = spec.task_specs[task_spec.task_spec]
            specs.report_completion_to(task_spec, inner)
        if isinstance(task_spec, specs.EventSubprocess):
            task_spec.connect(spec.end)


class _WithNode(TaskParser):
    """Gives every spec the node read from the same element."""

    PARALLEL_MI_CLASS = specs.MultiInstance
    SEQUENTIAL_MI_CLASS = specs.MultiInstance
    EVENT_SUBPROCESS_CLASS = specs.EventSubprocess
    task: Any

    @property
    def drawn(self) -> Node:
        parser: _Parser = self.process_parser.parser
        return parser.node(self.node)

    def parse_extensions(self, node: Any = None) -> dict[str, Any]:
        self.task.node = self.drawn
        return {}

    def _add_multiinstance_task(self, _marker: Any) -> None:
        original = self.spec.task_specs.pop(self.task.name)
        self.task = specs.MultiInstance(self.spec, original.name, "", lane=original.lane)
        self.task.node = self.drawn
        self._copy_task_attrs(original)


class _Task(_WithNode):
    """User, service and business rule tasks."""


class _Gateway(_WithNode, task_parsers.GatewayParser):
    pass


class _ConditionalGateway(_WithNode, task_parsers.ConditionalGatewayParser):
    pass


class _CallActivity(_WithNode, task_parsers.CallActivityParser):
    pass


class _SubProcess(_WithNode, task_parsers.SubWorkflowParser):
    def create_task(self) -> Any:
        if not self.drawn.is_event_subprocess:
            return super().create_task()
        inside = task_parsers.SubprocessParser.get_subprocess_spec(self)
        task = specs.EventSubprocess(
            self.spec, self.bpmn_id, subworkflow_spec=inside, **self.bpmn_attributes
        )
        parser: _Parser = self.process_parser.parser
        task.start_node = parser.node(self.node.find(full_tag("startEvent")))
        task.start_key = task.start_node.data_key or task.start_node.id
        return task


class _EventMixin(_WithNode):
    """Builds our event definitions from the node instead of the engine's from the XML."""

    def get_event_definition(self, _xpaths: Any) -> Any:
        event = self.drawn.event
        if event is None or event.kind == "none":
            return NoneEventDefinition()
        if event.kind == "timer":
            return Timer(self.drawn)
        if event.kind == "message":
            return Message(event.message or "", self.drawn)
        if event.kind == "error":
            return ErrorEventDefinition(self.drawn.id, event.error_code or None)
        return TerminateEventDefinition()


class _Start(_EventMixin, event_parsers.StartEventParser):
    pass


class _End(_EventMixin, event_parsers.EndEventParser):
    pass


class _Catch(_EventMixin, event_parsers.IntermediateCatchEventParser):
    pass


class _Throw(_EventMixin, event_parsers.IntermediateThrowEventParser):
    pass


class _Boundary(_EventMixin, event_parsers.BoundaryEventParser):
    pass


class _EventGateway(_WithNode, event_parsers.EventBasedGatewayParser):
    pass


class _ProcessParser(ProcessParser):
    """Connects event subprocesses to nothing: they are started by ``EventSubprocess.trigger``."""

    def add_tasks(self) -> None:
        starts = self.xpath("./bpmn:startEvent")
        if len(starts) != 1:
            raise ValidationException("流程应当有且只有一个开始事件", node=self.node)
        self.parse_node(starts[0])
        self.spec.event_subprocesses = []
        for node in self.xpath("./bpmn:subProcess[@triggeredByEvent='true']"):
            task_spec = self.parse_node(node)
            self.parser.process_parsers[task_spec.spec].get_spec()
            self.spec.event_subprocesses.append(task_spec)


class _Parser(BpmnParser):
    """SpiffWorkflow's parser with every class replaced; what is not listed is refused."""

    PARSER_CLASSES: ClassVar[dict[str, Any]] = {
        full_tag("startEvent"): (_Start, specs.StartEvent),
        full_tag("endEvent"): (_End, specs.EndEvent),
        full_tag("userTask"): (_Task, specs.UserTask),
        full_tag("serviceTask"): (_Task, specs.ServiceTask),
        full_tag("businessRuleTask"): (_Task, specs.BusinessRuleTask),
        full_tag("subProcess"): (_SubProcess, specs.SubWorkflowTask),
        full_tag("callActivity"): (_CallActivity, specs.CallActivity),
        full_tag("exclusiveGateway"): (_ConditionalGateway, specs.Gateway),
        full_tag("parallelGateway"): (_Gateway, specs.ParallelGateway),
        full_tag("inclusiveGateway"): (_ConditionalGateway, specs.InclusiveGateway),
        full_tag("eventBasedGateway"): (_EventGateway, specs.EventBasedGateway),
        full_tag("intermediateCatchEvent"): (_Catch, specs.IntermediateCatchEvent),
        full_tag("intermediateThrowEvent"): (_Throw, specs.IntermediateThrowEvent),
        full_tag("boundaryEvent"): (_Boundary, specs.BoundaryEvent),
    }
    PROCESS_PARSER_CLASS = _ProcessParser

    def __init__(self) -> None:
        super().__init__()
        self.nodes: dict[str, Mapping[str, Node]] = {}

    def add(self, diagram: Diagram, source: bytes) -> None:
        """Add one file that the reader has found to hold only what is supported."""
        for process in diagram.processes.values():
            self.nodes[process.id] = process.nodes
        self.add_bpmn_xml(parse_xml(source))

    def node(self, element: etree._Element) -> Node:
        """Return the node read from an XML element."""
        process = next(element.iterancestors(full_tag("process")))
        return self.nodes[process.get("id") or ""][element.get("id") or ""]


__all__ = ["Program", "compile_program"]
