"""The play command: scenarios in process on a fresh database, or against a running server."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.progress import track

from services import loading
from services.db import migrate
from services.db.engine import unit_of_work
from services.runtime import make_runtime
from services.scenarios import Driver, ScenarioError, play, read_scenario
from services.scenarios.accounts import Cast
from services.scenarios.local import LocalDriver
from services.scenarios.remote import RemoteDriver
from services.settings import Settings


def play_all(paths: tuple[Path, ...], url: str | None, *, quiet: bool) -> list[dict[str, Any]]:
    """Play each file; a row for each with its problem, empty when it went as told."""
    with _driver(url) as driver:
        return [_play(path, driver) for path in track(paths, "情景", disable=quiet)]


def _play(path: Path, driver: Driver) -> dict[str, Any]:
    row = {"file": path.name, "name": "", "steps": 0, "outcome": "", "problem": ""}
    try:
        scenario = read_scenario(path)
        row["name"] = scenario.name
        result = play(scenario, driver)
    except (ScenarioError, ValueError) as error:
        return row | {"problem": str(error)}
    outcome = (result.case or {}).get("outcome") or (result.case or {}).get("state") or ""
    return row | {"steps": result.steps, "outcome": outcome}


@contextmanager
def _driver(url: str | None) -> Iterator[Driver]:
    settings = Settings.from_env(os.environ)
    if url is not None:
        runtime = make_runtime(settings)
        yield RemoteDriver(url, Cast.of(runtime.library))
        return
    with TemporaryDirectory(prefix="liancheng-play-") as folder:
        data_dir = Path(folder)
        runtime = make_runtime(
            replace(settings, data_dir=data_dir, database_url=f"sqlite:///{data_dir / 'play.db'}")
        )
        migrate.upgrade(runtime.sessions.kw["bind"])
        with unit_of_work(runtime.sessions) as session:
            list(loading.load_all(session, runtime))
            loading.load_demo(session, runtime)
        yield LocalDriver(runtime, Cast.of(runtime.library))
