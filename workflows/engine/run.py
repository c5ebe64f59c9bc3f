"""One run of the engine inside one command: what the specs ask while tokens move.

It stands where SpiffWorkflow expects its script engine, and is the only thing that evaluates
anything: FEEL over the case document. Python is never evaluated.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from workflows import feel
from workflows.calendar import DeadlineRule, Pause
from workflows.diagrams import Due, Node, Timer
from workflows.engine.clocks import Clock, Clocks
from workflows.engine.frames import (
    ITEM_KEY,
    MESSAGE_KEY,
    Frame,
    container,
    enclosing,
    frame_of,
    frames_around,
    node_of,
    scope,
)
from workflows.engine.specs import BoundaryEvent
from workflows.engine.types import (
    DeadlineSet,
    Document,
    Environment,
    Passage,
    ServiceContext,
    Thrown,
)
from workflows.errors import IncidentError

if TYPE_CHECKING:
    from workflows.calendar.deadlines import Unit

MAX_ITEMS = 200
SHANGHAI = ZoneInfo("Asia/Shanghai")
OPENED_AT = "opened_at"
DUE_AT = "due_at"
IS_MOVED = "limit_moved"


class Run:
    """Reads and writes the case document for the specs, and keeps what happened."""

    environment = None  # SpiffWorkflow's own way to evaluate: there is none

    def __init__(self, environment: Environment, document: Document, clocks: Clocks) -> None:
        self.env = environment
        self.document = document
        self.clocks = clocks
        self.passages: list[Passage] = []
        self.deadlines: list[DeadlineSet] = []
        self.thrown: list[Thrown] = []
        self.case_state: str | None = None
        self.outcome: str | None = None
        self.context = feel.Context(
            now=lambda: environment.now, calendar=environment.calendar, timezone="Asia/Shanghai"
        )

    @property
    def now(self) -> datetime:
        """The instant of this command, aware UTC."""
        return self.env.now

    # --- expressions -----------------------------------------------------------------------

    def scope(self, task: Task, extra: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """Return the names that an expression at this task sees."""
        reserved = {**self.env.scope, "task": self._task_times(task), **(extra or {})}
        return scope(self.document, frames_around(task), reserved)

    def value(self, task: Task, text: str, extra: Mapping[str, Any] | None = None) -> Any:
        """Evaluate "=FEEL" at a task, or return the literal text. Raises IncidentError."""
        if not text.startswith("="):
            return text
        node = node_of(task)
        try:
            return feel.evaluate(text[1:], self.scope(task, extra), self.context)
        except feel.FeelError as error:
            raise IncidentError("EXPRESSION", _id(node), f"表达式 {text} 出错：{error}") from error

    def evaluate(self, task: Task, condition: str, external_context: Any = None) -> bool:
        """Decide a gateway's branch: only true and false are answers (else an incident)."""
        answer = self.value(task, condition)
        if not isinstance(answer, bool):
            raise IncidentError(
                "CONDITION",
                task.task_spec.name,
                f"条件 {condition} 的结果不是真或假，而是 {answer!r}",
            )
        return answer

    def _inputs(self, task: Task, node: Node) -> Document:
        return {name: feel.to_json(self.value(task, text)) for name, text in node.inputs.items()}

    @staticmethod
    def host_of(task: Task) -> Task:
        """Return the activity that a boundary event stands on, or the task itself."""
        if not isinstance(task.task_spec, BoundaryEvent):
            return task
        siblings: list[Task] = task.parent.children
        return next(t for t in siblings if not isinstance(t.task_spec, BoundaryEvent))

    @staticmethod
    def _task_times(task: Task) -> Document:
        """Times of the node itself, or of its host where the task is a boundary event."""
        host = Run.host_of(task)
        return {key: host.internal_data.get(key) for key in (OPENED_AT, DUE_AT)}

    # --- the case document -----------------------------------------------------------------

    def write(self, task: Task, node: Node, value: Any) -> None:
        """Keep a result under the node's own key; without a data key there is nothing to keep."""
        if node.data_key is None:
            return
        frames = frames_around(task)
        if task.internal_data.get(ITEM_KEY) is not None:
            container(self.document, frames).update(value)
        else:
            container(self.document, frames)[node.data_key] = value

    def answer(self, task: Task, node: Node, answers: Document) -> None:
        """Keep a person's answers with the number of the round, counted from 1."""
        key = node.data_key or node.id
        frames = frames_around(task)
        here = container(self.document, frames)
        before = here if task.internal_data.get(ITEM_KEY) is not None else here.get(key) or {}
        entry = {**answers, "round": int(before.get("round", 0)) + 1}
        self.write(task, replace(node, data_key=key), entry)

    def open_call(self, task: Task, node: Node) -> None:
        """Open a call activity's frame and write its inputs into it."""
        inputs = self._inputs(task, node)
        frame = frame_of(task)
        if frame is None:
            return
        around = frames_around(task)
        frames = around if task.internal_data.get(ITEM_KEY) is not None else (*around, frame)
        container(self.document, frames).update(inputs)

    def open_loop(self, task: Task, node: Node) -> list[str]:
        """Make the list of entries new, one for each item, and return their keys in order."""
        assert node.loop is not None
        items = feel.to_json(self.value(task, node.loop.collection))
        if not isinstance(items, list):
            raise IncidentError("LOOP", node.id, f"{node.loop.collection} 的结果不是列表")
        if len(items) > MAX_ITEMS:
            raise IncidentError(
                "LOOP", node.id, f"多实例不得超过 {MAX_ITEMS} 项，实为 {len(items)} 项"
            )
        entries = [{"key": self._item_key(task, node, i), "item": i} for i in items]
        keys = [entry["key"] for entry in entries]
        if len(set(keys)) != len(keys):
            raise IncidentError("LOOP", node.id, "多实例的键有重复")
        container(self.document, frames_around(task))[node.data_key or node.id] = entries
        return keys

    def _item_key(self, task: Task, node: Node, item: Any) -> str:
        assert node.loop is not None
        key = feel.to_json(self.value(task, node.loop.key, {node.loop.item: item}))
        if key is None or isinstance(key, (dict, list, bool)):
            raise IncidentError("LOOP", node.id, f"多实例的键 {node.loop.key} 须为文本或数字")
        return str(key)

    def is_loop_complete(self, child: Task, node: Node) -> bool:
        """Evaluate the completion condition after one instance has completed."""
        condition = node.loop.completion if node.loop else None
        return condition is not None and self.evaluate(child, condition)

    # --- what the specs report -------------------------------------------------------------

    def entered(self, task: Task, node: Node) -> None:
        """Note that a token reached the node, start its clock. The second time: nothing."""
        if OPENED_AT in task.internal_data:
            return
        task.internal_data[OPENED_AT] = self.now.astimezone(SHANGHAI).isoformat()
        self._note(task, node, "entered")
        if node.case_state:
            self.case_state = node.case_state
        if node.due is not None:
            self._start_clock(task, node, node.due)

    def left(self, task: Task, node: Node, event: str) -> None:
        """Note that a token left the node; only what was entered can be left."""
        if OPENED_AT not in task.internal_data:
            return
        self._note(task, node, event)
        if node.due is not None and node.due.clock is not None:
            self.clocks.stop(self._clock_name(task, node, node.due), self.now)

    def ended(self, task: Task, node: Node) -> None:
        """Keep the outcome an end event names: of the frame around it, or of the case.

        An interrupting event subprocess stands for the flow it interrupted. The end of a plain
        embedded subprocess is no outcome of anything.
        """
        if node.outcome is None:
            return
        around = enclosing(task)
        while around is not None and around.internal_data.get(MESSAGE_KEY) == "":
            task, around = around, enclosing(around)
        if around is None:
            self.outcome = node.outcome
        elif frame_of(around) is not None:
            container(self.document, frames_around(task))["outcome"] = node.outcome

    def _note(self, task: Task, node: Node, event: str) -> None:
        frames = frames_around(task) if event != "cancelled" else ()
        path = tuple((frame.data_key, frame.item_key) for frame in frames)
        names = tuple(frame.item_name for frame in frames)
        item_key = task.internal_data.get(ITEM_KEY)
        self.passages.append(Passage(node, event, task.id, item_key, path, names))

    # --- time ------------------------------------------------------------------------------

    def timer_due_at(self, task: Task, node: Node) -> datetime:
        """Compute when a timer may fire. Raises IncidentError if it is no aware date-time."""
        timer = node.event.timer if node.event else None
        assert timer is not None
        if timer.kind == "duration":
            duration = feel.evaluate(f'duration("{timer.expression}")', {}, self.context)
            return self.now + timedelta(seconds=duration.total_seconds())
        return self._instant(node, self.value(task, timer.expression))

    @staticmethod
    def asks_for_today(timer: Timer) -> bool:
        """Tell whether a timer's expression reads the clock, so that it may not be repeated."""
        return "today(" in timer.expression or "now(" in timer.expression

    def _instant(self, node: Node, value: Any) -> datetime:
        text = feel.to_json(value)
        try:
            moment = datetime.fromisoformat(text)
        except (TypeError, ValueError) as error:
            raise IncidentError("TIMER", node.id, f"定时的结果不是日期时间：{text!r}") from error
        if moment.tzinfo is None:
            raise IncidentError("TIMER", node.id, f"定时的日期时间没有时区：{text!r}")
        return moment

    def _start_clock(self, task: Task, node: Node, due: Due) -> None:
        name = self._clock_name(task, node, due)
        clock = self.clocks.start(name, self._start_instant(task, node, due), self.now, due)
        limit = self._limit(task, node, due, clock)
        self._keep_limit(task, limit)

    def recompute(self, task: Task) -> None:
        """Compute a running limit anew by today's calendar; it only ever moves later.

        A limit that people were told is not cut short by a correction (ASM-P-13).
        """
        node = node_of(task)
        if node is None or node.due is None or DUE_AT not in task.internal_data:
            return
        if task.internal_data.get(IS_MOVED):
            return
        name = self._clock_name(task, node, node.due)
        opened_at = datetime.fromisoformat(task.internal_data[OPENED_AT])
        started_at = self._start_instant(task, node, node.due, opened_at)
        clock = self.clocks.get(name) or Clock(started_at)
        limit = self._limit(task, node, node.due, clock)
        before = datetime.fromisoformat(task.internal_data[DUE_AT])
        if limit.deadline.due_at is not None and limit.deadline.due_at > before:
            self._keep_limit(task, limit)

    def move_limit(self, task: Task, due_at: datetime) -> bool:
        """Set the end of a task's own running limit; False if it has none of its own."""
        if DUE_AT not in task.internal_data or task.internal_data.get(ITEM_KEY) is not None:
            return False
        task.internal_data[DUE_AT] = due_at.astimezone(SHANGHAI).isoformat()
        task.internal_data[IS_MOVED] = True
        return True

    def _keep_limit(self, task: Task, limit: DeadlineSet) -> None:
        assert limit.deadline.due_at is not None  # every pause so far has ended
        task.internal_data[DUE_AT] = limit.deadline.due_at.astimezone(SHANGHAI).isoformat()
        is_wrapper = limit.node.loop is not None and task.internal_data.get(ITEM_KEY) is None
        if not is_wrapper:
            self.deadlines.append(limit)

    def _limit(self, task: Task, node: Node, due: Due, clock: Clock) -> DeadlineSet:
        amount = feel.to_json(self.value(task, due.amount))
        if isinstance(amount, str) and amount.isascii() and amount.isdigit():
            amount = int(amount)
        if isinstance(amount, bool) or not isinstance(amount, int) or amount < 0:
            raise IncidentError("DUE", node.id, f"期限 {due.amount} 须为非负整数，实为 {amount!r}")
        basis = str(self.value(task, due.basis))
        rule = DeadlineRule(amount, cast("Unit", due.unit), basis)
        pauses = [Pause(p.from_at, p.to_at, p.reason) for p in clock.pauses]
        deadline = self.env.calendar.deadline(rule, clock.started_at, pauses)
        name = self._clock_name(task, node, due)
        return DeadlineSet(task.id, node, name, rule, clock.started_at, deadline)

    def _start_instant(
        self, task: Task, node: Node, due: Due, opened_at: datetime | None = None
    ) -> datetime:
        """Return the given start, a date meaning its first instant in Shanghai, or now."""
        if due.start is None:
            return opened_at or self.now
        value = feel.to_json(self.value(task, due.start))
        try:
            if isinstance(value, str) and len(value) == len("2026-01-01"):
                return datetime.combine(date.fromisoformat(value), datetime.min.time(), SHANGHAI)
        except ValueError:
            pass
        return self._instant(node, value)

    @staticmethod
    def _clock_name(task: Task, node: Node, due: Due) -> str:
        """Name a clock by its frame; the instances of one node share a named clock."""
        frames = frames_around(task)
        if due.clock is not None and task.internal_data.get(ITEM_KEY) is not None:
            frames = frames[:-1]
        return "/".join([*(_text(frame) for frame in frames), due.clock or node.id])

    def default_inputs(self, task: Task, start: Node) -> None:
        """Give a called process the inputs its caller left out: they hide names further out."""
        if not start.inputs:
            return
        here = container(self.document, frames_around(task))
        for name, text in start.inputs.items():
            if name not in here:
                here[name] = feel.to_json(self.value(task, text))

    # --- decisions, services, messages -----------------------------------------------------

    def decide(self, task: Task, node: Node) -> Document:
        """Evaluate the node's decision on what it sees, its own inputs added by name."""
        names = self.scope(task, self._inputs(task, node))
        return self.env.decide(node.decision or "", names)

    def is_deferred(self, node: Node) -> bool:
        """Tell whether a worker runs this service task between two transactions."""
        return self.env.operations.is_deferred(node.operation or "")

    def call(self, task: Task, node: Node) -> Any:
        """Run an inline operation. Raises BusinessError."""
        context = ServiceContext(task.id, node, self.now)
        return self.env.operations.call(node.operation or "", context, self._inputs(task, node))

    def service_inputs(self, task: Task, node: Node) -> Document:
        """Return the evaluated inputs of a deferred service task."""
        return self._inputs(task, node)

    def correlates(self, task: Task, node: Node | None, payload: Any) -> bool:
        """Tell whether a message's key is the one this node waits for."""
        correlation = node.event.correlation if node and node.event else None
        if correlation is None:
            return True
        wanted = feel.to_json(self.value(task, correlation))
        return bool(wanted == (payload or {}).get("correlation"))

    def received(self, task: Task, node: Node, payload: Any) -> None:
        """Keep a caught message's payload under the node's own key."""
        self.write(task, node, payload)

    def triggered(self, task: Task, start: Node, payload: Any) -> None:
        """Keep the payload that started an event subprocess as its frame."""
        key = start.data_key or start.id
        frames = frames_around(task)
        entry_key = task.internal_data[MESSAGE_KEY]
        if entry_key:
            entry = container(self.document, (*frames, Frame(key, entry_key, None)))
            entry.update(payload)
        else:
            container(self.document, frames)[key] = dict(payload)

    def throw(self, task: Task) -> None:
        """Queue a message for the caller of this step to deliver."""
        node = node_of(task)
        assert node is not None
        assert node.event is not None
        self.thrown.append(
            Thrown(node.event.message or "", self._inputs(task, node), node, task.id)
        )

    def raise_error(self, task: Task, code: str, *, is_own: bool) -> None:
        """Send an error to the nearest boundary that catches its code, cancelling the host.

        ``is_own``: the task itself may carry the boundary (a service task), otherwise the
        search begins with the activity around it (an error end event).
        Raises IncidentError if nothing catches it.
        """
        node_id = _id(node_of(task))
        host: Task | None = task if is_own else enclosing(task)
        while host is not None:
            if boundary := _boundary(host, code):
                main = next(c for c in boundary.parent.children if not _is_boundary(c))
                boundary._set_internal_data(event_fired=True)
                boundary.task_spec._update(boundary)
                main.cancel()
                return
            host = enclosing(host)
        raise IncidentError("ERROR", node_id, f"错误 {code} 没有对应的错误边界事件")


def _boundary(host: Task, code: str) -> Task | None:
    """Return the waiting error boundary of an activity (or of its multi-instance) for a code."""
    parents = [host.parent]
    if host.internal_data.get(ITEM_KEY) is not None and host.parent is not None:
        parents.append(host.parent.parent)
    for parent in parents:
        for sibling in parent.children if parent else ():
            if _is_boundary(sibling) and sibling.has_state(TaskState.WAITING):
                event = sibling.task_spec.node.event
                if event.kind == "error" and event.error_code in ("", None, code):
                    return sibling
    return None


def _is_boundary(task: Task) -> bool:
    return isinstance(task.task_spec, BoundaryEvent)


def _id(node: Node | None) -> str:
    return node.id if node else "?"


def _text(frame: Frame) -> str:
    return frame.data_key if frame.item_key is None else f"{frame.data_key}[{frame.item_key}]"
