"""Types of literals, names, paths, lists, contexts and ranges."""

from typing import Final

from workflows.feel.ast import (
    ContextLiteral,
    ListLiteral,
    Literal,
    Name,
    OpenRange,
    Path,
    RangeLiteral,
)
from workflows.feel.builtins import BUILTINS
from workflows.feel.checking.checker import BOOLEAN, NUMBER, Checker, is_known, types_of, zh
from workflows.feel.types import ANY, NULL, Type, common
from workflows.feel.values import type_name

_LENGTH: Final = Type("days and time duration")
_DATE: Final = dict.fromkeys(("year", "month", "day", "weekday"), NUMBER)
_TIME: Final = {
    **dict.fromkeys(("hour", "minute", "second"), NUMBER),
    "time offset": _LENGTH,
    "timezone": Type("string"),
}
_PROPERTIES: Final[dict[str, dict[str, Type]]] = {
    "date": _DATE,
    "time": _TIME,
    "date and time": {**_DATE, **_TIME},
    "days and time duration": dict.fromkeys(("days", "hours", "minutes", "seconds"), NUMBER),
    "years and months duration": dict.fromkeys(("years", "months"), NUMBER),
    "range": {"start included": BOOLEAN, "end included": BOOLEAN},
}


@types_of(Literal)
def _literal(_checker: Checker, node: Literal) -> Type:
    return NULL if node.value is None else Type(type_name(node.value))


@types_of(Name)
def _name(checker: Checker, node: Name) -> Type:
    found = checker.lookup(node.name)
    if found is None and node.name in BUILTINS:
        return Type("function")
    if found is None:
        checker.find(node.at, f"there is no variable {node.name}", f"没有名为“{node.name}”的数据")
    return found or ANY


@types_of(Path)
def _path(checker: Checker, node: Path) -> Type:
    return _property(checker, node, checker.of(node.base))


def _property(checker: Checker, node: Path, base: Type) -> Type:
    if base.name == "list":
        return Type("list", _property(checker, node, base.item or ANY))
    if not is_known(base) or (base.name == "context" and not base.entries):
        return base if base == NULL else ANY
    if base.name == "range" and node.name in {"start", "end"}:
        return base.item or ANY
    found = base.entry(node.name) or _PROPERTIES.get(base.name, {}).get(node.name)
    if found is None:
        checker.find(
            node.at,
            f"a {base.name} has no property {node.name}",
            f"{zh(base)}没有“{node.name}”",
        )
    return found or ANY


@types_of(ListLiteral)
def _list(checker: Checker, node: ListLiteral) -> Type:
    return Type("list", common([checker.of(item) for item in node.items]))


@types_of(ContextLiteral)
def _context(checker: Checker, node: ContextLiteral) -> Type:
    entries: dict[str, Type] = {}
    with checker.names(entries):
        for entry in node.entries:
            entries[entry.key] = checker.of(entry.value)
    return Type("context", entries=tuple(entries.items()))


@types_of(RangeLiteral)
def _range(checker: Checker, node: RangeLiteral) -> Type:
    start, end = checker.of(node.start), checker.of(node.end)
    if is_known(start) and is_known(end) and start.name != end.name:
        checker.find(node.at, "the ends of the range differ in type", "区间两端的类型不同")
    return Type("range", common([start, end]))


@types_of(OpenRange)
def _open_range(checker: Checker, node: OpenRange) -> Type:
    return Type("range", checker.of(node.end))
