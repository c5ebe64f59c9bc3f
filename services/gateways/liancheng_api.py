"""A client of another installation's HTTP API, as one signed-in person."""

from typing import Any
from uuid import uuid4

import requests


class ApiRefusedError(Exception):
    """The server refused. ``body`` is its {code, status, message, errors?}."""

    def __init__(self, body: dict[str, Any]) -> None:
        super().__init__(f"{body.get('code')}: {body.get('message')}")
        self.body = body


class ApiClient:
    """One person's session with a server. Unsafe requests carry an Idempotency-Key."""

    def __init__(self, url: str, login: str | None = None, password: str = "") -> None:
        self.base = f"{url.rstrip('/')}/api/v1"
        self.http = requests.Session()
        if login is not None:
            who = self.post("/auth/sign-in", {"login": login, "password": password})
            self.http.headers["X-CSRF-Token"] = who["csrf"]
            self.who = who

    def get(self, path: str, **query: Any) -> Any:
        """GET a resource. Raises ApiRefusedError."""
        return self._answer(self.http.get(self.base + path, params=query, timeout=60))

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> Any:
        """POST a command; the same ``key`` has one effect. Raises ApiRefusedError."""
        headers = {"Idempotency-Key": key or uuid4().hex}
        return self._answer(
            self.http.post(self.base + path, json=body, headers=headers, timeout=120)
        )

    def upload(self, name: str, content: bytes) -> Any:
        """Upload one file. Raises ApiRefusedError."""
        files = {"file": (name, content)}
        return self._answer(self.http.post(f"{self.base}/files", files=files, timeout=120))

    @staticmethod
    def _answer(reply: requests.Response) -> Any:
        body = reply.json() if reply.content else None
        if not reply.ok:
            raise ApiRefusedError(body or {"code": str(reply.status_code), "message": ""})
        return body
