"""Telling people of an occasion, in the case's transaction: in the app, and by their channels."""

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from services.db import writing
from services.db.base import Base
from services.db.models import (
    Delivery,
    Job,
    JobKind,
    Membership,
    Notification,
    NotificationPreference,
    PartyKind,
    Task,
)
from services.notifications import deliveries, texts
from services.notifications.channels import Addressee, Hours, Way, ways
from services.notifications.events import Event, event
from services.notifications.wording import REHEARSAL, render

if TYPE_CHECKING:
    from services.cases.environment import CaseWorld

TASK_OPENED = "task_opened"
_IN_ROLE = select(Membership.person_id).where(  # made once, for every task that opens
    Membership.party_id == bindparam("party"), Membership.role == bindparam("role")
)


def people_of(
    world: "CaseWorld", roles: Iterable[str], party_ids: Collection[UUID] = ()
) -> set[UUID]:
    """Return who holds a role for the party bound to it, and everyone of ``party_ids``."""
    wanted = [(world.parties[role].id, role) for role in roles if role in world.parties]
    session = world.session
    found: set[UUID] = set()
    for party_id, role in wanted:
        found |= _in_role(session, party_id, role)
    if party_ids:
        found |= set(
            session.scalars(select(Membership.person_id).where(Membership.party_id.in_(party_ids)))
        )
    return found


def notify(
    world: "CaseWorld",
    people: Iterable[UUID],
    template: str,
    data: dict[str, Any],
    *,
    key: str,
    task_id: UUID | None = None,
) -> None:
    """Write a notification for each person, its deliveries and their jobs, in one transaction.

    ``key`` names the occasion: the same occasion never reaches a person twice. What is delivered
    is rendered here, once.
    """
    session, case = world.session, world.case
    untold = deliveries.untold(session, key, set(people))
    if not untold:
        return
    facts = {"case_number": case.number, "case_title": case.title, **data}
    about = event(world.runtime.library.notifications, template)
    own = texts.own(session, world.wording_agency, template)
    sources = [own, _procedure_texts(world), {template: about.texts}]
    rows = [
        Notification(
            id=uuid4(),
            person_id=person.id,
            case_id=case.id,
            task_id=task_id,
            template=template,
            data=facts,
            sent_at=world.now,
        )
        for person, _wish in untold
    ]
    made: list[Base] = [*rows]  # before the deliveries that refer to them
    for row, (person, wish) in zip(rows, untold, strict=True):
        content = render(sources, template, facts, wish.language)
        for way in _ways(world, person, wish, about):
            made += _put(world, row, way, key, content, about)
    writing.insert(session, made)


def _ways(
    world: "CaseWorld", person: Addressee, wish: NotificationPreference, about: Event
) -> Iterable[Way]:
    hours = Hours(world.runtime.settings.notifying_hours, world.calendar)
    return ways(person, wish, about, _real_now(world), hours, world.runtime.messengers)


def _put(
    world: "CaseWorld",
    row: Notification,
    way: Way,
    key: str,
    content: tuple[str, str],
    about: Event,
) -> list[Base]:
    subject, body = content
    is_marked = world.case.is_rehearsal and way.channel is not deliveries.IN_APP
    delivery = deliveries.made(
        row, way, key, (REHEARSAL + subject if is_marked else subject, body), at=world.now
    )
    delivery.is_statutory, is_queued = about.is_statutory, way.state is deliveries.QUEUED
    return [delivery, _job(world, delivery, way, key)] if is_queued else [delivery]


def _job(world: "CaseWorld", delivery: Delivery, way: Way, key: str) -> Job:
    return Job(
        kind=JobKind.MAIL,
        case_id=world.case.id,
        dedupe_key=f"{way.channel.value}:{key}:{delivery.person_id}",
        payload={"delivery": str(delivery.id)},
        due_at=way.at,
    )


def _real_now(world: "CaseWorld") -> Any:
    return world.now - timedelta(seconds=world.case.clock_offset_seconds)


def _procedure_texts(world: "CaseWorld") -> dict[str, Any]:
    found: dict[str, Any] = world.ready.opened.procedure.get("notifications") or {}
    return found


def tasks_opened(world: "CaseWorld", tasks: Iterable[Task]) -> None:
    """Tell the people of applicant units and named persons that a task waits for them.

    Officials have their inbox; they are not mailed for each task.
    """
    for task in tasks:
        people = _addressees(world, task)
        data = {"task_name": task.name, "task_id": str(task.id)}
        notify(world, people, TASK_OPENED, data, key=f"task:{task.id}", task_id=task.id)


def _addressees(world: "CaseWorld", task: Task) -> set[UUID]:
    if task.person_id is not None:
        return {task.person_id}
    agencies = {p.id for p in world.parties.values() if p.kind is PartyKind.AGENCY}
    if task.party_id is None or task.party_id in agencies:
        return set()
    return _in_role(world.session, task.party_id, task.role)


def _in_role(session: Session, party_id: UUID, role: str) -> set[UUID]:
    return set(session.connection().scalars(_IN_ROLE, {"party": party_id, "role": role}))
