"""Twelve faults put into the product on purpose. Each must be found by its hunt."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import Select

from services import commands
from services import runtime as runtimes
from services.db import engine as engines
from services.db import writing
from services.db.base import Base
from services.db.models import Case, Channel, Delivery, Job
from services.gateways.clock import FakeClock
from services.gateways.mail import Mail
from services.jobs import claiming
from tests.chaos import hunts
from tests.chaos.pairs.table import Table

Patch = pytest.MonkeyPatch


@dataclass(frozen=True)
class Defect:
    """A fault, and the hunt that must find it. ``kind``: the database it concerns."""

    name: str
    sow: Callable[[Patch, Table], Table | None]
    hunt: Callable[[Table], None]
    kind: str = "postgresql"


def _asking(patch: Patch, change: Callable[[Select[Any]], Select[Any]]) -> None:
    """Change every query on its way to the database, those made once long before included."""
    whole = Session._execute_internal  # noqa: SLF001 - below scalars, scalar and execute alike

    def execute(self: Session, statement: Any, *given: Any, **more: Any) -> Any:
        asked = change(statement) if isinstance(statement, Select) else statement
        return whole(self, asked, *given, **more)

    patch.setattr(Session, "_execute_internal", execute)


def _no_row_lock(patch: Patch, _table: Table) -> None:
    def unlocked(query: Select[Any]) -> Select[Any]:
        free = query.where()
        free._for_update_arg = None  # noqa: SLF001 - there is no public way to take it away
        return free

    _asking(patch, unlocked)


def _no_version(patch: Patch) -> None:
    patch.setattr(Case.__mapper__, "version_id_col", None)
    patch.setattr(Case.__mapper__, "version_id_generator", False)
    patch.setattr(Case.__mapper__, "_memoized_values", {})  # statements of before
    if not event.contains(Case, "before_insert", _first_version):
        event.listen(Case, "before_insert", _first_version)


def _first_version(_mapper: Any, _connection: Any, case: Case) -> None:
    """Give a case its first number where nobody counts."""
    if Case.__mapper__.version_id_col is None:
        case.version = 1


def _run(table: Table, *statements: str) -> None:
    with engines.unit_of_work(table.runtime.sessions) as session:
        for statement in statements:
            session.execute(text(statement))


def _no_unique_decision(patch: Patch, table: Table) -> None:
    """Nothing but the audit chain's key is left to tell that a task has been done already."""
    _no_row_lock(patch, table)
    _no_version(patch)
    _run(
        table,
        "DROP INDEX uq_decisions_task_id_standing",
        "ALTER TABLE case_snapshots DROP CONSTRAINT pk_case_snapshots",
    )


def _no_audit_key(patch: Patch, table: Table) -> None:
    """All layers are gone: two decide, and two entries of a chain have one number."""
    _no_unique_decision(patch, table)
    _run(table, "ALTER TABLE audit_entries DROP CONSTRAINT pk_audit_entries")


def _enqueue_after_commit(patch: Patch, _table: Table) -> None:
    whole = writing.insert

    def insert(session: Session, rows: Sequence[Base]) -> None:
        jobs = [row for row in rows if isinstance(row, Job)]
        if jobs:
            event.listen(session, "after_commit", lambda ended: _put(ended, jobs))
        whole(session, [row for row in rows if row not in jobs])

    def _put(ended: Session, jobs: list[Job]) -> None:
        with Session(ended.get_bind()) as own:
            whole(own, jobs)
            own.commit()

    patch.setattr(writing, "insert", insert)


def _send_before_commit(patch: Patch, table: Table) -> None:
    whole = writing.insert

    def insert(session: Session, rows: Sequence[Base]) -> None:
        for row in rows:
            if isinstance(row, Delivery) and row.channel is Channel.MAIL:
                mail = Mail(str(row.id), str(row.address), "", "")
                table.runtime.mailer.send(mail)
        whole(session, rows)

    patch.setattr(writing, "insert", insert)


def _no_populate_existing(patch: Patch, _table: Table) -> None:
    _asking(patch, lambda query: query.execution_options(populate_existing=False))


def _no_lease(patch: Patch, _table: Table) -> None:
    whole = claiming.claim

    def claim(session: Session, *given: Any, **more: Any) -> Any:
        found = whole(session, *given, **more)
        if found is not None:
            session.execute(update(Job).where(Job.id == found.id).values(lease_until=None))
        return found

    patch.setattr(claiming, "claim", claim)


def _lease_too_short(_patch: Patch, table: Table) -> Table:
    settings = replace(table.runtime.settings, lease_seconds=-1)
    return Table(type(table.desk)(replace(table.runtime, settings=settings)))


def _cursor(patch: Patch, _table: Table) -> None:
    """Look only at what is due after what was run last."""
    whole, seen = claiming.claim, [datetime.min.replace(tzinfo=UTC)]

    def claim(session: Session, *given: Any, **more: Any) -> Any:
        passed = update(Job).where(Job.due_at <= seen[0], Job.done_at.is_(None))
        session.execute(passed.values(lease_until=datetime.max.replace(tzinfo=UTC)))
        found = whole(session, *given, **more)
        if found is not None:
            seen[0] = max(seen[0], session.get_one(Job, found.id).due_at)
        return found

    patch.setattr(claiming, "claim", claim)


def _begin_deferred(patch: Patch, _table: Table) -> None:
    patch.setattr(engines, "_begin", lambda connection: connection.exec_driver_sql("BEGIN"))


def _no_key(patch: Patch, _table: Table) -> None:
    patch.setattr(commands, "_begin", lambda *_given: None)
    patch.setattr(commands, "_store", lambda *_given: None)


def _host_clock(patch: Patch, _table: Table) -> None:
    ahead = FakeClock(datetime.now(UTC) + timedelta(hours=1))
    whole = runtimes.make_runtime
    patch.setattr(hunts, "make_runtime", lambda settings: replace(whole(settings), clock=ahead))


DEFECTS = [
    Defect("no_row_lock", _no_row_lock, hunts.race),
    Defect("no_unique_decision", _no_unique_decision, hunts.race),
    Defect("no_audit_key", _no_audit_key, hunts.race),
    Defect("enqueue_after_commit", _enqueue_after_commit, hunts.die_after_the_commit),
    Defect("send_before_commit", _send_before_commit, hunts.roll_back),
    Defect("no_populate_existing", _no_populate_existing, hunts.read_then_lock),
    Defect("no_lease", _no_lease, hunts.work_together),
    Defect("lease_too_short", _lease_too_short, hunts.work_together),
    Defect("cursor_instead_of_state", _cursor, hunts.commit_late),
    Defect("begin_deferred", _begin_deferred, hunts.write_at_once, kind="sqlite"),
    Defect("no_idempotency_key", _no_key, hunts.ask_again),
    Defect("host_clock", _host_clock, hunts.be_ahead),
]
