"""The engine's public face: each call is one step from a stable state to the next.

No call keeps anything between commands, commits anything or talks to anyone. If a call raises,
the state and the document it was given must be thrown away with the caller's transaction.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from time import thread_time
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from workflows.diagrams import Node
from workflows.engine import specs, state
from workflows.engine.clocks import Clocks
from workflows.engine.events import Message, Timer
from workflows.engine.frames import ITEM_KEY, enclosing, frames_around, node_of
from workflows.engine.parser import Program
from workflows.engine.run import Run
from workflows.engine.types import (
    Document,
    Environment,
    ServiceCall,
    Step,
    TimerWait,
    Wait,
)
from workflows.errors import (
    BusinessError,
    IncidentError,
    NoReceiverError,
    TaskNotWaitingError,
    WorkflowError,
)

MAX_SECONDS = 10.0


def start(
    program: Program, environment: Environment, document: Document, answers: Document | None = None
) -> Step:
    """Start a case and run it to its first waits. ``answers`` go under the start event's key."""
    run = Run(environment, document, Clocks())
    for node in program.nodes[program.process_id].values():
        if answers is not None and node.kind == "startEvent" and not node.path and node.data_key:
            document[node.data_key] = answers
    with _incidents(program.process_id):
        workflow = BpmnWorkflow(program.spec, program.subprocess_specs, script_engine=run)
        return _settle(workflow, run, frozenset())


def complete(
    program: Program,
    environment: Environment,
    stored: bytes,
    document: Document,
    task_id: UUID,
    answer: Callable[[Mapping[str, Any]], Document],
) -> Step:
    """Complete a user task.

    ``answer`` is given the names that expressions see at the task and returns the checked
    answers; what it raises goes through. Raises TaskNotWaitingError, IncidentError.
    """

    def act(workflow: BpmnWorkflow, run: Run) -> None:
        task = _find(workflow, task_id, specs.UserTask, TaskState.READY)
        answers = answer(run.scope(task))
        with _incidents(program.process_id):
            run.answer(task, task.task_spec.node, answers)
            task.run()

    return _step(program, environment, stored, document, act)


def settle(
    program: Program,
    environment: Environment,
    stored: bytes,
    document: Document,
    task_id: UUID,
    outcome: Any,
) -> Step:
    """Take in a deferred service task's outcome: a JSON result or a BusinessError.

    Raises TaskNotWaitingError (it was settled or cancelled meanwhile), IncidentError.
    """

    def act(workflow: BpmnWorkflow, run: Run) -> None:
        task = _find(workflow, task_id, specs.ServiceTask, TaskState.STARTED)
        with _incidents(program.process_id):
            if isinstance(outcome, BusinessError):
                run.raise_error(task, outcome.code, is_own=True)
                return
            run.write(task, task.task_spec.node, outcome)
            task.complete()

    return _step(program, environment, stored, document, act)


def fire_timers(
    program: Program, environment: Environment, stored: bytes, document: Document
) -> Step:
    """Fire every timer that is due at the environment's instant; none due: nothing changes."""
    return _step(program, environment, stored, document, lambda _workflow, _run: None)


def recompute(
    program: Program, environment: Environment, stored: bytes, document: Document
) -> Step:
    """Compute all running limits and their timers anew by the environment's calendar.

    For when a year's arrangement becomes known or a day is corrected; nothing moves earlier.
    """

    def act(workflow: BpmnWorkflow, run: Run) -> None:
        for level in _levels(workflow):
            for task in level.tasks.values():
                if task.has_state(state.LIVE):
                    run.recompute(task)
        for task in workflow.event_manager.tasks.values():
            for timer in _timers(task) if task.state == TaskState.WAITING else ():
                timer.recompute(task)

    return _step(program, environment, stored, document, act)


