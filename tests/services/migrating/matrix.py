"""The matrix: cases of shipped scenarios, in each state they stop in, × each kind of edit.

At each stop a version with one edit is published, the move rehearsed, made, compared with its
rehearsal, undone, and the case compared with what it was, byte for byte; then the scenario goes on
as if nothing had been. ``python -m tests.services.migrating.matrix`` plays all of it.
"""

import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services import accounts, procedures
from services.actors import Actor
from services.db.engine import discarded, unit_of_work
from services.db.models import Case, Procedure
from services.errors import ConflictError
from services.lookup import read_case
from services.migrating import availability, moving, planning, rehearsing
from services.runtime import Runtime
from services.scenarios import play, read_scenario
from services.scenarios.accounts import Cast
from services.scenarios.errors import ScenarioError
from services.scenarios.local import LocalDriver
from services.settings import Settings
from tests.services.migrating.kinds import KEEP_THE_STORY, KINDS, Seen
from tests.workflows.verification.mutants.edits import CannotEdit, Draft
from workflows.bundles import Bundle
from workflows.errors import IncidentError, ModelRefusedError

BPMN = Settings.from_env({}).bpmn_root
SCENARIOS = (
    "baoshan/supplement_pauses",
    "liangjiang/approval",
    "lingang/conditional_then_passed",
    "yrd/wrong_province_transferred",
)
_TABLES = ("tasks", "deadlines", "jobs", "notices", "decisions", "case_facts", "case_roles")
_GROWS = {"version", "audit_seq", "audit_head"}  # what every act on a case counts on


@dataclass
class Cell:
    """What one move of one case by one edit came to."""

    scenario: str
    stop: str
    kind: str
    light: str = ""
    codes: tuple[str, ...] = ()
    moved: bool = False
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        fate = "moved" if self.moved else f"stays ({', '.join(self.codes)})"
        return f"{self.scenario} at {self.stop}, {self.kind}: {self.light}, {fate} {self.faults}"


@dataclass
class Mover(LocalDriver):
    """Tries edits on a case before each of its steps; ``share`` of them, by chance."""

    name: str = ""
    share: float = 1.0
    chance: random.Random = field(default_factory=random.Random)
    cells: list[Cell] = field(default_factory=list)
    stops: int = 0
    states: set[tuple[str, ...]] = field(default_factory=set)
    stays_on: str | None = None  # this kind is not undone at the first stop that it moves

    def complete(self, login, task, answers):
        self._stop(UUID(task["case_id"]))
        super().complete(login, task, answers)

    def advance(self, case, to):
        self._stop(UUID(case))
        super().advance(case, to)

    def _stop(self, case_id: UUID) -> None:
        self.stops += 1
        for kind in KINDS if self._is_new(case_id) else ():
            if self.stays_on not in {None, kind} or self.chance.random() >= self.share:
                continue
            cell = self._try(case_id, kind)
            if cell is not None:
                self.cells.append(cell)
                if self.stays_on is not None and cell.moved:
                    self.stays_on = ""

    def _is_new(self, case_id: UUID) -> bool:
        """Tell whether no case has stood on these steps yet; who is asked next is no new state."""
        with unit_of_work(self.runtime.sessions) as session:
            case = read_case(session, case_id)
            if case.engine_state is None:
                return False
            planned = planning.judge(session, case, case.bundle_hash, {})
            state = (case.procedure_id, *sorted({a.id for a, _b in planned.moves}))
        is_new = state not in self.states
        self.states.add(state)
        return is_new

    def _try(self, case_id: UUID, kind: str) -> Cell | None:
        with unit_of_work(self.runtime.sessions) as session:
            case = read_case(session, case_id)
            base, procedure_id = case.bundle_hash, case.procedure_id
            found = self._edited(session, case, kind)
            if found is None:
                return None
            stop, bundle = found
            if bundle.hash == base:
                return None
            procedures.publish(session, bundle, self.runtime.clock.now())
            owner = min(procedures.owners(session, case.jurisdiction), key=str)
            actor = accounts.actor_of(session, owner)
        cell = Cell(self.name, stop, kind)
        try:
            _Trial(self.runtime, actor, case_id, bundle.hash, cell).run(undoes=not self.stays_on)
        finally:
            with unit_of_work(self.runtime.sessions) as session:
                session.get_one(Procedure, procedure_id).bundle_hash = base
            if self.stays_on is None:
                procedures._READY.pop(bundle.hash, None)
                availability._READINGS.pop(bundle.hash, None)
        return cell

    def _edited(self, session: Any, case: Case, kind: str) -> tuple[str, Bundle] | None:
        if case.engine_state is None:
            return None
        planned = planning.judge(session, case, case.bundle_hash, {})
        running = tuple(a for a, _b in planned.moves)
        tasks = [node for node in running if node.kind == "userTask"]
        here = (tasks or [n for n in running if n.event is not None] or list(running))[0]
        opened = procedures.ready(session, case.bundle_hash).opened
        draft = Draft(opened.bundle)
        try:
            KINDS[kind](draft, Seen(opened, here, running))
            bundle = draft.done()
            procedures._READY[bundle.hash] = procedures.make_ready(bundle)
        except (CannotEdit, ModelRefusedError):
            return None
        return here.id, bundle


