"""Decision tables: what deciding costs, beside the FEEL that is in it."""

import gc
from collections.abc import Callable
from html import escape
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from workflows import dmn, feel

_SHIPPED = Path(__file__).parents[1] / "workflows" / "bpmn"
_FACTS = {
    "enterprise": {"age_years": 7, "members": 9, "region": "longxing", "is_listed": False},
    "funds": {"total": 3_500_000, "own_share": 0.62, "committed_on": "2026-03-01"},
    "team": [{"role": "lead", "doctor": True}, {"role": "member", "doctor": False}],
    "record": {"violations": [], "score": 87},
}
_INPUTS = (
    "enterprise.age_years",
    "enterprise.region",
    "funds.total",
    "funds.own_share",
    "count(team[doctor = true])",
    "record.score",
    "enterprise.is_listed",
)
_CELLS = (
    ("< 3", "[3..10]", "> 10"),
    ('"longxing", "yubei"', 'not("other")', "-"),
    ("< 1000000", "[1000000..5000000]", "> 5000000"),
    ("< 0.5", ">= 0.5", "-"),
    ("0", "[1..5]", "-"),
    ("< 60", "[60..80[", ">= 80"),
    ("true", "false", "-"),
)


def measure(repeats: int = 400) -> list[dict[str, Any]]:
    """Return the median microseconds of each table: decided as a whole, and its FEEL alone."""
    found = [_one("30 rows × 7 inputs", _eligibility(), _FACTS, repeats)]
    found.append(_one("30 rows × 7 inputs, C", _eligibility("COLLECT"), _FACTS, repeats))
    largest = max(_SHIPPED.glob("*/*.dmn"), key=lambda path: path.stat().st_size)
    found.append(_one(largest.stem, dmn.parse(largest.read_bytes()), _FACTS, repeats))
    return found


def _eligibility(policy: str = "FIRST") -> dmn.Model:
    """Return a table of thirty rows, of which the last one is the first that matches."""
    columns = "".join(
        f"<input><inputExpression><text>{escape(text)}</text></inputExpression></input>"
        for text in _INPUTS
    )
    rules = "".join(
        f'<rule id="r{row}">'
        + "".join(_cell("inputEntry", cells, row + column) for column, cells in enumerate(_CELLS))
        + f"<outputEntry><text>&quot;row {row}&quot;</text></outputEntry></rule>"
        for row in range(29)
    )
    last = "<inputEntry><text>-</text></inputEntry>" * len(_CELLS)
    last = f'<rule id="r29">{last}<outputEntry><text>"else"</text></outputEntry></rule>'
    table = f'<decisionTable hitPolicy="{policy}">{columns}<output name="verdict"/>{rules}{last}'
    namespace = "https://www.omg.org/spec/DMN/20230324/MODEL/"
    body = f'<decision id="d" name="d">{table}</decisionTable></decision>'
    return dmn.parse(f'<definitions xmlns="{namespace}">{body}</definitions>'.encode())


def _cell(tag: str, cells: tuple[str, ...], place: int) -> str:
    return f"<{tag}><text>{escape(cells[place % len(cells)])}</text></{tag}>"


def _one(name: str, model: dmn.Model, scope: dict[str, Any], repeats: int) -> dict[str, Any]:
    [(owner_id, table)] = model.tables
    return {
        "table": name,
        "rows": len(table.rules),
        "decide_us": _median(lambda: model.evaluate(owner_id, scope), repeats),
        "feel_us": _median(lambda: _feel_alone(table, scope), repeats),
    }


def _feel_alone(table: dmn.DecisionTable, scope: dict[str, Any]) -> None:
    """Evaluate the inputs, and each cell as far as the table itself would go."""
    run = feel.Run(feel.DEFAULT)
    values = [column.expression.evaluate_within(run, scope) for column in table.inputs]
    for rule in table.rules:
        for cell, value in zip(rule.tests, values, strict=True):
            if cell.evaluate_within(run, value, scope) is not True:
                break


def _median(act: Callable[[], Any], repeats: int) -> float:
    times = []
    gc.collect()
    for _ in range(repeats):
        start = perf_counter()
        act()
        times.append(perf_counter() - start)
    return median(times) * 1e6


if __name__ == "__main__":
    for line in measure():
        print(line)
