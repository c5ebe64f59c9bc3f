"""Corrections to SpiffWorkflow itself, applied once at import.

Task iterators stop silently at depth 1,000, which a long-running case with many rounds reaches:
it would then stall for ever and call itself complete. And at every change of state it gathers what
it would log, the whole tree and the data included, whether anybody listens or not.
"""

from typing import Any

from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.util.task import BpmnTaskIterator
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskIterator
from SpiffWorkflow.workflow import Workflow

_SHIPPED_DEPTH = 1000
_DEPTH = 10**6


def lift_depth_limit() -> None:
    """Raise the iterators' default depth. Doing it twice changes nothing."""
    for iterator in (TaskIterator, BpmnTaskIterator):
        defaults = iterator.__init__.__defaults__ or ()
        iterator.__init__.__defaults__ = tuple(
            _DEPTH if d == _SHIPPED_DEPTH else d for d in defaults
        )


def log_no_data() -> None:
    """Let the engine's own log records carry no ids and no data. Twice changes nothing."""
    for kind in (Task, Workflow, BpmnSubWorkflow):
        kind.collect_log_extras = _nothing


def _nothing(_of: Any, _more: dict[str, Any] | None = None) -> dict[str, Any]:
    return {}
