"""Sample answers made from a form's definition alone, valid as far as the definition tells."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from forms.compiler import CompiledForm
from forms.errors import FormInvalidError
from forms.runs import Run, running
from forms.specs import FieldSpec
from workflows import feel

_TRIES = 12
_TEXTS = {
    "phone": "13900139000",
    "uscc": "91500000000000238C",
    "email": "sample@example.org",
    "date": "2026-09-01",
    "postcode": "400000",
    "sha256": "0" * 64,
}
_FILLER = "试运行用的示例内容。"


@dataclass
class Sample:
    """Answers, and the name of each file that they hand in by the id that stands for it."""

    answers: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)


def sample(
    form: CompiledForm, scope: Mapping[str, Any], context: feel.Context, today: date
) -> Sample:
    """Return answers that the form takes; after a few tries, the best there is."""
    turns: dict[str, int] = {}
    for _try in range(_TRIES):
        made = _Maker(scope, context, today, turns).made(form)
        try:
            form.check(made.answers, scope, context)
        except FormInvalidError as error:
            for path in error.fields:
                plain = ".".join(part for part in path.split(".") if not part.isdigit())
                turns[plain] = turns.get(plain, 0) + 1
        else:
            break
    return made


@dataclass
class _Maker:
    """One try. ``turns`` say for each place how many choices were refused before."""

    scope: Mapping[str, Any]
    context: feel.Context
    today: date
    turns: Mapping[str, int]
    files: dict[str, str] = field(default_factory=dict)

    def made(self, form: CompiledForm) -> Sample:
        run = Run(self.scope, self.context)
        given = form.prefilled(self.scope, self.context)
        with running(run):
            answers = self._level(form.specs, run, run.seen, None, "")
        readonly = {spec.key for spec in form.specs if spec.is_readonly}
        kept = {key: value for key, value in given.items() if key not in readonly}
        for key, value in kept.items():
            made = answers.get(key)
            both = isinstance(made, dict) and isinstance(value, dict)
            answers[key] = {**(made or {}), **value} if both else value
        return Sample(answers, self.files)

    def _level(
        self,
        specs: tuple[FieldSpec, ...],
        run: Run,
        seen: dict[str, Any],
        row: dict[str, Any] | None,
        prefix: str,
    ) -> dict[str, Any]:
        found: dict[str, Any] = {}
        seen.update(dict.fromkeys(spec.key for spec in specs))
        for spec in specs:
            if _is_given(spec) or any(run.evaluate(hide, row) is True for hide in spec.hides):
                continue
            if spec.type == "group":
                seen[spec.key] = {}
            value = self._value(spec, run, seen, row, f"{prefix}{spec.key}")
            if value is not None:
                found[spec.key] = seen[spec.key] = value
        return found

    def _value(
        self,
        spec: FieldSpec,
        run: Run,
        seen: dict[str, Any],
        row: dict[str, Any] | None,
        path: str,
    ) -> Any:
        if spec.type == "group":
            return self._level(spec.children, run, seen[spec.key], row, f"{path}.")
        if spec.type == "dynamiclist":
            return [self._row(spec, run, path, n) for n in range(max(spec.min_rows, 1))]
        if spec.type == "filepicker":
            return [self._file(spec, path)]
        if spec.type in ("select", "radio", "checklist"):
            return self._choice(spec, run, row, path)
        return self._leaf(spec, path)

    def _row(self, spec: FieldSpec, run: Run, path: str, number: int) -> dict[str, Any]:
        """Return a row; columns that may not repeat differ by its number."""
        here: dict[str, Any] = {}
        found = self._level(spec.children, run, here, here, f"{path}.")
        for child in spec.children:
            if number and child.key in spec.unique_columns and child.key in found:
                found[child.key] = _other(found[child.key], number)
        return found

    def _file(self, spec: FieldSpec, path: str) -> str:
        ending = next((each for each in (".pdf", ".docx", ".png") if each in spec.accept), ".pdf")
        identity = str(uuid5(NAMESPACE_OID, f"sample {path}"))
        self.files[identity] = f"{spec.label[:40].replace('/', '')}（示例）{ending}"
        return identity

    def _choice(self, spec: FieldSpec, run: Run, row: dict[str, Any] | None, path: str) -> Any:
        values = [value for value, _label in spec.options]
        if spec.choices is not None:
            values = list(_values(feel.to_json(run.evaluate(spec.choices, row))))
        if not values:
            return None
        value = values[self.turns.get(path, 0) % len(values)]
        return [value] if spec.type == "checklist" else value

    def _leaf(self, spec: FieldSpec, path: str) -> Any:
        if spec.type == "checkbox":
            return True
        if spec.type == "number":
            least, most = spec.validation("min"), spec.validation("max")
            return least if least is not None else min(1, most if most is not None else 1)
        if spec.type == "datetime":
            day = self.today + timedelta(days=365 * self.turns.get(path, 0))
            is_instant = spec.component.get("subtype") == "datetime"
            return f"{day}T09:00+08:00" if is_instant else day.isoformat()
        return _text(spec)


def _is_given(spec: FieldSpec) -> bool:
    """Tell whether nobody answers it: the system fills it in, or the case holds it."""
    return spec.is_readonly or spec.is_held


def _text(spec: FieldSpec) -> str:
    if spec.pattern is not None and spec.pattern.name in _TEXTS:
        return _TEXTS[spec.pattern.name]
    least = int(spec.validation("minLength") or 0)
    text = f"{spec.label}（示例）"
    return (text + _FILLER * (least // len(_FILLER) + 1 if least > len(text) else 0))[
        : spec.max_length
    ]


def _other(value: Any, number: int) -> Any:
    if isinstance(value, (int, float)):
        return value + number
    return f"{value}{number + 1}" if isinstance(value, str) else value


def _values(options: Any) -> Iterator[str]:
    for each in options if isinstance(options, list) else ():
        value = each.get("value") if isinstance(each, dict) else each
        if isinstance(value, str):
            yield value
