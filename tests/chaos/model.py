"""The reference model: the story each case must have, as it is when nothing ever fails.

The story of a scenario comes from the same scenario played in process, undisturbed; whatever was
killed, every case of the scenario must have exactly that story.
"""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services import views
from services.db.engine import Sessions, reading, unit_of_work
from services.db.models import (
    AuditEntry,
    Case,
    Channel,
    Decision,
    Delivery,
    Job,
    JobKind,
    NotificationPreference,
    Person,
    Task,
    TaskStatus,
)
from services.gateways.mail import FakeMailer
from services.gateways.messages import FakeMessenger, Messenger
from services.runtime import Runtime
from services.scenarios import Scenario, play, read_scenario
from services.scenarios.accounts import Cast
from services.scenarios.local import LocalDriver


@dataclass(frozen=True)
class Told:
    """A scenario as far as it is told here, and the story its cases must have."""

    scenario: Scenario
    story: dict[str, Any]


def tell(runtime: Runtime, root: Path, parts: dict[str, int]) -> list[Told]:
    """Play the first steps of scenarios, undisturbed; ``jurisdiction/name`` -> number of steps."""
    driver = LocalDriver(runtime, Cast.of(runtime.library))
    found = []
    for name, steps in parts.items():
        folder, file = name.split("/")
        whole = read_scenario(root / folder / "scenarios" / f"{file}.yaml")
        scenario = replace(whole, steps=whole.steps[:steps], expect={})
        result = play(scenario, driver)
        assert result.case is not None
        with reading(runtime.sessions) as session:
            found.append(Told(scenario, story(session, UUID(result.case["id"]))))
    return found


def undisturbed(runtime: Runtime) -> Runtime:
    """Return a runtime where everybody is told by both channels, and fakes stand outside."""
    wish_for_webhooks(runtime.sessions)
    offered: dict[Channel, Messenger] = {Channel.WEBHOOK: FakeMessenger()}
    return replace(runtime, mailer=FakeMailer(), messengers=offered)


def wish_for_webhooks(sessions: Sessions) -> None:
    """Have everybody told by mail and by the provider that knows its keys."""
    with unit_of_work(sessions) as session:
        for person in session.scalars(select(Person.id)):
            session.add(NotificationPreference(person_id=person, by_webhook=True))


def story(session: Session, case_id: UUID) -> dict[str, Any]:
    """Tell what happened in a case in the words that all cases of a scenario share."""
    entries = session.scalars(select(AuditEntry).where(AuditEntry.case_id == case_id)).all()
    case = session.get_one(Case, case_id)

    def number(model: Any, *where: Any) -> int:
        query = select(func.count()).select_from(model).where(model.case_id == case_id, *where)
        return session.scalar(query) or 0

    payloads = [(e.what, e.payload or {}) for e in entries]
    return {
        "entries": Counter((what, payload.get("node")) for what, payload in payloads),
        "passed": Counter((p[0], p[1]) for _w, pl in payloads for p in pl.get("passed", [])),
        "state": (case.status, case.state, case.outcome),
        "visited": sorted(views.visited(session, case_id)),
        "decisions": number(Decision),
        "tasks": {status: number(Task, Task.status == status) for status in TaskStatus},
        "deliveries": Counter(
            session.scalars(select(Delivery.channel).where(Delivery.case_id == case_id))
        ),
        "timers": number(Job, Job.kind == JobKind.TIMER),
        "services": number(Job, Job.kind == JobKind.SERVICE),
    }


def difference(wanted: dict[str, Any], found: dict[str, Any]) -> str:
    """Say in what two stories differ."""
    return "; ".join(
        f"{name}: wanted {wanted[name]}, found {found[name]}"
        for name in wanted
        if wanted[name] != found[name]
    )
