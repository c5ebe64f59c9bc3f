"""Event definitions of ours: injected clock, messages by name, errors to the nearest boundary."""

from datetime import datetime
from typing import TYPE_CHECKING

from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.task import Task

from workflows.diagrams import Node

if TYPE_CHECKING:
    from workflows.engine.run import Run


def run_of(task: Task) -> "Run":
    """Return the run that a task belongs to: our script engine is the run itself."""
    run: Run = task.workflow.script_engine
    return run


class Timer(TimerEventDefinition):
    """Fires once its due instant has come by the injected clock.

    The instant is computed when the timer starts and kept with the task, so that a changed
    calendar moves it only by an explicit, recorded act. Several timers may wait in one
    event-based gateway, hence a slot for each node.
    """

    def __init__(self, node: Node) -> None:
        super().__init__(node.id, "")
        self.node = node

    @property
    def slot(self) -> str:
        """The key of the due instant in the task's internal data."""
        return f"fires_at:{self.node.id}"

    def due_at(self, my_task: Task) -> datetime:
        """Return when it may fire, computing it the first time it is asked."""
        stored = my_task.internal_data.get(self.slot)
        if stored is None:
            stored = run_of(my_task).timer_due_at(my_task, self.node).isoformat()
            my_task.internal_data[self.slot] = stored
        return datetime.fromisoformat(stored)

    def recompute(self, my_task: Task) -> None:
        """Take over a later instant from an expression that does not ask for today."""
        timer = self.node.event.timer if self.node.event else None
        if timer is None or timer.kind != "date" or run_of(my_task).asks_for_today(timer):
            return
        before = self.due_at(my_task)
        after = run_of(my_task).timer_due_at(my_task, self.node)
        my_task.internal_data[self.slot] = max(before, after).isoformat()

    def move(self, my_task: Task) -> None:
        """Take over the instant that the moved limit gives, earlier or later."""
        timer = self.node.event.timer if self.node.event else None
        if timer is not None and timer.kind == "date":
            after = run_of(my_task).timer_due_at(my_task, self.node)
            my_task.internal_data[self.slot] = after.isoformat()

    def has_fired(self, my_task: Task) -> bool:
        """Tell whether the clock has reached the due instant."""
        return run_of(my_task).now >= self.due_at(my_task)

    def reset(self, my_task: Task) -> None:
        """Forget the instant, so that the next start computes its own."""
        my_task.internal_data.pop(self.slot, None)
        super().reset(my_task)


class Message(MessageEventDefinition):
    """Matches by name and, where the node asks for it, by correlation key."""

    def __init__(self, name: str, node: Node | None = None) -> None:
        super().__init__(name)
        self.node = node

    def catches(self, my_task: Task, event: BpmnEvent) -> bool:
        """Tell whether a waiting task takes this message."""
        if self != event.event_definition:
            return False
        return run_of(my_task).correlates(my_task, self.node, event.payload)

    def catch(self, my_task: Task, event: BpmnEvent | None = None) -> None:
        """Write the payload under the node's own key."""
        if event is not None and self.node is not None:
            run_of(my_task).received(my_task, self.node, event.payload)
        my_task._set_internal_data(event_fired=True)

    def update_task_data(self, my_task: Task) -> None:
        """Nothing: payloads live in the case document."""

    def throw(self, my_task: Task) -> None:
        """Hand the message to the caller of the step, who delivers it."""
        run_of(my_task).throw(my_task)

    def __hash__(self) -> int:
        return hash(self.name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and self.name == other.name
