"""Where trials are open in this process: a few at once, each brought to its steps when it is asked for.

A sandbox is no data: whichever process is asked tells the steps again, and finds the same.
"""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock, RLock
from uuid import UUID

from services.runtime import Runtime
from services.scenarios import RefusedError, ScenarioError
from services.trials import stages
from services.trials.sandboxes import Sandbox, Step, open_sandbox

MOST = 6
GIVEN = {
    "legal_basis": "in_force"
}  # what a trial assumes of the law, under the checks of production


@dataclass(frozen=True)
class Scene:
    """A trial as it is kept, and what its draft meets: all that it takes to set it up."""

    id: UUID
    starts_at: datetime
    steps: tuple[Step, ...]
    surroundings: stages.Surroundings


@dataclass(frozen=True)
class Break:
    """The first step that does not go any more, since the draft was changed, and why."""

    step: int
    message: str


@dataclass
class Seat:
    """One trial that is open here."""

    sandbox: Sandbox | None = None
    broken: tuple[tuple[Step, ...], Break] | None = None
    lock: RLock = field(default_factory=RLock)


_SEATS: "OrderedDict[UUID, Seat]" = OrderedDict()
_LOCK = Lock()


@contextmanager
def taken(runtime: Runtime, scene: Scene) -> Iterator[tuple[Sandbox, Break | None]]:
    """Give a trial's sandbox, all its steps told, to one caller at a time.

    Takes no transaction of the installation. Raises ConflictError (the draft cannot be opened).
    """
    stage = stages.of(runtime, scene.surroundings)
    seat = _seat(scene.id)
    with seat.lock:
        yield _brought(runtime, seat, stage, scene)


def _seat(trial_id: UUID) -> Seat:
    with _LOCK:
        seat = _SEATS.setdefault(trial_id, Seat())
        _SEATS.move_to_end(trial_id)
        while len(_SEATS) > MOST:
            _leave(_SEATS.popitem(last=False)[1])
    return seat


def _leave(seat: Seat) -> None:
    """Close what nobody uses; who still plays there goes on, and it goes with them."""
    if seat.lock.acquire(blocking=False):
        try:
            if seat.sandbox is not None:
                seat.sandbox.close()
                seat.sandbox = None
        finally:
            seat.lock.release()


def _brought(
    runtime: Runtime, seat: Seat, stage: stages.Stage, scene: Scene
) -> tuple[Sandbox, Break | None]:
    sandbox = _fitting(seat, stage, scene)
    if sandbox is None:
        sandbox = _fresh(runtime, seat, stage, scene)
    if seat.broken is not None and seat.broken[0] == scene.steps:
        return sandbox, seat.broken[1]
    seat.broken = None
    for number, step in enumerate(scene.steps[len(sandbox.done) :], start=len(sandbox.done) + 1):
        try:
            sandbox.play(step)
        except (RefusedError, ScenarioError) as error:
            found = Break(number, str(getattr(error, "message", error)))
            sandbox = _until(runtime, seat, stage, scene, number - 1)
            seat.broken = (scene.steps, found)
            return sandbox, found
    return sandbox, None


def _fitting(seat: Seat, stage: stages.Stage, scene: Scene) -> Sandbox | None:
    """Return the sandbox there is, if the steps only go on from it."""
    sandbox = seat.sandbox
    if sandbox is None or sandbox.is_spoiled or sandbox.stage.key != stage.key:
        return None
    return sandbox if tuple(sandbox.done) == scene.steps[: len(sandbox.done)] else None


def _fresh(runtime: Runtime, seat: Seat, stage: stages.Stage, scene: Scene) -> Sandbox:
    if seat.sandbox is not None:
        seat.sandbox.close()
    seat.broken = None
    seat.sandbox = open_sandbox(runtime, stage, scene.starts_at, GIVEN)
    return seat.sandbox


def _until(runtime: Runtime, seat: Seat, stage: stages.Stage, scene: Scene, count: int) -> Sandbox:
    """Tell the first steps anew: what went before is as it was, the refused step left nothing."""
    sandbox = _fresh(runtime, seat, stage, scene)
    for step in scene.steps[:count]:
        sandbox.play(step)
    return sandbox
