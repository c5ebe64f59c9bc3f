"""What lies outside: a plain mail server, and a provider that knows keys it has had."""

import json
import socketserver
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Taken:
    """Everything that was handed over: (key, hash of the content), in order."""

    all: list[tuple[str, str]] = field(default_factory=list)

    def note(self, key: str, content: bytes) -> None:
        self.all.append((key, sha256(content).hexdigest()))

    @property
    def keys(self) -> set[str]:
        return {key for key, _digest in self.all}

    @property
    def again(self) -> int:
        """How often something was handed over that had been before."""
        return sum(times - 1 for times in Counter(key for key, _digest in self.all).values())

    @property
    def with_two_contents(self) -> list[str]:
        contents: dict[str, set[str]] = {}
        for key, digest in self.all:
            contents.setdefault(key, set()).add(digest)
        return [key for key, digests in contents.items() if len(digests) > 1]


class MailServer(socketserver.ThreadingTCPServer):
    """Takes every mail, as plain SMTP servers do: the same one twice is two mails.

    It answers a mail only while its gate is open: whoever hands one over waits.
    """

    daemon_threads = True

    def handle_error(self, *_given: Any) -> None:
        """Say nothing: senders die while they speak."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _MailSession)
        self.gate = threading.Event()
        self.forget()

    def forget(self) -> None:
        """Begin anew, with an open gate."""
        self.begun: list[str] = []  # keys of what was handed over, before the answer
        self.taken = Taken()
        self.gate.set()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class _MailSession(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        with suppress(ConnectionError):  # senders are killed here
            self._talk()

    def _talk(self) -> None:
        self._say("220 here")
        while line := self.rfile.readline().decode().strip():
            word = line.split(":")[0].split()[0].upper()
            if word == "DATA":
                self._say("354 go on")
                self._take()
            self._say("221 bye" if word == "QUIT" else "250 ok")

    def _take(self) -> None:
        lines = list(iter(self.rfile.readline, b".\r\n"))
        if not lines or not lines[-1].endswith(b"\n"):
            return  # the sender died while speaking
        [key] = [line.split()[1].decode() for line in lines if line.startswith(b"Message-ID")]
        server: Any = self.server
        server.begun.append(key)
        server.gate.wait()
        server.taken.note(key, b"".join(lines))

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class Provider(ThreadingHTTPServer):
    """Takes a message once for each key: what comes again has no effect on the recipient."""

    daemon_threads = True

    def handle_error(self, *_given: Any) -> None:
        """Say nothing: senders die while they speak."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Exchange)
        self.taken = Taken()  # each request to send
        self.shown: dict[str, str] = {}  # what recipients see
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_given: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        server: Any = self.server
        key = self.path.rsplit("/", 1)[-1]
        self._answer(200 if key in server.shown else 404, key)

    def do_POST(self) -> None:
        server: Any = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        key = json.loads(body)["key"]
        with server.lock:
            server.taken.note(key, body)
            server.shown.setdefault(key, sha256(body).hexdigest())
        self._answer(200, key)

    def _answer(self, status: int, key: str) -> None:
        body = json.dumps({"reference": f"ref-{key}"}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve(server: socketserver.BaseServer) -> None:
    """Serve in a thread until the process ends or ``shutdown`` is called."""
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
