"""Scenario files: whole cases told step by step, played in process or against a server."""

from services.scenarios.errors import ScenarioError
from services.scenarios.player import Driver, Player, Result, play
from services.scenarios.reading import Scenario, read_scenario, read_steps

__all__ = [
    "Driver",
    "Player",
    "Result",
    "Scenario",
    "ScenarioError",
    "play",
    "read_scenario",
    "read_steps",
]
