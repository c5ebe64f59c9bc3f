"""The facts a procedure declares: what of a case's data people look for it by.

In ``jurisdiction.yaml``, below a procedure:
``facts: [{key: field, label: 产业领域, value: "=start_info.industry_field", options: FORM-ID.industry_field}]``.
``options`` names the form field whose options turn the value into words.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from workflows import feel

if TYPE_CHECKING:
    from workflows.bundles.bundle import Opened

MAX_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Fact:
    """One declared fact. ``expression`` is FEEL without the leading "="."""

    key: str
    label: str
    expression: str
    words: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, scope: Mapping[str, Any], context: feel.Context) -> tuple[str, str] | None:
        """Return the fact's value and how people read it; None while the case has none."""
        try:
            value = feel.to_json(feel.evaluate(self.expression, scope, context))
        except feel.FeelError:
            return None  # the case is not so far yet
        if value is None or isinstance(value, (dict, list)) or value == "":
            return None
        plain = _plain(value)
        return plain[:MAX_LENGTH], self.words.get(plain, plain)[:MAX_LENGTH]


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return f"{value:g}" if isinstance(value, float) else str(value)


def read_facts(opened: "Opened") -> tuple[Fact, ...]:
    """Return the facts of a procedure. Raises FeelSyntaxError, KeyError for a wrong declaration."""
    declared = opened.procedure["procedure"].get("facts") or []
    return tuple(_fact(opened, each) for each in declared)


def _fact(opened: "Opened", given: Mapping[str, str]) -> Fact:
    source = given["value"].removeprefix("=")
    feel.parse(source)
    words = dict(_words(opened, given.get("options")))
    return Fact(given["key"], given["label"], source, MappingProxyType(words))


def _words(opened: "Opened", options: str | None) -> Iterator[tuple[str, str]]:
    """Yield value and label of the options of ``FORM.field``. Raises KeyError."""
    if options is None:
        return
    form_id, _, key = options.partition(".")
    definition = json.loads(opened.bundle.files[f"forms/{form_id}.json"])
    component = next(_components(definition["components"], key), None)
    if component is None:
        raise KeyError(options)
    yield from ((each["value"], each["label"]) for each in component["values"])


def _components(components: list[dict[str, Any]], key: str) -> Iterator[dict[str, Any]]:
    for component in components:
        if component.get("key") == key:
            yield component
        yield from _components(component.get("components", []), key)
