"""A sandbox: a database of its own in a temporary folder, in which steps of a scenario are played."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import Any
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from services.gateways.clock import FakeClock
from services.runtime import Runtime
from services.scenarios import Player, RefusedError, Scenario, ScenarioError
from services.scenarios.local import LocalDriver
from services.trials import template
from services.trials.stages import Stage
from workflows.dmn import DmnError
from workflows.errors import WorkflowError
from workflows.feel import FeelError

Step = dict[str, Any]
FAULT = "DRAFT_FAULT"  # the code of a refusal that the draft itself is the cause of
_AT_ONCE = ("start", "task", "message", "objection")  # refused, they have changed nothing
_LEAVES_A_TRACE = frozenset({"PROCESS_FAULT", "INVARIANT_BROKEN", FAULT})
_FAULTS = (
    FeelError,
    DmnError,
    WorkflowError,
    SQLAlchemyError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
)


@dataclass
class Sandbox:
    """Where one trial, or one scenario, is played. ``lock`` is held by whoever plays or looks.

    ``done`` are the steps played so far and ``times`` the virtual instants right after each.
    ``is_spoiled``: a refused step has left something behind; it must be told anew.
    """

    stage: Stage
    runtime: Runtime
    folder: template.Folder
    player: Player
    done: list[Step] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)
    is_spoiled: bool = False
    lock: RLock = field(default_factory=RLock)

    @property
    def case(self) -> UUID | None:
        """Return the case that steps are about now."""
        return UUID(self.player.case) if self.player.case else None

    def play(self, step: Step) -> None:
        """Play a step and what falls due by it.

        Raises RefusedError, ScenarioError; refused it has changed nothing, or spoils the sandbox.
        """
        try:
            self.player.step(step)
        except (RefusedError, ScenarioError) as error:
            self._refused(step, error)
            raise
        except _FAULTS as error:
            self.is_spoiled = True
            raise RefusedError(FAULT, f"草稿在这一步出错：{_told(error)}") from error
        self.done.append(step)
        self.times.append(self.player.now)

    def _refused(self, step: Step, error: Exception) -> None:
        is_at_once = any(kind in step for kind in _AT_ONCE) and not step.get("each")
        code = getattr(error, "code", "")
        self.is_spoiled = self.is_spoiled or not is_at_once or code in _LEAVES_A_TRACE

    def close(self) -> None:
        """Let go of its connections; its folder goes with it."""
        self.runtime.sessions.kw["bind"].dispose()
        self.folder.remove()


def _told(error: Exception) -> str:
    return str(getattr(error, "message_zh", "") or getattr(error, "message", "") or error)[:300]


def open_sandbox(
    runtime: Runtime, stage: Stage, clock: datetime, given: dict[str, Any], name: str = ""
) -> Sandbox:
    """Open a sandbox whose calendar begins at ``clock`` (aware)."""
    folder = template.copied(stage.folder)
    place = template.open_runtime(folder, runtime.library, FakeClock(clock))
    procedure = stage.bundle.procedure_id
    scenario = Scenario(Path("trial.yaml"), procedure, name, clock, given, [], {})
    player = Player(scenario, LocalDriver(place, stage.cast))
    return Sandbox(stage, place, folder, player)
