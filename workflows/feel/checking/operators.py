"""Types of arithmetic, comparison, logic and membership."""

from typing import Final

from workflows.feel.ast import (
    Between,
    Binary,
    In,
    InstanceOf,
    Literal,
    Logical,
    Negation,
    Node,
    OpenRange,
)
from workflows.feel.checking.checker import BOOLEAN, Checker, is_known, types_of, zh
from workflows.feel.comparisons import ORDER
from workflows.feel.types import ANY, NULL, Type

_DAYS: Final = "days and time duration"
_MONTHS: Final = "years and months duration"
_MOMENTS: Final = ("date", "date and time")
_LENGTHS: Final = (_DAYS, _MONTHS)
_RESULTS: Final[dict[tuple[str, str, str], str]] = {
    **{(sign, "number", "number"): "number" for sign in ("+", "-", "*", "/", "**")},
    ("+", "string", "string"): "string",
    **{(sign, length, length): length for sign in "+-" for length in _LENGTHS},
    **{(sign, day, length): day for sign in "+-" for day in _MOMENTS for length in _LENGTHS},
    **{("+", length, day): day for day in _MOMENTS for length in _LENGTHS},
    **{("-", day, other): _DAYS for day in _MOMENTS for other in _MOMENTS},
    **{(sign, "time", _DAYS): "time" for sign in "+-"},
    ("+", _DAYS, "time"): "time",
    ("-", "time", "time"): _DAYS,
    **{("*", length, "number"): length for length in _LENGTHS},
    **{("*", "number", length): length for length in _LENGTHS},
    **{("/", length, "number"): length for length in _LENGTHS},
    **{("/", length, length): "number" for length in _LENGTHS},
}
_ORDERED: Final = frozenset({"number", "string", "time", *_MOMENTS, *_LENGTHS})


@types_of(Binary)
def _binary(checker: Checker, node: Binary) -> Type:
    left, right = checker.of(node.left), checker.of(node.right)
    if node.operator in {"=", "!="} or node.operator in ORDER:
        _compare(checker, node, node.operator, left, right)
        return BOOLEAN
    if not is_known(left) or not is_known(right):
        return NULL if NULL in {left, right} else ANY
    found = _RESULTS.get((node.operator, left.name, right.name))
    if found is None:
        _find(checker, node, node.operator, left, right)
    return Type(found) if found else NULL


def _find(checker: Checker, node: Node, sign: str, left: Type, right: Type) -> None:
    checker.find(
        node.at,
        f"{left} {sign} {right} has no result",
        f"{zh(left)} {sign} {zh(right)} 无法计算",
    )


def _compare(checker: Checker, node: Node, sign: str, left: Type, right: Type) -> None:
    if not is_known(left) or not is_known(right):
        return
    is_alike = left.name == right.name or {left.name, right.name} == set(_MOMENTS)
    if not is_alike or (sign in ORDER and left.name not in _ORDERED):
        checker.find(
            node.at,
            f"{left} {sign} {right} is never true",
            f"{zh(left)}与{zh(right)}不能用“{sign}”比较",
        )


@types_of(Negation)
def _negation(checker: Checker, node: Negation) -> Type:
    kind = checker.of(node.operand)
    if is_known(kind) and kind.name not in {"number", *_LENGTHS}:
        checker.find(node.at, f"-{kind} has no result", f"不能对{zh(kind)}取负")
        return NULL
    return kind


@types_of(Logical)
def _logical(checker: Checker, node: Logical) -> Type:
    for operand in node.operands:
        checker.expect_boolean(
            operand, f"an operand of {node.operator}", f"“{node.operator}”的一侧"
        )
    return BOOLEAN


@types_of(Between)
def _between(checker: Checker, node: Between) -> Type:
    value, low, high = (checker.of(part) for part in (node.value, node.low, node.high))
    _compare(checker, node, ">=", value, low)
    _compare(checker, node, "<=", value, high)
    return BOOLEAN


@types_of(In)
def _in(checker: Checker, node: In) -> Type:
    value = checker.of(node.value)
    for test in node.tests:
        check_test(checker, test, value)
    return BOOLEAN


def check_test(checker: Checker, test: Node, value: Type) -> None:
    """Note a finding if no value of a type can ever pass a test."""
    if isinstance(test, OpenRange):
        _compare(checker, test, test.operator, value, checker.of(test.end))
        return
    kind = checker.of(test)
    if kind.name != "boolean" or isinstance(test, Literal):
        _compare(checker, test, "=", value, _member(kind, value))


def _member(tested: Type, value: Type) -> Type:
    """Return the type that a value must have to be in a list or a range."""
    while tested.name in {"list", "range"} and tested.name != value.name:
        tested = tested.item or ANY
    return tested


@types_of(InstanceOf)
def _instance_of(checker: Checker, node: InstanceOf) -> Type:
    checker.of(node.value)
    return BOOLEAN
