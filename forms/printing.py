"""An answered form as neutral blocks, in the order of its definition: for paper, not for screens."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from forms.compiler import CompiledForm
from forms.components import CONTAINERS, INPUTS
from forms.specs import Component, label_of
from workflows.documents.places import words

WIDE = 6  # columns that still fit side by side on A4
_HEADING = "## "

Answers = Mapping[str, Any]
NameOf = Callable[[str], str]
Blocks = list[dict[str, Any]]


def print_form(
    form: CompiledForm,
    answers: Answers,
    *,
    name_of: NameOf = str,
    leave_out: frozenset[str] = frozenset(),
    is_draft: bool = False,
) -> Blocks:
    """Return the blocks of a form with its answers.

    Fields that were hidden are left out; of a draft, fields without an answer stay blank.
    ``name_of`` gives the name of an attached file by its id.
    """
    printer = _Printer(name_of, is_draft=is_draft)
    components = [c for c in form.definition["components"] if _key(c) not in leave_out]
    printer.level(components, answers)
    return printer.blocks


def shown(form: CompiledForm, answers: Answers, name_of: NameOf = str) -> dict[str, Any]:
    """Return the answers as words, by key: the labels of what was chosen, dates in Chinese."""
    printer = _Printer(name_of, is_draft=True)
    return printer.words_of(form.definition["components"], answers)


def _key(component: Component) -> str | None:
    key: str | None = component.get("key") or component.get("path")
    return key


class _Printer:
    """Collects label and value pairs into one grid until something else comes."""

    def __init__(self, name_of: NameOf, *, is_draft: bool) -> None:
        self.blocks: Blocks = []
        self._name_of = name_of
        self._is_draft = is_draft
        self._grid: list[list[str]] | None = None

    def level(self, components: list[Component], answers: Answers) -> None:
        for component in components:
            self._component(component, answers)
        self._grid = None

    def words_of(self, components: list[Component], answers: Answers) -> dict[str, Any]:
        """Return the words of one level's answers; tables are left out."""
        found: dict[str, Any] = {}
        for component in components:
            kind, key = component["type"], _key(component)
            inner = component.get("components", [])
            if kind == "group":
                part = self.words_of(inner, _mapping(answers.get(key)) if key else answers)
                found |= {key: part} if key else part
            elif kind in INPUTS and key:
                found[key] = self._text(component, answers.get(key))
        return found

    def _component(self, component: Component, answers: Answers) -> None:
        kind, key = component["type"], _key(component)
        if kind == "text" and component.get("text", "").startswith(_HEADING):
            self._heading(component["text"].removeprefix(_HEADING).strip())
        elif kind == "group":
            self._group(component, _mapping(answers.get(key)) if key else answers, key, answers)
        elif kind == "dynamiclist" and key:
            self._table(component, _rows(answers.get(key)))
        elif kind in INPUTS and key and (self._is_draft or key in answers):
            self._pair(label_of(component), self._text(component, answers.get(key)))

    def _group(
        self, component: Component, inner: Answers, key: str | None, around: Answers
    ) -> None:
        if key and key not in around and not self._is_draft:
            return
        if component.get("label"):
            self._heading(str(component["label"]))
        self.level(component.get("components", []), inner)

    def _heading(self, text: str) -> None:
        self._grid = None
        self.blocks.append({"kind": "heading", "text": text})

    def _pair(self, label: str, text: str) -> None:
        if self._grid is None:
            self._grid = []
            self.blocks.append({"kind": "facts", "rows": self._grid})
        self._grid.append([label, text])

    def _table(self, component: Component, rows: list[Answers]) -> None:
        if not rows and not self._is_draft:
            return
        self._heading(label_of(component))
        columns = [c for c in component.get("components", []) if c["type"] in INPUTS]
        nested = any(c["type"] in CONTAINERS for c in component.get("components", []))
        if len(columns) > WIDE or nested:
            self._one_by_one(component, rows)
            return
        texts = [[self._text(c, row.get(_key(c) or "")) for c in columns] for row in rows]
        labels = ["序号", *(label_of(c) for c in columns)]
        numbered = [[str(n), *row] for n, row in enumerate(texts, start=1)]
        self.blocks.append(
            {
                "kind": "rows",
                "columns": labels,
                "widths": [0.5, *(_width(c) for c in columns)],
                "rows": numbered,
            }
        )

    def _one_by_one(self, component: Component, rows: list[Answers]) -> None:
        for number, row in enumerate(rows, start=1):
            self._pair(f"（{number}）", "")
            self.level(component.get("components", []), row)

    def _text(self, component: Component, value: Any) -> str:
        if component["type"] == "filepicker":
            files = value if isinstance(value, list) else []
            return "\n".join(self._name_of(str(each)) for each in files)
        labels = dict(_options(component))
        if isinstance(value, list):
            return "、".join(labels.get(str(each), words(each)) for each in value)
        if isinstance(value, str) and value in labels:
            return labels[value]
        return words(value)


def _mapping(value: Any) -> Answers:
    """Return an unchecked answer as a group; what is none counts as empty."""
    return value if isinstance(value, Mapping) else {}


def _rows(value: Any) -> list[Answers]:
    return [_mapping(each) for each in value] if isinstance(value, list) else []


def _options(component: Component) -> Iterator[tuple[str, str]]:
    for option in component.get("values") or ():
        yield str(option["value"]), str(option["label"])


def _width(component: Component) -> float:
    return 2.0 if component["type"] in {"textarea", "checklist"} else 1.0
