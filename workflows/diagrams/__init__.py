"""BPMN diagrams as plain data: reading, and what they may contain."""

from workflows.diagrams.model import Diagram, Due, Event, Flow, Loop, Node, Process, Refusal, Timer
from workflows.diagrams.reader import TOO_LARGE, DiagramError, read_diagram

__all__ = [
    "TOO_LARGE",
    "Diagram",
    "DiagramError",
    "Due",
    "Event",
    "Flow",
    "Loop",
    "Node",
    "Process",
    "Refusal",
    "Timer",
    "read_diagram",
]
