"""Every recorded scenario of every jurisdiction, on both databases."""

from pathlib import Path

import pytest

from services import audit
from services.db.engine import unit_of_work
from services.scenarios import play, read_scenario
from services.scenarios.accounts import Cast
from services.scenarios.local import LocalDriver
from services.settings import Settings

FILES = sorted(Settings.from_env({}).bpmn_root.glob("*/scenarios/*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.parent.name}/{path.stem}")
def test_a_scenario_goes_as_told(path: Path, runtime) -> None:
    driver = LocalDriver(runtime, Cast.of(runtime.library))

    play(read_scenario(path), driver)

    with unit_of_work(runtime.sessions) as session:
        assert [finding for finding in audit.verify(session) if finding] == []