def move_limit(
    program: Program,
    environment: Environment,
    stored: bytes,
    document: Document,
    task_id: UUID,
    due_at: datetime,
) -> Step:
    """Move one task's running limit to an aware instant, and the timers that hang on it.

    It stays there: a corrected calendar does not move it again. Raises TaskNotWaitingError (no
    such limit runs, or it is one of several that end together).
    """

    def act(workflow: BpmnWorkflow, run: Run) -> None:
        task = _find(workflow, task_id, object, state.LIVE)
        if not run.move_limit(task, due_at):
            raise TaskNotWaitingError(str(task_id))
        for waiting in workflow.event_manager.tasks.values():
            if waiting.state == TaskState.WAITING and run.host_of(waiting) is task:
                for timer in _timers(waiting):
                    timer.move(waiting)

    return _step(program, environment, stored, document, act)


def send(
    program: Program,
    environment: Environment,
    stored: bytes,
    document: Document,
    name: str,
    payload: Document,
    key: str,
) -> Step:
    """Give the case a message. ``key`` names this one occurrence within the case.

    Waiting events take it first, else every event subprocess that starts on it.
    Raises NoReceiverError if nothing does: a message is never dropped silently.
    """

    def act(workflow: BpmnWorkflow, run: Run) -> None:
        event = BpmnEvent(Message(name), payload=payload)
        with _incidents(program.process_id):
            if workflow.event_manager.catch(event, internal=False):
                return
            if not _trigger(workflow, run, name, payload, key):
                raise NoReceiverError(f"no node waits for message {name!r}")

    return _step(program, environment, stored, document, act)


def scope_of(
    program: Program, environment: Environment, stored: bytes, document: Document, task_id: UUID
) -> Mapping[str, Any]:
    """Return the names that an expression at a waiting task sees, for its form's conditions.

    Raises TaskNotWaitingError.
    """
    run = Run(environment, document, Clocks())
    workflow = state.load(program, stored, run).workflow
    return run.scope(_find(workflow, task_id, specs.UserTask, TaskState.READY))


def look(program: Program, environment: Environment, stored: bytes, document: Document) -> Step:
    """Return what a state at rest waits for, without taking a step. Raises IncidentError."""
    run = Run(environment, document, Clocks())
    restored = state.load(program, stored, run)
    run.clocks = restored.clocks
    with _incidents(program.process_id):
        return _result(restored.workflow, run)


def callers_of(
    program: Program, environment: Environment, stored: bytes, document: Document, task_id: UUID
) -> tuple[Node, ...]:
    """Return the call activities around a waiting task, outermost first.

    Raises TaskNotWaitingError.
    """
    run = Run(environment, document, Clocks())
    workflow = state.load(program, stored, run).workflow
    around = enclosing(_find(workflow, task_id, specs.UserTask, TaskState.READY))
    found: list[Node] = []
    while around is not None:
        node = node_of(around)
        if node is not None and node.kind == "callActivity":
            found.append(node)
        around = enclosing(around)
    return tuple(reversed(found))


def frames_of(
    program: Program, environment: Environment, stored: bytes, document: Document, task_id: UUID
) -> tuple[tuple[str, str | None], ...]:
    """Return where in the document a waiting task's answers go, without the task's own key.

    Pairs of data key and item key. Raises TaskNotWaitingError.
    """
    run = Run(environment, document, Clocks())
    workflow = state.load(program, stored, run).workflow
    task = _find(workflow, task_id, specs.UserTask, TaskState.READY)
    return tuple((frame.data_key, frame.item_key) for frame in frames_around(task))


def _trigger(workflow: BpmnWorkflow, run: Run, name: str, payload: Document, key: str) -> bool:
    levels = [workflow, *workflow.subprocesses.values()]
    matches = [
        (level, esp)
        for level in levels
        if not level.completed
        for esp in getattr(level.spec, "event_subprocesses", ())
        if esp.start_node.event.message == name
    ]
    for level, esp in matches:
        child = esp.trigger(level, key)
        run.triggered(child, esp.start_node, payload)
        esp._update(child)
    return bool(matches)


