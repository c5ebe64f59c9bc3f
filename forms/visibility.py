"""Decides from top to bottom which fields are shown, as form-js does in the browser.

The answer of a hidden field is dropped, whatever it holds: form-js keeps what a person typed
before hiding a field, and refusing it would ask them to correct something they cannot see.
"""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, missing

from forms.answer_fields import HIDDEN, LEAVES, AnswerField
from forms.runs import Run
from forms.specs import FieldSpec, walk

Names = frozenset[str]


class Visibility:
    """The conditions of one form."""

    def __init__(self, fields: tuple[FieldSpec, ...]) -> None:
        self._fields = fields
        self._mentioned = _mentioned(fields)
        self._leaves = {
            spec.path: LEAVES[spec.type](spec)
            for spec in walk(fields)
            if spec.type in LEAVES and spec.key in self._mentioned
        }

    def mark(self, answers: Mapping[str, Any], run: Run) -> dict[str, Any]:
        """Return ``answers`` with HIDDEN in the place of every hidden field.

        ``run.seen`` is filled on the way with what later conditions may read.
        """
        if not self._mentioned and not any(spec.hides for spec in walk(self._fields)):
            return dict(answers)
        return self._level(self._fields, answers, run.seen, run, None)

    def _level(
        self,
        specs: tuple[FieldSpec, ...],
        answers: Mapping[str, Any],
        seen: dict[str, Any],
        run: Run,
        row: dict[str, Any] | None,
    ) -> dict[str, Any]:
        marked = dict(answers)
        seen.update(dict.fromkeys(spec.key for spec in specs))
        for spec in specs:
            if any(run.evaluate(hide, row) is True for hide in spec.hides):
                marked[spec.key] = HIDDEN
            elif spec.key in marked or spec.type == "group":
                marked[spec.key] = self._shown(spec, marked.get(spec.key, missing), seen, run, row)
        return marked

    def _shown(
        self,
        spec: FieldSpec,
        value: Any,
        seen: dict[str, Any],
        run: Run,
        row: dict[str, Any] | None,
    ) -> Any:
        if spec.is_held:
            seen[spec.key] = None if value is missing else value
            return value
        if spec.type == "group":
            return self._group(spec, value, seen, run, row)
        if spec.type == "dynamiclist":
            rows: list[Any] = []
            seen[spec.key] = rows
            return self._rows(spec, value, rows, run)
        if leaf := self._leaves.get(spec.path):
            seen[spec.key] = _lenient(leaf, value)
        return value

    def _group(
        self,
        spec: FieldSpec,
        value: Any,
        seen: dict[str, Any],
        run: Run,
        row: dict[str, Any] | None,
    ) -> Any:
        is_open = value is missing or value is None
        if not (is_open or isinstance(value, Mapping)):
            return value
        inner: dict[str, Any] = {}
        seen[spec.key] = inner
        return self._level(spec.children, {} if is_open else value, inner, run, row)

    def _rows(self, spec: FieldSpec, value: Any, seen: list[Any], run: Run) -> Any:
        if not isinstance(value, list):
            return value
        marked = []
        for row in value:
            inner: dict[str, Any] = {}
            seen.append(inner)
            is_row = isinstance(row, Mapping)
            marked.append(self._level(spec.children, row, inner, run, inner) if is_row else row)
        return marked


def _mentioned(fields: tuple[FieldSpec, ...]) -> Names:
    """Every name in a condition or a computed choice; others need not be read early."""
    names: set[str] = set()
    for spec in walk(fields):
        sources = [*spec.hides, *([spec.choices] if spec.choices else [])]
        for source in sources:
            names.update(*source.names(), *source.filter_names())
    return frozenset(names)


def _lenient(leaf: AnswerField, value: Any) -> Any:
    """The clean answer, or None where it is wrong; the schema reports the error later."""
    try:
        clean = leaf.deserialize(value)
    except ValidationError:
        return None
    return None if clean is missing else clean
