"""Where in the case document a node reads and writes.

A call activity with a data key opens a frame: an object of its own inside the document. A
multi-instance node or a repeatable event subprocess opens one frame for each item: an entry
{"key", "item", ...} of a list. Frames nest. A node writes only under its own key in its innermost
frame, so two branches can never overwrite each other.
"""

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.task import Task

from workflows.diagrams import Node
from workflows.engine.types import Document

ITEM_KEY = "item_key"  # in the internal data of a multi-instance child
MESSAGE_KEY = "message_key"  # in the internal data of an event subprocess


@dataclass(frozen=True, slots=True)
class Frame:
    """One step down into the document. ``item_name`` names the entry's item for expressions."""

    data_key: str
    item_key: str | None
    item_name: str | None


def node_of(task: Task) -> Node | None:
    """Return the diagram node behind an engine task; None for the engine's own helpers."""
    return getattr(task.task_spec, "node", None)


def enclosing(task: Task) -> Task | None:
    """Return the task of the subprocess or call activity around this one."""
    parent_id = task.workflow.parent_task_id
    return None if parent_id is None else task.workflow.top_workflow.get_task_from_id(parent_id)


def frame_of(task: Task) -> Frame | None:
    """Return the frame that this task itself opens for what is inside it."""
    node = node_of(task)
    if node is None:
        return None
    if (key := task.internal_data.get(MESSAGE_KEY)) is not None:
        return Frame(task.task_spec.start_key, key or None, "message")
    if (key := task.internal_data.get(ITEM_KEY)) is not None:
        return Frame(node.data_key or node.id, key, node.loop.item if node.loop else None)
    if node.kind == "callActivity" and node.data_key:
        return Frame(node.data_key, None, None)
    return None


def frames_around(task: Task) -> tuple[Frame, ...]:
    """Return the frames around a task, outermost first; its own item frame is the last."""
    frames = []
    own = frame_of(task) if task.internal_data.get(ITEM_KEY) is not None else None
    if own:
        frames.append(own)
    around = enclosing(task)
    while around is not None:
        if frame := frame_of(around):
            frames.append(frame)
        around = enclosing(around)
    return tuple(reversed(frames))


def container(document: Document, frames: tuple[Frame, ...]) -> Document:
    """Return the object that the frames lead to, creating what is missing on the way."""
    here = document
    for frame in frames:
        if frame.item_key is None:
            here = here.setdefault(frame.data_key, {})
        else:
            here = _entry(here.setdefault(frame.data_key, []), frame.item_key)
    return here


def _entry(entries: list[Document], key: str) -> Document:
    for entry in entries:
        if entry["key"] == key:
            return entry
    entries.append({"key": key})
    return entries[-1]


def scope(
    document: Document, frames: tuple[Frame, ...], reserved: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Return the names an expression sees: reserved names first, then inner frames, then outer."""
    layers: list[Any] = [document]
    for depth, frame in enumerate(frames, start=1):
        here = container(document, frames[:depth])
        layers.append(here)
        if frame.item_name:
            layers.append({frame.item_name: here if frame.item_name == "message" else here["item"]})
    return ChainMap(dict(reserved), *reversed(layers))
