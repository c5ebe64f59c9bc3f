"""How columns travel in a backup: each by a short name of its kind, values as plain JSON.

A backup describes its own tables, so that one of an older schema can be read without its models.
"""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Uuid,
    type_coerce,
)
from sqlalchemy import String as Text
from sqlalchemy import cast as sql_cast
from sqlalchemy.types import TypeEngine

from services.db.base import PackedBytes, PackedJson, UtcDateTime


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of column: its type when read and written, and its values' way to JSON and back."""

    type: TypeEngine[Any]
    dump: Callable[[Any], Any]
    load: Callable[[Any], Any]


def _same(value: Any) -> Any:
    return value


def _as_json(text: str) -> Any:
    """Tell JSON null from no value at all: the database does."""
    value = json.loads(text)
    return JSON.NULL if value is None else value


_KINDS = {
    "uuid": _Kind(Uuid(), lambda value: value.hex, UUID),
    "instant": _Kind(UtcDateTime(), datetime.isoformat, datetime.fromisoformat),
    "date": _Kind(Date(), date.isoformat, date.fromisoformat),
    "bytes": _Kind(LargeBinary(), lambda value: base64.b64encode(value).decode(), base64.b64decode),
    "json": _Kind(JSON(none_as_null=True), _same, _as_json),  # its text, as the database has it
    "flag": _Kind(Boolean(), _same, bool),
    "number": _Kind(Integer(), _same, int),
    "text": _Kind(Text(), _same, str),
}


_TEXT = _KINDS["text"]


def kind_of(column: Column[Any]) -> str:
    """Return the kind of a model's column."""
    kinds: list[tuple[type[Any] | tuple[type[Any], ...], str]] = [
        ((PackedJson, PackedBytes, LargeBinary), "bytes"),
        (UtcDateTime, "instant"),
        (Date, "date"),
        (Uuid, "uuid"),
        (JSON, "json"),
        (Boolean, "flag"),
        (Integer, "number"),
    ]
    return next((name for types, name in kinds if isinstance(column.type, types)), "text")


def raw_columns(table: Table) -> list[Any]:
    """Return expressions that read a table's columns as they are stored, nothing unpacked."""
    return [_raw(column).label(column.name) for column in table.columns]


def _raw(column: Column[Any]) -> Any:
    kind = kind_of(column)
    return sql_cast(column, Text()) if kind == "json" else type_coerce(column, _KINDS[kind].type)


def described(table: Table) -> list[tuple[str, str]]:
    """Return name and kind of each column."""
    return [(column.name, kind_of(column)) for column in table.columns]


def table_of(name: str, columns: list[tuple[str, str]]) -> Table:
    """Return a table to insert into, as a backup describes it. Raises KeyError."""
    return Table(name, MetaData(), *(Column(each, _KINDS[kind].type) for each, kind in columns))


def dumpers(columns: list[tuple[str, str]]) -> list[Callable[[Any], Any]]:
    """Return for each column how a value becomes JSON."""
    return [_or_none(_KINDS[kind].dump) for _name, kind in columns]


def loaders(columns: list[tuple[str, str]], *, is_text: bool = False) -> list[Callable[[Any], Any]]:
    """Return for each column how JSON becomes a value again; a JSON column's as text, if so wanted.

    Raises KeyError.
    """
    kinds = [_TEXT if is_text and kind == "json" else _KINDS[kind] for _name, kind in columns]
    return [_or_none(kind.load) for kind in kinds]


def _or_none(act: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else act(value)
