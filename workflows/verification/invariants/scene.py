"""One procedure as the walks see it: its levels, their ways, and who looks at what."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from workflows.diagrams import Node
from workflows.verification.invariants.conditions import Formula, formula_of
from workflows.verification.invariants.monitors import Monitor
from workflows.verification.invariants.surroundings import Budget, Surroundings, Way
from workflows.verification.invariants.ways import Ways, ways_through
from workflows.verification.soundness.levels import Level, levels_of
from workflows.verification.soundness.tokens import COMPLETED
from workflows.verification.subjects import Subject, value_of

Key = tuple[str, str]


@dataclass
class Scene:
    """Levels and their ways, made when first asked for; what ``monitors`` look at is kept apart.

    ``conditions``: node id or activity code -> name and formula of what is judged where it begins.
    """

    subject: Subject
    monitors: tuple[Monitor, ...]
    conditions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    formulas: dict[str, Formula] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)
    _ways: dict[Key, Ways] = field(default_factory=dict)
    _watched: dict[Key, bool] = field(default_factory=dict)
    _wanted: dict[Key, Mapping[str, frozenset[str]]] = field(default_factory=dict)

    @cached_property
    def levels(self) -> dict[Key, Level]:
        """Levels by process and own id."""
        return {
            (process.id, level.id): level
            for process in self.subject.processes.values()
            for level in levels_of(process)
        }

    @property
    def root(self) -> Level | None:
        """The level a case begins on."""
        return self.levels.get((self.subject.procedure_id, self.subject.procedure_id))

    def inside(self, node: Node) -> Level | None:
        """Return the level that a node contains or calls."""
        if node.kind == "callActivity":
            called = self.subject.resolve(node.called) or ""
            return self.levels.get((called, called))
        return self.levels.get((node.process_id, node.id)) if node.kind == "subProcess" else None

    def ways(self, level: Level) -> Ways:
        """Return the ways through a level; for who calls itself, those known so far."""
        key = (level.process.id, level.id)
        if key not in self._ways:
            self._ways[key] = Ways(ends={f"{COMPLETED}:"})
            self._ways[key] = ways_through(
                level, self._around, self.budget, is_fresh=level is self.root
            )
        return self._ways[key]

    @property
    def is_whole(self) -> bool:
        """Tell whether all ways that were made have all their states."""
        return all(ways.is_whole for ways in self._ways.values())

    def explore_all(self) -> None:
        """Make the ways of all levels that a case can reach."""
        for (process_id, _own), level in self.levels.items():
            if process_id in self.subject.used and level.start is not None:
                self.ways(level)

    def explored(self) -> Iterator[tuple[Level, Ways]]:
        """Yield the levels whose ways were made."""
        return ((self.levels[key], ways) for key, ways in self._ways.items())

    @cached_property
    def _around(self) -> Surroundings:
        return Surroundings(
            self._formula,
            self._ways_of,
            self._wants,
            self._options,
            self._keys_inside,
            self._is_watched,
            self._conditions_at,
            len(self.monitors) == 1,
        )

    def _formula(self, condition: str) -> Formula:
        if condition not in self.formulas:
            self.formulas[condition] = formula_of(condition, self.profile)
        return self.formulas[condition]

    @cached_property
    def profile(self) -> dict[str, Any]:
        """The parameters, nested by the dots of their keys."""
        nested: dict[str, Any] = {}
        for key, entry in self.subject.profile.items():
            *parents, last = key.split(".")
            here = nested
            for parent in parents:
                here = here.setdefault(parent, {})
            here[last] = value_of(entry)
        return nested

    def _ways_of(self, node: Node) -> frozenset[Way] | None:
        level = self.inside(node)
        return None if level is None or level.start is None else frozenset(self.ways(level).ends)

    def _wants(self, node: Node) -> Mapping[str, frozenset[str]]:
        key = (node.process_id, node.id)
        if key not in self._wanted:
            found: dict[str, frozenset[str]] = {}
            for monitor in self.monitors:
                for name, values in monitor.asks(node).items():
                    found[name] = found.get(name, frozenset()) | values
            self._wanted[key] = found
        return self._wanted[key]

    def _options(self, node: Node, name: str) -> tuple[str, ...]:
        form = self.subject.form_of(node)
        fields = form.fields if form is not None else ()
        return tuple(value for each in fields if each.path == name for value, _ in each.options)

    def _keys_inside(self, node: Node) -> frozenset[str]:
        """Return the keys that a node's inside writes into the same document as the node."""
        level = self.inside(node)
        if level is None or (node.kind == "callActivity" and node.data_key):
            return frozenset()
        path = () if node.kind == "callActivity" else (*node.path, node.id)
        nodes = level.process.nodes.values()
        keys = (n.data_key for n in nodes if n.path[: len(path)] == path)
        return frozenset(key for key in keys if key)

    def _is_watched(self, node: Node) -> bool:
        key = (node.process_id, node.id)
        if key not in self._watched:
            told = any(m.matters(node) or self.concerns(m, node) for m in self.monitors)
            self._watched[key] = told or bool(self._conditions_at(node))
        return self._watched[key]

    def concerns(self, monitor: Monitor, node: Node) -> bool:
        """Tell whether a monitor looks at something inside a node."""
        level = self.inside(node)
        return level is not None and self._concerns(monitor, level, frozenset())

    def _concerns(self, monitor: Monitor, level: Level, around: frozenset[Key]) -> bool:
        key = (level.process.id, level.id)
        nodes = level.nodes.values()
        inner = (self.inside(node) for node in nodes if key not in around)
        return any(map(monitor.matters, nodes)) or any(
            self._concerns(monitor, each, around | {key}) for each in inner if each is not None
        )

    def _conditions_at(self, node: Node) -> Mapping[str, Formula]:
        if not self.conditions:
            return {}
        rows = {
            **self.conditions.get(node.id, {}),
            **self.conditions.get(node.activity_code or "", {}),
        }
        return {name: self._formula(condition) for name, condition in rows.items()}
