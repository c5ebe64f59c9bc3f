"""The first and later pages of an inbox among a million open tasks."""

import random
from collections.abc import Sequence
from datetime import timedelta
from time import perf_counter
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bench.world import approval, filled, percentile
from services import accounts, inbox
from services.db.engine import unit_of_work
from services.db.models import Case, Membership, Party, PartyKind, Person
from services.runtime import Runtime
from services.scenarios.accounts import Cast
from services.scenarios.local import LocalDriver
from services.scenarios.player import play

ROWS = 1_000_000
PAGE = 20
_ROLES = ("authority_clerk", "authority_reviewer", "authority_leader")

_COLUMNS = (
    "id, case_id, node_id, process_id, name, form_id, role, party_id, separate_from, status, "
    "opened_at, due_at"
)
_POSTGRESQL = f"""
INSERT INTO tasks ({_COLUMNS})
SELECT gen_random_uuid(), (CAST(:cases AS uuid[]))[1 + i % array_length(CAST(:cases AS uuid[]), 1)],
       'n', 'p', '任务', 'F',
       (ARRAY['authority_clerk','authority_reviewer','authority_leader'])[1 + i % 3],
       (CAST(:parties AS uuid[]))[1 + i % array_length(CAST(:parties AS uuid[]), 1)],
       '[]', 'open', now(), now() + make_interval(secs => (CAST(i AS bigint) * 7919) % 5000000)
FROM generate_series(1, :rows) AS i
"""


def measure(kind: str, rows: int = ROWS, pages: int = 200) -> dict[str, Any]:
    """Return p50 and p95 of a page in milliseconds, over first and later pages."""
    with filled(kind) as runtime:
        case_id = _a_case(runtime)
        with unit_of_work(runtime.sessions) as session:
            insert(session, kind, [case_id], rows)
        with runtime.sessions.kw["bind"].connect() as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()
        times = _pages(runtime, pages)
        return {
            "open_tasks": rows,
            "p50_ms": percentile(times, 0.5) * 1000,
            "p95_ms": percentile(times, 0.95) * 1000,
        }


def _a_case(runtime: Runtime) -> UUID:
    scenario = approval(runtime)
    scenario.steps[1:] = []
    scenario.expect.clear()
    play(scenario, LocalDriver(runtime, Cast.of(runtime.library)))
    with unit_of_work(runtime.sessions) as session:
        return session.scalars(select(Case.id)).first()  # type: ignore[return-value]


def insert(session: Session, kind: str, cases: Sequence[UUID], rows: int) -> None:
    """Add open tasks of these cases to everybody's lists, with no engine behind them."""
    parties = session.scalars(
        select(Party.id).where(Party.kind == PartyKind.AGENCY).order_by(Party.code)
    ).all()
    if kind == "postgresql":
        values = {"cases": [*map(str, cases)], "parties": [*map(str, parties)], "rows": rows}
        session.execute(text(_POSTGRESQL), values)
        return
    dice = random.Random(1)
    statement = text(
        f"INSERT INTO tasks ({_COLUMNS}) VALUES (:id, :case, 'n', 'p', '任务', 'F', :role, "
        ":party, '[]', 'open', '2026-01-01 00:00:00', :due)"
    )
    for start in range(0, rows, 50_000):
        session.execute(
            statement,
            [
                {
                    "id": UUID(int=dice.getrandbits(128)).hex,
                    "case": cases[i % len(cases)].hex,
                    "role": _ROLES[i % 3],
                    "party": parties[i % len(parties)].hex,
                    "due": f"2026-{1 + i % 12:02d}-{1 + i % 28:02d} {i % 24:02d}:{i % 60:02d}:00.000000",
                }
                for i in range(start, start + 50_000)
            ],
        )


def _pages(runtime: Runtime, pages: int) -> list[float]:
    times: list[float] = []
    place: inbox.Place | None = None
    with runtime.sessions() as session:
        person = session.scalars(
            select(Person.id)
            .join(Membership, Membership.person_id == Person.id)
            .where(Membership.role == "authority_reviewer")
        ).first()
        assert person is not None
        actor = accounts.actor_of(session, person)
        for number in range(pages):
            place = None if number % 2 == 0 else place
            start = perf_counter()
            rows = inbox.todo(session, actor, after=place, limit=PAGE + 1)
            times.append(perf_counter() - start)
            if rows:  # else the page was beyond the last task
                last = rows[-1][0]
                place = inbox.Place(last.due_at + timedelta(days=number % 20), last.id)
            session.expunge_all()
    return times
