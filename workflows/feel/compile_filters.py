"""Closures of filters: by condition, or by position."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from workflows.feel.ast import Filter, FunctionLiteral, Literal, contains
from workflows.feel.compiler import Compiler, handles
from workflows.feel.runtime import Closure, Env, Run
from workflows.feel.values import normal

_Keeper = Callable[[Env], Callable[[Any], Any]]


@handles(Filter)
def _filter(compiler: Compiler, node: Filter) -> Closure:
    base = compiler.compile(node.base)
    at = node.at
    if isinstance(node.predicate, Literal) and type(node.predicate.value) is Decimal:
        position = node.predicate.value
        return lambda env: _pick(env.run, at, base(env), position)
    slot = compiler.new_slot()
    compiler.scopes.append(frozenset({"item"}))
    predicate, weight = compiler.compile_inner(node.predicate, slot)
    compiler.scopes.pop()
    keep = _keeper(predicate, slot, weight, is_kept=contains(node.predicate, FunctionLiteral))
    return lambda env: _filtered(env, at, base(env), keep)


def _keeper(predicate: Closure, slot: str, weight: int, *, is_kept: bool) -> _Keeper:
    """Return what tests one item after the other.

    All items share one environment, unless a function defined in there may keep it.
    """

    def keeper(env: Env) -> Callable[[Any], Any]:
        run, shared = env.run, Env(env.scope, env.locals.copy(), env.run)

        def keep(item: Any) -> Any:
            run.spend(weight)
            inner = Env(env.scope, env.locals.copy(), run) if is_kept else shared
            inner.locals["item"] = inner.locals[slot] = item
            return predicate(inner)

        return keep

    return keeper


def _filtered(env: Env, at: int, base: Any, keeper: _Keeper) -> Any:
    if base is None:
        return None
    items = [normal(item) for item in base] if type(base) is list else [base]
    kept: list[Any] = []
    keep = keeper(env)
    for index, item in enumerate(items or [None]):
        chosen = keep(item)
        if index == 0 and type(chosen) is Decimal:
            return _pick(env.run, at, items, chosen)
        if chosen is True:
            kept.append(item)
    return kept if items else []


def _pick(run: Run, at: int, base: Any, position: Decimal) -> Any:
    """Return the item at a position that counts from 1, or from the end with -1."""
    if base is None:
        return None
    items = base if type(base) is list else [base]
    if position.adjusted() < 10 and position == int(position):
        index = int(position)
        if 1 <= abs(index) <= len(items):
            return normal(items[index - 1 if index > 0 else index])
    return run.null(at, "the list has no item at that position", "列表中没有该位置的条目")
