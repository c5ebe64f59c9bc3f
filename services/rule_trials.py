"""A trial run of a procedure's rules: what the decision tables ahead say of answers not handed in.

Walks the diagrams from a node on and evaluates each table on the case document as it would be. Of
what the case has not come to yet, nothing is said.
"""

from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from forms import CompiledForm
from services.cases.environment import CaseWorld
from workflows import dmn, feel
from workflows.bundles import Ahead, Place
from workflows.diagrams import Node

_IDS, _TEXTS = ("rule_id", "code"), ("text", "warning")  # outputs that make a table one of rules
_STRENGTH, HARD, SOFT = "strength", "HARD", "SOFT"

Document = dict[str, Any]


@dataclass
class Trial:
    """The case as it would be. ``known`` holds what tables on the way have said, by caller."""

    world: CaseWorld
    form: CompiledForm
    document: Document
    known: dict[tuple[str, ...], Document] = field(default_factory=dict)
    roots: tuple[str, ...] = ()

    def answers_at(self, place: Place) -> None:
        """Remember under which names the answers are read."""
        keys = [caller.data_key for caller in place.callers if caller.data_key]
        self.roots = (*keys, place.node.data_key or place.node.id)

    def rules(self, place: Place) -> Iterator[dict[str, Any]]:
        """Yield what each rule ahead says, each once, in the order the diagrams come to them."""
        seen: set[str] = set()
        for here in Ahead(self.world.ready.opened).after(place, lambda _node: False):
            if here.node.kind != "businessRuleTask" or any(c.loop for c in here.callers):
                continue
            for rule in self._judged(here):
                if rule["rule_id"] not in seen:
                    seen.add(rule["rule_id"])
                    yield rule

    def _judged(self, place: Place) -> Iterator[dict[str, Any]]:
        name = self.world.decision_of(place.node)
        model = self.world.ready.opened.decisions.get(name)
        if model is None:
            return
        decision, scope = model.find(name), self._scope(place)
        if isinstance(decision.logic, dmn.DecisionTable) and _is_of_rules(decision.logic):
            if not decision.requires and self._reads_answers(decision, place):
                for each in dmn.explain(decision.logic, scope, self.world.context):
                    yield self._rule(each, place, scope, decision.name)
        elif place.node.data_key:
            self._keep(place, name, scope)

    def _keep(self, place: Place, name: str, scope: Mapping[str, Any]) -> None:
        """Keep what a table on the way says: the rules behind it read it."""
        try:
            found = self.world.decide(name, scope)
        except (dmn.DmnError, feel.FeelError):
            return
        layer = self.known.setdefault(_path(place), {})
        layer[place.node.data_key or place.node.id] = found

    def _scope(self, place: Place) -> Mapping[str, Any]:
        """Return the names a node sees: its inputs, the frames around it, the document."""
        layers: list[Document] = [self.document, self.known.get((), {})]
        around: Any = self.document
        for depth, caller in enumerate(place.callers, start=1):
            inputs = self._inputs(caller, layers)
            around = around.get(caller.data_key) if isinstance(around, dict) else None
            layers += [around if isinstance(around, dict) else {}, inputs]
            layers.append(self.known.get(_path(place, depth), {}))
        layers.append(self._inputs(place.node, layers))
        return ChainMap(self.world.facts, *reversed(layers))

    def _inputs(self, node: Node, layers: list[Document]) -> Document:
        scope = ChainMap(self.world.facts, *reversed(layers))
        found: Document = {}
        for name, text in node.inputs.items():
            try:
                is_literal = not text.startswith("=")
                found[name] = text if is_literal else self._evaluated(text[1:], scope)
            except feel.FeelError:
                continue
        return found

    def _evaluated(self, text: str, scope: Mapping[str, Any]) -> Any:
        return feel.to_json(feel.evaluate(text, scope, self.world.context))

    def _rule(
        self, each: dmn.Explained, place: Place, scope: Mapping[str, Any], decision: str
    ) -> dict[str, Any]:
        strength = _strength(each)
        status = _status(each, is_soft=strength == SOFT, has_missing=self._lacks(each, scope))
        return {
            "rule_id": str(_given(each, _IDS) or each.rule_id),
            "decision": decision,
            "status": status,
            "strength": strength,
            "curable": each.outputs.get("curable"),
            "message": _message(each, status),
            "article": each.outputs.get("article"),
            "fact": each.outputs.get("fact") if status != "unknown" else None,
            "fields": self._fields(each, place),
        }

    def _lacks(self, each: dmn.Explained, scope: Mapping[str, Any]) -> bool:
        """Tell whether a rule reads something that the case has not come to yet."""
        nodes = self.world.ready.opened.program.nodes.values()
        keys = {node.data_key for process in nodes for node in process.values()}
        roots = {path[0] for path in each.names}
        roots |= {path[0] for path in each.in_filters} & keys
        return any(scope.get(root) is None for root in roots)

    def _fields(self, each: dmn.Explained, place: Place) -> list[str]:
        """Return the fields of the form that a rule looks at."""
        known = {spec.path for spec in self.form.fields}
        found: dict[str, None] = {}
        aliases = list(self._aliases(place))
        for path in sorted(each.names):
            for alias in aliases:
                if path[: len(alias)] == alias:
                    rest = path[len(alias) :]
                    names = (".".join(rest[:n]) for n in range(len(rest), 0, -1))
                    name = next((n for n in names if n in known), None)
                    found |= {name: None} if name else {}
        return list(found)

    def _aliases(self, place: Place) -> Iterator[tuple[str, ...]]:
        """Yield the names under which the answers reach a node: their own, and its inputs'."""
        yield self.roots
        for node in (*place.callers, place.node):
            for name, text in node.inputs.items():
                if text.startswith("=") and self._mentions(text):
                    yield (name,)

    def _mentions(self, text: str) -> bool:
        return any(path[: len(self.roots)] == self.roots for path in feel.parse(text[1:]).names())

    def _reads_answers(self, decision: dmn.Decision, place: Place) -> bool:
        aliases = list(self._aliases(place))
        return any(path[: len(a)] == a for path in decision.names() for a in aliases)


