"""Recorded scenarios of every jurisdiction: of each four one on SQLite and one on PostgreSQL.

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
IS_WHOLE = os.environ.get("LIANCHENG_SCENARIOS") == "all"
ON_POSTGRESQL = FILES if IS_WHOLE else FILES[::4]
ON_SQLITE = FILES if IS_WHOLE else FILES[2::4]


def name_of(path: Path) -> str:
    return f"{path.parent.parent.name}/{path.stem}"


def go(path: Path, runtime) -> None:
    driver = LocalDriver(runtime, Cast.of(runtime.library))

    play(read_scenario(path), driver)

    with unit_of_work(runtime.sessions) as session:
        assert [finding for finding in audit.verify(session) if finding] == []


@pytest.mark.parametrize("path", ON_SQLITE, ids=name_of)
def test_a_scenario_goes_as_told(path: Path, sqlite_runtime) -> None:
    go(path, sqlite_runtime)


@pytest.mark.parametrize("path", ON_POSTGRESQL, ids=name_of)
def test_a_scenario_goes_as_told_on_postgresql(path: Path, postgresql_runtime) -> None:
    go(path, postgresql_runtime)
