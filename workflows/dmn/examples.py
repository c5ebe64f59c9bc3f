"""Examples beside a decision table: what is given, what must come out, and what does come out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from workflows import feel
from workflows.dmn.errors import DmnError
from workflows.dmn.model import Fired
from workflows.dmn.models import Model
from workflows.nesting import ContradictionError, nested

MAX_EXAMPLES: Final = 100  # of one file
MAX_DEPTH: Final = 20
_TEXTS: Final = ("id", "name", "decision")
_KEYS: Final = frozenset({*_TEXTS, "given", "expect", "on"})
_NOON: Final = time(12)


class ExamplesError(ValueError):
    """A file of examples that is none. Message in Chinese; ``example_id`` where it is about one."""

    def __init__(self, message: str, example_id: str = "") -> None:
        super().__init__(message)
        self.example_id = example_id


@dataclass(frozen=True, slots=True)
class Example:
    """One situation. ``given`` are values by dotted name, ``expect`` outputs by name.

    Outputs that ``expect`` does not name may be anything; of a table that gives a list, each is
    the list of its values, a row each. ``on`` is the day on which it is decided.
    """

    id: str
    name: str
    decision: str
    given: Mapping[str, Any]
    expect: Mapping[str, Any]
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of an example: outputs by name, the rules that fired, which outputs are wrong.

    ``problem`` says in Chinese why nothing came out.
    """

    example: Example
    outputs: Mapping[str, Any] = field(default_factory=dict)
    fired: tuple[Fired, ...] = ()
    wrong: tuple[str, ...] = ()
    problem: str = ""

    @property
    def is_met(self) -> bool:
        """Tell whether it came out as expected."""
        return not (self.wrong or self.problem)


def read_examples(data: bytes) -> tuple[Example, ...]:
    """Return the examples of a file. Raises ExamplesError."""
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ExamplesError("例子的文件不是合法的 JSON") from error
    _require_flat(content)
    rows = content.get("examples") if isinstance(content, dict) else None
    if not isinstance(rows, list) or len(content) > 1:
        raise ExamplesError("例子的文件应写成 {“examples”: [ … ]}")
    if len(rows) > MAX_EXAMPLES:
        raise ExamplesError(f"一张表的例子超过 {MAX_EXAMPLES} 个，请删减")
    found = tuple(_example(row) for row in rows)
    ids = [each.id for each in found]
    twice = next((each for each in ids if ids.count(each) > 1), None)
    if twice is not None:
        raise ExamplesError(f"有两个例子的编号都是“{twice}”", twice)
    return found


def _require_flat(content: Any) -> None:
    level = [content]
    for _depth in range(MAX_DEPTH):
        level = [inner for each in level for inner in _within(each)]
    if level:
        raise ExamplesError(f"例子的文件嵌套超过 {MAX_DEPTH} 层")


def _within(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _example(row: Any) -> Example:
    if not isinstance(row, dict) or not all(
        isinstance(row.get(key), str) and row[key] for key in _TEXTS
    ):
        raise ExamplesError("每个例子都要有编号（id）、名称（name）和决策（decision）")
    name = row["name"]
    if unknown := sorted(map(str, row.keys() - _KEYS)):
        raise ExamplesError(f"例子“{name}”里没有“{unknown[0]}”这一项", row["id"])
    given, expect = row.get("given", {}), row.get("expect", {})
    if not isinstance(given, dict) or not isinstance(expect, dict):
        raise ExamplesError(f"例子“{name}”的输入和期望应写成“名称: 值”", row["id"])
    return Example(row["id"], name, row["decision"], given, expect, _day(row))


def _day(row: Mapping[str, Any]) -> date | None:
    if row.get("on") is None:
        return None
    try:
        return date.fromisoformat(row["on"])
    except (TypeError, ValueError):
        text = f"例子“{row['name']}”的日期（on）应写成 2026-09-01 的样子"
        raise ExamplesError(text, row["id"]) from None


def try_example(
    model: Model,
    example: Example,
    profile: Mapping[str, Any],
    calendar: feel.WorkingDays | None = None,
) -> Tried:
    """Decide an example by a model, as a case would; ``profile`` are parameters by dotted key.

    Whatever goes wrong is told in ``problem``.
    """
    try:
        scope = nested({**{f"profile.{key}": v for key, v in profile.items()}, **example.given})
    except ContradictionError as error:
        return Tried(example, problem=str(error))
    try:
        if example.decision not in model.decisions:
            return Tried(example, problem=f"这个文件里没有决策“{example.decision}”")
        result = model.evaluate(example.decision, scope, _context(example, calendar))
        outputs = _by_column(feel.to_json(result.outputs), model, example)
    except (DmnError, feel.FeelError) as error:
        return Tried(example, problem=error.message_zh)
    except ExamplesError as error:
        return Tried(example, problem=str(error))
    wrong = tuple(n for n, value in example.expect.items() if not _same(outputs.get(n), value))
    return Tried(example, outputs, result.fired, wrong)


def _context(example: Example, calendar: feel.WorkingDays | None) -> feel.Context:
    if example.on is None:
        return feel.Context(calendar=calendar)
    noon = datetime.combine(example.on, _NOON, ZoneInfo(feel.DEFAULT.timezone))
    return feel.Context(now=lambda: noon, calendar=calendar)


def _by_column(outputs: Any, model: Model, example: Example) -> dict[str, Any]:
    """Return outputs by name; of several rows each as the list of its values."""
    if isinstance(outputs, dict):
        return outputs
    names = outputs_of(model, example.decision)
    return {name: [row.get(name) for row in outputs] for name in names}


def _same(left: Any, right: Any) -> bool:
    """Compare JSON values: 1 is 1.0, but true is not 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_same(left[k], right[k]) for k in left)
    return bool(left == right)


def outputs_of(model: Model, decision_id: str) -> tuple[str, ...]:
    """Return the names of what a decision gives, in the order of its columns."""
    decision = model.decisions[decision_id]
    columns = getattr(decision.logic, "outputs", None)
    return tuple(each.name for each in columns) if columns else (decision.variable,)


def read_by(model: Model, decision_id: str) -> dict[str, str]:
    """Return the dotted names that a decision reads, each with the column that reads it alone.

    What other decisions of the file must know first is among them; what they give is not.
    """
    found: dict[str, str] = {}
    waiting, seen = [decision_id], {decision_id}
    while waiting:
        decision = model.decisions[waiting.pop(0)]
        for column in getattr(decision.logic, "inputs", ()):
            paths = sorted(column.expression.names())
            for path in paths:
                found.setdefault(".".join(path), column.label if len(paths) == 1 else "")
        for path in sorted(decision.names()):
            found.setdefault(".".join(path), "")
        made = model.names_for(decision)
        found = {name: label for name, label in found.items() if name.split(".")[0] not in made}
        waiting += [each for each in decision.requires if each not in seen]
        seen |= set(decision.requires)
    return found
