"""Where a race is run: a desk with people on one database, and what must hold after every race."""

from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from uuid import UUID

import yaml
from sqlalchemy import func, select

from services import accounts, audit, cases, files
from services.db.engine import reading, unit_of_work
from services.db.models import AuditEntry, Case, Decision, Task, TaskStatus
from services.errors import DomainError
from services.settings import Settings

PROCEED = {"decision": "proceed", "reasons": "研发总部在区内"}
ANSWERS = Settings.from_env({}).bpmn_root / "liangjiang" / "scenarios" / "answers"
LOGINS = (
    "lj-reviewer",
    "lj-reviewer2",
    "lj-clerk",
    "lj-clerk2",
    "lj-bonded",
    "lead-op",
    "university-op",
)

Act = Callable[[], Any]
Check = Callable[[Any, Any], None]
Race = tuple[Act, Act, Check]


@dataclass(frozen=True)
class Table:
    """Where the race is run: a desk with people, on one database."""

    desk: Any
    people: dict[str, UUID] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Look people up beforehand, so that an act is one transaction."""
        for login in LOGINS:
            self.people[login] = self.desk.actor(login).person_id

    @property
    def runtime(self) -> Any:
        return self.desk.runtime

    def by(self, login: str, service: Callable[..., Any], *given: Any, **more: Any) -> Any:
        """Do something as somebody, in a transaction of its own; the actor is looked up in it."""
        with unit_of_work(self.runtime.sessions) as session:
            actor = accounts.actor_of(session, self.people[login], self.runtime.clock.now())
            return service(session, self.runtime, actor, *given, **more)

    def complete(self, login: str, task: Task, answers: Any = PROCEED) -> Any:
        return self.by(login, cases.complete_task, task_id=task.id, answers=answers)

    def upload(self, login: str, content: bytes) -> UUID:
        """Hand in an attachment; the id of the upload."""
        stored = files.store(self.runtime, name="材料.pdf", source=BytesIO(content))

        def record(session: Any, runtime: Any, actor: Any) -> UUID:
            return files.record(session, runtime, actor, stored).id

        found: UUID = self.by(login, record)
        return found

    def fresh(self) -> tuple[Case, Task]:
        case = self.desk.start("other")
        return case, self.desk.task(case)

    def told(self, case: Case) -> list[str]:
        """What the case's audit chain says was done, in order."""
        with reading(self.runtime.sessions) as session:
            rows = select(AuditEntry.what).where(AuditEntry.case_id == case.id)
            return list(session.scalars(rows.order_by(AuditEntry.seq)))

    def number(self, model: Any, *where: Any) -> int:
        with reading(self.runtime.sessions) as session:
            return session.scalar(select(func.count()).select_from(model).where(*where)) or 0

    def is_sound(self) -> None:
        """All chains verify, no task is decided twice, each done task is decided once."""
        with reading(self.runtime.sessions) as session:
            assert [finding for finding in audit.verify(session) if finding] == []
            stands = Decision.withdrawn_at.is_(None)
            made, on = session.execute(
                select(func.count(), func.count(Decision.task_id.distinct())).where(stands)
            ).one()
            done = session.scalar(select(func.count()).where(Task.status == TaskStatus.DONE))
        assert made == on == done


def answers(name: str) -> Any:
    """The answers that the scenarios give to a form."""
    return yaml.safe_load((ANSWERS / f"{name}.yaml").read_text(encoding="utf-8"))


def won(outcome: Any) -> bool:
    """Tell whether an act was done; whatever else it may be, it is a refusal in words."""
    if isinstance(outcome, Exception):
        assert isinstance(outcome, DomainError), repr(outcome)
        assert outcome.message
        return False
    return True
