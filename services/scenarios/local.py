"""Plays scenarios in process: the same services as the API, on a virtual clock of the case."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

import forms
from services import accounts, cases, commands, files, jobs, publicity, views
from services.actors import Actor
from services.db.engine import unit_of_work
from services.db.models import Call, Notice, Party, Person
from services.errors import DomainError, InvalidError
from services.lookup import get_case
from services.runtime import Runtime
from services.scenarios.accounts import Cast
from services.scenarios.errors import RefusedError
from services.scenarios.player import Start

T = TypeVar("T")


@dataclass
class LocalDriver:
    """Drives cases through the services, each step a command of its own.

    ``cast`` finds who plays which role among the sample accounts.
    """

    runtime: Runtime
    cast: Cast

    def start(self, start: Start, login: str | None, answers: dict[str, Any]) -> str:
        login = login or self.cast.starter(start.procedure)
        given = start.given
        rehearsal = cases.Rehearsal(
            starts_at=start.at,
            legal_basis=given.get("legal_basis"),
            as_production=bool(given.get("as_production", True)),
            group=start.group,
        )

        def command(session: Session, actor: Actor) -> str:
            case = cases.start_case(
                session,
                self.runtime,
                actor,
                procedure_id=start.procedure,
                party_id=self._party(session, login),
                answers=answers,
                rehearsal=rehearsal,
            )
            return str(case.id)

        return self._as(login, command)

    def tasks(self, case: str) -> list[dict[str, Any]]:
        with unit_of_work(self.runtime.sessions) as session:
            return views.open_tasks(session, UUID(case))

    def login_for(self, case: str, task: dict[str, Any], who: str | None) -> str:
        return self.cast.login_for(task, who)

    def complete(self, login: str, task: dict[str, Any], answers: dict[str, Any]) -> None:
        def command(session: Session, actor: Actor) -> None:
            cases.complete_task(
                session, self.runtime, actor, task_id=UUID(task["id"]), answers=answers
            )

        self._as(login, command)

    def message(self, case: str, login: str, name: str, answers: dict[str, Any]) -> None:
        login = self.cast.login_of(login)

        def command(session: Session, actor: Actor) -> None:
            cases.send_by_person(
                session,
                self.runtime,
                actor,
                case_id=UUID(case),
                name=name,
                answers=answers,
                key=str(uuid4()),
            )

        self._as(login, command)

    def object_to(self, case: str, intake: dict[str, Any]) -> None:
        with unit_of_work(self.runtime.sessions) as session:
            number = session.scalars(
                select(Notice.number)
                .where(Notice.case_id == UUID(case))
                .order_by(Notice.published_at.desc())
            ).first()
        if number is None:
            raise RefusedError("NOT_FOUND", "没有公示")
        with _refusals(), unit_of_work(self.runtime.sessions) as session:
            publicity.object_to(session, self.runtime, number, intake)

    def upload(self, login: str, name: str, content: bytes) -> str:
        login = self.cast.login_of(login)

        def command(session: Session, actor: Actor) -> str:
            stored = files.take_in(
                session, self.runtime, actor, name=name, source=io.BytesIO(content)
            )
            return str(stored.id)

        return self._as(login, command)

    def advance(self, case: str, to: datetime) -> None:
        with unit_of_work(self.runtime.sessions) as session:
            starter = get_case(session, UUID(case)).started_by
            cases.advance_rehearsal(
                session,
                self.runtime,
                accounts.actor_of(session, starter),
                case_id=UUID(case),
                to=to,
            )
        self.settle(case)

    def settle(self, case: str) -> None:
        while jobs.run_due(self.runtime, "play"):
            pass

    def inspect(self, case: str) -> dict[str, Any]:
        with unit_of_work(self.runtime.sessions) as session:
            return views.inspect(session, self.runtime, UUID(case))

    def call_id(self, number: str) -> str:
        with unit_of_work(self.runtime.sessions) as session:
            return str(session.scalars(select(Call.id).where(Call.number == number)).one())

    def _party(self, session: Session, login: str) -> UUID:
        code = self.cast.party_code(login)
        return session.scalars(select(Party.id).where(Party.code == code)).one()

    def _as(self, login: str, command: Callable[[Session, Actor], T]) -> T:
        kept: list[T] = []

        def run(session: Session) -> commands.Answer:
            person = session.scalars(select(Person.id).where(Person.login == login)).first()
            if person is None:
                raise RefusedError("NOT_SIGNED_IN", f"没有账号 {login}")
            kept.append(
                command(session, accounts.actor_of(session, person, self.runtime.clock.now()))
            )
            return commands.Answer(200, None)

        with _refusals():
            request = commands.Request(lambda _session: login, None, b"")
            commands.execute(self.runtime, request, run)
        return kept[0]


class _refusals:  # noqa: N801 - reads as a statement
    """Turn the domain's errors into refusals as the API would."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: Any, error: BaseException | None, _trace: Any) -> None:
        if isinstance(error, forms.FormInvalidError):
            raise RefusedError("FORM_INVALID", str(error), dict(error.fields)) from error
        if isinstance(error, InvalidError):
            raise RefusedError(error.code, error.message, error.fields) from error
        if isinstance(error, DomainError):
            raise RefusedError(error.code, error.message) from error
