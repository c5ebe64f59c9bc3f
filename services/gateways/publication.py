"""Publishing a notice on an agency's website."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import requests

from workflows.errors import RetryableError


class Publisher(Protocol):
    """Puts a notice before the public. The same key again replaces, never doubles."""

    def publish(self, key: str, content: dict[str, Any]) -> str:
        """Publish and return the address. Raises RetryableError if it may work later."""
        ...


@dataclass(frozen=True)
class HttpPublisher:
    """PUTs the notice as JSON to <base_url>/<key>, which answers {"url": …}."""

    base_url: str

    def publish(self, key: str, content: dict[str, Any]) -> str:
        """Publish over HTTP; the key is both the path and the Idempotency-Key."""
        try:
            reply = requests.put(
                f"{self.base_url.rstrip('/')}/{key}",
                json=content,
                headers={"Idempotency-Key": key},
                timeout=20,
            )
            reply.raise_for_status()
            return str(reply.json()["url"])
        except (requests.RequestException, ValueError, KeyError) as error:
            raise RetryableError(f"publisher: {type(error).__name__}") from error


@dataclass(frozen=True)
class FolderPublisher:
    """Writes <key>.json; the product's own public page shows the notice."""

    folder: Path
    public_url: str

    def publish(self, key: str, content: dict[str, Any]) -> str:
        """Write the file whole or not at all and return the public page's address."""
        self.folder.mkdir(parents=True, exist_ok=True)
        partial = self.folder / f".{key}.part"
        partial.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
        partial.replace(self.folder / f"{key}.json")
        return f"{self.public_url}/api/v1/public/notices/{content['number']}"


@dataclass
class FakePublisher:
    """Keeps what was published; fails as often as told."""

    published: dict[str, dict[str, Any]] = field(default_factory=dict)
    failures: int = 0

    def publish(self, key: str, content: dict[str, Any]) -> str:
        """Keep the notice, or fail."""
        if self.failures:
            self.failures -= 1
            raise RetryableError("told to fail")
        self.published[key] = content
        return f"https://example.org/{key}"
