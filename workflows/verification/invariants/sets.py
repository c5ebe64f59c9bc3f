"""ALL: a step is done over a whole set, as far as the list it loops over tells."""

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

from workflows import feel
from workflows.diagrams import Node
from workflows.feel.ast import (
    Call,
    ContextLiteral,
    ListLiteral,
    Name,
    Path,
)
from workflows.feel.ast import Node as Tree
from workflows.verification.findings import Finding
from workflows.verification.invariants.rows import Row, broken, meant, texts_of
from workflows.verification.invariants.scene import Scene
from workflows.verification.subjects import Subject


def judge(scene: Scene, row: Row) -> tuple[list[Finding], bool]:
    """Return where a set is not covered whole. What each record must satisfy, running cases tell."""
    over = _parsed(str(row["over"]))
    if over is None:
        return [], False
    found = list(_members(scene, row, over))
    for node in meant(scene.subject, str(row["code"])):
        if node.kind in {"callActivity", "subProcess"} or "members" in row:
            continue
        found.extend(_uncovered(scene.subject, row, node, _parts(over)))
    return found, "each" not in row


def _uncovered(subject: Subject, row: Row, node: Node, whole: list[Tree]) -> Iterator[Finding]:
    """Yield what none of the loops around a step covers; other loops may be for other things."""
    loops = list(_loops(subject, node, ()))
    if not loops:
        yield broken(subject, row, node, "须对每一个对象分别办理")
    gaps = [(h, [p for p in whole if p not in parts]) for h, parts in loops if parts is not None]
    if gaps and len(gaps) == len(loops) and all(missing for _holder, missing in gaps):
        holder, missing = min(gaps, key=lambda gap: len(gap[1]))
        reason = "所办理的一组对象没有包含：" + "、".join(map(_written, missing))
        yield broken(subject, row, holder, reason)


def _members(scene: Scene, row: Row, over: Tree) -> Iterator[Finding]:
    """Yield who is missing from a set that the parameters give, and where its steps are not."""
    subject = scene.subject
    nodes = list(meant(subject, str(row["code"])))
    if not nodes or "members" not in row:
        return
    known = feel.Expression("", over).evaluate({"profile": scene.profile})
    listed = [str(each) for each in known] if isinstance(known, list) else []
    if gone := [each for each in texts_of(row["members"]) if each not in listed]:
        yield broken(subject, row, nodes[0], f"参数里缺少 {'、'.join(gone)}")
    there = {node.id for node in nodes}
    if gone := [each for each in texts_of(row.get("elements")) if each not in there]:
        yield broken(subject, row, nodes[0], f"图中缺少 {'、'.join(gone)} 的这一环节")
    root = _root(over)
    for node in nodes:
        read = _parsed(node.loop.collection) if node.loop is not None else None
        is_over = read is not None and root in _paths(read)
        if row.get("by_loop") and node.kind == "userTask" and not is_over:
            yield broken(subject, row, node, "须对其中每一个分别办理")


def _root(tree: Tree) -> tuple[str, ...]:
    names: list[str] = []
    while isinstance(tree, Path):
        names.append(tree.name)
        tree = tree.base
    return (tree.name, *reversed(names[1:])) if isinstance(tree, Name) else ()


def _paths(tree: Tree) -> frozenset[tuple[str, ...]]:
    return feel.Expression("", tree).names()


def _loops(
    subject: Subject, node: Node, inside: tuple[str, ...]
) -> Iterator[tuple[Node, list[Tree] | None]]:
    """Yield the nearest loops around a step: who holds it, and the parts of the set; None: unknown."""
    if node.loop is not None:
        yield from _resolved(subject, node, inside)
        return
    for caller in subject.callers.get(node.process_id, ()):
        if caller.process_id in subject.used:
            yield from _loops(subject, caller, inside)


