"""Turns a form definition into something that checks answers. Knows no case and no person."""

import copy
from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from types import MappingProxyType
from typing import Any, cast

from marshmallow import ValidationError

from forms import definitions, holding, limits, rights, schemas, specs
from forms.components import PREFILL
from forms.cross_checks import CrossCheck, cross_check
from forms.differences import Difference, compare
from forms.errors import WHOLE_FORM, FormInvalidError
from forms.runs import Run, running
from forms.specs import FieldSpec
from forms.texts import printable
from forms.visibility import Visibility
from workflows import feel

Sources = Sequence[str]
_EDITABLE: rights.Access = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class FormField:
    """One field as the editor, the verification and the documents need it.

    ``path`` uses ``[]`` for a table's rows: ``members[].uscc``. ``options`` are (value,
    label); ``is_conditional`` fields are absent from the clean answers when hidden;
    the system fills in ``is_readonly`` ones; at a step that only reads it, a field ``is_held``;
    ``is_prefilled`` ones begin with a value of the case;
    ``is_reconstructed`` ones stand in for a part that the official form has lost.
    """

    path: str
    type: str
    label: str
    is_required: bool
    is_conditional: bool
    is_readonly: bool
    is_held: bool
    is_prefilled: bool
    options: tuple[tuple[str, str], ...]
    article: str | None
    assumption: str | None
    is_reconstructed: bool
    accept: tuple[str, ...]


