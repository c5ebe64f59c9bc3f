"""Conditions as far as a diagram alone can tell: true, false, or open.

What is known are facts about variables: whether anything stands under a data key, and which of the
values that some condition asks for a field below it has. Of lists the variable is what all their
entries have in common.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workflows import feel
from workflows.feel.ast import (
    Binary,
    Call,
    If,
    ListLiteral,
    Literal,
    Logical,
    Name,
    Node,
    Path,
    Quantified,
)

Variable = tuple[str, str]  # a data key and the path below it; "" asks whether anything is there
Facts = Mapping[Variable, str]
NULL, SET, OTHER = "（无）", "（有）", "（其他）"
VALUE = "="  # the path that stands for the value itself


@dataclass(frozen=True, slots=True)
class Formula:
    """What a condition says.

    ``kind``: known (``truth``, None if open), is (the variable is one of ``values``), null (nothing
    stands under the key), not, and, or, if.
    """

    kind: str
    truth: bool | None = None
    variable: Variable = ("", "")
    values: frozenset[str] = frozenset()
    parts: tuple["Formula", ...] = ()

    def variables(self) -> Iterator[tuple[Variable, frozenset[str]]]:
        """Yield the variables asked for, with the values that make a difference."""
        if self.kind in {"is", "null"}:
            yield self.variable, self.values
        for part in self.parts:
            yield from part.variables()


OPEN = Formula("known")


def formula_of(condition: str, profile: Mapping[str, Any]) -> Formula:
    """Return what a condition says; parameters count with their values in ``profile``."""
    try:
        tree = feel.parse(condition.removeprefix("=")).tree
        return _Reader(profile).read(tree)
    except feel.FeelError:
        return OPEN


@dataclass(frozen=True)
class _Reader:
    profile: Mapping[str, Any]

    def read(self, tree: Node) -> Formula:
        constant = self._constant(tree)
        if isinstance(constant, bool):
            return Formula("known", constant)
        if isinstance(tree, Logical):
            return Formula(tree.operator, parts=tuple(map(self.read, tree.operands)))
        if isinstance(tree, If):
            parts = (tree.condition, tree.consequence, tree.alternative)
            return Formula("if", parts=tuple(map(self.read, parts)))
        if isinstance(tree, Binary) and tree.operator in {"=", "!="}:
            return _negated(self._equal(tree.left, tree.right), tree.operator == "!=")
        if isinstance(tree, Call) and isinstance(tree.callee, Name):
            return self._call(tree.callee.name, tree.arguments)
        if isinstance(tree, Quantified):
            return self._quantified(tree)
        return OPEN

    def _constant(self, tree: Node) -> Any:
        """Return the value of what reads nothing but parameters; None for anything else."""
        expression = feel.Expression("", tree)
        names = expression.names() | expression.filter_names()
        if any(path[0] != "profile" for path in names) or expression.functions():
            return None
        return expression.evaluate({"profile": self.profile})

    def _equal(self, left: Node, right: Node) -> Formula:
        if isinstance(left, If):
            parts = (left.consequence, left.alternative)
            sides = tuple(self._equal(part, right) for part in parts)
            return Formula("if", parts=(self.read(left.condition), *sides))
        variable = _variable(left)
        if variable is None or not isinstance(right, Literal):
            return OPEN
        if right.value is None:
            key, path = variable
            return Formula("null", variable=(key, "")) if path == VALUE else OPEN
        return Formula("is", variable=variable, values=frozenset({_text(right.value)}))

    def _call(self, name: str, arguments: tuple[Node, ...]) -> Formula:
        if name == "not" and len(arguments) == 1:
            return _negated(self.read(arguments[0]))
        if name == "list contains" and isinstance(arguments[0], ListLiteral):
            items, variable = arguments[0].items, _variable(arguments[1])
            if variable is not None and all(isinstance(item, Literal) for item in items):
                values = (_text(item.value) for item in items if isinstance(item, Literal))
                return Formula("is", variable=variable, values=frozenset(values))
        return OPEN

    def _quantified(self, tree: Quantified) -> Formula:
        """Read ``every x in list satisfies x.field = value``, and ``some … !=`` as its opposite."""
        body, [first, *more] = tree.condition, tree.iterations
        wanted = "=" if tree.quantifier == "every" else "!="
        is_plain = not more and isinstance(first.domain, Name) and isinstance(body, Binary)
        if not is_plain or not isinstance(body, Binary) or body.operator != wanted:
            return OPEN
        item, variable = first.name, _variable(body.left)
        if variable is None or variable[0] != item or not isinstance(body.right, Literal):
            return OPEN
        assert isinstance(first.domain, Name)
        same = (first.domain.name, variable[1])
        found = Formula("is", variable=same, values=frozenset({_text(body.right.value)}))
        return _negated(found, tree.quantifier == "some")


def _negated(formula: Formula, really: bool = True) -> Formula:  # noqa: FBT001, FBT002
    return Formula("not", parts=(formula,)) if really else formula


def _variable(tree: Node) -> Variable | None:
    """Return the variable that a path reads: ``a.b``, ``a`` or ``get value(a, "b")``."""
    names: list[str] = []
    while isinstance(tree, Path):
        names.append(tree.name)
        tree = tree.base
    if isinstance(tree, Call) and isinstance(tree.callee, Name) and not names:
        if tree.callee.name != "get value" or len(tree.arguments) != 2:  # noqa: PLR2004
            return None
        tree, last = tree.arguments
        if not isinstance(last, Literal) or not isinstance(last.value, str):
            return None
        names.append(last.value)
    if not isinstance(tree, Name) or tree.name in _CHANGING:
        return None
    return tree.name, ".".join(reversed(names)) or VALUE


_CHANGING = frozenset({"case", "task", "legal_basis", "profile"})


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def verdict(formula: Formula, facts: Facts) -> tuple[bool | None, Variable | None]:
    """Return whether a condition holds; if that is open, a variable that would help to tell."""
    if formula.kind == "known":
        return formula.truth, None
    if formula.kind in {"is", "null"}:
        return _atom(formula, facts)
    if formula.kind == "not":
        truth, missing = verdict(formula.parts[0], facts)
        return (None if truth is None else not truth), missing
    if formula.kind == "if":
        return _chosen(formula, facts)
    return _joined(formula, facts)


def _chosen(formula: Formula, facts: Facts) -> tuple[bool | None, Variable | None]:
    told = [verdict(part, facts) for part in formula.parts]
    truth = told[0][0]
    if truth is not None:
        return told[1 if truth else 2]
    if told[1][0] is told[2][0] is not None:
        return told[1][0], None
    return None, next((missing for _truth, missing in told if missing is not None), None)


def _joined(formula: Formula, facts: Facts) -> tuple[bool | None, Variable | None]:
    decisive = formula.kind == "or"
    found = [verdict(part, facts) for part in formula.parts]
    if any(truth is decisive for truth, _missing in found):
        return decisive, None
    if all(truth is not None for truth, _missing in found):
        return not decisive, None
    return None, next((missing for _truth, missing in found if missing is not None), None)


def _atom(formula: Formula, facts: Facts) -> tuple[bool | None, Variable | None]:
    key, path = formula.variable
    presence = facts.get((key, ""))
    if formula.kind == "null":
        is_known = presence is not None
        return (presence == NULL, None) if is_known else (None, formula.variable)
    if presence == NULL:
        return False, None
    value = facts.get((key, path))
    return (None, formula.variable) if value is None else (value in formula.values, None)


Domain = Callable[[Variable], Iterable[str]]


def answers(formula: Formula, facts: Facts, domain: Domain) -> Iterator[tuple[bool, Facts]]:
    """Yield how a condition may turn out, with what is known then of the variables it asks for."""
    truth, missing = verdict(formula, facts)
    if truth is not None:
        yield truth, facts
    elif missing is None:
        yield from ((True, facts), (False, facts))
    else:
        for value in domain(missing):
            yield from answers(formula, {**facts, missing: value}, domain)
