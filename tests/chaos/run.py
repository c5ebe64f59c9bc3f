"""The long storm: ``make chaos``. Prints its seed, progress, and a summary; exits 1 on any loss."""

import argparse
import json
import os
import random
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from services.runtime import Runtime
from services.scenarios.accounts import Cast
from tests.chaos import formation
from tests.chaos.model import Told, tell, undisturbed
from tests.chaos.monkeys import Plan

PARTS = {  # first steps of scenarios: a signing by five units, a time limit that runs out
    "liangjiang/approval": 6,
    "liangjiang/silent_candidate": 6,
}
SHORT_ONES = 5  # cases of the last for one of each other: many small cases, some large ones
console = Console()


def main() -> None:
    """Run the storm with the chosen numbers."""
    options = _options()
    console.print(f"seed {options.seed}")
    with tempfile.TemporaryDirectory(prefix="liancheng-chaos-") as name:
        folder = Path(name)
        runtime = formation.filled(folder, f"sqlite:///{folder / 'model.db'}")
        told = tell(undisturbed(runtime), runtime.settings.bpmn_root, PARTS)
        found = _storm(folder, runtime, [*told, *told[-1:] * (SHORT_ONES - 1)], options)
    _print(found)
    sys.exit(1 if found.problems else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=3000)
    parser.add_argument("--kills", type=int, default=350, help="from outside")
    parser.add_argument("--death-rate", type=float, default=0.0003, help="at the worst moments")
    parser.add_argument("--crashes", type=int, default=20, help="of the database")
    parser.add_argument("--redis", type=int, default=20, help="losses of Redis")
    parser.add_argument("--pauses", type=int, default=10, help="SIGSTOPs")
    parser.add_argument("--jumps", type=int, default=10, help="of the host's clock")
    parser.add_argument("--pause-seconds", type=float, default=20)
    parser.add_argument("--people", type=int, default=6, help="at once")
    parser.add_argument("--every", type=float, default=2.6, help="mean seconds between")
    seed = int(os.environ.get("LIANCHENG_CHAOS_SEED", random.SystemRandom().randrange(10**9)))
    parser.add_argument("--seed", type=int, default=seed)
    return parser.parse_args()


def _storm(
    folder: Path, runtime: Runtime, told: list[Told], options: argparse.Namespace
) -> formation.Found:
    plan = Plan(
        kills=options.kills,
        crashes=options.crashes,
        redis_losses=options.redis,
        pauses=options.pauses,
        pause_seconds=options.pause_seconds,
        jumps=options.jumps,
        every_seconds=(0.2 * options.every, 1.8 * options.every),
    )
    cast = Cast.of(runtime.library)
    rate = options.death_rate
    with formation.formation(folder / "world", cast, death_rate=rate) as world, _bar() as bar:
        task = bar.add_task("cases", total=options.cases)
        played, monkey = formation.storm(
            world,
            told,
            options.cases,
            plan,
            options.seed,
            people=options.people,
            step=lambda done: bar.update(task, completed=done),
        )
        quiet = formation.calm(world)
        found = formation.compare(world, told, played, monkey)
        found.figures["seconds until quiet"] = round(quiet, 1)
        return found


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )


def _print(found: formation.Found) -> None:
    table = Table("what", "figure", title="After the storm")
    for name, figure in found.figures.items():
        shown = json.dumps(figure, ensure_ascii=False) if isinstance(figure, dict) else str(figure)
        table.add_row(name, shown)
    console.print(table)
    for problem in found.problems[:50]:
        console.print(f"[red]✗[/red] {problem}", highlight=False)
    console.print(f"{len(found.problems)} problems")


if __name__ == "__main__":
    main()
