"""Whole cases played on a runtime of its own, for what their papers say."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from services.runtime import Runtime
from services.scenarios import play, read_scenario
from services.scenarios.accounts import Cast
from services.scenarios.local import LocalDriver
from tests.remembering import remembered

ROOT = Path(__file__).parents[3] / "workflows" / "bpmn"


@pytest.fixture
def played() -> Callable[[Runtime, str], UUID]:
    """Plays one scenario, ``jurisdiction/name``; returns the id of its case."""

    def run(runtime: Runtime, name: str) -> UUID:
        folder, file = name.split("/")
        path = ROOT / folder / "scenarios" / f"{file}.yaml"
        result = play(read_scenario(path), LocalDriver(runtime, Cast.of(runtime.library)))
        return UUID(result.case["id"])

    return lambda runtime, name: remembered(runtime, name, lambda fresh: run(fresh, name))
