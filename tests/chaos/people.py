"""People who do not give up: they ask again, with the same key, while the product is away."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

import requests
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from services.db.engine import Sessions, reading
from services.db.models import Job, JobKind
from services.gateways.liancheng_api import ApiClient, ApiRefusedError
from services.loading import DEMO_PASSWORD
from services.scenarios.remote import RemoteDriver

PATIENCE_SECONDS = 120
AWAY = {"BUSY", "UNAVAILABLE"}  # what a server says while its database is away

T = TypeVar("T")


class PatientClient(ApiClient):
    """Asks again while the server is away; nothing else is asked again."""

    def get(self, path: str, **query: Any) -> Any:
        return patiently(lambda: super(PatientClient, self).get(path, **query))

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> Any:
        key = key or uuid4().hex
        return patiently(lambda: super(PatientClient, self).post(path, body, key=key))

    def upload(self, name: str, content: bytes) -> Any:
        return patiently(lambda: super(PatientClient, self).upload(name, content))


def patiently(ask: Callable[[], T]) -> T:
    """Ask until there is an answer. Raises what is no sign of being away."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return ask()
        except requests.RequestException:
            if time.monotonic() > until:
                raise
        except ApiRefusedError as refusal:
            if refusal.body.get("code") not in AWAY or time.monotonic() > until:
                raise
        time.sleep(0.05)


class PatientDriver(RemoteDriver):
    """Drives cases through patient people; a job that is tried again is waited for."""

    sessions: Sessions | None = None

    def _as(self, login: str) -> ApiClient:
        if login not in self.clients:
            self.clients[login] = PatientClient(self.url, login, DEMO_PASSWORD)
        return self.clients[login]

    def settle(self, case: str) -> None:
        if self.sessions is None:
            super().settle(case)
            return
        until = time.monotonic() + PATIENCE_SECONDS
        while not self._is_settled(UUID(case)):
            if time.monotonic() > until:
                raise TimeoutError(f"case {case} does not settle")
            time.sleep(0.1)

    def _is_settled(self, case: UUID) -> bool:
        """Tell whether nothing is due in the case and nothing waits to be tried again."""
        moving = Job.kind.in_([JobKind.TIMER, JobKind.SERVICE, JobKind.MESSAGE])
        tried = Job.kind.in_([JobKind.TIMER, JobKind.SERVICE]) & (Job.attempts > 0)
        wanted = select(func.count()).where(
            Job.case_id == case,
            Job.done_at.is_(None),
            Job.failed_at.is_(None),
            moving & ((Job.due_at <= func.now()) | tried),
        )
        assert self.sessions is not None
        try:
            with reading(self.sessions) as session:
                return not session.scalar(wanted)
        except DBAPIError:
            return False  # the database is away