def _path(place: Place, depth: int | None = None) -> tuple[str, ...]:
    return tuple(caller.id for caller in place.callers[:depth])


def _is_of_rules(table: dmn.DecisionTable) -> bool:
    """Tell whether a table lists broken rules, a row each, with what to say of them."""
    names = {output.name for output in table.outputs}
    return table.gives_list and bool(names & {*_IDS}) and bool(names & {*_TEXTS})


def rules_of(table: dmn.DecisionTable) -> Iterator[dict[str, Any]]:
    """Yield the rules of a table of rules by themselves: id, strength, text, article."""
    for each in dmn.explain(table, {}) if _is_of_rules(table) else ():
        yield {
            "rule_id": str(_given(each, _IDS) or each.rule_id),
            "strength": _strength(each),
            "text": str(_given(each, _TEXTS) or "、".join(each.labels)),
            "article": each.outputs.get("article"),
        }


def _strength(each: dmn.Explained) -> str:
    return str(each.outputs.get(_STRENGTH) or (SOFT if "warning" in each.outputs else HARD))


def _given(each: dmn.Explained, names: tuple[str, ...]) -> Any:
    return next((value for name in names if (value := each.outputs.get(name))), None)


def _status(each: dmn.Explained, *, is_soft: bool, has_missing: bool) -> str:
    """Rules are hit when they are broken; on what is not there yet nothing can be said."""
    if each.is_hit:
        return "unknown" if has_missing else "soft" if is_soft else "failed"
    if each.is_hit is None or (each.has_gap and has_missing):
        return "unknown"
    return "passed"


def _message(each: dmn.Explained, status: str) -> str:
    subject = "、".join(each.labels)
    if status == "passed":
        return f"符合：{subject}"
    if status == "unknown":
        return f"暂时不能判断（前面的步骤还没有办完）：{subject}"
    text = str(_given(each, _TEXTS) or subject)
    return f"{text}（原则性要求，可说明理由申请放宽）" if status == "soft" else text
