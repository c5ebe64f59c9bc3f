"""What has changed between two answers to the same form, field by field, rows by their key."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from forms.specs import FieldSpec

ADDED, REMOVED, CHANGED = "added", "removed", "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One change. ``path`` as in errors: ``members.3.uscc``, rows counted in the newer answers.

    ``labels`` lead from the outermost container to the field; ``row`` names the row of a table.
    A row added or removed is one change, its values a mapping.
    """

    path: str
    labels: tuple[str, ...]
    kind: str
    old: Any
    new: Any
    row: str | None = None
    type: str = ""


@dataclass(frozen=True, slots=True)
class _Where:
    path: str = ""
    labels: tuple[str, ...] = ()
    row: str | None = None

    def below(self, name: str, label: str | None = None, row: str | None = None) -> "_Where":
        path = f"{self.path}.{name}" if self.path else name
        labels = self.labels if label is None else (*self.labels, label)
        return _Where(path, labels, row or self.row)


def compare(
    fields: tuple[FieldSpec, ...], old: Mapping[str, Any], new: Mapping[str, Any]
) -> list[Difference]:
    """Return the changes in the order of the form."""
    return list(_level(fields, old, new, _Where()))


def _level(
    fields: tuple[FieldSpec, ...], old: Mapping[str, Any], new: Mapping[str, Any], where: _Where
) -> Iterator[Difference]:
    for spec in fields:
        before, after = old.get(spec.key), new.get(spec.key)
        here = where.below(spec.key, spec.label)
        if spec.type == "group":
            yield from _level(spec.children, before or {}, after or {}, here)
        elif spec.type == "dynamiclist":
            yield from _rows(spec, before or [], after or [], here)
        elif not _same(before, after):
            yield _difference(spec, before, after, here)


def _difference(spec: FieldSpec, before: Any, after: Any, where: _Where) -> Difference:
    kind = ADDED if _is_empty(before) else REMOVED if _is_empty(after) else CHANGED
    old, new = _words(spec, before), _words(spec, after)
    return Difference(where.path, where.labels, kind, old, new, where.row, spec.type)


def _rows(spec: FieldSpec, old: list[Any], new: list[Any], where: _Where) -> Iterator[Difference]:
    before = dict(_keyed(spec, old))
    for number, (key, row) in enumerate(_keyed(spec, new)):
        here = where.below(str(number), row=_name(spec, row, number))
        earlier = before.pop(key, None)
        if earlier is None:
            yield Difference(
                here.path, here.labels, ADDED, None, _shown(spec, row), here.row, "row"
            )
        else:
            yield from _level(spec.children, earlier, row, here)
    for row in before.values():
        name = _name(spec, row, old.index(row))
        yield Difference(where.path, where.labels, REMOVED, _shown(spec, row), None, name, "row")


def _keyed(spec: FieldSpec, rows: list[Any]) -> Iterator[tuple[Any, Any]]:
    """Yield the rows by what makes them unique; by their place where nothing does."""
    columns = spec.unique_columns
    seen: set[Any] = set()
    for number, row in enumerate(rows):
        key: Any = tuple(str(row.get(column)) for column in columns) if columns else number
        key = (key, number) if key in seen else key
        seen.add(key)
        yield key, row


def _name(spec: FieldSpec, row: Mapping[str, Any], number: int) -> str:
    """Return what people call a row: its first text, else its number."""
    texts = (row.get(child.key) for child in spec.children if child.type == "textfield")
    return next((str(text) for text in texts if text), f"第 {number + 1} 行")


def _shown(spec: FieldSpec, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row by the labels of its columns, what is empty left out."""
    return {
        child.label: _words(child, row[child.key])
        for child in spec.children
        if child.type not in {"group", "dynamiclist"} and not _is_empty(row.get(child.key))
    }


def _words(spec: FieldSpec, value: Any) -> Any:
    """Return a value as people read it; files stay their ids."""
    options = dict(spec.options)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list) and spec.type != "filepicker":
        return "、".join(str(options.get(each, each)) for each in value)
    if isinstance(value, str):
        return options.get(value, value)
    return value


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _same(before: Any, after: Any) -> bool:
    return before == after or (_is_empty(before) and _is_empty(after))
