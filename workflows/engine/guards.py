"""Corrections to SpiffWorkflow itself, applied once at import.

Task iterators stop silently at depth 1,000, which a long-running case with many rounds reaches:
it would then stall for ever and call itself complete.
"""

from SpiffWorkflow.bpmn.util.task import BpmnTaskIterator
from SpiffWorkflow.util.task import TaskIterator

_SHIPPED_DEPTH = 1000
_DEPTH = 10**6


def lift_depth_limit() -> None:
    """Raise the iterators' default depth. Doing it twice changes nothing."""
    for iterator in (TaskIterator, BpmnTaskIterator):
        defaults = iterator.__init__.__defaults__ or ()
        iterator.__init__.__defaults__ = tuple(
            _DEPTH if d == _SHIPPED_DEPTH else d for d in defaults
        )
