"""What comes after a task, on which conditions, and who gets it: read off the case's diagram."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import cases, policies, procedures, tasks
from services.actors import Actor
from services.cases.environment import CaseWorld
from services.db.models import Membership, Party, Person, Task, TaskStatus
from services.errors import NotAllowedError, TaskTakenError
from services.lookup import read_case
from services.runtime import Runtime
from workflows import engine, feel
from workflows.bundles import Ahead, Place
from workflows.diagrams import Node

_WAITS = frozenset({"intermediateCatchEvent", "receiveTask"})
MAX_PEOPLE = 20


@dataclass(frozen=True)
class _Reader:
    """One case's world as one person may know it."""

    world: CaseWorld
    actor: Actor
    scope: Mapping[str, Any]

    def evaluated(self, text: str | None) -> str | None:
        """Return a literal, or what an expression gives now; None while nobody can tell."""
        if text is None or not text.startswith("="):
            return text
        try:
            value = feel.to_json(feel.evaluate(text[1:], self.scope, self.world.context))
        except feel.FeelError:
            return None
        return None if value is None or isinstance(value, (dict, list)) else str(value)


def of_task(
    session: Session, runtime: Runtime, actor: Actor, task_id: UUID
) -> list[dict[str, Any]]:
    """Return the tasks, waits and ends that may come next, nearest first.

    People are named only within the actor's own parties. Raises NotFoundError, NotAllowedError
    (the case is not with them), TaskTakenError (the task is over).
    """
    task, case = tasks.visible(session, actor, task_id)
    if policies.sight_of(session, actor, case) != policies.WHOLE:
        raise NotAllowedError("办件没有移交到本机关，或者已经移送，不能查看后续步骤")
    if task.status is not TaskStatus.OPEN:
        raise TaskTakenError("这项任务已经结束")
    case = read_case(session, case.id)
    ready = procedures.ready(session, case.bundle_hash)
    world = CaseWorld(session, runtime, case, ready, actor)
    place = place_of(world, task)
    reader = _Reader(world, actor, cases.form_scope(world, task))
    found = Ahead(ready.opened).after(place, _is_stop)
    return [_step(session, reader, each) for each in found if _is_stop(each.node, each)]


def place_of(world: CaseWorld, task: Task) -> Place:
    """Return where an open task stands in its diagrams."""
    node = world.ready.opened.node(task.process_id, task.node_id)
    callers = engine.callers_of(
        world.ready.opened.program,
        world.environment(),
        world.case.engine_state or b"",
        world.case.document,
        task.id,
    )
    return Place(node, callers)


def _is_stop(node: Node, place: Place | None = None) -> bool:
    """Tell whether the case rests there: at a person's task, a wait, or its end."""
    if node.kind == "endEvent":
        return place is not None and not place.callers and not node.path
    return node.kind == "userTask" or node.kind in _WAITS


def _step(session: Session, reader: _Reader, place: Place) -> dict[str, Any]:
    node = place.node
    is_task = node.kind == "userTask"
    role = reader.evaluated(node.role) if is_task else None
    parties = _parties(session, reader, node, role) if is_task else []
    return {
        "kind": "task" if is_task else "end" if node.kind == "endEvent" else "wait",
        "process_id": node.process_id,
        "node_id": node.id,
        "name": node.name,
        "activity_code": node.activity_code,
        "within": [caller.name for caller in place.callers],
        "conditions": [
            {"question": each.question, "answer": each.answer} for each in place.answers
        ],
        "role": role,
        "is_by_name": node.person is not None,
        "is_for_each": node.loop is not None,
        "parties": [party.name for party in parties],
        "people": _people(session, reader.actor, parties, role),
        "due_amount": _amount(reader, node),
        "due_unit": node.due.unit if node.due else None,
    }


def _parties(session: Session, reader: _Reader, node: Node, role: str | None) -> list[Party]:
    if node.person is not None or role is None:
        return []
    if node.party is not None:
        given = reader.evaluated(node.party)
        try:
            party = session.get(Party, UUID(given)) if given else None
        except ValueError:
            return []
        return [party] if party else []
    bound = reader.world.parties.get(role)
    return [bound] if bound else []


def _people(
    session: Session, actor: Actor, parties: Iterable[Party], role: str | None
) -> list[str]:
    own = [party.id for party in parties if party.id in actor.parties]
    rows = session.scalars(
        select(Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.party_id.in_(own), Membership.role == role, Person.is_active)
        .order_by(Person.name)
        .limit(MAX_PEOPLE)
    )
    return list(rows)


def _amount(reader: _Reader, node: Node) -> int | None:
    text = reader.evaluated(node.due.amount) if node.due else None
    return int(text) if text is not None and text.isascii() and text.isdigit() else None
