"""Every recorded scenario of every jurisdiction on SQLite, every third on PostgreSQL too.

``LIANCHENG_SCENARIOS=all`` plays all of them on both databases.
"""

import os
from pathlib import Path

import pytest

from services import audit
from services.db.engine import unit_of_work
from services.scenarios import play, read_scenario
from services.scenarios.accounts import Cast
from services.scenarios.local import LocalDriver
from services.settings import Settings

FILES = sorted(Settings.from_env({}).bpmn_root.glob("*/scenarios/*.yaml"))
ON_POSTGRESQL = FILES if os.environ.get("LIANCHENG_SCENARIOS") == "all" else FILES[::3]


def name_of(path: Path) -> str:
    return f"{path.parent.parent.name}/{path.stem}"


def go(path: Path, runtime) -> None:
    driver = LocalDriver(runtime, Cast.of(runtime.library))

    play(read_scenario(path), driver)

    with unit_of_work(runtime.sessions) as session:
        assert [finding for finding in audit.verify(session) if finding] == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_scenario_goes_as_told(path: Path, sqlite_runtime) -> None:
    go(path, sqlite_runtime)


@pytest.mark.parametrize("path", ON_POSTGRESQL, ids=name_of)
def test_a_scenario_goes_as_told_on_postgresql(path: Path, postgresql_runtime) -> None:
    go(path, postgresql_runtime)
