"""BPMN diagrams as plain data: reading, and what they may contain."""

from workflows.diagrams.model import Diagram, Due, Event, Flow, Loop, Node, Process, Refusal, Timer
from workflows.diagrams.reader import DiagramError, read_diagram

__all__ = [
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
