"""Throw-away PostgreSQL and Redis servers on free ports, each in a folder of its own."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path

import redis as redis_client
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

START_SECONDS = 20
STOP_SECONDS = 60


class MissingProgramError(RuntimeError):
    """A program of the system is not installed; the message says which package has it."""


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Postgres:
    """A PostgreSQL server in an empty folder; it may be crashed and started again.

    ``is_durable`` waits for the disk at each commit, as production does; tests need not. As root
    it runs as nobody: the server refuses root.
    """

    folder: Path
    is_durable: bool = False
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """Return where it listens, without a database name."""
        return f"postgresql+psycopg://liancheng@127.0.0.1:{self.port}"

    @property
    def _user(self) -> str | None:
        return "nobody" if os.geteuid() == 0 else None

    def create(self) -> None:
        """Make the folder a cluster and start it. Raises MissingProgramError."""
        if self._user:
            _open_to(self.folder, self._user)
        _init(self.folder, self.folder / "data", self._user)
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        data = self.folder / "data"
        self.process = _start(self.folder, data, self.port, self._user, is_durable=self.is_durable)
        _wait_for(f"{self.url}/postgres")

    def crash(self) -> None:
        """Stop it at once, as if the power were cut: it recovers when it is started again."""
        self._end(signal.SIGQUIT)

    def stop(self) -> None:
        """Stop it in order; it does not wait for its clients."""
        self._end(signal.SIGINT)

    def _end(self, how: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait(STOP_SECONDS)
        self.process = None


@contextmanager
def postgres(folder: Path, *, is_durable: bool = False) -> Iterator[str]:
    """Run a PostgreSQL server in an empty folder; its URL. Raises MissingProgramError."""
    server = Postgres(folder, is_durable=is_durable)
    server.create()
    try:
        yield server.url
    finally:
        server.stop()


def _open_to(folder: Path, user: str) -> None:
    """Let another user reach and own the folder."""
    shutil.chown(folder, user)
    for parent in folder.parents:
        if parent.stat().st_uid == 0 and str(parent).startswith("/tmp/"):
            parent.chmod(parent.stat().st_mode | 0o055)


def _init(folder: Path, data: Path, user: str | None) -> None:
    subprocess.run(
        [_program("initdb"), "-D", data, "-U", "liancheng", "-A", "trust", "-E", "UTF8", "-N"],
        check=True,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        user=user,
    )


def _start(
    folder: Path, data: Path, port: int, user: str | None, *, is_durable: bool
) -> subprocess.Popen[bytes]:
    settings = {
        "listen_addresses": "127.0.0.1",
        "max_connections": "80",
        "fsync": "on" if is_durable else "off",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return subprocess.Popen(
        [_program("postgres"), "-D", str(data), "-p", str(port), "-k", str(folder), *options],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=user,
    )


def _program(name: str, package: str = "postgresql") -> str:
    found = shutil.which(name) or next(
        (str(p) for p in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))), None
    )
    if found is None:
        raise MissingProgramError(f"{name} is missing: install Debian's package {package}")
    return found


def _wait_for(url: str) -> None:
    engine = create_engine(url)
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            with engine.connect():
                break
        except OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
    engine.dispose()


@dataclass
class Redis:
    """A Redis server that keeps nothing on disk; it may be killed and started again."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """Return where it listens, with the number of its first database."""
        return f"redis://127.0.0.1:{self.port}/0"

    def client(self) -> "redis_client.Redis":
        """Return a client of its first database."""
        return redis_client.Redis(port=self.port, socket_timeout=5)

    def start(self, *more: str, is_open: bool = True) -> None:
        """Start it and wait until it answers, or asks for a password. Raises MissingProgramError."""
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir"]
        policy = ["--maxmemory", "64mb", "--maxmemory-policy", "noeviction"]
        self.process = subprocess.Popen(
            [_program("redis-server", "redis-server"), *options, str(self.folder), *policy, *more],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            with suppress(redis_client.ConnectionError):
                with nullcontext() if is_open else suppress(redis_client.AuthenticationError):
                    self.client().ping()
                return
            time.sleep(0.02)
        raise TimeoutError("redis-server does not answer")

    def kill(self) -> None:
        """End it at once; what was queued is gone."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(STOP_SECONDS)
        self.process = None


@contextmanager
def redis(folder: Path) -> Iterator[Redis]:
    """Run a Redis server. Raises MissingProgramError."""
    server = Redis(folder)
    server.start()
    try:
        yield server
    finally:
        if server.process is not None:
            server.kill()
