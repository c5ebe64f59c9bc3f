"""Each gateway and its Fake keep the same promises."""

import json
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import pytest

from services.gateways.files import FakeFileStore, FileStore, FolderFileStore
from services.gateways.mail import FakeMailer, FolderMailer, Mail, Mailer, SmtpMailer
from services.gateways.publication import (
    FakePublisher,
    FolderPublisher,
    HttpPublisher,
    Publisher,
)
from workflows.errors import RetryableError

MAIL = Mail("task-1", "li@example.org", "您的申请已受理", "请登录查看。\n办件编号 1")
NOTICE = {"number": "GS-2026-001", "title": "公示"}


@contextmanager
def served(server: socketserver.BaseServer) -> Iterator[None]:
    """Run a local server for the time of a test."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def unused_port() -> int:
    """Return a port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# --- files -------------------------------------------------------------------------------------


@pytest.fixture(params=["folder", "fake"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    return FolderFileStore(tmp_path / "files") if request.param == "folder" else FakeFileStore()


def put(files: FileStore, content: bytes) -> str:
    digest = sha256(content).hexdigest()
    files.put(digest, BytesIO(content))
    return digest


def test_what_was_put_is_read_again(files):
    content = bytes(range(256)) * 10_000

    digest = put(files, content)

    with files.open(digest) as stored:
        assert stored.read() == content


def test_the_rest_of_an_open_file_is_put(files):
    source = BytesIO(b"head-rest")
    source.seek(5)

    files.put("a" * 64, source)

    with files.open("a" * 64) as stored:
        assert stored.read() == b"rest"


def test_putting_the_same_content_again_changes_nothing(files):
    digest = put(files, b"same")

    put(files, b"same")

    assert list(files.hashes()) == [digest]


def test_every_stored_hash_is_told(files):
    digests = {put(files, content) for content in (b"one", b"two", b"three")}

    assert set(files.hashes()) == digests


def test_what_was_never_put_is_not_found(files):
    with pytest.raises(FileNotFoundError):
        files.open("0" * 64)


def test_a_source_that_breaks_off_leaves_nothing_in_the_folder(tmp_path):
    class Broken(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        FolderFileStore(tmp_path).put("ab" * 32, Broken())

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


# --- mail --------------------------------------------------------------------------------------


@dataclass
class SmtpSink(socketserver.ThreadingTCPServer):
    """Takes mail as an SMTP server does and keeps it; ``is_full``: answers 452 to each."""

    received: list[EmailMessage] = field(default_factory=list)
    is_full: bool = False

    def __post_init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _SmtpSession)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class _SmtpSession(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        sink = cast("SmtpSink", self.server)
        self._say("220 sink")
        while line := self.rfile.readline().decode().strip():
            word = line.split(":")[0].split()[0].upper()
            if word == "MAIL" and sink.is_full:
                self._say("452 try again later")
            elif word == "DATA":
                self._say("354 go on")
                sink.received.append(self._message())
                self._say("250 taken")
            elif word == "QUIT":
                return self._say("221 bye")
            else:
                self._say("250 ok")
        return None

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def _message(self) -> EmailMessage:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b"."))
        return message_from_bytes(b"".join(lines), EmailMessage, policy=default)


@dataclass
class Post:
    """A mailer and the way to see what it has handed over."""

    mailer: Mailer
    arrived: Callable[[], list[EmailMessage]]


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    server = SmtpSink()
    with served(server):
        yield server


@pytest.fixture(params=["folder", "smtp", "fake"])
def post(request: pytest.FixtureRequest, tmp_path: Path, sink: SmtpSink) -> Post:
    if request.param == "smtp":
        return Post(SmtpMailer(sink.url), lambda: sink.received)
    if request.param == "fake":
        fake = FakeMailer()
        return Post(fake, lambda: [mail.message() for mail in fake.sent])
    folder = tmp_path / "mail"

    def written() -> list[EmailMessage]:
        found = (path.read_bytes() for path in sorted(folder.glob("*.eml")))
        return [message_from_bytes(data, EmailMessage, policy=default) for data in found]

    return Post(FolderMailer(folder), written)


def test_a_mail_arrives_as_it_was_written(post):
    post.mailer.send(MAIL)

    [arrived] = post.arrived()
    assert (arrived["To"], arrived["From"]) == ("li@example.org", "liancheng@localhost")
    assert arrived["Subject"] == "您的申请已受理"
    assert arrived.get_content().split() == ["请登录查看。", "办件编号", "1"]


def test_a_mail_sent_again_carries_the_same_id(post):
    post.mailer.send(MAIL)
    post.mailer.send(MAIL)

    assert {mail["Message-ID"] for mail in post.arrived()} == {"<task-1@liancheng>"}


def test_mails_of_different_keys_are_both_there(post):
    post.mailer.send(MAIL)
    post.mailer.send(Mail("task-2", "wang@example.org", "催办", "请及时办理"))

    assert {mail["To"] for mail in post.arrived()} == {"li@example.org", "wang@example.org"}


def failing_mailer(kind: str, sink: SmtpSink) -> Mailer:
    if kind == "fake":
        return FakeMailer(failures=1)
    sink.is_full = True
    return SmtpMailer(sink.url if kind == "full" else f"smtp://127.0.0.1:{unused_port()}")


@pytest.mark.parametrize("kind", ["full", "down", "fake"])
def test_a_mailer_that_may_work_later_says_so(sink, kind):
    with pytest.raises(RetryableError):
        failing_mailer(kind, sink).send(MAIL)

    assert not sink.received


# --- publication -------------------------------------------------------------------------------


@dataclass
class Website(HTTPServer):
    """Keeps notices by path; ``answer`` is the status and body of each reply."""

    notices: dict[str, Any] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    answer: tuple[int, bytes] = (200, b'{"url": "https://example.org/notice"}')

    def __post_init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _WebsiteRequest)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/notices/"