def _step(
    program: Program,
    environment: Environment,
    stored: bytes,
    document: Document,
    act: Callable[[BpmnWorkflow, Run], None],
) -> Step:
    run = Run(environment, document, Clocks())
    restored = state.load(program, stored, run)
    run.clocks = restored.clocks
    before = _due(restored.workflow)
    act(restored.workflow, run)
    with _incidents(program.process_id):
        return _settle(restored.workflow, run, before)


class _incidents:  # noqa: N801 - reads as a statement
    """Turn whatever the engine itself raises into an IncidentError; nothing is half-kept."""

    def __init__(self, process_id: str) -> None:
        self.process_id = process_id

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, _trace: Any) -> None:
        if error is None or isinstance(error, WorkflowError) or not isinstance(error, Exception):
            return
        spec = getattr(error, "task_spec", None)
        name = getattr(spec, "name", self.process_id)
        raise IncidentError("ENGINE", name, f"{type(error).__name__}: {error}") from error


def _settle(workflow: BpmnWorkflow, run: Run, before: frozenset[Any]) -> Step:
    """Run everything that needs nobody, fire due timers, until nothing changes.

    ``before`` is what was due when the step began.
    """
    budget = _Budget(run.env.max_steps)
    while True:
        while (task := _next_ready(workflow)) is not None:
            budget.spend(task)
            task.run()
        _prune(workflow)
        if not _refresh_timers(workflow):
            break
    workflow.get_events()
    found = _result(workflow, run)
    state.let_go(workflow)
    after = _named(found.timers, (call.task_id for call in found.services))
    return replace(found, is_due_as_before=after == before)


class _Budget:
    """Bounds one command in nodes and in seconds, so that no diagram can hold a worker.

    The seconds are those of its own work: on a machine that is busy or stops for a while a sound
    diagram is no fault.
    """

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.until = thread_time() + MAX_SECONDS

    def spend(self, task: Task) -> None:
        self.steps -= 1
        if self.steps < 0 or thread_time() > self.until:
            raise IncidentError(
                "BUDGET", task.task_spec.name, "一次办理经过的节点过多，请检查流程中的循环"
            )


def _levels(workflow: BpmnWorkflow) -> list[Any]:
    return [*reversed(workflow.subprocesses.values()), workflow]


def _next_ready(workflow: BpmnWorkflow) -> Task | None:
    for level in _levels(workflow):
        for task in level.tasks.values():
            if task.state == TaskState.READY and not task.task_spec.manual:
                return task
    return None


def _refresh_timers(workflow: BpmnWorkflow) -> bool:
    """Let timers look at the clock; tell whether one fired."""
    fired = False
    for task in list(workflow.event_manager.tasks.values()):
        if task.state == TaskState.WAITING and _timers(task):
            task.task_spec._update(task)
            fired = fired or task.state != TaskState.WAITING
    return fired


def _timers(task: Task) -> list[Timer]:
    definition = task.task_spec.event_definition
    several = getattr(definition, "event_definitions", None)
    return [d for d in (several or [definition]) if isinstance(d, Timer)]


def _prune(workflow: BpmnWorkflow) -> None:
    """Forget the inside of subprocesses that are over: nothing can happen there any more."""
    finished = [
        parent_id
        for parent_id, level in workflow.subprocesses.items()
        if (host := _host(workflow, level)) is None or host.has_state(TaskState.FINISHED_MASK)
    ]
    for parent_id in finished:
        level = workflow.subprocesses.pop(parent_id)
        for task_id in level.tasks:
            workflow.event_manager.tasks.pop(task_id, None)
        state.let_go_of(level)
    if finished:
        _prune(workflow)


def _host(workflow: BpmnWorkflow, level: Any) -> Task | None:
    for other in (workflow, *workflow.subprocesses.values()):
        if (host := other.tasks.get(level.parent_task_id)) is not None:
            return host
    return None


