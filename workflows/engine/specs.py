"""Task specs of ours: SpiffWorkflow's flow control, our reading and writing of data.

Each visible spec carries the diagram's ``node`` and reports to the run when it is entered.
Nothing is ever put into ``task.data``; what a task needs for itself is in ``internal_data``.
"""

from typing import Any

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from workflows.diagrams import Node
from workflows.engine.events import run_of
from workflows.engine.frames import ITEM_KEY, MESSAGE_KEY
from workflows.errors import BusinessError


class Reporting:
    """Mixin: tells the run when the task becomes ready, completes or is cancelled."""

    node: Node

    def _on_ready_hook(self, my_task: Task) -> None:
        run_of(my_task).entered(my_task, self.node)
        super()._on_ready_hook(my_task)  # type: ignore[misc]

    def _on_complete_hook(self, my_task: Task) -> None:
        super()._on_complete_hook(my_task)  # type: ignore[misc]
        run_of(my_task).left(my_task, self.node, "completed")

    def _on_cancel(self, my_task: Task) -> None:
        run_of(my_task).left(my_task, self.node, "cancelled")
        super()._on_cancel(my_task)  # type: ignore[misc]


class UserTask(Reporting, defaults.UserTask):
    """Waits for a person."""


class Gateway(Reporting, defaults.ExclusiveGateway):
    """Exclusive gateway."""


class ParallelGateway(Reporting, defaults.ParallelGateway):
    """Parallel gateway."""


class InclusiveGateway(Reporting, defaults.InclusiveGateway):
    """Inclusive gateway."""


class EventBasedGateway(Reporting, defaults.EventBasedGateway):
    """Event-based gateway."""


class IntermediateCatchEvent(Reporting, defaults.IntermediateCatchEvent):
    """Waits for a timer or a message. It counts as entered while it still waits."""

    def _update_hook(self, my_task: Task) -> Any:
        run_of(my_task).entered(my_task, self.node)
        return super()._update_hook(my_task)


class IntermediateThrowEvent(Reporting, defaults.IntermediateThrowEvent):
    """Sends a message, or marks a milestone."""


class BoundaryEvent(Reporting, defaults.BoundaryEvent):
    """Catches a timer, a message or an error of its host."""


class StartEvent(Reporting, defaults.StartEvent):
    """Starts a process; in an event subprocess the message has already been matched."""

    def _update_hook(self, my_task: Task) -> Any:
        if self.node.event is not None and self.node.event.kind == "message":
            my_task._set_internal_data(event_fired=True)
        return super()._update_hook(my_task)

    def _run_hook(self, my_task: Task) -> Any:
        run_of(my_task).default_inputs(my_task, self.node)
        return super()._run_hook(my_task)


class EndEvent(Reporting, defaults.EndEvent):
    """Ends a path: records the outcome; an error end goes to the nearest boundary."""

    def _run_hook(self, my_task: Task) -> Any:
        run = run_of(my_task)
        run.ended(my_task, self.node)
        event = self.node.event
        if event is not None and event.kind == "error":
            run.raise_error(my_task, event.error_code or "", is_own=False)
            return True
        return super()._run_hook(my_task)


class ServiceTask(Reporting, BpmnSpecMixin):
    """Runs an inline operation now, or stays STARTED until a worker's outcome is settled."""

    def _run_hook(self, my_task: Task) -> Any:
        run = run_of(my_task)
        if run.is_deferred(self.node):
            return None
        try:
            result = run.call(my_task, self.node)
        except BusinessError as refusal:
            run.raise_error(my_task, refusal.code, is_own=True)
            return None
        run.write(my_task, self.node, result)
        return True


class BusinessRuleTask(Reporting, BpmnSpecMixin):
    """Evaluates a decision and keeps its outputs with the ids of the rules that fired."""

    def _run_hook(self, my_task: Task) -> Any:
        run = run_of(my_task)
        run.write(my_task, self.node, run.decide(my_task, self.node))
        return True


