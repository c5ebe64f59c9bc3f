"""Scenario files: whole cases told step by step, played in process or against a server."""

from services.scenarios.errors import RefusedError, ScenarioError
from services.scenarios.player import Driver, Player, Result, play
from services.scenarios.reading import (
    Scenario,
    ScenarioFileError,
    read_scenario,
    read_scenario_in,
    read_steps,
)

__all__ = [
    "Driver",
    "Player",
    "RefusedError",
    "Result",
    "Scenario",
    "ScenarioError",
    "ScenarioFileError",
    "play",
    "read_scenario",
    "read_scenario_in",
    "read_steps",
]