def _find(workflow: BpmnWorkflow, task_id: UUID, kind: type, wanted: int) -> Task:
    for level in _levels(workflow):
        task = level.tasks.get(task_id)
        if task is not None and isinstance(task.task_spec, kind) and task.has_state(wanted):
            return task
    raise TaskNotWaitingError(str(task_id))


def _result(workflow: BpmnWorkflow, run: Run) -> Step:
    live = [
        task
        for level in _levels(workflow)
        for task in level.tasks.values()
        if task.has_state(state.LIVE)
    ]
    is_over = workflow.completed
    if not is_over and not live:
        raise IncidentError("STUCK", workflow.spec.name, "流程没有走到结束，也没有可办理的任务")
    return Step(
        state=None if is_over else state.dump(workflow, run.clocks),
        document=run.document,
        waits=() if is_over else tuple(_wait(t, run) for t in live if _is_user(t)),
        services=() if is_over else tuple(_service(t, run) for t in live if _is_service(t)),
        timers=() if is_over else tuple(_timer_waits(workflow)),
        messages=frozenset() if is_over else _awaited(workflow),
        passages=tuple(run.passages),
        deadlines=tuple(run.deadlines),
        thrown=tuple(run.thrown),
        case_state=run.case_state,
        outcome=run.outcome,
        warnings=tuple(str(w) for w in run.context.warnings),
    )


def _is_user(task: Task) -> bool:
    return isinstance(task.task_spec, specs.UserTask) and task.has_state(TaskState.READY)


def _is_service(task: Task) -> bool:
    return isinstance(task.task_spec, specs.ServiceTask) and task.has_state(TaskState.STARTED)


def _wait(task: Task, run: Run) -> Wait:
    node = task.task_spec.node
    frames = frames_around(task)
    key = task.internal_data.get(ITEM_KEY)
    path = [(f.data_key, f.item_key) for f in frames]
    if key is None:
        path.append((node.data_key or node.id, None))
    item = run.scope(task).get(node.loop.item) if node.loop else None
    return Wait(
        task.id,
        node,
        tuple(path),
        str(run.value(task, node.form or "")),
        str(run.value(task, node.role or "")),
        _text(run, task, node.party),
        _text(run, task, node.person),
        key,
        item,
    )


def _text(run: Run, task: Task, expression: str | None) -> str | None:
    value = run.value(task, expression) if expression else None
    return None if value is None else str(value)


def _service(task: Task, run: Run) -> ServiceCall:
    node = task.task_spec.node
    return ServiceCall(task.id, node, run.service_inputs(task, node))


def _due(workflow: BpmnWorkflow) -> frozenset[Any]:
    """Return the timers and deferred services that wait now, each timer with its instant."""
    tasks = (task for level in _levels(workflow) for task in level.tasks.values())
    return _named(_timer_waits(workflow), (task.id for task in tasks if _is_service(task)))


def _named(timers: Iterable[TimerWait], services: Iterable[UUID]) -> frozenset[Any]:
    return frozenset((*((t.task_id, t.node.id, t.due_at) for t in timers), *services))


def _timer_waits(workflow: BpmnWorkflow) -> list[TimerWait]:
    return [
        TimerWait(task.id, timer.node, timer.due_at(task))
        for task in workflow.event_manager.tasks.values()
        if task.state == TaskState.WAITING
        for timer in _timers(task)
    ]


def _awaited(workflow: BpmnWorkflow) -> frozenset[str]:
    """Return the names of messages that something would take now."""
    names = set()
    for task in workflow.event_manager.tasks.values():
        definition = task.task_spec.event_definition
        several = getattr(definition, "event_definitions", None)
        names |= {d.name for d in (several or [definition]) if isinstance(d, Message)}
    for level in _levels(workflow):
        for esp in () if level.completed else getattr(level.spec, "event_subprocesses", ()):
            names.add(esp.start_node.event.message)
    return frozenset(names)


__all__ = [
    "callers_of",
    "complete",
    "fire_timers",
    "look",
    "move_limit",
    "recompute",
    "scope_of",
    "send",
    "settle",
    "start",
]