class _Sub(Reporting):
    """Shared by subprocesses: entered when they start, though their state goes past READY."""

    def start_workflow(self, my_task: Task) -> None:
        run_of(my_task).entered(my_task, self.node)
        super().start_workflow(my_task)  # type: ignore[misc]

    def _on_ready_hook(self, my_task: Task) -> None:
        """Nothing: READY comes after the inside has ended."""

    def copy_data(self, my_task: Task, subworkflow: Any) -> None:
        """Nothing: data are in the case document."""

    def update_data(self, my_task: Task, subworkflow: Any) -> None:
        """Nothing: data are in the case document."""


class SubWorkflowTask(_Sub, defaults.SubWorkflowTask):
    """Embedded subprocess."""


class CallActivity(_Sub, defaults.CallActivity):
    """Calls another process; its inputs are written into the frame first."""

    def start_workflow(self, my_task: Task) -> None:
        run_of(my_task).open_call(my_task, self.node)
        super().start_workflow(my_task)


class EventSubprocess(_Sub, defaults.EventSubprocess):
    """Starts when its message comes; ``start_key`` is the data key of its start event.

    The engine's own way to start it changes the shared specs, reaches only the top process and
    does not interrupt; ``trigger`` does all three right.
    """

    start_node: Node
    start_key: str

    def trigger(self, workflow: Any, key: str) -> Task:
        """Start one run of it in a workflow that is under way, cancelling what it interrupts."""
        child = workflow.task_tree._add_child(self, TaskState.FUTURE)
        child.triggered = True
        child.internal_data[MESSAGE_KEY] = "" if self.start_node.is_interrupting else key
        if self.start_node.is_interrupting:
            for task in workflow.get_tasks(state=TaskState.NOT_FINISHED_MASK):
                if task is not child and task.workflow is workflow:
                    task.cancel()
        self._predict(child, mask=TaskState.NOT_FINISHED_MASK)
        return child


class _MultiInstance(Reporting, LoopTask):
    """One child for each item of a FEEL collection over the case document.

    Items and answers live in the document's entries; a child keeps only its item key. The list
    is made new each time the node is entered, so nothing of an earlier round counts again.
    """

    def __init__(self, wf_spec: Any, bpmn_id: str, task_spec: str, **kwargs: Any) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.bpmn_id = bpmn_id
        self.bpmn_name = kwargs.get("bpmn_name")
        self.task_spec = task_spec

    def _on_ready_hook(self, my_task: Task) -> None:
        """Nothing: READY comes after the last instance."""

    def _update_hook(self, my_task: Task) -> Any:
        if my_task.has_state(TaskState.STARTED):
            return None
        super()._update_hook(my_task)
        run = run_of(my_task)
        run.entered(my_task, self.node)
        keys = run.open_loop(my_task, self.node)
        my_task.internal_data["remaining"] = keys
        if not keys:
            return True
        my_task._set_state(TaskState.STARTED)
        self._advance(my_task)
        return None

    def _advance(self, my_task: Task) -> None:
        remaining = my_task.internal_data["remaining"]
        count = 1 if self.node.loop and self.node.loop.is_sequential else len(remaining)
        my_task.internal_data["remaining"] = remaining[count:]
        for key in remaining[:count]:
            self._create_child(my_task, key)

    def _create_child(self, my_task: Task, key: str) -> None:
        spec = my_task.workflow.spec.task_specs[self.task_spec]
        child = my_task._add_child(spec, TaskState.WAITING)
        child.triggered = True
        child.internal_data[ITEM_KEY] = key
        child.task_spec._update(child)

    def child_completed(self, child: Task) -> None:
        """Go on with the next item, or finish: all done, or the completion condition holds."""
        my_task = child.parent
        open_children = [c for c in self._instances(my_task) if not c.has_state(_FINISHED)]
        if run_of(my_task).is_loop_complete(child, self.node):
            for other in open_children:
                other.cancel()
            my_task.internal_data["remaining"] = []
            my_task._set_state(TaskState.READY)
        elif my_task.internal_data["remaining"]:
            self._advance(my_task)
        elif not open_children:
            my_task._set_state(TaskState.READY)


_FINISHED = TaskState.FINISHED_MASK


class MultiInstance(_MultiInstance):
    """Parallel or sequential, as the node's loop says."""


def report_completion_to(outer: MultiInstance, inner: Any) -> None:
    """Make each completed child tell its multi-instance task, in every process that loads it."""

    def tell(_workflow: Any, child: Task) -> None:
        outer.child_completed(child)

    inner.completed_event.connect(tell)
