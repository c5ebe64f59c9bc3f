"""SMS and webhooks over HTTP, in a folder, and the Fake keep the same promises."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote

import pytest

from services.gateways.messages import (
    FakeMessenger,
    FolderMessenger,
    HttpMessenger,
    Message,
    MessageRefusedError,
    Messenger,
    signature,
)
from workflows.errors import RetryableError

MESSAGE = Message(
    "3f0e-1", "13800000001", "催办：补充材料", "办件 LJ-2026-0001 被催办，请尽快办理。"
)
SECRET = "a-secret-of-some-length"  # noqa: S105 - the test's own


@dataclass
class Provider(HTTPServer):
    """A provider that keeps messages by key. ``answer`` replaces what it would say."""

    kept: dict[str, dict[str, Any]] = field(default_factory=dict)
    seen: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    answer: tuple[int, bytes] | None = None
    location: str | None = None

    def __post_init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Request)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/gateway/"


class _Request(BaseHTTPRequestHandler):
    def do_POST(self) -> None:  # noqa: N802 - the name is given
        provider = cast("Provider", self.server)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        provider.seen.append(("POST", self.path, dict(self.headers), body))
        key, content = self.headers["Idempotency-Key"], json.loads(body)
        if provider.answer is not None:
            self._say(*provider.answer)
        elif provider.kept.setdefault(key, content) != content:
            self._say(409, b"{}")
        else:
            self._say(201, json.dumps({"reference": f"R-{key}"}).encode())

    def do_GET(self) -> None:  # noqa: N802 - the name is given
        provider = cast("Provider", self.server)
        provider.seen.append(("GET", self.path, dict(self.headers), b""))
        key = unquote(self.path.rsplit("/", 1)[-1])
        if key in provider.kept:
            self._say(200, json.dumps({"reference": f"R-{key}"}).encode())
        else:
            self._say(404, b"{}")

    def _say(self, status: int, body: bytes) -> None:
        provider = cast("Provider", self.server)
        self.send_response(status)
        if provider.location:
            self.send_header("Location", provider.location)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is given
        """Say nothing."""


@pytest.fixture
def provider() -> Iterator[Provider]:
    server = Provider()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Line:
    """A messenger and the way to see what has arrived, by key."""

    messenger: Messenger
    arrived: Callable[[], dict[str, dict[str, Any]]]


@pytest.fixture(params=["http", "folder", "fake"])
def line(request: pytest.FixtureRequest, tmp_path: Path, provider: Provider) -> Line:
    if request.param == "http":
        return Line(HttpMessenger(provider.url, SECRET), lambda: provider.kept)
    if request.param == "fake":
        fake = FakeMessenger()
        return Line(fake, lambda: {k: {"to": m.to, "body": m.body} for k, m in fake.sent.items()})

    def written() -> dict[str, dict[str, Any]]:
        return {unquote(p.stem): json.loads(p.read_text("utf-8")) for p in tmp_path.glob("*.json")}

    return Line(FolderMessenger(tmp_path), written)


def test_a_message_arrives_as_it_was_written(line):
    line.messenger.send(MESSAGE)

    [(key, arrived)] = line.arrived().items()
    assert (key, arrived["to"], arrived["body"]) == (MESSAGE.key, MESSAGE.to, MESSAGE.body)


def test_a_message_sent_again_is_there_once_under_the_same_reference(line):
    first = line.messenger.send(MESSAGE)
    second = line.messenger.send(MESSAGE)

    assert (first, len(line.arrived())) == (second, 1)


def test_a_key_never_carries_two_contents(line):
    line.messenger.send(MESSAGE)

    line.messenger.send(Message(MESSAGE.key, MESSAGE.to, MESSAGE.subject, "另一段文字"))

    assert line.arrived()[MESSAGE.key]["body"] == MESSAGE.body


def test_what_was_sent_is_found_by_its_key_and_nothing_else_is(line):
    sent = line.messenger.send(MESSAGE)

    assert line.messenger.find(MESSAGE.key) == sent
    assert line.messenger.find("another") is None


def test_a_key_cannot_lead_elsewhere(line, provider):
    hostile = Message("../../etc/passwd?x=1#y", MESSAGE.to, MESSAGE.subject, MESSAGE.body)

    line.messenger.send(hostile)

    assert line.messenger.find(hostile.key) is not None
    assert all(path.startswith("/gateway/messages") for _m, path, _h, _b in provider.seen)


def test_every_request_is_signed_with_its_time(provider):
    messenger = HttpMessenger(provider.url, SECRET)

    messenger.send(MESSAGE)
    messenger.find(MESSAGE.key)

    for _method, _path, headers, body in provider.seen:
        timestamp = headers["X-Liancheng-Timestamp"]
        assert headers["X-Liancheng-Signature"] == signature(SECRET, timestamp, body)
        assert headers["X-Liancheng-Signature"] != signature("another secret", timestamp, body)
        assert headers["X-Liancheng-Signature"] != signature(SECRET, timestamp, body + b" ")


@pytest.mark.parametrize(
    "answer", [(500, b""), (503, b"{}"), (429, b"{}"), (200, b"<html>"), (200, b'{"id": 1}')]
)
def test_a_provider_that_is_down_or_answers_nonsense_is_tried_again_later(provider, answer):
    provider.answer = answer

    with pytest.raises(RetryableError):
        HttpMessenger(provider.url, SECRET).send(MESSAGE)


@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_a_provider_that_refuses_is_not_tried_again(provider, status):
    provider.answer = (status, b"{}")

    with pytest.raises(MessageRefusedError):
        HttpMessenger(provider.url, SECRET).send(MESSAGE)


def test_a_redirect_is_never_followed(provider):
    provider.answer, provider.location = (307, b"{}"), provider.url + "elsewhere"

    with pytest.raises(MessageRefusedError):
        HttpMessenger(provider.url, SECRET).send(MESSAGE)

    assert [path for _m, path, _h, _b in provider.seen] == ["/gateway/messages"]


@pytest.mark.parametrize("kind", ["http", "fake"])
def test_a_messenger_that_may_work_later_says_so(kind):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nowhere = HttpMessenger(f"http://127.0.0.1:{probe.getsockname()[1]}", SECRET)
    messenger: Messenger = nowhere if kind == "http" else FakeMessenger(failures=1)

    with pytest.raises(RetryableError):
        messenger.send(MESSAGE)


def test_what_a_fake_lost_the_answer_to_has_arrived():
    fake = FakeMessenger(lost_answers=1)

    with pytest.raises(RetryableError):
        fake.send(MESSAGE)

    assert fake.find(MESSAGE.key) is not None
