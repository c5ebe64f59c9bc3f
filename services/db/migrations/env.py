"""Alembic's entry: runs the migrations on the connection it is given."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.types import TypeDecorator

import services.db.models  # noqa: F401 - completes the metadata
from services.db.base import Base


def _render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our own column types as what they are in the database."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def _pragma(connection: Connection, text: str) -> list[Any]:
    """Run a pragma of SQLite outside any transaction."""
    raw = connection.connection.dbapi_connection
    assert raw is not None
    return list(raw.cursor().execute(f"PRAGMA {text}"))


def run(connection: Connection) -> None:
    """Run within limits, so that a migration never blocks a live system for long.

    SQLite changes a table by making it anew; its references are checked afterwards.
    """
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        _pragma(connection, "foreign_keys=OFF")
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET lock_timeout = '4s'")
        connection.exec_driver_sql("SET statement_timeout = '60s'")
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=_render,
    )
    with context.begin_transaction():
        context.run_migrations()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("RESET lock_timeout")  # the connection may go back to a pool
        connection.exec_driver_sql("RESET statement_timeout")
        connection.commit()
    if is_sqlite:
        connection.commit()
        _pragma(connection, "foreign_keys=ON")
        if broken := _pragma(connection, "foreign_key_check"):
            raise RuntimeError(f"dangling references after the migration: {broken[:5]}")


run(context.config.attributes["connection"])
