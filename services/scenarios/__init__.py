"""Scenario files: whole cases told step by step, played in process or against a server."""

from services.scenarios.player import Driver, Result, ScenarioError, play
from services.scenarios.reading import Scenario, read_scenario

__all__ = ["Driver", "Result", "Scenario", "ScenarioError", "play", "read_scenario"]
