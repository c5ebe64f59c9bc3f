"""Notifications in the app, with a mail beside each where the person has an address."""

import re
from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.db.models import (
    Case,
    Job,
    JobKind,
    Membership,
    Notification,
    PartyKind,
    Person,
    Task,
)
from services.gateways.mail import Mail

if TYPE_CHECKING:
    from services.cases.environment import CaseWorld

TASK_OPENED = "task_opened"
_PLACE = re.compile(r"\{(\w+)\}")
_CASE = "办件 {case_number}"
_DEFAULTS = {
    "task_transferred": {
        "zh": {
            "subject": "转办：{task_name}",
            "body": _CASE + " 的“{task_name}”由{person}转给您办理。理由：{reason}",
        }
    },
    "task_delegated": {
        "zh": {
            "subject": "委派：{task_name}",
            "body": _CASE + " 的“{task_name}”由{person}委派您准备。要求：{note}",
        }
    },
    "delegation_ended": {
        "zh": {
            "subject": "委派收回：{task_name}",
            "body": _CASE + " 的“{task_name}”由{person}收回，您不必再准备。",
        }
    },
    "delegation_returned": {
        "zh": {
            "subject": "委派交回：{task_name}",
            "body": _CASE + " 的“{task_name}”已由{person}准备好交回，等您决定。说明：{note}",
        }
    },
    "countersign_asked": {
        "zh": {
            "subject": "加签：{task_name}",
            "body": _CASE + " 的“{task_name}”，{person}请您出具意见。问题：{question}",
        }
    },
    "countersign_given": {
        "zh": {
            "subject": "加签答复：{task_name}",
            "body": _CASE + " 的“{task_name}”，{person}已经答复加签。",
        }
    },
    "case_reminded": {
        "zh": {"subject": "催办：{task_name}", "body": _CASE + " 被催办，请尽快办理。{note}"}
    },
    "case_copied": {
        "zh": {"subject": "抄送：{case_title}", "body": _CASE + " 由{person}抄送给您阅知。{note}"}
    },
    "comment_added": {
        "zh": {"subject": "新意见：{case_title}", "body": _CASE + " 有一条给您的意见，请登录查看。"}
    },
    TASK_OPENED: {
        "zh": {"subject": "待办：{task_name}", "body": "办件 {case_number} 有一项任务等您办理。"},
        "en": {"subject": "Task: {task_name}", "body": "Case {case_number} waits for you."},
    },
}


def people_of(
    world: "CaseWorld", roles: Iterable[str], party_ids: Collection[UUID] = ()
) -> set[UUID]:
    """Return who holds a role for the party bound to it, and everyone of ``party_ids``."""
    wanted = [(world.parties[role].id, role) for role in roles if role in world.parties]
    session = world.session
    found: set[UUID] = set()
    for party_id, role in wanted:
        found |= set(
            session.scalars(
                select(Membership.person_id).where(
                    Membership.party_id == party_id, Membership.role == role
                )
            )
        )
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
    """Write a notification for each person, and a mail job, in the case's transaction.

    ``key`` names the occasion: the same occasion never reaches a person twice.
    """
    session, case = world.session, world.case
    facts = {"case_number": case.number, **data}
    offset = timedelta(seconds=case.clock_offset_seconds)
    keys = {person_id: f"mail:{key}:{person_id}" for person_id in people}
    told = set(session.scalars(select(Job.dedupe_key).where(Job.dedupe_key.in_(keys.values()))))
    for person_id in sorted(keys):
        if keys[person_id] in told:
            continue
        session.add(
            Notification(
                person_id=person_id,
                case_id=case.id,
                task_id=task_id,
                template=template,
                data=facts,
                sent_at=world.now,
            )
        )
        session.add(
            Job(
                kind=JobKind.MAIL,
                case_id=case.id,
                dedupe_key=keys[person_id],
                payload={"person": str(person_id), "template": template, "data": facts},
                due_at=world.now - offset,
            )
        )


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
    rows = world.session.scalars(
        select(Membership.person_id).where(
            Membership.party_id == task.party_id, Membership.role == task.role
        )
    )
    return set(rows)


def render(
    templates: dict[str, Any], template: str, data: dict[str, Any], language: str = "zh"
) -> tuple[str, str]:
    """Return subject and body; an unknown place in a template stays empty, never fails."""
    texts = templates.get(template) or _DEFAULTS.get(template) or {}
    text = texts.get(language) or texts.get("zh") or {"subject": template, "body": ""}
    return _filled(text["subject"], data), _filled(text["body"], data)


def _filled(text: str, data: dict[str, Any]) -> str:
    """Put values in the places of a template; plain names only, nothing is evaluated."""
    return _PLACE.sub(lambda place: str(data.get(place[1], "")), text)


def mail_for(session: Session, job: Job, templates: dict[str, Any]) -> Mail | None:
    """Return the mail a job asks for; None if the person has no address."""
    person = session.get(Person, UUID(job.payload["person"]))
    if person is None or not person.email:
        return None
    subject, body = render(templates, job.payload["template"], job.payload["data"])
    case = session.get(Case, job.case_id) if job.case_id else None
    mark = "【演练】" if case is not None and case.is_rehearsal else ""
    return Mail(key=str(job.id), to=person.email, subject=mark + subject, body=body)
