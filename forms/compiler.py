"""Turns a form definition into something that checks answers. Knows no case and no person."""

import copy
from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from marshmallow import ValidationError

from forms import definitions, limits, schemas, specs
from forms.components import PREFILL
from forms.differences import Difference, compare
from forms.errors import WHOLE_FORM, FormInvalidError
from forms.runs import Run, running
from forms.specs import FieldSpec
from forms.texts import printable
from forms.visibility import Visibility
from workflows import feel


@dataclass(frozen=True, slots=True)
class FormField:
    """One field as the editor, the verification and the documents need it.

    ``path`` uses ``[]`` for a table's rows: ``members[].uscc``. ``options`` are (value,
    label); ``is_conditional`` fields are absent from the clean answers when hidden;
    ``is_reconstructed`` ones stand in for a part that the official form has lost.
    """

    path: str
    type: str
    label: str
    is_required: bool
    is_conditional: bool
    is_readonly: bool
    options: tuple[tuple[str, str], ...]
    article: str | None
    assumption: str | None
    is_reconstructed: bool
    accept: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """A rule over several fields: what must be true, and whom to tell otherwise."""

    expression: feel.Expression
    field: str
    message: str


class CompiledForm:
    """A form that can check answers. Immutable; one instance serves all threads."""

    def __init__(self, definition: Mapping[str, Any]) -> None:
        self.definition: Mapping[str, Any] = copy.deepcopy(dict(definition))
        self.id: str = self.definition["id"]
        self.title: str = self.definition["liancheng"]["title"]
        self._specs = specs.read(self.definition)
        self.fields: tuple[FormField, ...] = tuple(_describe(s) for s in specs.walk(self._specs))
        self._keys = tuple(spec.key for spec in self._specs)
        self._schema = schemas.build(self._specs)
        self._visibility = Visibility(self._specs)
        self._checks = tuple(
            _cross_check(r) for r in self.definition["liancheng"].get("checks", [])
        )

    def check(
        self,
        answers: Mapping[str, Any],
        scope: Mapping[str, Any],
        context: feel.Context = feel.DEFAULT,
    ) -> dict[str, Any]:
        """Return the clean answers, as JSON, in the order of the form.

        ``scope`` is what expressions may read besides the answers, which win. Answers of
        hidden fields are dropped; questions left open are stored as null, [] or false.
        Raises FormInvalidError; a FeelError means that the form itself is at fault.
        """
        run = Run(scope, context)
        with running(run):
            marked = self._visibility.mark(limits.guard(answers), run)
            try:
                clean: dict[str, Any] = self._schema.load(marked)
            except ValidationError as error:
                raise FormInvalidError(_flat(error.messages)) from None
        clean = {key: clean[key] for key in self._keys if key in clean}
        self._cross_check(clean, scope, context)
        return clean

    def _cross_check(
        self, clean: dict[str, Any], scope: Mapping[str, Any], context: feel.Context
    ) -> None:
        around = cast("dict[str, Any]", scope)  # only read
        names = ChainMap(clean, dict.fromkeys(self._keys), around)
        errors: dict[str, list[str]] = {}
        for rule in self._checks:
            if message := _broken(rule, names, context):
                errors.setdefault(rule.field, []).append(message)
        if errors:
            raise FormInvalidError(errors)

    def prefilled(
        self, scope: Mapping[str, Any], context: feel.Context = feel.DEFAULT
    ) -> dict[str, Any]:
        """Return the answers to begin with, of the fields at the top that say what they are."""
        found: dict[str, Any] = {}
        for spec in self._specs:
            source = spec.custom(PREFILL)
            if source is None:
                continue
            try:
                value = feel.to_json(specs.expression(source).evaluate(scope, context))
            except feel.FeelError:
                continue  # the case has nothing to begin with
            if value is not None:
                found[spec.key] = value
        return found

    def differences(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
        """Return what has changed between two clean answers, in the order of the form."""
        return compare(self._specs, old, new)

    def file_ids(self, clean: Mapping[str, Any]) -> list[str]:
        """The ids of all files in clean answers, in the order of the form, each once."""
        return list(dict.fromkeys(_file_ids(self._specs, clean)))


def compile_form(definition: Mapping[str, Any]) -> CompiledForm:
    """Compile a form-js definition. Raises FormDefinitionError."""
    definitions.ensure(definition)
    return CompiledForm(definition)


def _describe(spec: FieldSpec) -> FormField:
    return FormField(
        path=spec.path,
        type=spec.type,
        label=spec.label,
        is_required=spec.is_required,
        is_conditional=bool(spec.hides),
        is_readonly=spec.is_readonly,
        options=spec.options,
        article=spec.custom("article"),
        assumption=spec.custom("assumption"),
        is_reconstructed=spec.custom("reconstructed") == "true",
        accept=spec.accept if spec.type == "filepicker" else (),
    )


def _cross_check(rule: Mapping[str, str]) -> CrossCheck:
    return CrossCheck(specs.expression(rule["assert"]), rule["field"], rule["message"])


def _broken(rule: CrossCheck, names: Mapping[str, Any], context: feel.Context) -> str | None:
    """The sentence for a rule that does not hold; only true is true."""
    try:
        return None if rule.expression.evaluate(names, context) is True else rule.message
    except feel.FeelBudgetError:
        return "填写的行数过多，系统无法核对，请减少行数，其余内容改为上传附件。"


def _file_ids(fields: tuple[FieldSpec, ...], level: Mapping[str, Any]) -> Iterator[str]:
    for spec in fields:
        value = level.get(spec.key)
        if spec.type == "filepicker":
            yield from value or ()
        elif spec.type == "group":
            yield from _file_ids(spec.children, value or {})
        elif spec.type == "dynamiclist":
            for row in value or ():
                yield from _file_ids(spec.children, row)


def _flat(messages: Any, path: str = "") -> dict[str, list[str]]:
    """Marshmallow's nested messages by path, ``members.3.uscc``."""
    if not isinstance(messages, dict):
        return {path or WHOLE_FORM: [str(message) for message in messages]}
    flat: dict[str, list[str]] = {}
    for key, inner in messages.items():
        name = "" if key == schemas.WHOLE_LEVEL else printable(str(key))
        for where, texts in _flat(inner, ".".join(part for part in (path, name) if part)).items():
            flat.setdefault(where, []).extend(texts)
    return flat
