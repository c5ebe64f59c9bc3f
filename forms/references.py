"""Checks what the expressions of a definition refer to.

A condition may read only fields above its own (and anything outside the form), so that one
pass from top to bottom decides which fields are shown, in the browser and here alike.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from forms.components import CONTAINERS, INPUTS
from forms.errors import DefinitionProblem
from forms.specs import expression
from workflows import feel

Problems = Iterator[DefinitionProblem]
Path = tuple[str, ...]
_ROW_NAME: Final = "this"
_REFUSED_NAMES: Final = frozenset({"parent", "i"})
_NOT_ABOVE: Final = "条件只能引用排在前面的字段。"
_UNKNOWN: Final = "表单中没有这个字段。"


def check(definition: Mapping[str, Any]) -> Problems:
    """Problems of all expressions of a definition whose attributes are sound."""
    order = _Order()
    order.collect(definition["components"], ())
    yield from order.problems()
    for index, rule in enumerate(definition["liancheng"].get("checks", [])):
        yield from _rule(rule, f"liancheng.checks.{index}", order)


def _rule(rule: Mapping[str, str], path: str, order: "_Order") -> Problems:
    if not rule["assert"].startswith("="):
        yield DefinitionProblem(f"{path}.assert", "应为以“=”开头的 FEEL 表达式。")
    else:
        yield from order.unknown_names(rule["assert"], f"{path}.assert")
    if tuple(rule["field"].split(".")) not in order.paths:
        yield DefinitionProblem(f"{path}.field", "表单中没有这个字段。")


def _names(source: str) -> list[Path] | DefinitionProblem:
    """The names ``source`` reads; a problem without a place when it is no expression."""
    try:
        return sorted(expression(source).names())
    except feel.FeelError as error:
        return DefinitionProblem("", f"表达式有误：{error.message_zh}")


class _Order:
    """The fields of a form in document order, and the conditions met on the way."""

    def __init__(self) -> None:
        self.paths: dict[Path, int] = {}
        self._conditions: list[tuple[str, str, Path, int]] = []

    def collect(self, components: list[Any], row: Path, at: Path = (), place: str = "") -> None:
        """``row`` is the path of the table around, ``at`` that of the nearest container."""
        for index, component in enumerate(components):
            here = f"{place}components.{index}."
            if hide := component.get("conditional", {}).get("hide"):
                self._conditions.append((f"{here}conditional.hide", hide, row, len(self.paths)))
            if values := component.get("valuesExpression"):
                self._conditions.append((f"{here}valuesExpression", values, (), len(self.paths)))
            key = component.get("key") or component.get("path")
            inner = (*at, key) if key and component["type"] in INPUTS | CONTAINERS else at
            if inner != at:
                self.paths[inner] = len(self.paths)
            inner_row = inner if component["type"] == "dynamiclist" else row
            self.collect(component.get("components", []), inner_row, inner, here)

    def problems(self) -> Problems:
        """Syntax errors, and references to a field that is not above."""
        for place, source, row, position in self._conditions:
            names = _names(source)
            if isinstance(names, DefinitionProblem):
                yield DefinitionProblem(place, names.message)
                continue
            for name in names:
                if problem := self._problem(name, row, position):
                    yield DefinitionProblem(place, f"“{'.'.join(name)}”：{problem}")

    def unknown_names(self, source: str, place: str) -> Problems:
        """Syntax errors, and paths that begin in the form but lead nowhere."""
        names = _names(source)
        if isinstance(names, DefinitionProblem):
            yield DefinitionProblem(place, names.message)
            return
        for name in names:
            if (name[0],) in self.paths and not self._positions(name):
                yield DefinitionProblem(place, f"“{'.'.join(name)}”：{_UNKNOWN}")

    def _problem(self, name: Path, row: Path, position: int) -> str | None:
        if name[0] in _REFUSED_NAMES:
            return "不支持，请直接写字段键，表格的行内用 this。"
        if name[0] == _ROW_NAME and not row:
            return "this 只能用在表格的行内。"
        if name[0] != _ROW_NAME and (name[0],) not in self.paths:
            return None  # read from the case, not from the form
        if row and name[: len(row)] == row:
            return _NOT_ABOVE  # the rows around are not all read yet
        positions = self._positions(row + name[1:] if name[0] == _ROW_NAME else name)
        if not positions:
            return _UNKNOWN
        return None if min(positions) < position else _NOT_ABOVE

    def _positions(self, target: Path) -> list[int]:
        """Where the field ``target``, or what it holds, stands in the form."""
        return [order for path, order in self.paths.items() if path[: len(target)] == target]
