"""The only package that knows SpiffWorkflow: runs a bundle's diagrams over a case document."""

from workflows.engine.engine import (
    callers_of,
    complete,
    fire_timers,
    frames_of,
    recompute,
    scope_of,
    send,
    settle,
    start,
)
from workflows.engine.parser import Program, compile_program
from workflows.engine.types import (
    Calendar,
    DeadlineSet,
    Document,
    Environment,
    Operations,
    Passage,
    ServiceCall,
    ServiceContext,
    Step,
    Thrown,
    TimerWait,
    Wait,
)

__all__ = [
    "Calendar",
    "DeadlineSet",
    "Document",
    "Environment",
    "Operations",
    "Passage",
    "Program",
    "ServiceCall",
    "ServiceContext",
    "Step",
    "Thrown",
    "TimerWait",
    "Wait",
    "callers_of",
    "compile_program",
    "complete",
    "fire_timers",
    "frames_of",
    "recompute",
    "scope_of",
    "send",
    "settle",
    "start",
]
