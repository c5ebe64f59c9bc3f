"""Bytes that completed cases leave in all tables, indexes included."""

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, text

from bench.world import approval, filled
from services import housekeeping
from services.db.base import Base
from services.db.engine import unit_of_work
from services.db.models import Decision
from services.runtime import Runtime
from services.scenarios import play
from services.scenarios.accounts import Cast
from services.scenarios.local import LocalDriver


def measure(kind: str, cases: int = 20) -> dict[str, Any]:
    """Return bytes a case over all tables, a day after the last case ended, by table."""
    with filled(kind) as runtime:
        before = _sizes(runtime, kind)
        driver = LocalDriver(runtime, Cast.of(runtime.library))
        for _ in range(cases):
            play(approval(runtime), driver)
        with unit_of_work(runtime.sessions) as session:
            housekeeping.tidy(session, runtime.clock.now() + timedelta(days=2))
        after = _sizes(runtime, kind)
        grown = {name: (after[name] - before.get(name, 0)) // cases for name in after}
        with runtime.sessions() as session:
            answers = session.scalars(select(Decision.answers)).all()
            completions = session.scalar(select(func.count()).select_from(Decision)) or 0
        text_bytes = sum(len(json.dumps(a, ensure_ascii=False).encode()) for a in answers)
        return {
            "cases": cases,
            "completions_per_case": completions / cases,
            "answer_bytes_per_case": text_bytes // cases,
            "bytes_per_case": sum(grown.values()),
            "tables": dict(sorted(grown.items(), key=lambda item: -item[1])[:10]),
        }


def _sizes(runtime: Runtime, kind: str) -> dict[str, int]:
    engine = runtime.sessions.kw["bind"]
    tables = sorted(Base.metadata.tables)
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        raw = connection.connection.driver_connection
        if kind == "sqlite":
            connection.rollback()
            raw.execute("VACUUM")
            rows = raw.execute(
                "SELECT m.tbl_name, sum(s.pgsize) FROM dbstat s JOIN sqlite_master m "
                "ON m.name = s.name GROUP BY m.tbl_name"
            ).fetchall()
            return {name: size for name, size in rows if name in tables}
        connection.execute(text("VACUUM FULL"))
        sizes = {}
        for name in tables:
            query = text("SELECT pg_total_relation_size(CAST(:name AS regclass))")
            sizes[name] = connection.scalar(query, {"name": name}) or 0
        return sizes
