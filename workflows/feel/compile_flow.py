"""Closures of ``if``, ``for``, ``some``, ``every`` and filters."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from workflows.feel import comparisons
from workflows.feel.ast import (
    Between,
    Binary,
    For,
    If,
    In,
    InstanceOf,
    Iteration,
    Logical,
    Node,
    Quantified,
    mentions,
)
from workflows.feel.compiler import ROUND_STEPS, Compiler, handles
from workflows.feel.errors import FeelBudgetError
from workflows.feel.limits import MAX_LIST_ITEMS
from workflows.feel.runtime import Closure, Env, Run
from workflows.feel.values import PLAIN, Range, normal, type_name, type_name_zh

Domain = Callable[[Env], Iterable[Any] | None]
_Level = tuple[str, Domain, int]  # a name, where its values come from, what finding them costs
_PARTIAL: Final = "partial"


@handles(If)
def _if(compiler: Compiler, node: If) -> Closure:
    condition = compiler.compile(node.condition)
    consequence, alternative = (
        compiler.compile(node.consequence),
        compiler.compile(node.alternative),
    )
    at = node.at

    def choose(env: Env) -> Any:
        chosen = condition(env)
        if chosen is True:
            return consequence(env)
        if chosen is not False and chosen is not None:
            env.run.warn(
                at,
                f"the condition is a {type_name(chosen)}, not true or false",
                f"条件的结果是{type_name_zh(chosen)},不是“是/否”",
            )
        return alternative(env)

    return choose


@handles(For)
def _for(compiler: Compiler, node: For) -> Closure:
    before = len(compiler.scopes)
    domains = _compile_domains(compiler, node.iterations)
    body, weight = compiler.compile_inner(node.body, frozenset({_PARTIAL}))
    del compiler.scopes[before:]
    needs_partial = mentions(node.body, _PARTIAL)

    def loop(env: Env) -> Any:
        results: list[Any] = []
        for inner in _each(env, domains, 0, weight):
            if inner is None:
                return None
            if len(results) >= MAX_LIST_ITEMS:
                raise FeelBudgetError("the list grows too long", "列表过长")
            if needs_partial:
                env.run.spend(len(results))
                inner.locals[_PARTIAL] = results.copy()
            results.append(body(inner))
        return results

    return loop


@handles(Quantified)
def _quantified(compiler: Compiler, node: Quantified) -> Closure:
    before = len(compiler.scopes)
    domains = _compile_domains(compiler, node.iterations)
    condition, weight = compiler.compile_inner(node.condition, frozenset())
    del compiler.scopes[before:]
    decisive = node.quantifier == "some"

    def quantified(env: Env) -> Any:
        answer: bool | None = not decisive
        for inner in _each(env, domains, 0, weight):
            value = condition(inner) if inner is not None else None
            if value is decisive:
                return decisive
            if value is not (not decisive):
                answer = None
        return answer

    return quantified


def _compile_domains(compiler: Compiler, iterations: tuple[Iteration, ...]) -> tuple[_Level, ...]:
    """Compile the domains; each later one sees the names of those before. Leaves scopes open."""
    found: list[_Level] = []
    for iteration in iterations:
        before = compiler.nodes
        domain = _domain(compiler, iteration)
        found.append((iteration.name, domain, compiler.nodes - before + ROUND_STEPS))
        compiler.scopes.append(frozenset({iteration.name}))
    return tuple(found)


def _each(env: Env, domains: tuple[_Level, ...], level: int, weight: int) -> Iterator[Env | None]:
    """Yield an environment for each combination; None once when a domain is null."""
    name, domain, _ = domains[level]
    values = domain(env)
    if values is None:
        yield None
        return
    run, is_innermost = env.run, level + 1 == len(domains)
    cost = weight if is_innermost else domains[level + 1][2]
    for value in values:
        run.spend(cost)
        inner = env.bind(name, value if type(value) in PLAIN else normal(value))
        if not is_innermost:
            yield from _each(inner, domains, level + 1, weight)
        else:
            yield inner


def _domain(compiler: Compiler, iteration: Iteration) -> Domain:
    start, at = compiler.compile(iteration.domain), iteration.at
    if iteration.end is not None:
        end = compiler.compile(iteration.end)
        return lambda env: _count(env.run, at, start(env), end(env))

    def domain(env: Env) -> Iterable[Any] | None:
        values = start(env)
        if type(values) is list:
            return values
        if type(values) is Range:
            return _range_items(env.run, at, values)
        return None if values is None else (values,)

    return domain


def _range_items(run: Run, at: int, interval: Range) -> Iterable[Any] | None:
    items = _count(run, at, interval.start, interval.end)
    if items is None:
        return None
    closed = interval.start_included, interval.end_included
    return (
        item
        for item in items
        if (closed[0] or item != interval.start) and (closed[1] or item != interval.end)
    )


def _count(run: Run, at: int, start: Any, end: Any) -> Iterator[Any] | None:
    """Count up or down from ``start`` to ``end``, both included: whole numbers or dates."""
    if type(start) is date and type(end) is date:
        return _dates(start, end)
    if type(start) is not Decimal or type(end) is not Decimal or not _whole(start, end):
        run.warn(at, "this cannot be counted through", "循环的范围必须是整数或日期")
        return None
    return _numbers(int(start), int(end))


def _whole(*numbers: Decimal) -> bool:
    return all(number.adjusted() < 30 and number == int(number) for number in numbers)


def _numbers(start: int, end: int) -> Iterator[Decimal]:
    step = 1 if start <= end else -1
    while (end - start) * step >= 0:
        yield Decimal(start)
        start += step


def _dates(start: date, end: date) -> Iterator[date]:
    step = 1 if start <= end else -1
    for days in range(abs((end - start).days) + 1):
        yield start + timedelta(days=days * step)


BOOLEAN_NODES: Final = (Logical, Between, In, InstanceOf, Quantified)


def is_boolean(node: Node) -> bool:
    """Tell whether a node by its form gives true, false or null."""
    if isinstance(node, Binary):
        return node.operator in comparisons.ORDER or node.operator in {"=", "!="}
    return isinstance(node, BOOLEAN_NODES)
