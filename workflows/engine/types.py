"""What the engine is given and what it gives back. Plain data; no SpiffWorkflow type leaks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from workflows.calendar import Deadline, DeadlineRule, Pause
from workflows.diagrams import Node
from workflows.feel import WorkingDays

Document = dict[str, Any]


class Calendar(WorkingDays, Protocol):
    """The working calendar of the agency that runs the case."""

    def deadline(
        self, rule: DeadlineRule, started_at: datetime, pauses: Sequence[Pause] = ()
    ) -> Deadline:
        """Return the due instant with its ledger."""
        ...


@dataclass(frozen=True, slots=True)
class ServiceContext:
    """Where a service task is called from. ``key`` is the same each time it runs again."""

    task_id: UUID
    node: Node
    now: datetime

    @property
    def key(self) -> str:
        """The idempotency key to pass to the outside."""
        return str(self.task_id)


class Operations(Protocol):
    """The catalogue of service-task operations."""

    def is_deferred(self, name: str) -> bool:
        """Tell whether a worker runs it between two transactions."""
        ...

    def call(self, name: str, context: ServiceContext, inputs: Mapping[str, Any]) -> Any:
        """Run an inline operation; its JSON result. Raises BusinessError."""
        ...


@dataclass(frozen=True, slots=True)
class Environment:
    """Everything a step may read besides the state and the case document.

    ``now`` is aware UTC. ``scope`` holds profile, case and legal_basis. ``operations`` run
    inside the caller's transaction. ``decide`` evaluates a decision by id and returns what is
    stored under the rule task's data key. ``max_steps`` bounds one command.
    """

    now: datetime
    calendar: Calendar
    scope: Mapping[str, Any]
    operations: Operations
    decide: Callable[[str, Mapping[str, Any]], Document]
    max_steps: int = 2_000


@dataclass(frozen=True, slots=True)
class Wait:
    """A user task that waits for a person.

    ``data_path`` says where its answers go in the case document: pairs of data key and item key
    (None where it is no multi-instance). ``item`` is the loop item, if any.
    """

    task_id: UUID
    node: Node
    data_path: tuple[tuple[str, str | None], ...]
    form: str
    role: str
    party: str | None
    person: str | None
    item_key: str | None
    item: Any


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """A deferred service task that waits for a worker."""

    task_id: UUID
    node: Node
    inputs: Document


@dataclass(frozen=True, slots=True)
class TimerWait:
    """A running timer: it may fire from ``due_at`` (aware UTC) on."""

    task_id: UUID
    node: Node
    due_at: datetime


@dataclass(frozen=True, slots=True)
class DeadlineSet:
    """A time limit that began to run, or ran on after a pause."""

    task_id: UUID
    node: Node
    clock: str
    rule: DeadlineRule
    started_at: datetime
    deadline: Deadline


@dataclass(frozen=True, slots=True)
class Passage:
    """A node entered, completed or cancelled during the step, in order.

    ``data_path`` leads to the frame of the case document in which it stands; ``item_names`` name
    the items of these frames for expressions.
    """

    node: Node
    event: str
    task_id: UUID
    item_key: str | None = None
    data_path: tuple[tuple[str, str | None], ...] = ()
    item_names: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Thrown:
    """A message the diagram sends; the caller delivers it. ``task_id`` tells it from others."""

    name: str
    payload: Document
    node: Node
    task_id: UUID


@dataclass(slots=True)
class Step:
    """The next stable state of a case and what it took to get there.

    ``state`` is None once the case is finished. ``document`` is the case document after the
    step. ``waits``, ``services`` and ``timers`` are all that is open now, not only what is new.
    ``is_due_as_before``: the step left every timer and deferred service just as it found them.
    """

    state: bytes | None
    document: Document
    waits: tuple[Wait, ...] = ()
    services: tuple[ServiceCall, ...] = ()
    timers: tuple[TimerWait, ...] = ()
    messages: frozenset[str] = frozenset()
    passages: tuple[Passage, ...] = ()
    deadlines: tuple[DeadlineSet, ...] = ()
    thrown: tuple[Thrown, ...] = ()
    case_state: str | None = None
    outcome: str | None = None
    warnings: tuple[str, ...] = field(default=())
    is_due_as_before: bool = False

    @property
    def is_finished(self) -> bool:
        """True when nothing can happen in this case any more."""
        return self.state is None
