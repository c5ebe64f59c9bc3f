"""Measures the budgets of the design and prints where each stands. ``python -m bench.run``."""

import argparse
import json
from statistics import median
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bench import (
    checking,
    completion,
    expressions,
    inbox,
    load,
    migrating,
    pages,
    rate,
    storage,
    tables,
)
from bench.world import DATABASES

console = Console()


def main() -> None:
    """Run the chosen measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument(
        "--only",
        choices=[
            "completion",
            "rate",
            "inbox",
            "storage",
            "feel",
            "tables",
            "pages",
            "load",
            "checking",
            "migrating",
        ],
    )
    parser.add_argument("--rows", type=int, default=inbox.ROWS, help="open tasks in the inbox")
    parser.add_argument("--cases", type=int, default=load.SIZES[-1], help="largest, under load")
    arguments = parser.parse_args()
    results = _measure(arguments.only, arguments.rows, arguments.cases)
    if arguments.json:
        print(json.dumps(results, ensure_ascii=False, indent=1))
        return
    table = Table("what", "measured", "budget", "", title="Budgets")
    for line in _lines(results):
        table.add_row(*line)
    if "load" in results:
        Console(width=max(console.width, 220)).print(_load_table(results["load"]))
        return
    console.print(table)
    if "feel" in results:
        _print_feel(results["feel"])


def _print_feel(rows: list[dict[str, Any]]) -> None:
    """Print what each implementation takes from text to value, in microseconds."""
    names = list(rows[0]["others_us"])
    table = Table("from text to value, µs", "ours", *names, title="FEEL beside others")
    for row in rows:
        others = (row["others_us"].get(name) for name in names)
        cells = ("—" if value is None else f"{value:,.0f}" for value in others)
        table.add_row(escape(row["expression"][:60]), f"{row['fresh_us']:,.0f}", *cells)
    console.print(table)
    typical = median(row["evaluate_us"] for row in rows)
    console.print(f"median of the conditions, parsed once: {typical:.1f} µs (budget 5 µs)")
    if not expressions.PEERS_PYTHON.exists():
        console.print(f"for the other Python packages: {expressions.PEERS_HINT}")


def _measure(only: str | None, rows: int, cases: int) -> dict[str, Any]:
    results: dict[str, Any] = {}
    for kind in DATABASES:
        if only in (None, "completion"):
            results[f"completion {kind}"] = completion.measure(kind)
        if only in (None, "inbox"):
            results[f"inbox {kind}"] = inbox.measure(kind, rows)
        if only in (None, "storage"):
            results[f"storage {kind}"] = storage.measure(kind)
    if only in (None, "rate"):
        results["rate"] = rate.measure()
    if only in (None, "feel"):
        results["feel"] = expressions.measure()
    if only in (None, "tables"):
        results["tables"] = tables.measure()
    if only in (None, "checking"):
        results["checking"] = checking.measure()
        results["live check"] = checking.live()
    if only in (None, "pages"):
        results["pages"] = pages.measure()
    if only == "migrating":  # minutes
        results["migrating"] = migrating.measure()
    if only == "load":  # an hour's work at the full size: only when it is asked for
        results["load"] = load.measure((*(n for n in load.SIZES if n < cases), cases))
    return results


def _lines(results: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    lines = []
    for name, found in results.items():
        if name.startswith("completion"):
            measured = f"{found['http_ms']:.1f} ms, floor {found['floor_ms']:.1f} ms"
            lines.append((name, measured, "≤ 2 × floor", f"{found['ratio']:.2f} ×"))
        elif name == "rate":
            lines += [_rate_line(found, which) for which in ("alone", "beside_worker")]
        elif name.startswith("inbox"):
            measured = f"p95 {found['p95_ms']:.1f} ms of {found['open_tasks']:,} tasks"
            lines.append((name, measured, "p95 ≤ 20 ms", _mark(found["p95_ms"] <= 20)))
        elif name.startswith("storage"):
            size = found["bytes_per_case"] / 1000
            shape = f"{found['completions_per_case']:.0f} decisions, "
            shape += f"{found['answer_bytes_per_case'] / 1000:.1f} KB of answers"
            lines.append((name, f"{size:.1f} KB ({shape})", "≤ 25 KB", _mark(size <= 25)))
        elif name == "load":
            continue  # a table of its own
        elif name == "pages":
            lines += _page_lines(found)
        elif name == "live check":
            lines.append(_live_line(found))
        elif name == "checking":
            lines += [_check_line(row) for row in found]
        elif name == "migrating":
            lines += _migrating_lines(found)
        elif name == "tables":
            lines += [_table_line(row) for row in found]
        else:
            lines += [_feel_line(row) for row in found]
    return lines


def _rate_line(found: dict[str, Any], which: str) -> tuple[str, str, str, str]:
    """Return the rate of one server process; twice the floor is what a slower machine owes."""
    rates, floor = found[which], found["floor_ms"]
    rate = rates["completions_per_second"]
    times = f"p50 {rates['p50']:.0f}, p95 {rates['p95']:.0f}, p99 {rates['p99']:.0f} ms"
    measured = f"{rate:.0f}/s, {times}, {rates['server_ms']:.1f} ms of the server's processor, "
    measured += f"Python {found['python']}"
    enough = rate >= 100 or 1000 / rate <= 2 * floor
    name = "completions, postgresql" + (", beside a worker" if which == "beside_worker" else "")
    return (name, measured, f"≥ 100/s or 2 × {floor:.1f} ms", _mark(enough))


def _live_line(found: dict[str, Any]) -> tuple[str, str, str, str]:
    """Return the studio's check after an edit: absolute, and beside parsing the bundle."""
    took, parsed = found["median_seconds"], found["parse_seconds"]
    measured = f"{took:.2f} s, worst {found['worst_seconds']:.2f} s, parsing alone {parsed:.2f} s"
    name = f"live check, {found['procedure']}"
    return (name, measured, "≤ 1 s", f"{took / parsed:.1f} × {_mark(took <= 1)}")


