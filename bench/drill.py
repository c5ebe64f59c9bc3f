"""The restore drill: many cases backed up, restored into an empty installation, verified, continued.

``python -m bench.drill --cases 20000``. Prints how long each part took and what came of it; exits 1
when anything is missing, sent again, or cannot go on.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table
from sqlalchemy import create_engine, select, text

from bench import herd, servers
from bench.world import fill
from services import audit, jobs
from services.backups import dumping, restoring
from services.backups.archive import open_archive
from services.db.engine import open_engine, open_sessions, reading
from services.db.models import AuditEntry
from services.gateways.files import FolderFileStore
from services.gateways.mail import FakeMailer
from services.runtime import Runtime
from services.scenarios import Player, Scenario, ScenarioError, read_scenario
from services.scenarios.accounts import Cast
from services.scenarios.local import LocalDriver

console = Console()


def main() -> None:
    """Run the drill."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--continued", type=int, default=100, help="cases that go on to their end")
    options = parser.parse_args()
    figures: dict[str, Any] = {"cases": options.cases}
    with TemporaryDirectory(prefix="liancheng-drill-") as name:
        problems = _drill(Path(name), options.cases, options.continued, figures)
    table = Table("what", "figure", title="Restore drill")
    for what, figure in figures.items():
        table.add_row(what, str(figure))
    console.print(table)
    for problem in problems[:20]:
        console.print(f"[red]✗[/red] {problem}", highlight=False)
    sys.exit(1 if problems else 0)


def _drill(folder: Path, cases: int, continued: int, figures: dict[str, Any]) -> list[str]:
    (folder / "pg").mkdir()
    with servers.postgres(folder / "pg", is_durable=True) as server, _bar() as bar:
        first = fill(folder, _database(server, "first"))
        stories, made = _herd(first, cases, figures, bar)
        sent = _send(first)
        with _timed(figures, "backup, seconds"):
            dumping.write(first, folder / "backup.zip", _steps(bar, "backup"))
        figures["backup, MB"] = round((folder / "backup.zip").stat().st_size / 1e6, 1)
        second = _empty(first, folder, _database(server, "second"))
        with (
            _timed(figures, "restore and verification, seconds"),
            (folder / "backup.zip").open("rb") as f,
        ):
            figures["restored"] = restoring.restore(second, open_archive(f), _steps(bar, "restore"))
        problems = _lost(figures["restored"], cases) + _sent_again(second, sent)
        with _timed(figures, "continued, seconds"):
            problems += _continue(second, stories, made[:continued], figures)
        for runtime in (first, second):
            runtime.sessions.kw["bind"].dispose()
    return problems


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=console)


def _steps(bar: Progress, prefix: str) -> Any:
    known: dict[str, TaskID] = {}

    def step(what: str, done: int, total: int) -> None:
        if what not in known:
            known[what] = bar.add_task(f"{prefix}: {what}", total=total)
        bar.update(known[what], completed=done)

    return step


@contextmanager
def _timed(figures: dict[str, Any], name: str) -> Iterator[None]:
    start = time.monotonic()
    yield
    figures[name] = round(time.monotonic() - start, 1)


def _database(server: str, name: str) -> str:
    admin = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return f"{server}/{name}"


def _herd(
    runtime: Runtime, cases: int, figures: dict[str, Any], bar: Progress
) -> tuple[list[Scenario], list[UUID]]:
    """Play a scenario to each of its first steps and copy the cases; what is left of each copy's."""
    whole = _scenario(runtime)
    driver = LocalDriver(runtime, Cast.of(runtime.library))
    stories, ids = [], []
    for steps in range(1, 7):
        player = Player(whole, driver)
        for step in whole.steps[:steps]:
            player.step(step)
        assert player.case is not None
        ids.append(UUID(player.case))
        stories.append(replace(whole, steps=whole.steps[steps:]))
    task = bar.add_task("cases", total=cases)
    with (
        _timed(figures, "filling, seconds"),
        runtime.sessions.kw["bind"].connect() as connection,
    ):
        templates = [herd.template(connection, each) for each in ids]
        made = herd.multiply(
            connection, templates, cases, lambda done: bar.update(task, completed=done)
        )
    return stories, made


def _scenario(runtime: Runtime) -> Scenario:
    """Return a scenario of one case that ends in an approval and is long enough to be cut."""
    for path in sorted(runtime.settings.bpmn_root.glob("*/scenarios/approval.yaml")):
        scenario = read_scenario(path)
        if scenario.expect.get("outcome") == "APPROVED":
            return scenario
    raise LookupError("no scenario ends in an approval")


def _send(runtime: Runtime) -> set[str]:
    """Send what is due; the keys of what has gone out."""
    jobs.run_due(runtime, "drill", limit=200)
    mailer = runtime.mailer
    assert isinstance(mailer, FakeMailer)
    return {mail.key for mail in mailer.sent}


def _empty(first: Runtime, folder: Path, url: str) -> Runtime:
    """Return an empty installation with the keys of the first, which are kept apart."""
    return replace(
        first,
        sessions=open_sessions(open_engine(url)),
        files=FolderFileStore(folder / "second-files"),
        mailer=FakeMailer(),
    )


def _lost(restored: dict[str, Any], cases: int) -> list[str]:
    missing = cases - restored["cases"]
    return [f"{missing} cases are missing"] if missing > 0 else []


def _sent_again(second: Runtime, sent: set[str]) -> list[str]:
    jobs.run_due(second, "drill", limit=200)
    assert isinstance(second.mailer, FakeMailer)
    again = {mail.key for mail in second.mailer.sent} & sent
    return [f"{key} was sent again" for key in sorted(again)]


def _continue(
    runtime: Runtime, stories: list[Scenario], made: list[UUID], figures: dict[str, Any]
) -> list[str]:
    """Let some of the restored cases go on to their end."""
    driver = LocalDriver(runtime, Cast.of(runtime.library))
    problems, ended = [], 0
    for number, case_id in enumerate(made):
        story = stories[number % len(stories)]
        player = Player(story, driver)
        player.case = str(case_id)
        player.cases = {"case1": player.case}
        try:
            for step in story.steps:
                player.step(step)
        except ScenarioError as error:
            problems.append(f"case {case_id}: {error}")
        ended += driver.inspect(player.case)["outcome"] == "APPROVED"
    figures["continued to the end"] = f"{ended} of {len(made)}"
    if ended != len(made):
        problems.append(f"only {ended} cases came to their end")
    return problems + _broken(runtime, made)


def _broken(runtime: Runtime, case_ids: list[UUID]) -> list[str]:
    """Verify the chains of those that have gone on."""
    found = []
    with reading(runtime.sessions) as session:
        for case_id in case_ids:
            entries = session.scalars(
                select(AuditEntry).where(AuditEntry.case_id == case_id).order_by(AuditEntry.seq)
            ).all()
            finding = audit.verify_case(list(entries), case_id)
            found += [f"chain of {case_id}: {finding.problem}"] if finding else []
    return found


if __name__ == "__main__":
    main()
