"""A thousand running cases in the states they stop in: planned, rehearsed, moved, on PostgreSQL.

``python -m bench.run --only migrating``. The version they move to has another name for a step and
another length of the publicity, so that some cases stay.
"""

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from rich.progress import Progress

from bench import herd
from bench.world import approval, filled, percentile
from services import accounts, procedures
from services.actors import Actor
from services.db.engine import discarded, reading, unit_of_work
from services.db.models import Procedure
from services.migrating import moving, planning, rehearsing
from services.runtime import Runtime
from services.scenarios import Scenario, play
from services.scenarios.accounts import Cast
from services.scenarios.local import LocalDriver
from workflows.bundles import Bundle

CASES = 1_000


@dataclass
class Stopping(LocalDriver):
    """Plays a scenario and takes its case as a template at every stop, as it is stored."""

    taken: list[herd.Template] = field(default_factory=list)

    def complete(self, login: str, task: dict[str, Any], answers: dict[str, Any]) -> None:
        """Take the case as it waits for a person."""
        self._take(task["case_id"])
        super().complete(login, task, answers)

    def advance(self, case: str, to: Any) -> None:
        """Take the case as it waits for its time to pass."""
        self._take(case)
        super().advance(case, to)

    def _take(self, case: str) -> None:
        with self.runtime.sessions.kw["bind"].connect() as connection:
            found = herd.template(connection, UUID(case))
            if _waits(found):
                self.taken.append(found)


def _waits(found: herd.Template) -> bool:
    """Tell whether nothing is left for workers to do at once; papers are not copied."""
    jobs = found.rows.get("jobs", [])
    return all(row["done_at"] is not None or row["kind"] == "timer" for row in jobs)


def stops(runtime: Runtime, scenario: Scenario) -> list[herd.Template]:
    """Play a scenario; its case at each stop, in order."""
    driver = Stopping(runtime, Cast.of(runtime.library))
    play(scenario, driver)
    return driver.taken


def measure(count: int = CASES) -> dict[str, Any]:
    """Return seconds for the plan; of each rehearsal, move and way back milliseconds.

    ``cpu`` is what this process takes for one, whatever else the machine does.
    """
    with filled("postgresql") as runtime, Progress() as progress:
        bar = progress.add_task("cases", total=count)
        templates = stops(runtime, approval(runtime))
        with runtime.sessions.kw["bind"].connect() as connection:
            herd.multiply(
                connection, templates, count, lambda made: progress.update(bar, completed=made)
            )
        return _measure(runtime, progress, len(templates))


def _measure(runtime: Runtime, progress: Progress, states: int) -> dict[str, Any]:
    procedure_id, to, owner = _publish(runtime)
    began = time.perf_counter()
    with reading(runtime.sessions) as session:
        plan = planning.of_procedure(session, owner, procedure_id, {})
    planned = time.perf_counter() - began
    lights: Counter[str] = Counter()
    green = []
    for group in plan["groups"]:
        lights[group["light"]] += len(group["cases"])
        green += [each["id"] for each in group["cases"] if group["light"] == "green"]
    rehearse, move, undo = (_times(act, green, progress) for act in _acts(runtime, owner, to))
    return {
        "states": states,
        "cases": sum(lights.values()),
        "lights": dict(lights),
        "groups": len(plan["groups"]),
        "plan_s": planned,
        "rehearse_ms": rehearse,
        "move_ms": move,
        "undo_ms": undo,
    }


def _publish(runtime: Runtime) -> tuple[str, str, Actor]:
    """Publish an edited version of the procedure; its hash, and a process owner."""
    procedure_id = approval(runtime).procedure
    with unit_of_work(runtime.sessions) as session:
        procedure = session.get_one(Procedure, procedure_id)
        bundle = procedures.read_bundle(session, procedure.bundle_hash)
        edited = Bundle(procedure_id, {**bundle.files, **_edited(bundle.files)})
        procedures.publish(session, edited, runtime.clock.now())
        owner = min(procedures.owners(session, procedure.jurisdiction), key=str)
        return procedure_id, edited.hash, accounts.actor_of(session, owner)


def _edited(files: Any) -> dict[str, bytes]:
    settings = json.loads(files["procedure.json"])
    profile = settings["procedure"]["profile"]
    if "publicity.days" in profile:
        profile["publicity.days"]["value"] += 1
    path = next(p for p in sorted(files) if p.endswith("member_intent.bpmn"))
    diagram = files[path].decode().replace('name="确认成员单位"', 'name="核对成员单位"')
    return {
        "procedure.json": json.dumps(settings, ensure_ascii=False).encode(),
        path: diagram.encode(),
    }


def _acts(runtime: Runtime, owner: Actor, to: str) -> list[Any]:
    digests: dict[UUID, str] = {}

    def rehearse(case_id: UUID) -> None:
        with discarded(runtime.sessions) as session:
            wanted = moving.Wanted(to, {}, "演练")
            told = rehearsing.rehearse(session, runtime, owner, case_id, wanted)
            digests[case_id] = told["digest"]

    def move(case_id: UUID) -> None:
        with unit_of_work(runtime.sessions) as session:
            wanted = moving.Wanted(to, {}, "办法修订", digests[case_id])
            moving.migrate(session, runtime, owner, case_id, wanted)

    def undo(case_id: UUID) -> None:
        with unit_of_work(runtime.sessions) as session:
            moving.undo(session, runtime, owner, case_id, reason="撤销")

    return [rehearse, move, undo]


def _times(act: Any, cases: list[UUID], progress: Progress) -> dict[str, float]:
    taken, cpu = [], time.process_time()
    for case_id in progress.track(cases, description=act.__name__):
        began = time.perf_counter()
        act(case_id)
        taken.append((time.perf_counter() - began) * 1000)
    return {
        "p50": percentile(taken, 0.5),
        "p95": percentile(taken, 0.95),
        "all_s": sum(taken) / 1000,
        "cpu": (time.process_time() - cpu) * 1000 / max(len(cases), 1),
    }
