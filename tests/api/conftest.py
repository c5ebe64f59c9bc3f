"""The application in process, and people with browsers and programs in front of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.app import create_app
from services.loading import DEMO_PASSWORD
from services.runtime import Runtime

BASE = "/api/v1"


@dataclass
class Browser:
    """One person's browser: a cookie jar and, once signed in, the CSRF token."""

    client: FlaskClient
    csrf: str | None = None

    def sign_in(self, login: str, password: str = DEMO_PASSWORD) -> TestResponse:
        """Sign in and keep the CSRF token of the answer."""
        reply = self.post("/auth/sign-in", {"login": login, "password": password})
        self.csrf = reply.json.get("csrf")
        return reply

    def get(self, path: str, **query: Any) -> TestResponse:
        """GET a path below /api/v1."""
        return self.client.get(BASE + path, query_string=query)

    def post(self, path: str, body: Any = None, key: str | None = None) -> TestResponse:
        """POST JSON, with an Idempotency-Key if one is given."""
        return self.client.post(BASE + path, json=body, headers=self._headers(key))

    def put(self, path: str, body: Any) -> TestResponse:
        """PUT JSON."""
        return self.client.put(BASE + path, json=body, headers=self._headers(None))

    def delete(self, path: str) -> TestResponse:
        """DELETE."""
        return self.client.delete(BASE + path, headers=self._headers(None))

    def send(self, method: str, path: str, data: bytes | str, kind: str) -> TestResponse:
        """Send a body as it is."""
        headers = {**self._headers(None), "Content-Type": kind}
        return self.client.open(BASE + path, method=method, data=data, headers=headers)

    def _headers(self, key: str | None) -> dict[str, str]:
        headers = {"X-CSRF-Token": self.csrf, "Idempotency-Key": key}
        return {name: value for name, value in headers.items() if value is not None}


@pytest.fixture
def app(sqlite_runtime: Runtime) -> Flask:
    """The application on a fresh filled SQLite database."""
    return create_app(sqlite_runtime)


@pytest.fixture
def visitor(app: Flask) -> Browser:
    """A browser in which nobody is signed in."""
    return Browser(app.test_client())


@pytest.fixture
def as_person(app: Flask) -> Callable[[str], Browser]:
    """Returns a browser in which the sample person of a login is signed in."""

    def sign_in(login: str) -> Browser:
        browser = Browser(app.test_client())
        assert browser.sign_in(login).status_code == 200
        return browser

    return sign_in
