"""The invariants of a procedure as a running case meets them: step by step, with its data.

What the monitors have noted is kept with the case, so that no step has to read the history again:
``{id of the invariant: [words]}``, empty notes left out. Besides what monitors tell, NEVER and ALL
with conditions on data are judged here, where the data are known.
"""

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from workflows import feel
from workflows.diagrams import Node
from workflows.verification.invariants.monitors import NOTHING, Event, Monitor, monitor_of
from workflows.verification.invariants.places import places_of
from workflows.verification.invariants.rows import Row, rows_for

Notes = Mapping[str, list[str]]
_WRONG = (KeyError, TypeError, ValueError, AttributeError, feel.FeelError)


class Happening(Protocol):
    """A node has begun or is done in a running case, with what can be read there."""

    @property
    def node(self) -> Node: ...
    @property
    def is_done(self) -> bool: ...
    @property
    def written(self) -> Mapping[str, Any] | tuple[Mapping[str, Any], ...]: ...
    @property
    def scope(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Broken:
    """An invariant that a step would break, and the node at which."""

    row: Row
    node: Node
    is_of_data: bool = False  # what has gone before does not matter

    @property
    def message(self) -> str:
        """Return it in Chinese, with its article."""
        basis = self.row.get("article") or self.row.get("assumption")
        where = f"（{basis}）" if basis else ""
        what = self.node.name or self.node.id
        return f"“{what}”这一步违反不变式 {self.row['id']}{where}：{self.row.get('text', '')}"


@dataclass(frozen=True)
class _Condition:
    """NEVER or ALL with a condition on data."""

    row: Row
    when: feel.Expression | None
    over: feel.Expression | None = None
    entries: feel.Expression | None = None
    each: feel.Expression | None = None

    def is_broken(self, happening: Happening, context: feel.Context) -> bool:
        """Judge NEVER where a node begins, ALL where it is done; what cannot be read breaks nothing."""
        if happening.is_done is (self.over is None):
            return False
        scope = happening.scope
        try:
            if self.when is not None and self.when.evaluate(scope, context) is not True:
                return False
            return self.over is None or self._lacks(scope, context)
        except feel.FeelError:
            return False

    def _lacks(self, scope: Mapping[str, Any], context: feel.Context) -> bool:
        """Tell whether not exactly one entry, as it must be, stands for each of the set."""
        assert self.over is not None
        assert self.entries is not None  # else nothing was made of the row
        wanted = feel.to_json(self.over.evaluate(scope, context))
        entries = feel.to_json(self.entries.evaluate(scope, context)) or []
        if not isinstance(wanted, list) or not isinstance(entries, list):
            return False
        keys = [str(entry.get(self.row.get("key", "key"))) for entry in entries]
        if len(set(keys)) != len(keys) or set(keys) != set(map(str, wanted)):
            return True
        return not all(self._holds(entry, scope, context) for entry in entries)

    def _holds(self, entry: Any, scope: Mapping[str, Any], context: feel.Context) -> bool:
        if self.each is None:
            return True
        return self.each.evaluate(ChainMap({"entry": entry}, *_maps(scope)), context) is True


def _maps(scope: Mapping[str, Any]) -> list[Any]:
    return list(scope.maps) if isinstance(scope, ChainMap) else [scope]


@dataclass(frozen=True)
class _Watcher:
    monitors: tuple[tuple[Row, Monitor], ...]
    conditions: tuple[_Condition, ...]


@dataclass(frozen=True)
class Watch:
    """All invariants of a procedure, by the nodes they look at. Made once for a bundle."""

    _by_node: Mapping[tuple[str, str], _Watcher]
    _monitors: tuple[tuple[Row, Monitor], ...] = field(default=())

    @cached_property
    def ids(self) -> list[str]:
        """The ids of the invariants that look at any node."""
        rows = {
            str(row["id"])
            for watcher in self._by_node.values()
            for row in (*(r for r, _m in watcher.monitors), *(c.row for c in watcher.conditions))
        }
        return sorted(rows)

    def looks_at(self, node: Node) -> bool:
        """Tell whether any invariant looks at a node."""
        return (node.process_id, node.id) in self._by_node

    def after(
        self, notes: Notes, happening: Happening, context: feel.Context
    ) -> tuple[Notes, Broken | None]:
        """Return what is noted after a happening, and the first invariant that it breaks."""
        node = happening.node
        watcher = self._by_node[node.process_id, node.id]
        event = Event(node, happening.is_done, happening.written if happening.is_done else {})
        for row, monitor in watcher.monitors:
            name = str(row["id"])
            seen = frozenset(notes.get(name, ()))
            now, is_broken = monitor.after(seen, event)
            if is_broken:
                return notes, Broken(row, node)
            if now != seen:
                notes = {**notes, name: sorted(now)}
        for condition in watcher.conditions:
            if condition.is_broken(happening, context):
                return notes, Broken(condition.row, node, is_of_data=True)
        return notes, None

    def at_end(self, notes: Notes, node: Node) -> Broken | None:
        """Return the first invariant that a case must not end with."""
        for row, monitor in self._monitors:
            if monitor.is_broken_at_end(frozenset(notes.get(str(row["id"]), NOTHING))):
                return Broken(row, node)
        return None


def watch_of(rows: Any, procedure_id: str, nodes: Iterable[Node]) -> Watch:
    """Return the invariants of a procedure, as its file says. A row that cannot be read is left out.

    Bundles published before rows were checked may hold such.
    """
    monitors: list[tuple[Row, Monitor]] = []
    conditions: list[tuple[_Condition, Any]] = []
    for row in rows_for(rows, procedure_id):
        try:
            if (monitor := monitor_of(row)) is not None:
                monitors.append((row, monitor))
            elif (condition := _condition_of(row)) is not None:
                conditions.append((condition, places_of(row, _PLACES[str(row["pattern"])])))
        except _WRONG:
            continue
    found = {(n.process_id, n.id): w for n in nodes if (w := _watcher(n, monitors, conditions))}
    return Watch(found, tuple(monitors))


_PLACES = {"NEVER": "codes", "ALL": "code"}


def _condition_of(row: Row) -> _Condition | None:
    pattern = row.get("pattern")
    if pattern not in _PLACES or (pattern == "ALL" and not {"over", "entries"} <= row.keys()):
        return None
    read = {name: _read(row.get(name)) for name in ("when", "over", "entries", "each")}
    return _Condition(row, **read)


def _read(source: Any) -> feel.Expression | None:
    return None if source is None else feel.parse(str(source).removeprefix("="))


def _watcher(
    node: Node, monitors: list[tuple[Row, Monitor]], conditions: list[tuple[_Condition, Any]]
) -> _Watcher | None:
    seen = tuple(_looking(node, monitors))
    judged = tuple(c for c, places in conditions if any(place.means(node) for place in places))
    return _Watcher(seen, judged) if seen or judged else None


def _looking(node: Node, monitors: list[tuple[Row, Monitor]]) -> Iterator[tuple[Row, Monitor]]:
    for row, monitor in monitors:
        try:
            if monitor.matters(node):
                yield row, monitor
        except _WRONG:
            continue
