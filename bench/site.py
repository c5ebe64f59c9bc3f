"""A server of one's own on PostgreSQL with sample parties, and Debian's Chromium to look at it."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import create_engine, text

from bench.servers import MissingProgramError, free_port

ROOT = Path(__file__).parent.parent
START_SECONDS = 60
# Without these, Chromium looks for its maker's hosts at every start.
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_COMMAND = (sys.executable, "-c", "from api.cli import main; main()")


@contextmanager
def site(postgres: str, folder: Path, name: str = "web") -> Iterator[str]:
    """Migrate, load and serve in a new database; the address. Ended at the end.

    ``postgres`` is a server's URL without a database name. Raises MissingProgramError when the web
    application has not been built.
    """
    if not (ROOT / "web" / "dist" / "index.html").is_file():
        raise MissingProgramError("the web application is not built: run `make web`")
    _create_database(postgres, name)
    port = free_port()
    environment = os.environ | {
        "LIANCHENG_DATABASE_URL": f"{postgres}/{name}",
        "LIANCHENG_DATA_DIR": str(folder / "var"),
        "LIANCHENG_KEYS_DIR": str(folder / "keys"),
        "LIANCHENG_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PYTHONPATH": str(ROOT),
    }
    for step in ("migrate", "load", "demo"):
        subprocess.run([*_COMMAND, step], env=environment, check=True, stdout=subprocess.DEVNULL)
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [*_COMMAND, "serve", "--port", str(port)], env=environment, stdout=log, stderr=log
        )
        try:
            yield _ready(f"http://127.0.0.1:{port}", server)
        finally:
            server.terminate()
            server.wait(30)


def _create_database(server: str, name: str) -> None:
    admin = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()


def _ready(address: str, server: "subprocess.Popen[bytes]") -> str:
    """Wait until the server answers. Raises RuntimeError if it ends or takes too long."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            if requests.get(f"{address}/api/v1/health/ready", timeout=2).ok:
                return address
        except requests.ConnectionError:
            time.sleep(0.2)
    raise RuntimeError("the server did not start")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium. Raises MissingProgramError naming the packages."""
    program = os.environ.get("LIANCHENG_CHROMIUM") or shutil.which("chromium")
    if program is None:
        raise MissingProgramError("please install chromium and fonts-noto-cjk (Debian packages)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(_FLAGS))
        yield browser
        browser.close()
