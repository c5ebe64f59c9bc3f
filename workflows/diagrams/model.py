"""A BPMN diagram as plain data: what its owner drew, before any engine sees it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Due:
    """How long a node may take. ``amount`` and ``start`` are FEEL or literals.

    ``unit`` is one of working_days, calendar_days, months, years; ``basis`` an article or an
    assumption id. Nodes that share ``clock`` share one running time; between them it is paused.
    """

    amount: str
    unit: str
    basis: str
    clock: str | None = None
    start: str | None = None
    pause_reason: str = "暂停"


@dataclass(frozen=True, slots=True)
class Loop:
    """A multi-instance marker: one instance for each item of a FEEL ``collection``.

    ``item`` names the item inside; ``key`` is FEEL giving the text that identifies it.
    """

    collection: str
    item: str
    key: str
    is_sequential: bool
    completion: str | None = None


@dataclass(frozen=True, slots=True)
class Timer:
    """``kind`` is date (FEEL giving a date-time) or duration (ISO 8601 literal)."""

    kind: str
    expression: str


@dataclass(frozen=True, slots=True)
class Event:
    """What an event node catches or throws: none, timer, message, error or terminate."""

    kind: str
    timer: Timer | None = None
    message: str | None = None
    error_code: str | None = None
    correlation: str | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """One flow node with everything the ``liancheng`` namespace says about it.

    ``kind`` is the local BPMN tag, for example userTask. ``path`` lists the ids of the embedded
    subprocesses around it. ``inputs`` map names to FEEL or literals; ``access`` says of fields of
    its form, by path (``members[].uscc``), what this step may do: readonly, hidden.
    """

    id: str
    kind: str
    name: str
    process_id: str
    path: tuple[str, ...] = ()
    lane: str | None = None
    activity_code: str | None = None
    clauses: tuple[str, ...] = ()
    step: str | None = None
    assumptions: tuple[str, ...] = ()
    is_optional: bool = False
    case_state: str | None = None
    data_key: str | None = None
    form: str | None = None
    role: str | None = None
    party: str | None = None
    person: str | None = None
    separate_from: tuple[str, ...] = ()
    operation: str | None = None
    decision: str | None = None
    called: str | None = None
    outcome: str | None = None
    due: Due | None = None
    loop: Loop | None = None
    event: Event | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)
    access: Mapping[str, str] = field(default_factory=dict)
    attached_to: str | None = None
    is_interrupting: bool = True
    is_event_subprocess: bool = False
    default_flow: str | None = None
    documentation: str = ""


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow. ``condition`` is FEEL starting with "=", or None."""

    id: str
    source: str
    target: str
    name: str
    condition: str | None
    process_id: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something in the diagram that is not supported. ``message`` is a Chinese sentence."""

    element_id: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Process:
    """One executable process: its nodes and flows, those of its embedded subprocesses too."""

    id: str
    name: str
    nodes: Mapping[str, Node]
    flows: Mapping[str, Flow]
    lanes: Mapping[str, str]

    def outgoing(self, node_id: str) -> Iterator[Flow]:
        """Yield the flows that leave a node, in document order."""
        return (flow for flow in self.flows.values() if flow.source == node_id)

    def incoming(self, node_id: str) -> Iterator[Flow]:
        """Yield the flows that enter a node, in document order."""
        return (flow for flow in self.flows.values() if flow.target == node_id)

    def calls(self) -> frozenset[str]:
        """Return the ids of the processes it calls."""
        return frozenset(node.called for node in self.nodes.values() if node.called)


@dataclass(frozen=True, slots=True)
class Diagram:
    """One BPMN file. ``refusals`` is empty when everything in it can run.

    ``notes`` name what was read and is not used, and changes nothing of what runs.
    """

    processes: Mapping[str, Process]
    refusals: tuple[Refusal, ...]
    notes: tuple[Refusal, ...] = ()
