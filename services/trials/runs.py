"""Scenarios of a draft, each played in a sandbox of its own against the draft as it is.

How each went last is kept, with what stands for all that was played: a result of other files does
not count.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import procedures
from services.actors import Actor
from services.db.models import ProcedureDraft, ScenarioRun
from services.errors import NotFoundError
from services.runtime import Runtime
from services.scenarios import (
    RefusedError,
    Scenario,
    ScenarioError,
    ScenarioFileError,
    expectations,
    read_scenario_in,
)
from services.studio import drafts
from services.trials import coverage, stages
from services.trials.sandboxes import Sandbox, open_sandbox
from services.trials.scenarios import FOLDER
from services.trials.stages import Surroundings
from workflows import strict_yaml
from workflows.bundles import EXAMPLES
from workflows.feel import FeelError

MOST_SECONDS = 60
_ASIDE = (f"{FOLDER}/", f"{EXAMPLES}/")
_SHARED = (f"{FOLDER}/parts/", f"{FOLDER}/answers/")
_UNREADABLE = (ScenarioFileError, ValueError, LookupError, TypeError, AttributeError)


@dataclass(frozen=True)
class Outcome:
    """How a scenario went. ``step`` counts from 1; None: the file, or what it expects at the end."""

    path: str
    played: str
    is_passed: bool
    step: int | None
    message: str
    milliseconds: int
    covered: coverage.Covered


def paths(files: Mapping[str, bytes]) -> list[str]:
    """Return the scenarios among the files of a bundle."""
    found = (path for path in files if path.startswith(f"{FOLDER}/") and path.endswith(".yaml"))
    return sorted(path for path in found if path.count("/") == 1)


def played(given: Surroundings, path: str) -> str:
    """Return what stands for all that a scenario plays: no other scenarios, no examples of tables."""
    return given.key_of(
        lambda name: name == path or not name.startswith(_ASIDE) or name.startswith(_SHARED)
    )


def run(runtime: Runtime, given: Surroundings, path: str) -> Outcome:
    """Play one scenario of a draft. Takes no transaction of the installation.

    Raises NotFoundError (no such scenario), ConflictError (the draft cannot be opened).
    """
    if path not in paths(given.draft.files):
        raise NotFoundError(f"草稿里没有场景“{path}”")
    began = time.monotonic()
    step, message, covered = _played(runtime, given, path)
    spent = int((time.monotonic() - began) * 1000)
    return Outcome(path, played(given, path), not message, step, message, spent, covered)


def _played(
    runtime: Runtime, given: Surroundings, path: str
) -> tuple[int | None, str, coverage.Covered]:
    texts = given.draft.under(FOLDER)
    folder = {name.removeprefix(f"{FOLDER}/"): data for name, data in texts.items()}
    nothing = coverage.merged(())
    try:
        scenario = read_scenario_in(folder, path.removeprefix(f"{FOLDER}/"))
    except _UNREADABLE as error:
        return None, f"场景文件读不出来：{error}", nothing
    if scenario.procedure != given.draft.procedure_id:
        return None, f"场景是另一个办理事项（{scenario.procedure}）的", nothing
    stage = stages.of(runtime, given)
    sandbox = open_sandbox(runtime, stage, scenario.clock, scenario.given, scenario.name)
    try:
        step, message = _told(sandbox, scenario)
        return step, message, coverage.of(sandbox)
    finally:
        sandbox.close()


def _told(sandbox: Sandbox, scenario: Scenario) -> tuple[int | None, str]:
    """Tell a scenario; the number of the step that failed and why, nothing where none did."""
    deadline = time.monotonic() + MOST_SECONDS
    for number, step in enumerate(scenario.steps, start=1):
        if time.monotonic() > deadline:
            return number, f"超过 {MOST_SECONDS} 秒还没有走完，请拆成几个场景"
        try:
            sandbox.play(step)
        except (RefusedError, ScenarioError) as error:
            return number, f"{_brief(step)}：{error}"
    return None, _unmet(sandbox, scenario)


def _unmet(sandbox: Sandbox, scenario: Scenario) -> str:
    if sandbox.player.case is None:
        return ""
    player = sandbox.player
    try:
        expected = player.about(scenario.expect)
        found = player.driver.inspect(str(player.case))
        expectations.check(found, expected, "结果与预期不同", player.kept)
    except ScenarioError as error:
        return str(error)
    except (FeelError, ArithmeticError, *_UNREADABLE) as error:
        return f"预期写得不对：{error}"
    return ""


def _brief(step: Mapping[str, Any]) -> str:
    kind = next((k for k in step if k not in ("in", "as", "answers")), "")
    who = f"（{step['as']}）" if step.get("as") else ""
    return f"{kind} {step[kind]}{who}" if kind and not isinstance(step[kind], dict) else kind


def keep(session: Session, runtime: Runtime, draft_id: UUID, found: Outcome) -> None:
    """Keep how a scenario went; the last one counts."""
    row = session.get(ScenarioRun, (draft_id, found.path), with_for_update=True)
    if row is None:
        row = ScenarioRun(draft_id=draft_id, path=found.path)
        session.add(row)
    row.played, row.is_passed, row.step = found.played, found.is_passed, found.step
    row.message, row.milliseconds = found.message[:4000], found.milliseconds
    row.covered, row.played_at = found.covered, runtime.clock.now()
    session.flush()


def listed(session: Session, actor: Actor, draft_id: UUID) -> list[dict[str, Any]]:
    """Return the scenarios of a draft, and how each went against it as it is.

    Raises NotFoundError.
    """
    return of_draft(session, drafts.find(session, actor, draft_id))


def of_draft(session: Session, draft: ProcedureDraft) -> list[dict[str, Any]]:
    """Return the same to who has found the draft."""
    given, base = stages.surroundings(session, draft), _base(session, draft)
    rows = session.scalars(select(ScenarioRun).where(ScenarioRun.draft_id == draft.id))
    known = {row.path: row for row in rows}
    return [_line(given, base, path, known.get(path)) for path in paths(given.draft.files)]


def line(session: Session, draft: ProcedureDraft, path: str) -> dict[str, Any]:
    """Return one scenario of a draft and how it went. Raises NotFoundError."""
    given = stages.surroundings(session, draft)
    if path not in given.draft.files:
        raise NotFoundError(f"草稿里没有场景“{path}”")
    return _line(given, _base(session, draft), path, session.get(ScenarioRun, (draft.id, path)))


def _base(session: Session, draft: ProcedureDraft) -> Mapping[str, bytes]:
    return procedures.read_bundle(session, draft.base_hash).files if draft.base_hash else {}


def _line(
    given: Surroundings, base: Mapping[str, bytes], path: str, row: ScenarioRun | None
) -> dict[str, Any]:
    is_current = row is not None and row.played == played(given, path)
    data = given.draft.files[path]
    line = {
        "path": path,
        "name": _name(path, data),
        "is_own": base.get(path) != data,
        "state": "open",
        "step": None,
        "message": "",
        "milliseconds": None,
        "played_at": None,
        "covered": None,
    }
    if row is None or not is_current:
        return line
    return line | {
        "state": "passed" if row.is_passed else "failed",
        "step": row.step,
        "message": row.message,
        "milliseconds": row.milliseconds,
        "played_at": row.played_at,
        "covered": row.covered,
    }


def _name(path: str, data: bytes) -> str:
    try:
        content = strict_yaml.read(data)
    except strict_yaml.YamlError:
        return path
    name = content.get("name") if isinstance(content, dict) else None
    return str(name) if name else path
