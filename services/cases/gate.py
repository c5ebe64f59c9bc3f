"""The one gate through which every step of a case passes before it is committed.

Whoever moves a case (a person, a timer, a worker, whoever skips or migrates) has its step looked at
here, in the transaction: the invariants of the regulation on the case's whole history, and that a
document carries the act that confirms. What does not pass changes nothing and opens an incident.
"""

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from services.cases.confirming import require_basis
from services.cases.environment import CaseWorld
from services.incidents import INVARIANT
from workflows.engine import Document, Passage, Step
from workflows.errors import IncidentError
from workflows.verification.watching import Broken, Notes


def let_pass(world: CaseWorld, step: Step) -> None:
    """Refuse a step that would break an invariant or confirms without a document.

    Notes with the case what the invariants have seen. A case of a version from before they were
    checked has no notes: only what its data tell is judged. Raises IncidentError, LegalBasisError.
    """
    require_basis(world, step)
    _obey(world, step)


def _obey(world: CaseWorld, step: Step) -> None:
    case, watch = world.case, world.ready.watch
    notes: Notes = case.law_notes or {}
    for passage in step.passages:
        if passage.event == "cancelled" or not watch.looks_at(passage.node):
            continue
        if passage.node.loop is not None and passage.item_key is not None:
            continue  # one of several: all together are done when the last one is
        notes, broken = watch.after(notes, _Happening(world, step.document, passage), world.context)
        if broken is not None and (case.law_notes is not None or broken.is_of_data):
            raise _incident(world, broken)
    if case.law_notes is None:
        return
    if step.is_finished and step.passages:
        broken = watch.at_end(notes, step.passages[-1].node)
        if broken is not None:
            raise _incident(world, broken)
    if notes is not case.law_notes and notes != case.law_notes:
        case.law_notes = dict(notes)


def _incident(world: CaseWorld, broken: Broken) -> IncidentError:
    error = IncidentError(INVARIANT, broken.node.id, broken.message)
    error.case_id = world.case.id
    return error


@dataclass(frozen=True)
class _Happening:
    """A passage of a step, with the case document after the step."""

    world: CaseWorld
    document: Document
    passage: Passage

    @property
    def node(self) -> Any:
        return self.passage.node

    @property
    def is_done(self) -> bool:
        return self.passage.event == "completed"

    @cached_property
    def _frames(self) -> list[Document]:
        found = [self.document]
        for data_key, item_key in self.passage.data_path:
            inner = found[-1].get(data_key)
            if item_key is not None:
                inner = next((e for e in inner or () if str(e.get("key")) == item_key), None)
            if not isinstance(inner, dict):
                break
            found.append(inner)
        return found

    @property
    def written(self) -> Mapping[str, Any] | tuple[Mapping[str, Any], ...]:
        node = self.passage.node
        found = self._frames[-1].get(node.data_key or node.id)
        if isinstance(found, list):
            return tuple(each for each in found if isinstance(each, dict))
        return found if isinstance(found, dict) else {}

    @cached_property
    def scope(self) -> Mapping[str, Any]:
        layers: list[Any] = []
        for frame, item in zip(self._frames, (None, *self.passage.item_names), strict=False):
            layers.append(frame)
            if item:
                layers.append({item: frame if item == "message" else frame.get("item")})
        return ChainMap(self.world.facts, *reversed(layers))