@dataclass
class _Trial:
    runtime: Runtime
    actor: Actor
    case_id: UUID
    to: str
    cell: Cell

    def run(self, *, undoes: bool) -> None:
        """Plan, rehearse, move, compare, undo, compare."""
        mapping = self._mapping()
        before = self._kept()
        wanted = moving.Wanted(self.to, mapping, "办法修订")
        with discarded(self.runtime.sessions) as session:
            told = rehearsing.rehearse(session, self.runtime, self.actor, self.case_id, wanted)
        self._differ("a rehearsal changed the case", before, self._kept())
        moved = self._move(wanted)
        if told["problem"] is not None:
            self.cell.codes = (*self.cell.codes, told["problem"]["code"])
            self._differ("the rehearsal saw a problem", told["problem"]["code"], moved)
            self._differ("a refused move changed the case", before, self._kept())
            return
        if isinstance(moved, str):
            self.cell.faults.append(f"refused though rehearsed: {moved}")
            return
        self.cell.moved = True
        if self.cell.light == "red":
            self.cell.faults.append("it moved though it was red")
        self._differ("it came out otherwise", told["after"], moved["after"])
        if not moved["proof"]["is_whole"]:
            self.cell.faults.append("the proof is not whole")
        if undoes:
            with unit_of_work(self.runtime.sessions) as session:
                moving.undo(session, self.runtime, self.actor, self.case_id, reason="撤销")
            self._differ("undone it is not what it was", before, self._kept())

    def _mapping(self) -> dict[str, str]:
        """Note the light; return what an owner would choose where there is a choice."""
        with unit_of_work(self.runtime.sessions) as session:
            case = read_case(session, self.case_id)
            _planned, reasons, light = planning.fare(session, case, self.to, {})
        self.cell.light = light.value
        self.cell.codes = tuple(each["code"] for each in reasons)
        chosen = (each for each in reasons if each["choices"] and each["step"])
        return {each["step"]["id"]: each["choices"][0]["id"] for each in chosen}

    def _move(self, wanted: moving.Wanted) -> Any:
        try:
            with unit_of_work(self.runtime.sessions) as session:
                return moving.migrate(session, self.runtime, self.actor, self.case_id, wanted)
        except (ConflictError, IncidentError) as error:
            return error.code

    def _kept(self) -> dict[str, Any]:
        """All of the case, as it is stored."""
        with unit_of_work(self.runtime.sessions) as session:
            found = {
                table: [
                    tuple(row)
                    for row in session.execute(
                        text(f"SELECT * FROM {table} WHERE case_id = :case ORDER BY 1, 2, 3"),
                        {"case": self.case_id.hex},
                    )
                ]
                for table in _TABLES
            }
            row = session.execute(
                text("SELECT * FROM cases WHERE id = :case"), {"case": self.case_id.hex}
            ).mappings()
            return found | {"case": {k: v for k, v in row.one().items() if k not in _GROWS}}

    def _differ(self, what: str, one: Any, other: Any) -> None:
        if one != other:
            self.cell.faults.append(what)


def tried(
    runtime: Runtime, name: str, *, share: float = 1.0, seed: int = 1, stays_on: str | None = None
) -> Mover:
    """Play a scenario with edits tried at its stops. Raises ScenarioError if it ends otherwise."""
    jurisdiction, _, story = name.partition("/")
    path = BPMN / jurisdiction / "scenarios" / f"{story}.yaml"
    driver = Mover(
        runtime,
        Cast.of(runtime.library),
        name=name,
        share=share,
        chance=random.Random(f"{seed}/{name}"),
        stays_on=stays_on,
    )
    play(read_scenario(path), driver)
    return driver


def main() -> int:
    """Play the whole matrix; print its progress and a summary."""
    from tests.conftest import Databases, _fill, _runtime

    from workflows.bundles import Library

    settings = Settings.from_env({})
    library = Library(settings.bpmn_root, settings.forms_root)
    share = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    began, cells, broken = time.process_time(), [], []
    with TemporaryDirectory() as folder:
        template = Path(folder) / "filled.db"
        _fill(f"sqlite:///{template}", library)
        databases = Databases(template, lambda: "", library)
        for name in SCENARIOS:
            runtime = _runtime(databases.sqlite(Path(folder)), library, Path(folder))
            mover = tried(runtime, name, share=share)
            cells += mover.cells
            print(f"{name}: {len(mover.states)} states, {len(mover.cells)} moves tried", flush=True)
        for name in SCENARIOS:
            for kind in sorted(KEEP_THE_STORY):
                try:
                    for some in (0.3, 1.0):  # not always at the first state that there is
                        runtime = _runtime(databases.sqlite(Path(folder)), library, Path(folder))
                        mover = tried(runtime, name, share=some, stays_on=kind)
                        if any(cell.moved for cell in mover.cells):
                            break
                    moved = next((cell.stop for cell in mover.cells if cell.moved), "nowhere")
                    print(f"{name} moved for good at {moved} ({kind}): ends the same", flush=True)
                except ScenarioError as error:
                    broken.append(f"{name}, {kind}: {error}")
                    print(broken[-1], flush=True)
    return _summary(cells, broken, time.process_time() - began)


def _summary(cells: list[Cell], broken: list[str], seconds: float) -> int:
    faults = [cell for cell in cells if cell.faults]
    by_kind = Counter((cell.kind, cell.light, cell.moved) for cell in cells)
    for (kind, light, moved), number in sorted(by_kind.items()):
        print(f"  {kind:26} {light:6} {'moved' if moved else 'stays':6} {number:5}")
    for cell in faults:
        print(f"FAULT {cell}")
    print(f"{len(cells)} moves, {len(faults)} with faults, {len(broken)} stories broken,", end=" ")
    print(f"{seconds:.0f} s of CPU")
    return 1 if faults or broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
