"""Rows that a transaction writes and does not touch again: into the database at once.

A session keeps track of every object it holds and works out what to write and in which order. A
step of a case adds a dozen rows of which that is known: here they go by one statement a table.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Protocol

from sqlalchemy import JSON, Insert, Update, inspect, null
from sqlalchemy import insert as inserting
from sqlalchemy.orm import Session

from services.db.base import Base

_WATCHER = "liancheng_watcher"


class Watcher(Protocol):
    """Whoever wants to know what is written."""

    def note_written(self, rows: Iterable[Base]) -> None:
        """Take in new rows."""

    def note_changed(self, model: type[Base], before: Iterable[dict[str, Any]]) -> None:
        """Take in rows that were changed, whole, as they were before."""


def insert(session: Session, rows: Sequence[Base]) -> None:
    """Write new rows in the caller's transaction; what they refer to must be there already.

    They do not become the session's: whoever wants to change one reads it first. Defaults are
    filled in. Raises IntegrityError, as a flush does.
    """
    by_model: dict[type[Base], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_model[type(row)].append(_values(row))
    for model, values in by_model.items():
        session.connection().execute(_inserting(model), values)
    if watcher := session.info.get(_WATCHER):
        watcher.note_written(rows)


def change(
    session: Session,
    model: type[Base],
    statement: Update,
    which: dict[str, Any],
    before: dict[str, Any],
) -> None:
    """Run an UPDATE of a model's table. ``before`` is what the changed columns said.

    Objects that the session holds of these rows do not hear of it. Whole rows are asked back only
    where somebody wants to know.
    """
    watcher, connection = session.info.get(_WATCHER), session.connection()
    if watcher is None:
        connection.execute(statement, which)
        return
    found = connection.execute(_telling(statement, model), which).mappings()
    watcher.note_changed(model, [{**row, **before} for row in found])


@cache
def _telling(statement: Update, model: type[Base]) -> Any:
    return statement.returning(model.__table__)


@contextmanager
def watched(session: Session, watcher: Watcher) -> Iterator[None]:
    """Tell ``watcher`` of what is written while the block runs."""
    session.info[_WATCHER] = watcher
    try:
        yield
    finally:
        del session.info[_WATCHER]


@cache
def _inserting(model: type[Base]) -> Insert:
    return inserting(model.__table__)  # type: ignore[arg-type]


def _values(row: Base) -> dict[str, Any]:
    """Return a row's values by column, its defaults filled in."""
    given = row.__dict__
    for key, default in _defaults(type(row)):
        if given.get(key) is None:
            setattr(row, key, default())
    values = {key: given.get(key) for key in _columns(type(row))}
    for key in _nullable_json(type(row)):
        if values[key] is None:
            values[key] = null()  # else it would be JSON's null
    return values


@cache
def _columns(model: type[Base]) -> tuple[str, ...]:
    return tuple(str(c.key) for c in inspect(model).columns)


@cache
def _nullable_json(model: type[Base]) -> tuple[str, ...]:
    columns = inspect(model).columns
    return tuple(str(c.key) for c in columns if c.nullable and isinstance(c.type, JSON))


@cache
def _defaults(model: type[Base]) -> tuple[tuple[str, Callable[[], Any]], ...]:
    found = ((str(c.key), c.default) for c in inspect(model).columns)
    return tuple((key, _giver(default)) for key, default in found if default is not None)


def _giver(default: Any) -> Callable[[], Any]:
    """Return what gives a column's default for one row."""
    if default.is_callable:
        return lambda: default.arg(None)
    return lambda: default.arg
