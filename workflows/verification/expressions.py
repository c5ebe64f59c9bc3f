"""Layer 1, expressions: each parses, and reads only what can be there."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from difflib import get_close_matches

from workflows import dmn, feel
from workflows.diagrams import Node
from workflows.feel.ast import Binary, Filter, Literal, Name, Path, children
from workflows.feel.ast import Node as Tree
from workflows.verification.documents import Documents
from workflows.verification.findings import Finding, Severity
from workflows.verification.scopes import Scopes
from workflows.verification.shapes import Names, Shape, infer
from workflows.verification.sites import Site, sites
from workflows.verification.subjects import Findings, Subject, label

_Read = tuple[str, ...]


def check(subject: Subject) -> Findings:
    """Check every expression of the processes that a case can reach."""
    scopes = Scopes(subject, Documents(subject))
    for process_id in sorted(subject.used):
        process = subject.processes[process_id]
        written = {w.key for w in scopes.documents.writers(process) if not w.frame}
        for site in sites(subject, scopes, process):
            yield from _site(subject, site, written)
        for node in process.nodes.values():
            yield from _decision(subject, scopes, node)
            yield from _must_compute(subject, node)


def _site(subject: Subject, site: Site, written: AbstractSet[str]) -> Findings:
    """Check one expression; ``written`` are the names that its own process writes sooner or later."""
    try:
        parsed = feel.parse(site.source)
    except feel.FeelError as error:
        text = f"{site.place}不是合法的表达式：{_told(error)}"
        yield _at(subject, site, Severity.ERROR, "expressions.syntax", text)
        return
    for read in sorted(parsed.names() | _from_around_filters(parsed, site.names)):
        problem = _problem(read, site.names)
        if problem and not (read[0] in written and _only_asks(parsed.tree, read[0])):
            rule, text = problem
            yield _at(subject, site, Severity.ERROR, rule, f"{site.place}{text}")
    for name in sorted(parsed.functions()):
        text = f"{site.place}调用了不存在的函数“{name}”"
        yield _at(subject, site, Severity.ERROR, "expressions.unknown-function", text)
    for compared, value in sorted(_impossible(parsed.tree, site.names)):
        text = f"{site.place}把“{compared}”与“{value}”比较，但它不会取这个值"
        yield _at(subject, site, Severity.WARNING, "expressions.impossible-value", text)


def _at(subject: Subject, site: Site, severity: Severity, rule: str, text: str) -> Finding:
    return subject.found(severity, rule, site.process_id, site.element_id, text)


def _told(error: feel.FeelError) -> str:
    where = error.position
    place = f"（第 {where.line} 行第 {where.column} 个字符）" if where else ""
    return f"{error.message_zh}{place}"


def _problem(read: _Read, names: Names) -> tuple[str, str] | None:
    """Return the rule that a name or path breaks, and what to say after its place."""
    root, *parts = read
    here = names.get(root)
    if here is None:
        text = f"读取“{root}”，但此前没有节点写入它{_near(root, names)}"
        return "expressions.unknown-name", text
    for depth, part in enumerate(parts, start=1):
        inner = here.part(part)
        if inner is None:
            of = ".".join(read[:depth])
            rule = "unknown-parameter" if root == "profile" else "unknown-field"
            text = f"读取“{'.'.join(read)}”，但“{of}”里没有“{part}”{_near(part, here.fields or {})}"
            return f"expressions.{rule}", text
        here = inner
    return None


def _from_around_filters(parsed: feel.Expression, names: Names) -> frozenset[_Read]:
    """Return what filters read that no item of their lists can have."""
    lists = [infer(tree.base, names) for tree in _trees(parsed.tree) if isinstance(tree, Filter)]
    return frozenset(
        read
        for read in parsed.filter_names()
        if read[0] != "item" and all(each.part(read[0]) is None for each in lists)
    )


def _only_asks(tree: Tree, name: str) -> bool:
    """Tell whether all that is asked of a name is whether it is there yet (``name = null``)."""
    named = sum(isinstance(here, Name) and here.name == name for here in _trees(tree))
    asked = sum(
        isinstance(here, Binary)
        and here.operator in {"=", "!="}
        and any(isinstance(end, Name) and end.name == name for end in (here.left, here.right))
        and any(isinstance(end, Literal) and end.value is None for end in (here.left, here.right))
        for here in _trees(tree)
    )
    return 0 < named == asked


def _trees(tree: Tree) -> Iterator[Tree]:
    waiting = [tree]
    while waiting:
        here = waiting.pop()
        yield here
        waiting.extend(children(here))


def _near(name: str, known: Names) -> str:
    found = get_close_matches(name, known, n=1)
    return f"，是否指“{found[0]}”？" if found else ""


def _impossible(tree: Tree, names: Names) -> Iterator[tuple[str, str]]:
    """Yield each comparison of a path with a text it can never be."""
    for here in _trees(tree):
        if isinstance(here, Binary) and here.operator in {"=", "!="}:
            for one, other in ((here.left, here.right), (here.right, here.left)):
                if isinstance(one, Name | Path) and isinstance(other, Literal):
                    yield from _never(one, other.value, infer(one, names))


def _never(tree: Name | Path, value: object, shape: Shape) -> Iterator[tuple[str, str]]:
    if isinstance(value, str) and shape.values is not None and value not in shape.values:
        yield _written(tree), value


def _written(tree: Tree) -> str:
    if isinstance(tree, Path):
        return f"{_written(tree.base)}.{tree.name}"
    return tree.name if isinstance(tree, Name) else "…"


def _decision(subject: Subject, scopes: Scopes, node: Node) -> Findings:
    """Check that a rule task gives its decision every name that the tables read."""
    name = subject.resolve(node.decision) or ""
    model = subject.decisions.get(name)
    if model is None:
        return
    names = {**scopes.at(node, inside=True), **scopes.inputs(node)}
    for decision, known in required(model, name):
        for read in sorted(decision.names()):
            problem = None if read[0] in known else _problem(read, names)
            if problem:
                text = f"{label(node)}的决策表“{decision.id}”{problem[1]}"
                yield subject.error(problem[0], node, text)


def required(model: dmn.Model, name: str) -> Iterator[tuple[dmn.Decision, set[str]]]:
    """Yield a decision and all it requires, each with the names of its requirements."""
    seen, waiting = set[str](), [name]
    while waiting:
        here = waiting.pop()
        if here not in seen:
            seen.add(here)
            decision = model.decisions[here]
            others = [model.decisions[required] for required in decision.requires]
            yield decision, {text for other in others for text in (other.name, other.variable)}
            waiting.extend(decision.requires)


def _must_compute(subject: Subject, node: Node) -> Findings:
    """Report literals where only an expression makes sense."""
    if node.loop is None:
        return
    completion = node.loop.completion
    for place, text in (("多实例的键", node.loop.key), ("提前结束条件", completion)):
        if text is not None and not text.startswith("="):
            message = f"{label(node)}的{place}须以“=”开头，写成表达式"
            yield subject.error("expressions.literal", node, message)
