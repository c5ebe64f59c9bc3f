"""Opens SQLite or PostgreSQL so that no update is ever lost silently."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import NullPool

from services.db import idling

Sessions = sessionmaker[Session]

CONNECT_SECONDS = 5
_READS = "liancheng_reads"
_DISCARDED = "liancheng_discarded"


def open_engine(url: str, *, pool_size: int = 10) -> Engine:
    """Return an engine for a database URL (sqlite:///path or postgresql+psycopg://…).

    SQLite: WAL, foreign keys, and BEGIN IMMEDIATE, without which concurrent writers lose
    updates. One host and a local disk only.
    """
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False})
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin)
        return engine
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=10,
        connect_args={"connect_timeout": CONNECT_SECONDS},
    )
    idling.watch(engine)
    return engine


def _configure_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=30000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Any) -> None:
    """Take the write lock at once, unless the work is declared to read only."""
    reads = connection.get_execution_options().get(_READS, False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def ask_time(url: str) -> Callable[[], datetime]:
    """Return how to ask a PostgreSQL server for its time, over connections of their own."""
    engine = create_engine(
        url, poolclass=NullPool, connect_args={"connect_timeout": CONNECT_SECONDS}
    )

    def ask() -> datetime:
        with engine.connect() as connection:
            found: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        return found

    return ask


def open_sessions(engine: Engine) -> Sessions:
    """Return the session factory.

    Objects stay readable after commit. Nothing is flushed but where the code says so: an error
    then comes from the line that caused it.
    """
    return sessionmaker(engine, expire_on_commit=False, autoflush=False)


def insert_into(session: Session, model: Any) -> Any:
    """Return an INSERT that knows ON CONFLICT, in the session's dialect."""
    return insert_in(session.get_bind().dialect.name, model)


def insert_in(dialect: str, model: Any) -> Any:
    """Return an INSERT into a model or table that knows ON CONFLICT, in a dialect by its name."""
    return (sqlite if dialect == "sqlite" else postgresql).insert(model)


@contextmanager
def unit_of_work(sessions: Sessions) -> Iterator[Session]:
    """Commit at the end, roll back on any exception. The shell owns it, services never commit."""
    with sessions.begin() as session:
        yield session


@contextmanager
def at_once(sessions: Sessions) -> Iterator[Connection]:
    """Give a PostgreSQL connection on which each statement is a transaction of its own.

    What has been sent is done, whatever becomes of the process that sent it.
    """
    engine: Engine = sessions.kw["bind"]
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


@contextmanager
def read_only(engine: Engine) -> Iterator[Connection]:
    """Give a connection that sees all tables as they were at one instant, however long it reads."""
    options: dict[str, Any] = {_READS: True}
    if engine.dialect.name == "postgresql":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection:
        yield connection


@contextmanager
def reading(sessions: Sessions) -> Iterator[Session]:
    """Give a session that only reads, on one consistent view; writers are not held up by it."""
    with sessions() as session:
        session.connection(execution_options={_READS: True})
        yield session  # closing rolls back; an explicit rollback would empty what was read


@contextmanager
def discarded(sessions: Sessions) -> Iterator[Session]:
    """Give a session that may write, in a transaction of which nothing is ever kept."""
    with sessions() as session:
        session.info[_DISCARDED] = True
        event.listen(session, "before_commit", _refuse_commit)
        yield session  # closing rolls back


def _refuse_commit(_session: Session) -> None:
    raise RuntimeError("this transaction is never kept")


def is_discarded(session: Session) -> bool:
    """Tell whether nothing of the session's transaction will be kept."""
    return bool(session.info.get(_DISCARDED))
