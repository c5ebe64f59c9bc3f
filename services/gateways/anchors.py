"""Where checkpoints are kept: outside the database, appended to and never changed."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Protocol

import requests

from workflows.errors import RetryableError


class AnchorConflictError(RuntimeError):
    """Another record is kept under that number."""


class AnchorStore(Protocol):
    """Keeps records by number, from 1 without gaps. The same bytes again change nothing."""

    def append(self, number: int, record: bytes) -> None:
        """Keep a record. Raises AnchorConflictError, RetryableError if it may work later."""
        ...

    def records(self, first: int = 1) -> Iterator[bytes]:
        """Yield what is kept, from a number on. Raises RetryableError."""
        ...


@dataclass(frozen=True)
class FolderAnchors:
    """A file a record, made once and read-only: best on another host's append-only mount."""

    folder: Path

    def append(self, number: int, record: bytes) -> None:
        """Write the file whole and to the disk; never over another."""
        self.folder.mkdir(parents=True, exist_ok=True)
        target, partial = self._path(number), self.folder / f".{number}.{os.getpid()}.part"
        try:
            with partial.open("wb") as file:
                file.write(record)
                file.flush()
                os.fsync(file.fileno())
            partial.chmod(0o444)
            os.link(partial, target)
        except FileExistsError as error:
            if target.read_bytes() != record:
                raise AnchorConflictError(f"检查点 {number} 已另有内容：{target}") from error
        except OSError as error:
            raise RetryableError(f"checkpoint folder: {error.strerror}") from error
        finally:
            partial.unlink(missing_ok=True)

    def records(self, first: int = 1) -> Iterator[bytes]:
        """Read the files in order, until one is missing that has none after it."""
        last = max((int(path.stem) for path in self.folder.glob("[0-9]*.json")), default=0)
        for number in range(first, last + 1):
            path = self._path(number)
            yield path.read_bytes() if path.exists() else b""

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:08d}.json"


@dataclass(frozen=True)
class HttpAnchors:
    """PUTs each record to <base_url>/<number>, only where there is none; GETs it back.

    A store with object lock, or a partner agency's server, answers 409 or 412 when it has one.
    """

    base_url: str

    def append(self, number: int, record: bytes) -> None:
        """Hand over one record."""
        headers = {"If-None-Match": "*", "Content-Type": "application/json"}
        try:
            reply = requests.put(self._url(number), data=record, headers=headers, timeout=20)
            if reply.status_code in {409, 412}:
                self._compare(number, record)
                return
            reply.raise_for_status()
        except requests.RequestException as error:
            raise RetryableError(f"checkpoint store: {type(error).__name__}") from error

    def _compare(self, number: int, record: bytes) -> None:
        if requests.get(self._url(number), timeout=20).content != record:
            raise AnchorConflictError(f"检查点 {number} 已另有内容：{self._url(number)}")

    def records(self, first: int = 1) -> Iterator[bytes]:
        """Read one after the other until there is none."""
        for number in count(first):
            try:
                reply = requests.get(self._url(number), timeout=20)
                if reply.status_code == requests.codes.not_found:
                    return
                reply.raise_for_status()
            except requests.RequestException as error:
                raise RetryableError(f"checkpoint store: {type(error).__name__}") from error
            yield reply.content

    def _url(self, number: int) -> str:
        return f"{self.base_url.rstrip('/')}/{number}"


@dataclass
class FakeAnchors:
    """Keeps records in memory; fails as often as told."""

    kept: dict[int, bytes] = field(default_factory=dict)
    failures: int = 0

    def append(self, number: int, record: bytes) -> None:
        """Keep the record, or fail."""
        if self.failures:
            self.failures -= 1
            raise RetryableError("told to fail")
        if self.kept.setdefault(number, record) != record:
            raise AnchorConflictError(f"检查点 {number} 已另有内容")

    def records(self, first: int = 1) -> Iterator[bytes]:
        """Yield what is kept."""
        last = max(self.kept, default=0)
        return (self.kept.get(number, b"") for number in range(first, last + 1))