def _resolved(
    subject: Subject, node: Node, inside: tuple[str, ...]
) -> Iterator[tuple[Node, list[Tree] | None]]:
    assert node.loop is not None
    tree, key = _parsed(node.loop.collection), _parsed(node.loop.key)
    last = key.name if isinstance(key, Path) and isinstance(key.base, Name) else None
    if tree is None or last is None:
        yield node, None
    elif isinstance(tree, Name):
        for caller, given in _given(subject, node, tree.name):
            parsed = _parsed(given)
            parts = None if parsed is None else _seen(subject, caller, _projected(parsed, last))
            yield caller, parts
    else:
        yield node, _seen(subject, node, _projected(tree, last))


def _given(subject: Subject, node: Node, name: str) -> Iterator[tuple[Node, str]]:
    """Yield what callers put in under a name."""
    for caller in subject.callers.get(node.process_id, ()):
        if caller.process_id in subject.used and name in caller.inputs:
            yield caller, caller.inputs[name]


def _seen(subject: Subject, node: Node, tree: Tree) -> list[Tree]:
    """Return the parts of a set as they are named from where the case begins."""
    prefix: list[str] = []
    here = node
    while here.process_id != subject.procedure_id:
        callers = subject.callers.get(here.process_id, ())
        if len(callers) != 1 or not callers[0].data_key:
            break
        here = callers[0]
        prefix.insert(0, here.data_key or "")
    process = subject.processes[node.process_id]
    own = {n.data_key for n in process.nodes.values()}
    return [_named(part, prefix, own) for part in _parts(tree)]


def _named(tree: Tree, prefix: list[str], own: set[str | None]) -> Tree:
    """Put the data keys of the calls around before the names a process writes itself."""
    if isinstance(tree, Name) and tree.name in own and prefix:
        found: Tree = Name(0, prefix[0])
        for each in (*prefix[1:], tree.name):
            found = Path(0, found, each)
        return found
    changes = {each.name: _inside(getattr(tree, each.name), prefix, own) for each in fields(tree)}
    return replace(tree, **changes)


def _inside(part: Any, prefix: list[str], own: set[str | None]) -> Any:
    if isinstance(part, tuple):
        return tuple(_inside(each, prefix, own) for each in part)
    return _named(part, prefix, own) if isinstance(part, Tree) else part


def _projected(tree: Tree, name: str) -> Tree:
    """Return a list of records as the list of one of their fields."""
    if isinstance(tree, Call) and _callee(tree) == "concatenate":
        return replace(tree, arguments=tuple(_projected(each, name) for each in tree.arguments))
    if isinstance(tree, ListLiteral):
        return replace(tree, items=tuple(_field(each, name) for each in tree.items))
    return Path(0, tree, name)


def _field(tree: Tree, name: str) -> Tree:
    if isinstance(tree, ContextLiteral):
        return next((e.value for e in tree.entries if e.key == name), tree)
    return Path(0, tree, name)


def _parts(tree: Tree) -> list[Tree]:
    """Return what a list is put together from, without where it stands in the text."""
    if isinstance(tree, Call) and _callee(tree) == "concatenate":
        return [part for each in tree.arguments for part in _parts(each)]
    if isinstance(tree, ListLiteral):
        return [_bare(each) for each in tree.items]
    return [_bare(tree)]


def _callee(tree: Call) -> str | None:
    return tree.callee.name if isinstance(tree.callee, Name) else None


def _bare(value: Any) -> Any:
    """Return a tree whose parts all stand at 0, so that equal ones compare equal."""
    if isinstance(value, Tree):
        parts: dict[str, Any] = {e.name: _bare(getattr(value, e.name)) for e in fields(value)}
        return replace(value, **{**parts, "at": 0})
    return tuple(map(_bare, value)) if isinstance(value, tuple) else value


def _written(tree: Tree) -> str:
    names: list[str] = []
    while isinstance(tree, Path):
        names.append(tree.name)
        tree = tree.base
    base = getattr(tree, "base", tree)
    while isinstance(base, Path):
        names.append(base.name)
        base = base.base
    return ".".join(reversed([*names, getattr(base, "name", "…")]))


def _parsed(text: str) -> Tree | None:
    try:
        return feel.parse(text.removeprefix("=")).tree if text.startswith("=") else None
    except feel.FeelError:
        return None
