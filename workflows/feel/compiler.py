"""From syntax tree to closures: the core. Each kind of node has one handler in ``HANDLERS``.

A closure takes the environment and gives a normal value. Steps are counted where work can
repeat: a loop, a filter or a call takes the number of nodes of its body each time round.
"""

from collections.abc import Callable
from typing import Any, Final

from workflows.feel import properties
from workflows.feel.ast import (
    ContextLiteral,
    ListLiteral,
    Literal,
    Name,
    Node,
    Path,
    RangeLiteral,
)
from workflows.feel.builtins import BUILTINS
from workflows.feel.errors import FeelSyntaxError, Position
from workflows.feel.runtime import Closure, Env, Run
from workflows.feel.signatures import Builtin, call_builtin
from workflows.feel.values import PLAIN, TEMPORAL, Function, Range, normal

Handler = Callable[["Compiler", Any], Closure]
HANDLERS: Final[dict[type[Node], Handler]] = {}


def handles(kind: type[Node]) -> Callable[[Handler], Handler]:
    """Register a handler for one kind of node."""

    def register(handler: Handler) -> Handler:
        HANDLERS[kind] = handler
        return handler

    return register


ROUND_STEPS: Final = 4  # what each round of a loop, filter or call costs besides its body


class Compiler:
    """Compiles one expression; keeps which names are bound where.

    ``scopes`` goes from the outermost to the innermost: a set of bound names, or the slot
    that holds the current item of a filter.
    """

    __slots__ = ("_slots", "nodes", "scopes", "source")

    def __init__(self, source: str, bound: frozenset[str] = frozenset()) -> None:
        self.source = source
        self.scopes: list[frozenset[str] | str] = [bound]
        self.nodes = 0
        self._slots = 0

    def compile(self, node: Node) -> Closure:
        """Return the closure of a node."""
        self.nodes += 1
        return HANDLERS[type(node)](self, node)

    def compile_inner(self, node: Node, scope: frozenset[str] | str) -> tuple[Closure, int]:
        """Compile a body with more names in scope; return also how many steps it may take."""
        before = self.nodes
        self.scopes.append(scope)
        closure = self.compile(node)
        self.scopes.pop()
        return closure, self.nodes - before + ROUND_STEPS

    def new_slot(self) -> str:
        """Return a key for a filter's item that no name of the language can have."""
        self._slots += 1
        return f"\0{self._slots}"

    def is_bound(self, name: str) -> bool:
        """Tell whether the expression itself binds a name here."""
        return any(name in scope for scope in self.scopes if isinstance(scope, frozenset))

    def in_filter(self) -> bool:
        """Tell whether names here may be properties of a filter's item."""
        return any(isinstance(scope, str) for scope in self.scopes)

    def refuse(self, node: Node, message: str, message_zh: str) -> FeelSyntaxError:
        """Return the error that says what is wrong with a node."""
        return FeelSyntaxError(message, message_zh, Position.at(self.source, node.at))


@handles(Literal)
def _literal(_compiler: Compiler, node: Literal) -> Closure:
    value = node.value
    return lambda _env: value


@handles(Name)
def _name(compiler: Compiler, node: Name) -> Closure:
    name = node.name
    slots: list[str] = []
    for scope in reversed(compiler.scopes):
        if isinstance(scope, str):
            slots.append(scope)
        elif name in scope:
            return _item_first(slots, name, _local(name))
    if name == "?":
        raise compiler.refuse(
            node, "? stands only in decision tables", "“?”只能用在决策表的单元格中"
        )
    return _item_first(slots, name, _free(node))


def _local(name: str) -> Closure:
    return lambda env: env.locals[name]


def _free(node: Name) -> Closure:
    """Read a variable of the scope; a built-in only when there is none of that name."""
    name, at = node.name, node.at
    builtin = BUILTINS.get(name)
    fallback = as_function(builtin) if builtin is not None else None

    def free(env: Env) -> Any:
        try:
            value = env.scope[name]
        except KeyError:
            if fallback is not None:
                return fallback
            return env.run.null(at, f"there is no variable {name}", f"没有名为“{name}”的数据")
        return value if type(value) in PLAIN else normal(value)

    return free


def as_function(builtin: Builtin) -> Function:
    """Return a built-in as a value, to be handed to another function."""
    parameters = tuple(part.name for part in builtin.overloads[0].parameters)
    return Function(builtin.name, parameters, lambda run, args: call_builtin(run, 0, builtin, args))


def _item_first(slots: list[str], name: str, otherwise: Closure) -> Closure:
    """Within filters a name is a property of the innermost item that has it."""
    if not slots:
        return otherwise

    def lookup(env: Env) -> Any:
        for slot in slots:
            item = env.locals[slot]
            if type(item) is dict and name in item:
                return normal(item[name])
        return otherwise(env)

    return lookup


@handles(Path)
def _path(compiler: Compiler, node: Path) -> Closure:
    base = compiler.compile(node.base)
    name, at = node.name, node.at

    def path(env: Env) -> Any:
        owner = base(env)
        if type(owner) is dict and name in owner:
            value = owner[name]
            return value if type(value) in PLAIN else normal(value)
        return properties.get(env.run, at, owner, name)

    return path


@handles(ListLiteral)
def _list(compiler: Compiler, node: ListLiteral) -> Closure:
    items = tuple(compiler.compile(item) for item in node.items)
    return lambda env: [item(env) for item in items]


@handles(ContextLiteral)
def _context(compiler: Compiler, node: ContextLiteral) -> Closure:
    compiled: list[tuple[str, Closure]] = []
    names: frozenset[str] = frozenset()
    for entry in node.entries:
        compiler.scopes.append(names)
        compiled.append((entry.key, compiler.compile(entry.value)))
        compiler.scopes.pop()
        names |= {entry.key}
    entries = tuple(compiled)

    def context(env: Env) -> Any:
        inner = Env(env.scope, env.locals.copy(), env.run)
        values: dict[str, Any] = {}
        for key, entry in entries:
            values[key] = inner.locals[key] = entry(inner)
        return values

    return context


@handles(RangeLiteral)
def _range(compiler: Compiler, node: RangeLiteral) -> Closure:
    start, end = compiler.compile(node.start), compiler.compile(node.end)
    at, start_included, end_included = node.at, node.start_included, node.end_included

    def interval(env: Env) -> Any:
        low, high = start(env), end(env)
        if not is_end(low) or not is_end(high) or (low is None and high is None):
            return no_end(env.run, at)
        if low is not None and high is not None and type(low) is not type(high):
            return env.run.null(at, "the ends of the range differ in type", "区间两端的类型不同")
        return Range(
            low, high, start_included and low is not None, end_included and high is not None
        )

    return interval


def no_end(run: Run, at: int) -> Any:
    """Give null because a value cannot be the end of a range."""
    return run.null(at, "this cannot be the end of a range", "区间端点的类型不符")


def is_end(value: Any) -> bool:
    """Tell whether a value can be the end of a range; null is no end."""
    return value is None or type(value) in TEMPORAL or type(value) in _PLAIN_ENDS


_PLAIN_ENDS: Final = frozenset(
    kind for kind in PLAIN if kind not in {dict, list, bool, type(None), Range, Function}
)
