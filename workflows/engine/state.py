"""Storing and restoring a run: without the specs, compressed, behind our own format number.

What is finished keeps no identity and no data of its own, and what a completed subprocess did
inside is not kept at all: the history is in decisions and audit rows. So a stored state stays a
few kilobytes however long the case runs. Nothing in it is ever evaluated.
"""

import json
import zlib
from base64 import b85decode, b85encode
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from workflows.engine.clocks import Clocks
from workflows.engine.parser import Program
from workflows.errors import StateFormatError

FORMAT = 1
_MAGIC = b"LC"
_MAX_BYTES = 16_000_000
LIVE = TaskState.WAITING | TaskState.READY | TaskState.STARTED  # only these are known outside


@dataclass(slots=True)
class Restored:
    """A live engine workflow with its clocks; owned by one command, then dropped."""

    workflow: BpmnWorkflow
    clocks: Clocks


def dump(workflow: BpmnWorkflow, clocks: Clocks) -> bytes:
    """Return the bytes to store. The workflow must be at rest: no task ready to run by itself."""
    levels = {None: workflow} | dict(workflow.subprocesses)
    body = {
        "clocks": clocks.dump(),
        "levels": [_dump_level(parent_id, level) for parent_id, level in levels.items()],
    }
    return pack(body)


def pack(body: Any) -> bytes:
    """Return the bytes of a state from its parts; ``unpack`` gives them back."""
    packed = zlib.compress(json.dumps(body, separators=(",", ":")).encode(), 6)
    return _MAGIC + FORMAT.to_bytes(2) + packed


def unpack(stored: bytes) -> Any:
    """Return a state's parts. Raises StateFormatError if it is not of our format."""
    if stored[:2] != _MAGIC or int.from_bytes(stored[2:4]) != FORMAT:
        raise StateFormatError(f"state format {stored[:4]!r} is not {FORMAT}")
    return json.loads(_inflate(stored[4:]))


def load(program: Program, stored: bytes, script_engine: Any = None) -> Restored:
    """Rebuild the workflow on the program's specs.

    Raises StateFormatError before reading anything of a state that is not of our format.
    """
    body = unpack(stored)
    workflow = BpmnWorkflow(
        program.spec, program.subprocess_specs, script_engine=script_engine, deserializing=True
    )
    for level in body["levels"]:
        _load_level(workflow, level)
    return Restored(workflow, Clocks(body["clocks"]))


def let_go(workflow: BpmnWorkflow) -> None:
    """Undo the circles in which a workflow that is read out holds itself and all around it.

    It is then freed at once: else the garbage collector stops every thread for it, later.
    """
    for level in (workflow, *workflow.subprocesses.values()):
        let_go_of(level)
    workflow.subprocesses.clear()
    workflow.event_manager = None


def let_go_of(level: Any) -> None:
    """Undo the circles of one level that is over."""
    level.tasks.clear()
    level.task_tree = level.last_task = None


def _inflate(packed: bytes) -> bytes:
    inflater = zlib.decompressobj()
    raw = inflater.decompress(packed, _MAX_BYTES)
    if inflater.unconsumed_tail:
        raise StateFormatError(f"state larger than {_MAX_BYTES} bytes")
    return raw


def _dump_level(parent_id: UUID | None, level: Any) -> dict[str, Any]:
    tasks = list(_in_order(level.task_tree))
    index = {task.id: number for number, task in enumerate(tasks)}
    last = level.last_task
    return {
        "of": parent_id and _short(parent_id),
        "done": level.completed,
        "ok": level.success,
        "last": index.get(last.id) if last is not None else None,
        "tasks": [_dump_task(task, index) for task in tasks],
    }


def _in_order(root: Task) -> list[Task]:
    """Return the tasks of one level, parents before children; no recursion, no depth limit."""
    found = [root]
    for task in found:
        found.extend(task.children)
    return found


def _dump_task(task: Task, index: dict[UUID, int]) -> list[Any]:
    is_kept = task.has_state(LIVE)
    return [
        index.get(task._parent, -1),
        task.task_spec.name,
        task.state,
        int(task.triggered),
        _short(task.id) if is_kept else 0,
        task.internal_data if is_kept else 0,
    ]


def _load_level(workflow: BpmnWorkflow, stored: dict[str, Any]) -> None:
    level, host = workflow, None
    if stored["of"] is not None:
        host = workflow.get_task_from_id(_long(stored["of"]))
        spec = workflow.subprocess_specs[host.task_spec.spec]
        level = BpmnSubWorkflow(spec, host.id, workflow, deserializing=True)
        workflow.subprocesses[host.id] = level
    tasks: list[Task] = []
    for fields in stored["tasks"]:
        tasks.append(_load_task(level, tasks, fields))
    level.task_tree = tasks[0]
    level.completed, level.success = stored["done"], stored["ok"]
    level.last_task = tasks[stored["last"]] if stored["last"] is not None else None
    if host is not None:
        level.completed_event.connect(host.task_spec._on_subworkflow_completed, host)


def _load_task(level: Any, tasks: list[Task], fields: list[Any]) -> Task:
    parent, name, state, triggered, identity, internal = fields
    task_spec = level.spec.task_specs[name]
    task = Task(
        level,
        task_spec,
        tasks[parent] if parent >= 0 else None,
        state=state,
        id=_long(identity) if identity else uuid4(),
    )
    task.triggered = bool(triggered)
    task.internal_data = internal or {}
    if isinstance(task_spec, CatchingEvent) and state == TaskState.WAITING:
        level.top_workflow.event_manager.add_task(task)
    return task


def _short(identity: UUID) -> str:
    return b85encode(identity.bytes).decode()


def _long(text: str) -> UUID:
    return UUID(bytes=b85decode(text))
