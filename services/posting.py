"""Messages from one case to others: thrown by the diagram, delivered by jobs right after commit.

A message goes only between cases that are linked: one holds the other in its batch. It is
delivered exactly once; a case that is finished drops it, one that does not wait for it yet gets it
later.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select, update

from services.db.models import CaseHold, Job, JobKind
from workflows.engine import Document, Thrown
from workflows.errors import IncidentError

if TYPE_CHECKING:
    from services.cases.environment import CaseWorld


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to one case."""

    to: UUID
    payload: Document


def post(world: "CaseWorld", thrown: Iterable[Thrown]) -> None:
    """Queue what a step threw. Raises IncidentError for an addressee that is not linked."""
    for each in thrown:
        letters = list(_letters(each))
        strangers = {letter.to for letter in letters} - _linked(world)
        if strangers:
            named = "、".join(sorted(str(s) for s in strangers))
            raise IncidentError("MESSAGE", each.node.id, f"消息的收件办件与本办件没有关联：{named}")
        send(world, each.name, letters, key=str(each.task_id))


def send(world: "CaseWorld", name: str, letters: Iterable[Letter], *, key: str) -> None:
    """Queue a message to each case, once for each ``key``."""
    due_at = world.now - timedelta(seconds=world.case.clock_offset_seconds)
    stamp = {
        "from_case": {"id": str(world.case.id), "number": world.case.number},
        "sent_at": world.now.isoformat(),
    }
    for number, letter in enumerate(letters, start=1):
        world.session.add(
            Job(
                kind=JobKind.MESSAGE,
                case_id=letter.to,
                dedupe_key=f"message:{key}:{number}",
                payload={"name": name, "content": {**letter.payload, **stamp}},
                due_at=due_at,
            )
        )


def wake(world: "CaseWorld") -> None:
    """Let the messages that rest for a case be tried again: it has come to wait for more."""
    due_at = world.now - timedelta(seconds=world.case.clock_offset_seconds)
    world.session.execute(
        update(Job)
        .where(
            Job.case_id == world.case.id,
            Job.kind == JobKind.MESSAGE,
            Job.done_at.is_(None),
            Job.due_at > due_at,
        )
        .values(due_at=due_at)
    )


def _letters(thrown: Thrown) -> Iterator[Letter]:
    """Read the inputs of a throw event: ``to`` with the payload beside it, or ``items``."""
    inputs = dict(thrown.payload)
    items, to = inputs.pop("items", None), inputs.pop("to", None)
    if items is None:
        items = [{"case_id": one} for one in (to if isinstance(to, list) else [to])]
    for item in items:
        content = {k: v for k, v in item.items() if k != "case_id"}
        yield Letter(_case_id(thrown, item), {**inputs, **content})


def _case_id(thrown: Thrown, item: Any) -> UUID:
    try:
        return UUID(item["case_id"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise IncidentError("MESSAGE", thrown.node.id, "消息没有写明收件办件") from error


def _linked(world: "CaseWorld") -> set[UUID]:
    """Return the cases that this one holds, and those that hold it."""
    own = world.case.id
    rows = world.session.execute(
        select(CaseHold.item_id, CaseHold.holder_id).where(
            (CaseHold.item_id == own) | (CaseHold.holder_id == own)
        )
    )
    return {case_id for row in rows for case_id in row} - {own}
