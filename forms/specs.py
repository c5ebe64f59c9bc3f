"""A checked definition as a tree of typed field descriptions; display components are gone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from forms.components import CONTAINERS, DEFAULT_FILE_TYPES, INPUTS
from forms.limits import DEFAULT_TEXT_LENGTH, MAX_ROWS
from forms.patterns import NamedPattern, named
from forms.rights import MARK, READONLY
from workflows import feel

Component = Mapping[str, Any]
ROW: Final = "[]"  # marks a table in a path: members[].uscc


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One place for an answer: a leaf, a group with a path, or a table.

    ``path`` uses ``[]`` for "any row". ``hides`` are the conditions of the component and of
    the groups without a path around it: any of them true, and the field is hidden.
    ``choices`` computes the options of a select, radio or checklist.
    """

    key: str
    path: str
    type: str
    label: str
    component: Component
    hides: tuple[feel.Expression, ...]
    choices: feel.Expression | None = None
    children: tuple["FieldSpec", ...] = ()

    def validation(self, name: str) -> Any:
        """A rule of ``validate``, None when not given."""
        return self.component.get("validate", {}).get(name)

    def custom(self, name: str) -> str | None:
        """One of our own ``properties``, None when not given."""
        value: str | None = self.component.get("properties", {}).get(name)
        return value

    @property
    def is_required(self) -> bool:
        """Whether an answer must be given when the field is shown."""
        return bool(self.validation("required")) or self.min_rows > 0

    @property
    def is_readonly(self) -> bool:
        """Whether the system computes the value; an answer is refused."""
        return bool(self.component.get("readonly")) and not self.is_held

    @property
    def is_held(self) -> bool:
        """Whether this step only reads the value: the case holds it, a changed one is refused."""
        return self.custom(MARK) == READONLY

    @property
    def max_length(self) -> int:
        """Longest text, in Unicode code points."""
        return int(self.validation("maxLength") or DEFAULT_TEXT_LENGTH)

    @property
    def pattern(self) -> NamedPattern | None:
        """The named pattern a text must match."""
        source = self.custom("pattern") or self.validation("pattern")
        return named(source) if source else None

    @property
    def min_rows(self) -> int:
        """Least rows of a table."""
        return int(self.custom("minRows") or 0)

    @property
    def max_rows(self) -> int:
        """Most rows of a table."""
        return min(int(self.custom("maxRows") or MAX_ROWS), MAX_ROWS)

    @property
    def unique_columns(self) -> tuple[str, ...]:
        """Columns of a table whose values may stand only once."""
        return tuple(part.strip() for part in (self.custom("uniqueBy") or "").split(",") if part)

    @property
    def max_files(self) -> int:
        """Most files of a file field."""
        return int(self.custom("maxFiles") or 1)

    @property
    def accept(self) -> tuple[str, ...]:
        """Accepted file name endings, lower case with the dot."""
        source = self.component.get("accept")
        if not source:
            return DEFAULT_FILE_TYPES
        return tuple(part.strip().lower() for part in source.split(","))

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        """(value, label) of the static choices."""
        return tuple((o["value"], o["label"]) for o in self.component.get("values", ()))


def read(definition: Mapping[str, Any]) -> tuple[FieldSpec, ...]:
    """The fields of a definition that has passed ``definitions.check``."""
    return tuple(_read(definition["components"], "", ()))


def walk(fields: tuple[FieldSpec, ...]) -> Iterator[FieldSpec]:
    """All fields in document order, containers before what they hold."""
    for spec in fields:
        yield spec
        yield from walk(spec.children)


def expression(source: str) -> feel.Expression:
    """Parse an expression written with the leading "=". Raises FeelSyntaxError."""
    return feel.parse(source[1:])


def label_of(component: Component) -> str:
    """What a person calls the component."""
    for name in ("label", "dateLabel", "timeLabel", "key", "path"):
        if text := component.get(name):
            return str(text)
    return str(component["type"])


def _read(
    components: list[Component], prefix: str, around: tuple[feel.Expression, ...]
) -> Iterator[FieldSpec]:
    for component in components:
        hides = around + _hides(component)
        key = component.get("key") or component.get("path")
        if component["type"] in INPUTS | CONTAINERS and key:
            yield _spec(component, key, prefix, hides)
        elif component["type"] == "group":
            yield from _read(component.get("components", []), prefix, hides)


def _spec(
    component: Component, key: str, prefix: str, hides: tuple[feel.Expression, ...]
) -> FieldSpec:
    kind = component["type"]
    path = prefix + key
    inner = path + (ROW if kind == "dynamiclist" else "") + "."
    children = tuple(_read(component.get("components", []), inner, ()))
    source = component.get("valuesExpression")
    choices = expression(source) if source else None
    return FieldSpec(key, path, kind, label_of(component), component, hides, choices, children)


def _hides(component: Component) -> tuple[feel.Expression, ...]:
    source = component.get("conditional", {}).get("hide")
    return (expression(source),) if source else ()
