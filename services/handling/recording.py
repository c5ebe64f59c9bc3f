"""Watches what a step writes, so that exactly that can be undone.

Knows tables and rows, nothing of what they mean. A write that it cannot put back (a statement
that bypasses the session's objects, a table it does not know) is an obstacle: nothing is undone
on a guess.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum as PythonEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Column, event, inspect
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

from services.db import writing
from services.db.base import Base, UtcDateTime
from services.db.models import (
    AuditEntry,
    Case,
    CaseAccess,
    CaseFact,
    Deadline,
    Decision,
    Delivery,
    Draft,
    File,
    Job,
    Notification,
    Task,
)

Row = dict[str, Any]
RESTORED = (Task, Deadline, Job, Notification, Delivery, CaseAccess, CaseFact, File)
_PART = (
    "state",
    "status",
    "outcome",
    "finished_at",
    "title",
    "messages",
    "basis_id",
    "law_notes",
)  # of a case
_KEPT_ELSEWHERE = (AuditEntry, Decision, Draft)
_BY_TABLE = {model.__tablename__: model for model in RESTORED}


@dataclass
class Writes:
    """What a step wrote. ``changed`` and ``removed`` hold whole rows as they were before.

    ``new`` holds what was added, as it is, so that nobody has to read it again.
    """

    added: dict[str, list[Row]] = field(default_factory=dict)
    changed: dict[str, list[Row]] = field(default_factory=dict)
    removed: dict[str, list[Row]] = field(default_factory=dict)
    case: Row = field(default_factory=dict)
    obstacles: list[str] = field(default_factory=list)
    new: list[Base] = field(default_factory=list)
    _seen: set[tuple[str, str]] = field(default_factory=set)

    def as_json(self) -> Row:
        """Return what is needed to undo them."""
        return {
            "added": self.added,
            "changed": self.changed,
            "removed": self.removed,
            "case": self.case,
        }

    def note(self, session: Session) -> None:
        """Take in what a flush has written."""
        try:
            for each in session.new:
                self._added(each)
            for each in session.dirty:
                if session.is_modified(each):
                    self._changed(each)
            for each in session.deleted:
                self._removed(each)
        except LookupError as unknown:  # what a row was before is not known
            self.obstacles.append(str(unknown))

    def note_written(self, rows: Iterable[Base]) -> None:
        """Take in rows that were written past the session."""
        for each in rows:
            self._added(each)

    def note_changed(self, model: type[Base], before: Iterable[Row]) -> None:
        """Take in rows that were changed past the session, whole, as they were before."""
        for row in before:
            if self._first(model(**row)):
                was = {key: _plain(value) for key, value in row.items()}
                self.changed.setdefault(model.__tablename__, []).append(was)

    def _first(self, row: Any) -> bool:
        """Tell whether this is the first one hears of a row; what came first counts."""
        place = (row.__tablename__, str(_key(row)))
        if place in self._seen:
            return False
        self._seen.add(place)
        return True

    def _added(self, row: Any) -> None:
        if isinstance(row, _KEPT_ELSEWHERE):
            return
        if not isinstance(row, RESTORED):
            self.obstacles.append(row.__tablename__)
        elif self._first(row):
            self.added.setdefault(row.__tablename__, []).append(_key(row))
            self.new.append(row)

    def _changed(self, row: Any) -> None:
        if isinstance(row, Case):
            self.case |= {k: v for k, v in _before(row, _PART).items() if k not in self.case}
        elif isinstance(row, RESTORED):
            if self._first(row):
                self.changed.setdefault(row.__tablename__, []).append(_before(row))
        else:
            self.obstacles.append(row.__tablename__)

    def _removed(self, row: Any) -> None:
        if not isinstance(row, RESTORED):
            self.obstacles.append(row.__tablename__)
        elif self._first(row):
            self.removed.setdefault(row.__tablename__, []).append(_before(row))


@contextmanager
def watching(session: Session) -> Iterator[Writes]:
    """Note what the session writes while the block runs."""
    writes = Writes()

    def flushed(session: Session, _context: UOWTransaction) -> None:
        writes.note(session)

    def executed(state: ORMExecuteState) -> Any:
        if not (state.is_insert or state.is_update or state.is_delete):
            return None
        result = state.invoke_statement()
        if getattr(result, "rowcount", 1):
            tables = [str(m.local_table) for m in state.all_mappers] or ["?"]
            writes.obstacles += [t for t in tables if t != Draft.__tablename__]
        return result

    session.flush()
    event.listen(session, "after_flush", flushed)
    event.listen(session, "do_orm_execute", executed)
    try:
        with writing.watched(session, writes):
            yield writes
            session.flush()
    finally:
        event.remove(session, "after_flush", flushed)
        event.remove(session, "do_orm_execute", executed)


def _key(row: Any) -> Row:
    names = [str(column.key) for column in inspect(type(row)).primary_key]
    return {name: _plain(getattr(row, name)) for name in names}


def _before(row: Any, only: tuple[str, ...] = ()) -> Row:
    """Return a row as it was before it was changed. Raises LookupError if that is not known."""
    found = {}
    state = inspect(row)
    for key in only or state.mapper.column_attrs.keys():
        history = state.attrs[key].history
        if history.added and not history.deleted:
            raise LookupError(f"{row.__tablename__}.{key}")
        values = history.deleted or history.unchanged or ()
        found[key] = _plain(values[0] if values else None)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, PythonEnum) else value


def undo(session: Session, changes: Row, case: Case) -> None:
    """Put the rows back as they were. The caller restores the case's document and state."""
    for table, keys in changes["added"].items():
        for key in keys:
            found = session.get(_BY_TABLE[table], identity(_BY_TABLE[table], key))
            if found is not None:
                session.delete(found)
    session.flush()
    for part in ("changed", "removed"):
        for table, rows in changes[part].items():
            for row in rows:
                session.merge(_BY_TABLE[table](**_typed(_BY_TABLE[table], row)))
    for name, value in _typed(Case, changes["case"]).items():
        setattr(case, name, value)
    session.flush()


def identity(model: type[Base], key: Row) -> tuple[Any, ...]:
    """Return the primary key of a row as the session wants it."""
    typed = _typed(model, key)
    return tuple(typed[str(column.key)] for column in inspect(model).primary_key)


def _typed(model: type[Base], row: Row) -> Row:
    columns = inspect(model).columns
    return {name: _value(columns[name], value) for name, value in row.items()}


def _value(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, UtcDateTime):
        return datetime.fromisoformat(value)
    if isinstance(column.type, SqlEnum) and column.type.enum_class is not None:
        return column.type.enum_class(value)
    return UUID(value) if column.type.python_type is UUID else value
