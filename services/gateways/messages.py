"""Short messages to the outside over HTTP: SMS, and an agency's office system (webhook).

The provider is asked by our key what has become of a message, so that after a crash in between
nothing is sent twice. Requests go to the configured address and nowhere else: redirects are not
followed, and no part of an address comes from data.
"""

import hmac
import json
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import requests

from services.gateways.clock import Clock, SystemClock
from workflows.errors import RetryableError

KEY, TIMESTAMP, SIGNATURE = "Idempotency-Key", "X-Liancheng-Timestamp", "X-Liancheng-Signature"
_TRY_LATER = {408, 425, 429}
_KNOWN = {409, 422}  # the key has come before, perhaps with other content
_TIMEOUT_SECONDS = 20


class MessageRefusedError(Exception):
    """The provider will never take this message; trying again is of no use."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message. ``key`` is the same each time it is sent again, and so is the rest."""

    key: str
    to: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the provider says it has: its own reference."""

    reference: str


class Messenger(Protocol):
    """Hands messages over. The same key again has no second effect on the recipient."""

    def send(self, message: Message) -> Receipt:
        """Send. Raises RetryableError if it may work later, MessageRefusedError if never."""
        ...

    def find(self, key: str) -> Receipt | None:
        """Return what the provider knows of a key, None if nothing. Raises RetryableError."""
        ...


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return the HMAC-SHA256 of "<timestamp>.<body>", hexadecimal."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, sha256).hexdigest()


@dataclass(frozen=True)
class HttpMessenger:
    """POSTs to <base_url>/messages and GETs <base_url>/messages/<key>; answers {"reference": …}."""

    base_url: str
    secret: str
    clock: Clock = field(default_factory=SystemClock)

    def send(self, message: Message) -> Receipt:
        """Send over HTTP, signed; a key the provider knows already is taken as sent."""
        body = json.dumps(asdict(message), ensure_ascii=False, sort_keys=True).encode()
        headers = {KEY: message.key, "Content-Type": "application/json"}
        reply = self._ask("POST", "/messages", body, headers)
        if reply.status_code in _KNOWN and (known := self.find(message.key)) is not None:
            return known
        return _receipt(reply)

    def find(self, key: str) -> Receipt | None:
        """Ask by key; 404 means that the provider has never had it."""
        reply = self._ask("GET", f"/messages/{quote(key, safe='')}", b"", {})
        return None if reply.status_code == requests.codes.not_found else _receipt(reply)

    def _ask(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> requests.Response:
        timestamp = str(int(self.clock.now().timestamp()))
        signed = {TIMESTAMP: timestamp, SIGNATURE: signature(self.secret, timestamp, body)}
        try:
            return requests.request(
                method,
                self.base_url.rstrip("/") + path,
                data=body,
                headers=headers | signed,
                timeout=_TIMEOUT_SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise RetryableError(f"message gateway: {type(error).__name__}") from error


def _receipt(reply: requests.Response) -> Receipt:
    status = reply.status_code
    if status in _TRY_LATER or status >= requests.codes.server_error:
        raise RetryableError(f"message gateway: {status}")
    if not reply.ok or reply.is_redirect:
        raise MessageRefusedError(f"message gateway: {status}")
    try:
        return Receipt(str(reply.json()["reference"])[:200])
    except (ValueError, KeyError, TypeError) as error:
        raise RetryableError("message gateway: no reference in the answer") from error


@dataclass(frozen=True)
class FolderMessenger:
    """Writes each message as <key>.json; the same key again changes nothing."""

    folder: Path

    def send(self, message: Message) -> Receipt:
        """Write the file whole or not at all."""
        if (known := self.find(message.key)) is not None:
            return known
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self._path(message.key)
        partial = path.with_suffix(".part")
        partial.write_text(json.dumps(asdict(message), ensure_ascii=False), encoding="utf-8")
        partial.replace(path)
        return Receipt(path.name)

    def find(self, key: str) -> Receipt | None:
        """Tell whether the file is there."""
        path = self._path(key)
        return Receipt(path.name) if path.exists() else None

    def _path(self, key: str) -> Path:
        return self.folder / f"{quote(key, safe='')}.json"


@dataclass
class FakeMessenger:
    """Keeps what was sent by key; fails as often as told, before or after taking a message."""

    sent: dict[str, Message] = field(default_factory=dict)
    tries: list[Message] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    failures: int = 0
    lost_answers: int = 0
    refuses: bool = False

    def send(self, message: Message) -> Receipt:
        """Keep the message, or fail."""
        if self.refuses:
            raise MessageRefusedError("told to refuse")
        self.tries.append(message)
        if self.failures:
            self.failures -= 1
            raise RetryableError("told to fail")
        self.sent.setdefault(message.key, message)
        if self.lost_answers:
            self.lost_answers -= 1
            raise RetryableError("told to lose the answer")
        return Receipt(f"fake-{message.key}")

    def find(self, key: str) -> Receipt | None:
        """Tell what was kept."""
        self.asked.append(key)
        return Receipt(f"fake-{key}") if key in self.sent else None