def _load_table(found: dict[str, Any]) -> Table:
    """Return a row for each size and formation, a column for each route: p50/p95/p99 in ms."""
    routes = list(found["rows"][0]["routes"])
    title = f"Under load, p50/p95/p99 in ms; floor of a completion {found['floor_ms']:.1f} ms"
    table = Table("cases", "processes", "requests/s", "completions/s", *routes, title=title)
    for row in found["rows"]:
        cells = ["/".join(str(round(v)) for v in row["routes"][r].values()) for r in routes]
        formation = f"{row['processes']} + {row['workers']}"
        rates = (str(row["requests_per_second"]), str(row["completions_per_second"]))
        table.add_row(f"{row['cases']:,}", formation, *rates, *cells)
    return table


def _page_lines(found: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    seconds, key_ms = found["task_page_seconds"], found["key_ms"]
    opened = f"{seconds:.2f} s among {found['open_tasks']} tasks"
    typed = f"{key_ms:.0f} ms a key, {found['rows']} + {found['rows']} rows; {found['key_ratio']:.1f} × 3 rows"
    return [
        ("task page usable", opened, "≤ 1 s", _mark(seconds <= 1)),
        ("typing in a long form", typed, "≤ 100 ms", _mark(key_ms <= 100)),
    ]


def _check_line(row: dict[str, Any]) -> tuple[str, str, str, str]:
    measured = f"{row['check_seconds']:.2f} s, parsing {row['parse_seconds']:.2f} s"
    measured += f" {' '.join(row['rules'])}" if row["rules"] else ""
    budget = row["budget_seconds"]
    name = f"check {row['procedure']}, {row['nodes']} nodes"
    return (name, measured, f"≤ {budget:.0f} s", _mark(row["check_seconds"] <= budget))


def _migrating_lines(found: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    cases = f"{found['cases']:,} cases in {found['states']} states"
    lights = ", ".join(f"{number} {light}" for light, number in sorted(found["lights"].items()))
    planned = f"{found['plan_s']:.1f} s: {lights}, {found['groups']} groups"
    lines = [(f"plan, {cases}", planned, "≤ 10 s", _mark(found["plan_s"] <= 10))]
    for act in ("rehearse", "move", "undo"):
        times = found[f"{act}_ms"]
        measured = f"p50 {times['p50']:.0f}, p95 {times['p95']:.0f} ms; all {times['all_s']:.0f} s"
        measured += f"; {times['cpu']:.0f} ms of CPU each"
        lines.append((f"{act} a case", measured, "CPU ≤ 100 ms", _mark(times["cpu"] <= 100)))
    return lines


def _table_line(row: dict[str, Any]) -> tuple[str, str, str, str]:
    measured = f"{row['decide_us']:.0f} µs, its FEEL alone {row['feel_us']:.0f} µs"
    mark = _mark(row["decide_us"] <= 300)
    return (f"table {row['table']}, {row['rows']} rows", measured, "≤ 300 µs", mark)


def _feel_line(row: dict[str, Any]) -> tuple[str, str, str, str]:
    measured = f"{row['evaluate_us']:.1f} µs, parsed {row['parse_us']:.0f} µs"
    is_within = row["evaluate_us"] <= 5 and row["parse_us"] <= 200
    return (
        escape(f"FEEL {row['expression'][:40]}"),
        measured,
        "≤ 5 µs, ≤ 200 µs",
        _mark(is_within),
    )


def _mark(is_within: object) -> str:
    return "within" if is_within else "over"


if __name__ == "__main__":
    main()
