"""Types of ``if``, ``for``, ``some``, ``every`` and filters."""

from workflows.feel.ast import Filter, For, If, Iteration, Quantified
from workflows.feel.checking.checker import BOOLEAN, Checker, is_known, types_of, zh
from workflows.feel.types import ANY, NULL, Type, common


@types_of(If)
def _if(checker: Checker, node: If) -> Type:
    checker.expect_boolean(node.condition, "the condition", "条件的结果")
    return common([checker.of(node.consequence), checker.of(node.alternative)])


@types_of(For)
def _for(checker: Checker, node: For) -> Type:
    return Type("list", _within(checker, node, node.iterations))


@types_of(Quantified)
def _quantified(checker: Checker, node: Quantified) -> Type:
    _within(checker, node, node.iterations)
    return BOOLEAN


def _within(checker: Checker, node: For | Quantified, left: tuple[Iteration, ...]) -> Type:
    """Type the body with the names of all iterations in scope."""
    if left:
        with checker.names({left[0].name: _item(checker, left[0])}):
            return _within(checker, node, left[1:])
    if isinstance(node, For):
        with checker.names({"partial": Type("list", ANY)}):
            return checker.of(node.body)
    checker.expect_boolean(node.condition, "the condition", "条件的结果")
    return BOOLEAN


def _item(checker: Checker, iteration: Iteration) -> Type:
    domain = checker.of(iteration.domain)
    if iteration.end is not None:
        return common([domain, checker.of(iteration.end)])
    if domain.name in {"list", "range"}:
        return domain.item or ANY
    return ANY if domain == NULL else domain


@types_of(Filter)
def _filter(checker: Checker, node: Filter) -> Type:
    base = checker.of(node.base)
    item = (base.item or ANY) if base.name == "list" else base
    entries = dict(item.entries) if item.entries or is_known(item) else None
    known = entries if entries is not None and (entries or item.name != "context") else None
    with checker.names(known), checker.names({} if known and "item" in known else {"item": item}):
        predicate = checker.of(node.predicate)
    if predicate.name == "number":
        return item
    if is_known(predicate) and predicate.name != "boolean":
        checker.find(
            node.at,
            f"a filter takes a condition or a position, not a {predicate}",
            f"方括号中应为条件或序号,不是{zh(predicate)}",
        )
    return Type("list", item) if predicate.name == "boolean" else ANY
