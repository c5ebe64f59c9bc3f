"""Playing a trial: what it shows, what somebody does in it, taking steps back."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.actors import Actor
from services.db.models import Person
from services.errors import ConflictError, DomainError, InvalidError
from services.runtime import Runtime
from services.scenarios import RefusedError, ScenarioError
from services.trials import acts, asking, calendar, coverage, keeping, looking, stages
from services.trials.acts import Doing
from services.trials.sandboxes import Step
from services.trials.seats import Break, Scene, taken
from workflows.calendar import TIME_ZONE

State = dict[str, Any]


def scene(session: Session, actor: Actor, trial_id: UUID) -> tuple[Scene, State]:
    """Return a trial for playing, and what lists say of it. Raises NotFoundError."""
    trial, draft = keeping.find(session, actor, trial_id)
    name = session.get_one(Person, trial.opened_by).name
    starts_at = trial.starts_at.astimezone(TIME_ZONE)
    around = stages.surroundings(session, draft)
    return Scene(trial.id, starts_at, tuple(trial.steps), around), keeping.brief(trial, name, actor)


def state(runtime: Runtime, given: Scene, brief: State) -> State:
    """Return how a trial stands; of steps that do not go any more, why.

    Takes no transaction of the installation. Raises ConflictError (the draft cannot be opened).
    """
    with taken(runtime, given) as (sandbox, broken):
        found = looking.seen(sandbox)
        return brief | found | {"broken": _broken(broken), "untold": _untold(given, sandbox.done)}


def _broken(found: Break | None) -> State | None:
    return None if found is None else {"step": found.step, "message": found.message}


def _untold(given: Scene, done: list[Step]) -> int:
    return len(given.steps) - len(done)


def play(runtime: Runtime, given: Scene, brief: State, doing: Doing) -> tuple[Step, State]:
    """Do something in the sandbox; the step as it is to be kept, and how the trial stands then.

    Takes no transaction of the installation. Raises InvalidError (with the fields of the form),
    ConflictError (refused, with the product's own code; BROKEN: an earlier step does not go).
    """
    with taken(runtime, given) as (sandbox, broken):
        if broken is not None:
            raise ConflictError("前面有步骤走不通，请先撤回到那一步之前", "BROKEN")
        step = acts.step_of(sandbox, doing)
        try:
            sandbox.play(step)
        except (RefusedError, ScenarioError) as error:
            raise _as_domain(error) from error
        found = looking.seen(sandbox)
        after = {"version": brief["version"] + 1, "step_count": len(sandbox.done)}
        return step, brief | found | after | {"broken": None, "untold": 0}


def _as_domain(error: RefusedError | ScenarioError) -> DomainError:
    if isinstance(error, ScenarioError):
        return ConflictError(str(error), "CANNOT")
    if error.fields:
        refusal = InvalidError(error.message, error.fields)
        refusal.code = error.code
        return refusal
    return ConflictError(error.message, error.code)


def keep(
    session: Session, runtime: Runtime, actor: Actor, trial_id: UUID, version: int, step: Step
) -> None:
    """Append a step that was played. Raises NotAllowedError, ConflictError (STALE)."""
    trial, _draft = keeping.find_own(session, actor, trial_id)
    keeping.change(trial, runtime.clock.now(), [*trial.steps, step], version)


def take_back(
    session: Session, runtime: Runtime, actor: Actor, trial_id: UUID, number: int, version: int
) -> State:
    """Take a step back, and those after it. Raises NotFoundError, InvalidError, ConflictError."""
    trial, _draft = keeping.find_own(session, actor, trial_id)
    keeping.require_fresh(trial, version)
    if not 1 <= number <= len(trial.steps):
        raise InvalidError("没有这一步", {"number": [f"1 至 {len(trial.steps)}"]})
    keeping.change(trial, runtime.clock.now(), trial.steps[: number - 1], version)
    name = session.get_one(Person, trial.opened_by).name
    return keeping.brief(trial, name, actor)


def ask(runtime: Runtime, given: Scene, kind: str, place: str, login: str) -> State:
    """Return a form of a trial with sample answers. Raises NotFoundError, ConflictError."""
    with taken(runtime, given) as (sandbox, _broken):
        return asking.asked(sandbox, kind, place, login)


def month(runtime: Runtime, given: Scene, wanted: str | None) -> list[State]:
    """Return the days of a month of a trial's calendar. Raises InvalidError."""
    with taken(runtime, given) as (sandbox, _broken):
        return calendar.days(sandbox, *calendar.month_of(sandbox, wanted))


def covered(
    runtime: Runtime, around: stages.Surroundings, lines: list[State], given: Scene | None
) -> State:
    """Return what a trial and the scenarios as they went have passed of a draft.

    Takes no transaction of the installation. Raises ConflictError (the draft cannot be opened).
    """
    opened = stages.of(runtime, around).ready.opened
    by_scenarios = coverage.merged(each["covered"] for each in lines if each["covered"])
    if given is None:
        return coverage.page(opened, coverage.merged(()), by_scenarios)
    with taken(runtime, given) as (sandbox, _broken):
        return coverage.page(opened, coverage.of(sandbox), by_scenarios)
