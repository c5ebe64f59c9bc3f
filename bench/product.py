"""The real product in processes of its own: the command line, and the server on a free port."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import requests

from bench.servers import free_port

START_SECONDS = 60


@dataclass
class Product:
    """One installation: its data folder, its database, and what runs of it.

    With ``workers`` it is a production formation: ``processes`` of the server without a sweeper,
    and so many workers beside it, each in a process group of its own; with a ``redis_url`` the
    doorbell calls them. ``settings`` are further LIANCHENG_ variables, ``options`` further ones of
    serve, ``module`` what is started.
    """

    folder: Path
    database_url: str
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    redis_url: str | None = None
    processes: int = 1
    workers: int = 0
    concurrency: int = 2
    settings: dict[str, str] = field(default_factory=dict)
    options: list[str] = field(default_factory=list)
    module: str = "api.cli"
    worker_processes: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Return where the server answers."""
        return f"http://127.0.0.1:{self.port}"

    def cli(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the product to its end, whatever its exit status."""
        return subprocess.run(
            self._command(*words),
            env=self._env(),
            capture_output=True,
            check=False,
            encoding="utf-8",
        )

    def start(self) -> None:
        """Start server and workers, each in a process group of its own; wait for the server."""
        for number in range(self.workers):
            self.start_worker(number)
        self.start_server()

    def start_server(self) -> None:
        """Start the server and wait until it is ready."""
        options = ["--port", str(self.port), "--processes", str(self.processes)]
        options += [*self._no_sweeper(), *self.options]
        self.process = self._spawn("server", "serve", *options)
        self.wait_until_ready()

    def start_worker(self, number: int) -> None:
        """Start one worker; it is at work a few seconds later."""
        name = f"worker-{number}"
        self.worker_processes[number] = self._spawn(
            name, "worker", "--concurrency", str(self.concurrency)
        )

    def wait_until_ready(self) -> None:
        """Return once the server answers from its database. Raises TimeoutError."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            try:
                if requests.get(f"{self.url}/api/v1/health/ready", timeout=5).ok:
                    return
            except requests.RequestException:
                time.sleep(0.02)
        raise TimeoutError((self.folder / "server.log").read_text(errors="replace")[-2000:])

    def kill(self) -> None:
        """End all processes of the server at once, with no chance to tidy up."""
        assert self.process is not None
        _kill_group(self.process)
        self.process = None

    def kill_workers(self) -> None:
        """End the server's worker processes; their parent starts others."""
        assert self.process is not None
        for child in children(self.process.pid):
            os.kill(child, signal.SIGKILL)

    def kill_worker(self, number: int) -> None:
        """End all processes of one worker at once."""
        _kill_group(self.worker_processes.pop(number))

    def worker_pids(self, number: int) -> list[int]:
        """Return the living processes of one worker: the parent, its children, their children."""
        found = [self.worker_processes[number].pid]
        for pid in found:
            found += children(pid)
        return found

    def stop_worker(self, number: int) -> int:
        """Stop one worker as an operator does; its exit status."""
        process = self.worker_processes.pop(number)
        process.terminate()
        return process.wait(START_SECONDS)

    def stop(self) -> None:
        """Stop everything as an operator does."""
        if self.process is not None:
            self.process.terminate()
        for process in self.worker_processes.values():
            process.terminate()
        for process in [self.process, *self.worker_processes.values()]:
            if process is not None:
                process.wait(START_SECONDS)
        self.process = None
        self.worker_processes.clear()

    def _no_sweeper(self) -> list[str]:
        return ["--no-sweeper"] if self.workers else []

    def _spawn(self, log: str, *words: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{log}.log").open("ab") as file:
            return subprocess.Popen(
                self._command(*words),
                env=self._env(),
                stdout=file,
                stderr=file,
                start_new_session=True,
            )

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", self.module, *words]

    def _env(self) -> dict[str, str]:
        redis = {"LIANCHENG_REDIS_URL": self.redis_url} if self.redis_url else {}
        own = {
            "LIANCHENG_DATA_DIR": str(self.folder),
            "LIANCHENG_DATABASE_URL": self.database_url,
            "LIANCHENG_SWEEP_MILLISECONDS": "200",
        }
        return os.environ | own | redis | self.settings


def children(pid: int) -> list[int]:
    """Return the living children of a process."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [int(child) for child in text.split()]


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(START_SECONDS)