class _WebsiteRequest(BaseHTTPRequestHandler):
    def do_PUT(self) -> None:  # noqa: N802 - the name is given
        site = cast("Website", self.server)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        site.notices[self.path.rsplit("/", 1)[-1]] = json.loads(body)
        site.keys.append(self.headers["Idempotency-Key"])
        status, answer = site.answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is given
        """Say nothing."""


@dataclass
class Board:
    """A publisher and the way to see what it has put up, by key."""

    publisher: Publisher
    shown: Callable[[], dict[str, Any]]


@pytest.fixture
def website() -> Iterator[Website]:
    server = Website()
    with served(server):
        yield server


@pytest.fixture(params=["http", "folder", "fake"])
def board(request: pytest.FixtureRequest, tmp_path: Path, website: Website) -> Board:
    if request.param == "http":
        return Board(HttpPublisher(website.url), lambda: website.notices)
    if request.param == "fake":
        fake = FakePublisher()
        return Board(fake, lambda: fake.published)
    folder = tmp_path / "notices"

    def written() -> dict[str, Any]:
        return {path.stem: json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")}

    return Board(FolderPublisher(folder, "https://example.org"), written)


def test_a_published_notice_is_shown_at_the_address_given(board):
    address = board.publisher.publish("n1", NOTICE)

    assert address.startswith("https://example.org/")
    assert board.shown() == {"n1": NOTICE}


def test_publishing_the_same_key_again_replaces(board):
    board.publisher.publish("n1", NOTICE)

    board.publisher.publish("n1", NOTICE | {"title": "更正公示"})

    assert board.shown() == {"n1": NOTICE | {"title": "更正公示"}}


def test_an_http_publisher_sends_its_key_for_the_other_side_to_recognise(website):
    HttpPublisher(website.url).publish("n1", NOTICE)

    assert website.keys == ["n1"]


@pytest.mark.parametrize(
    "answer", [(500, b""), (200, b"<html>"), (200, b'{"id": 1}')], ids=["500", "no json", "no url"]
)
def test_a_website_that_answers_nonsense_is_tried_again_later(website, answer):
    website.answer = answer

    with pytest.raises(RetryableError):
        HttpPublisher(website.url).publish("n1", NOTICE)


@pytest.mark.parametrize("kind", ["http", "fake"])
def test_a_publisher_that_may_work_later_says_so(kind):
    nowhere = HttpPublisher(f"http://127.0.0.1:{unused_port()}")
    publisher: Publisher = nowhere if kind == "http" else FakePublisher(failures=1)

    with pytest.raises(RetryableError):
        publisher.publish("n1", NOTICE)
