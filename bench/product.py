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
    """One installation: its data folder, its database, and its server while it runs."""

    folder: Path
    database_url: str
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

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
        """Start the server, in a process group of its own, and wait until it is ready."""
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                self._command("serve", "--port", str(self.port)),
                env=self._env(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait_until_ready()

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
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(START_SECONDS)
        self.process = None

    def kill_workers(self) -> None:
        """End the server's worker processes; their parent starts others."""
        assert self.process is not None
        pid = self.process.pid
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            os.kill(int(child), signal.SIGKILL)

    def stop(self) -> None:
        """Stop the server as an operator does."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(START_SECONDS)
            self.process = None

    @staticmethod
    def _command(*words: str) -> list[str]:
        return [sys.executable, "-m", "api.cli", *words]

    def _env(self) -> dict[str, str]:
        return os.environ | {
            "LIANCHENG_DATA_DIR": str(self.folder),
            "LIANCHENG_DATABASE_URL": self.database_url,
            "LIANCHENG_SWEEP_MILLISECONDS": "200",
        }