class CompiledForm:
    """A form that can check answers. Immutable; one instance serves all threads.

    ``unasked`` are the messages of rules that a step does not ask, because it hides what they read.
    """

    unasked: tuple[str, ...] = ()

    def __init__(
        self,
        definition: Mapping[str, Any],
        access: rights.Access = _EDITABLE,
        sources: Sources = (),
    ) -> None:
        """Compile a sound definition, as a step may use it: see ``for_step``."""
        whole = copy.deepcopy(dict(definition))
        self.definition: Mapping[str, Any] = rights.restricted(whole, access) if access else whole
        self.id: str = self.definition["id"]
        self.title: str = self.definition["liancheng"]["title"]
        self.specs = specs.read(self.definition)
        self.fields: tuple[FormField, ...] = tuple(_describe(s) for s in specs.walk(self.specs))
        self._keys = tuple(spec.key for spec in self.specs)
        self._schema = schemas.build(self.specs)
        self._visibility = Visibility(self.specs)
        self._holding = holding.Holding(self.specs, sources) if access else None
        self._checks = tuple(cross_check(r) for r in self.definition["liancheng"].get("checks", []))
        self._steps: dict[tuple[Any, ...], CompiledForm] = {}

    def for_step(self, access: rights.Access, sources: Sources = ()) -> "CompiledForm":
        """Return the form as a step may use it: without hidden fields, others only read.

        ``sources`` are the data keys under which the case holds earlier answers to it. Rules over
        fields are asked where the step shows all that they read and may change some of it.
        """
        if not access:
            return self
        key = (tuple(sorted(access.items())), tuple(sources))
        if key not in self._steps:
            step = CompiledForm(self.definition, access, sources)
            left = [rule for rule in self._checks if not step._asks(rule, self.fields)]
            step._ask([rule not in left for rule in self._checks])
            step.unasked = tuple(rule.message for rule in left if step._hides(rule, self.fields))
            self._steps[key] = step
        return self._steps[key]

    def _ask(self, is_asked: Sequence[bool]) -> None:
        """Keep only some of the rules over several fields."""
        own = self.definition["liancheng"]
        self._checks = tuple(compress(self._checks, is_asked))
        kept = list(compress(own.get("checks", []), is_asked))
        self.definition = {**self.definition, "liancheng": {**own, "checks": kept}}

    def _asks(self, rule: CrossCheck, every: tuple[FormField, ...]) -> bool:
        if self._hides(rule, every):
            return False
        read = [each for each in self.fields if rule.reads(each.path)]
        return not read or any(not each.is_held for each in read)

    def _hides(self, rule: CrossCheck, every: tuple[FormField, ...]) -> bool:
        """Tell whether a rule is about a field that this step does not show."""
        shown = {each.path for each in self.fields}
        gone = [each.path for each in every if each.path not in shown]
        return any(rule.reads(path) or rule.field == path.replace("[]", "") for path in gone)

    def check(
        self,
        answers: Mapping[str, Any],
        scope: Mapping[str, Any],
        context: feel.Context = feel.DEFAULT,
    ) -> dict[str, Any]:
        """Return the clean answers, as JSON, in the order of the form.

        What the step only reads is put in as the case holds it, and refused when it was changed.
        ``scope`` is what expressions may read besides the answers, which win. Answers of
        hidden fields are dropped; questions left open are stored as null, [] or false.
        Raises FormInvalidError; a FeelError means that the form itself is at fault.
        """
        run = Run(scope, context)
        with running(run):
            given, changed = self._with_held(limits.guard(answers), scope, context)
            marked = self._visibility.mark(given, run)
            try:
                clean: dict[str, Any] = self._schema.load(marked)
            except ValidationError as error:
                raise FormInvalidError({**_flat(error.messages), **changed}) from None
        if changed:
            raise FormInvalidError(changed)
        clean = {key: clean[key] for key in self._keys if key in clean}
        self._cross_check(clean, scope, context)
        return clean

    def _with_held(
        self, answers: Mapping[str, Any], scope: Mapping[str, Any], context: feel.Context
    ) -> tuple[Mapping[str, Any], dict[str, list[str]]]:
        if self._holding is None:
            return answers, {}
        return self._holding.put_in(answers, scope, context)

    def typed(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Return unchecked answers without what the step hides or only reads."""
        return dict(answers) if self._holding is None else holding.without(self.specs, answers)

    def resumed(
        self,
        answers: Mapping[str, Any],
        scope: Mapping[str, Any],
        context: feel.Context = feel.DEFAULT,
    ) -> dict[str, Any]:
        """Return unchecked answers with what the case holds now in the place of what is only read."""
        if self._holding is None:
            return dict(answers)
        given, changed = self._holding.put_in(self.typed(answers), scope, context)
        if changed:  # rows came or went meanwhile
            given |= self._holding.values(scope, context)
        return given

    def _cross_check(
        self, clean: dict[str, Any], scope: Mapping[str, Any], context: feel.Context
    ) -> None:
        around = cast("dict[str, Any]", scope)  # only read
        names = ChainMap(clean, dict.fromkeys(self._keys), around)
        errors: dict[str, list[str]] = {}
        for rule in self._checks:
            if message := rule.broken(names, context):
                errors.setdefault(rule.field, []).append(message)
        if errors:
            raise FormInvalidError(errors)

    def prefilled(
        self, scope: Mapping[str, Any], context: feel.Context = feel.DEFAULT
    ) -> dict[str, Any]:
        """Return the answers to begin with: what is only read, and what the form itself says."""
        found = {spec.key: holding.prefill(spec, scope, context) for spec in self.specs}
        found |= self._holding.values(scope, context) if self._holding else {}
        return {key: value for key, value in found.items() if value is not None}

    def differences(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
        """Return what has changed between two clean answers, in the order of the form."""
        return compare(self.specs, old, new)

    def file_ids(self, clean: Mapping[str, Any]) -> list[str]:
        """The ids of all files in clean answers, in the order of the form, each once."""
        return list(dict.fromkeys(_file_ids(self.specs, clean)))

    def new_file_ids(self, clean: Mapping[str, Any]) -> list[str]:
        """The ids of the files that this step hands in: not those that it only reads."""
        return [] if not clean else self.file_ids(self.typed(clean))


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
        is_held=spec.is_held,
        is_prefilled=spec.custom(PREFILL) is not None,
        options=spec.options,
        article=spec.custom("article"),
        assumption=spec.custom("assumption"),
        is_reconstructed=spec.custom("reconstructed") == "true",
        accept=spec.accept if spec.type == "filepicker" else (),
    )


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
