"""Judge all edits and print how many are refused, by kind and jurisdiction, and what is let through.

``python -m tests.workflows.verification.mutants [breaking|harmless] [a word of the ids wanted]``
"""

import sys
from collections import defaultdict

from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.workflows.verification.mutants.breaking import Mutant, all_breaking
from tests.workflows.verification.mutants.harmless import all_harmless
from tests.workflows.verification.mutants.trying import Result, tried

PLACES = ("lingang", "liangjiang", "baoshan", "ningbo", "yrd")
console = Console(width=180)


def main() -> int:
    """Return 1 if too many law-breaking edits are let through, or a harmless one is refused."""
    which, word = (*sys.argv[1:], "", "")[:2]
    wrong = 0
    if which in {"", "breaking"}:
        found = _try([m for m in all_breaking() if word in m.id], "违法的修改")
        _show("违法的修改：拒绝数／总数（首条指明所违反的不变式的数目）", found, breaking=True)
        wrong += _tell_survivors(found)
    if which in {"", "harmless"}:
        found = _try([m for m in all_harmless() if word in m.id], "无害的修改")
        _show("无害的修改：放行数／总数", found, breaking=False)
        wrong += _tell_refused(found)
    return wrong


def _try(mutants: list[Mutant], title: str) -> list[Result]:
    results = [tried(each) for each in track(mutants, title, console=console)]
    return [each for each in results if each.fits]


def _show(title: str, found: list[Result], *, breaking: bool) -> None:
    cells: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for each in found:
        for place in (each.mutant.jurisdiction, "all"):
            cells[each.mutant.kind, place].append(each)
            cells["all", place].append(each)
    table = Table("kind", *PLACES, "all", title=title)
    for kind in [*dict.fromkeys(e.mutant.kind for e in found), "all"]:
        row = (_cell(cells[kind, place], breaking=breaking) for place in (*PLACES, "all"))
        table.add_row(kind, *row)
    console.print(table)


def _cell(results: list[Result], *, breaking: bool) -> str:
    if not results:
        return "–"
    if not breaking:
        return f"{sum(not e.is_refused for e in results)}/{len(results)}"
    named = sum(e.is_named_first for e in results)
    return f"{sum(e.is_refused for e in results)}/{len(results)} ({named})"


def _tell_survivors(found: list[Result]) -> int:
    let_through = [each for each in found if not each.is_refused]
    console.print(f"[bold]放行的违法修改：{len(let_through)}[/]")
    for each in let_through:
        console.print(f"  {each.mutant.id} — {' '.join(each.mutant.clauses)}", markup=False)
    others = [each for each in found if each.is_refused and not each.is_named_first]
    console.print(f"[bold]拒绝了，但首条是别的：{len(others)}[/]")
    for each in others:
        names = list(dict.fromkeys(each.named))
        text = f"  {each.mutant.id} — 应为 {' '.join(each.mutant.clauses)}，首为 {names[:4]} {each.first}"
        console.print(text, markup=False)
    return int(len(let_through) > 0.02 * len(found))


def _tell_refused(found: list[Result]) -> int:
    refused = [each for each in found if each.is_refused]
    console.print(f"[bold]被拒绝的无害修改：{len(refused)}[/]")
    for each in refused:
        console.print(f"  {each.mutant.id} — {each.named[:3]} {each.first}", markup=False)
    return int(bool(refused))


if __name__ == "__main__":
    sys.exit(main())
