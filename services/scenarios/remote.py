"""Plays scenarios over HTTP against a running server, as the sample people."""

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.gateways.liancheng_api import ApiClient, ApiRefusedError
from services.loading import DEMO_PASSWORD
from services.scenarios.accounts import Cast
from services.scenarios.errors import RefusedError
from services.scenarios.player import Start

SETTLE_TRIES = 600
SETTLE_SECONDS = 0.05


@dataclass
class RemoteDriver:
    """Drives rehearsals on a server; each person signs in once.

    ``seen`` are the cases as they stood when their server had nothing left to do; whatever is
    commanded to any of them forgets all.
    """

    url: str
    cast: Cast
    clients: dict[str, ApiClient] = field(default_factory=dict)
    starters: dict[str, str] = field(default_factory=dict)
    seen: dict[str, dict[str, Any]] = field(default_factory=dict)

    def _as(self, login: str) -> ApiClient:
        if login not in self.clients:
            with _refusals():
                self.clients[login] = ApiClient(self.url, login, DEMO_PASSWORD)
        return self.clients[login]

    def start(self, start: Start, login: str | None, answers: dict[str, Any]) -> str:
        login = login or self.cast.starter(start.procedure)
        client = self._as(login)
        code = self.cast.party_code(login)
        party = next(m["party"] for m in client.who["memberships"] if m["party_code"] == code)
        body = {
            "procedure": start.procedure,
            "party": party,
            "answers": answers,
            "rehearsal": {
                "starts_at": start.at.isoformat(),
                "legal_basis": start.given.get("legal_basis"),
                "as_production": bool(start.given.get("as_production", True)),
                "group": start.group,
            },
        }
        self.seen.clear()
        with _refusals():
            case = str(client.post("/cases", body)["id"])
        self.starters[case] = login
        return case

    def tasks(self, case: str) -> list[dict[str, Any]]:
        tasks: list[dict[str, Any]] = self.inspect(case)["tasks"]
        return tasks

    def login_for(self, case: str, task: dict[str, Any], who: str | None) -> str:
        return self.cast.login_for(task, who)

    def complete(self, login: str, task: dict[str, Any], answers: dict[str, Any]) -> None:
        self.seen.clear()
        with _refusals():
            self._as(login).post(f"/tasks/{task['id']}/completion", {"answers": answers})

    def message(self, case: str, login: str, name: str, answers: dict[str, Any]) -> None:
        client = self._as(self.cast.login_of(login))
        self.seen.clear()
        with _refusals():
            client.post(f"/cases/{case}/messages/{name}", {"answers": answers})

    def object_to(self, case: str, intake: dict[str, Any]) -> None:
        self.seen.clear()
        with _refusals():
            notices = self._as(self.starters[case]).get(f"/cases/{case}/notices")
            if not notices:
                raise RefusedError("NOT_FOUND", "没有公示")
            number = notices[-1]["number"]
            ApiClient(self.url).post(f"/public/notices/{number}/objections", {"answers": intake})

    def upload(self, login: str, name: str, content: bytes) -> str:
        with _refusals():
            return str(self._as(self.cast.login_of(login)).upload(name, content)["id"])

    def advance(self, case: str, to: datetime) -> None:
        self.seen.clear()
        with _refusals():
            self._as(self.starters[case]).post(f"/cases/{case}/clock", {"to": to.isoformat()})
        self.settle(case)

    def settle(self, case: str) -> None:
        """Wait until the server's worker has nothing left to do that is due in the case."""
        for _ in range(SETTLE_TRIES):
            found = self._look(case)
            if not found["pending"]:
                self.seen[case] = found
                return
            self.seen.clear()  # what is still to be done here may change the others
            time.sleep(SETTLE_SECONDS)
        raise RefusedError("NOT_SETTLED", "办件后台任务长时间没有完成")

    def inspect(self, case: str) -> dict[str, Any]:
        return self.seen[case] if case in self.seen else self._look(case)

    def _look(self, case: str) -> dict[str, Any]:
        with _refusals():
            found: dict[str, Any] = self._as(self.starters[case]).get(f"/cases/{case}/inspection")
        return found

    def call_id(self, number: str) -> str:
        client = next(iter(self.clients.values()), None) or self._as(
            next(iter(self.cast.starters.values()))
        )
        with _refusals():
            calls = client.get("/calls")
        return str(next(call["id"] for call in calls if call["number"] == number))


class _refusals:  # noqa: N801 - reads as a statement
    """Turn the client's refusals into those of the player."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: Any, error: BaseException | None, _trace: Any) -> None:
        if isinstance(error, ApiRefusedError):
            body = error.body
            raise RefusedError(
                str(body.get("code")), str(body.get("message")), body.get("errors")
            ) from error
