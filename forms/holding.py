"""Values that a step only reads (只读): what the case holds of them, and that nobody changes them.

The case holds what an earlier step has answered to the same form, the newest answer first; where
none has, what the form's own ``prefill`` says.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from forms.components import PREFILL
from forms.specs import FieldSpec, expression
from forms.texts import clean, is_clean
from workflows import feel

Errors = dict[str, list[str]]
_NOTHING: Final = object()  # nothing to begin with; no JSON value equals it


class Holding:
    """The read-only fields of one form at one step. ``sources`` are the data keys to read."""

    def __init__(self, fields: tuple[FieldSpec, ...], sources: Iterable[str]) -> None:
        self._fields = tuple(spec for spec in fields if holds(spec))
        self._sources = tuple(sources)

    def values(self, scope: Mapping[str, Any], context: feel.Context) -> dict[str, Any]:
        """Return what the step begins with of the fields that it reads, wholly or in part."""
        found = {
            spec.key: _begun(spec, self._earlier(spec, scope, context)) for spec in self._fields
        }
        return {key: value for key, value in found.items() if value not in (_NOTHING, None)}

    def put_in(
        self, answers: Mapping[str, Any], scope: Mapping[str, Any], context: feel.Context
    ) -> tuple[dict[str, Any], Errors]:
        """Return the answers with what the case holds, and what somebody tried to change."""
        filled, errors = dict(answers), Errors()
        for spec in self._fields:
            held = self._earlier(spec, scope, context)
            value = _filled(spec, answers.get(spec.key, _NOTHING), held, spec.key, errors)
            if value is _NOTHING:
                filled.pop(spec.key, None)
            else:
                filled[spec.key] = value
        return filled, errors

    def _earlier(self, spec: FieldSpec, scope: Mapping[str, Any], context: feel.Context) -> Any:
        given = (scope.get(name) for name in self._sources)
        rows = [row for row in given if isinstance(row, Mapping) and spec.key in row]
        if rows:
            return max(rows, key=lambda row: str(row.get("at") or ""))[spec.key]
        return prefill(spec, scope, context)


def prefill(spec: FieldSpec, scope: Mapping[str, Any], context: feel.Context) -> Any:
    """Return what the form itself says that a field begins with, None for nothing."""
    source = spec.custom(PREFILL)
    if source is None:
        return None
    try:
        return feel.to_json(expression(source).evaluate(scope, context))
    except feel.FeelError:
        return None  # the case has nothing to begin with


def holds(spec: FieldSpec) -> bool:
    """Tell whether a field is only read, or a part of it is."""
    return spec.is_held or any(map(holds, spec.children))


def _begun(spec: FieldSpec, held: Any) -> Any:
    if spec.is_held or spec.type == "dynamiclist":
        return _known(spec, held)
    inner = held if isinstance(held, Mapping) else {}
    parts = {
        child.key: _begun(child, inner.get(child.key)) for child in spec.children if holds(child)
    }
    return {key: value for key, value in parts.items() if value not in (_NOTHING, None)}


def _known(spec: FieldSpec, held: Any) -> Any:
    """Return a held value without what the form does not show here."""
    if spec.type == "dynamiclist":
        return [_inner(spec, row) for row in held] if isinstance(held, list) else []
    if spec.type == "group":
        return _inner(spec, held) if isinstance(held, Mapping) else None
    return list(held) if isinstance(held, list) else held


def _inner(spec: FieldSpec, held: Any) -> dict[str, Any]:
    row = held if isinstance(held, Mapping) else {}
    return {child.key: _known(child, row[child.key]) for child in spec.children if child.key in row}


def _filled(spec: FieldSpec, given: Any, held: Any, path: str, errors: Errors) -> Any:
    if spec.is_held:
        known = _known(spec, held)
        if given is not _NOTHING and _normal(given) != _normal(known):
            errors[path] = [
                f"“{spec.label}”在本环节只读，不能更改。请恢复原值，或刷新页面后重新填写。"
            ]
        return _NOTHING if known is None else known
    if spec.type == "dynamiclist":
        return _rows(spec, given, held, path, errors)
    inner = held if isinstance(held, Mapping) else {}
    if given is _NOTHING or given is None:
        given = {}
    return _level(spec, given, inner, path, errors) if isinstance(given, Mapping) else given


def _rows(spec: FieldSpec, given: Any, held: Any, path: str, errors: Errors) -> Any:
    """Return the rows of a table with columns that are only read: the same rows, in their order."""
    known = _known(spec, held)
    if given is _NOTHING:
        return known
    if not isinstance(given, list):
        return given
    if len(given) != len(known):
        errors[path] = [f"“{spec.label}”在本环节不能增加或删除行。请恢复为 {len(known)} 行。"]
        return known
    pairs = enumerate(zip(given, known, strict=True))
    return [
        _level(spec, row, old, f"{path}.{n}", errors) if isinstance(row, Mapping) else row
        for n, (row, old) in pairs
    ]


def _level(
    spec: FieldSpec, given: Mapping[str, Any], held: Mapping[str, Any], path: str, errors: Errors
) -> dict[str, Any]:
    level = dict(given)
    for child in filter(holds, spec.children):
        here = f"{path}.{child.key}"
        value = _filled(child, given.get(child.key, _NOTHING), held.get(child.key), here, errors)
        level.pop(child.key, None)
        if value is not _NOTHING:
            level[child.key] = value
    return level


def _normal(value: Any) -> Any:
    """Return a value as two of them are compared: what is empty counts as not there."""
    if isinstance(value, Mapping):
        inner = ((key, _normal(each)) for key, each in value.items())
        return {key: each for key, each in inner if each is not None} or None
    if isinstance(value, list):
        return [_normal(each) for each in value] or None
    if isinstance(value, str):
        return (clean(value) if is_clean(value) else value) or None
    return None if value is None or value is False else (value, type(value) is bool)


def without(fields: tuple[FieldSpec, ...], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return answers typed so far without what the step hides or only reads; rows keep their place."""
    return dict(_kept(fields, answers))


def _kept(fields: tuple[FieldSpec, ...], answers: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for spec in fields:
        if spec.key not in answers or spec.is_held:
            continue
        value = answers[spec.key]
        if spec.type == "group" and isinstance(value, Mapping):
            value = without(spec.children, value)
        elif spec.type == "dynamiclist" and isinstance(value, list):
            value = [without(spec.children, r) if isinstance(r, Mapping) else r for r in value]
        yield spec.key, value
