"""NEVER a step for some of the items it is called for, where tables and diagram give the items.

So for waivers: which rules of the condition tables may come to a waiver, and whether one of them
is a rule that nobody may waive.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from workflows import dmn, feel
from workflows.diagrams import Node
from workflows.feel.ast import ContextLiteral, Filter, ListLiteral, Name, Path
from workflows.feel.ast import Node as Tree
from workflows.verification.findings import Finding
from workflows.verification.invariants.rows import Row, broken, texts_of
from workflows.verification.invariants.scene import Scene
from workflows.verification.subjects import Subject

Item = Mapping[str, Any]


def judge(scene: Scene, row: Row) -> tuple[list[Finding], bool] | None:
    """Return the items for which a step must not begin; None if it does not depend on an item."""
    when = feel.parse(str(row["when"]).removeprefix("="))
    roots = {path[0] for path in when.names()} - {"profile"}
    if len(roots) != 1 or when.filter_names():
        return None
    [root] = roots
    asked = {path[1] for path in when.names() if path[0] == root and len(path) > 1}
    callers = list(_callers(scene.subject, set(texts_of(row["codes"])), root))
    if not callers:
        return None
    found: list[Finding] = []
    is_decided = True
    for caller, tree in callers:
        items = _items(scene, caller, tree)
        known = [item for item in items or () if all(item.get(name) is not None for name in asked)]
        is_decided &= items is not None and len(known) == len(items)
        for item in known:
            if when.evaluate({root: item, "profile": scene.profile}) is True:
                name = item.get("rule_id") or item
                found.append(broken(scene.subject, row, caller, f"“{name}”能走到这一步"))
                break
    return found, is_decided


def _callers(subject: Subject, codes: set[str], root: str) -> Iterator[tuple[Node, Tree]]:
    """Yield who calls a process with one of the steps for an item of that name, and for which."""
    steps = (n for n in subject.nodes() if {n.activity_code, n.id} & codes)
    for process_id in sorted({node.process_id for node in steps}):
        for caller in subject.callers.get(process_id, ()):
            if caller.process_id not in subject.used:
                continue
            if caller.loop is not None and caller.loop.item == root:
                yield caller, feel.parse(caller.loop.collection.removeprefix("=")).tree
            elif root in caller.inputs:
                tree = feel.parse(caller.inputs[root].removeprefix("=")).tree
                yield caller, ListLiteral(0, (tree,))


def _items(scene: Scene, node: Node, tree: Tree) -> list[Item] | None:
    """Return the items of a list as far as tables and parameters give them; None if they do not."""
    if isinstance(tree, ListLiteral):
        return [_record(scene, item) for item in tree.items if isinstance(item, ContextLiteral)]
    if isinstance(tree, Filter):
        items = _items(scene, node, tree.base)
        if items is None:
            return None
        kept = feel.Expression("", Filter(0, Name(0, "items"), tree.predicate))
        found = kept.evaluate({"items": items, "profile": scene.profile})
        return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    if isinstance(tree, Path) and isinstance(tree.base, Name):
        return _rows(scene, node, tree.base.name)
    return None


def _record(scene: Scene, tree: ContextLiteral) -> Item:
    """Return the entries of a record that parameters alone give."""
    found: dict[str, Any] = {}
    for entry in tree.entries:
        value = feel.Expression("", entry.value)
        if all(path[0] == "profile" for path in value.names()):
            found[entry.key] = value.evaluate({"profile": scene.profile})
    return found


def _rows(scene: Scene, node: Node, key: str) -> list[Item] | None:
    """Return what the rules of the table behind a data key give."""
    process = scene.subject.processes[node.process_id]
    makers = [n for n in process.nodes.values() if n.data_key == key and n.decision]
    name = scene.subject.resolve(makers[0].decision) if len(makers) == 1 else None
    model = scene.subject.decisions.get(name or "")
    if model is None or name is None:
        return None
    return [item for each in _needed(model, name) for item in _of(scene, model.decisions[each])]


def _needed(model: dmn.Model, name: str) -> list[str]:
    found, waiting = list[str](), [name]
    while waiting:
        here = waiting.pop()
        if here not in found and here in model.decisions:
            found.append(here)
            waiting.extend(model.decisions[here].requires)
    return found


def _of(scene: Scene, decision: Any) -> Iterator[Item]:
    table = decision.logic
    for rule in getattr(table, "rules", ()):
        yield {
            output.name: result.evaluate({"profile": scene.profile})
            for output, result in zip(table.outputs, rule.results, strict=False)
            if all(path[0] == "profile" for path in result.names())
        }
