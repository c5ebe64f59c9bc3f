"""Static check of a decision table: gaps, overlaps, rules that can never fire or say nothing new.

Every finding is certain and carries an example row. Inputs whose cells are not constants,
comparisons or intervals are named in ``unchecked``; rules are then given the benefit of doubt.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Final

from workflows.dmn.atoms import Atom, cut
from workflows.dmn.cells import cell_findings
from workflows.dmn.findings import Finding
from workflows.dmn.model import DecisionTable, HitPolicy, Rule
from workflows.feel.values import literal

__all__ = ["Analysis", "Finding", "analyse"]

MAX_FINDINGS: Final = 50
_MAX_VISITS: Final = 200_000


@dataclass(frozen=True, slots=True)
class Analysis:
    """``is_complete`` is False when the table was too large to look at all of it."""

    findings: tuple[Finding, ...]
    unchecked: tuple[str, ...]
    is_complete: bool


@dataclass(slots=True)
class _Grid:
    """For each column its atoms, and for each atom which rules may and which surely match.

    Sets of rules and of atoms are bit masks.
    """

    table: DecisionTable
    atoms: list[tuple[Atom, ...]]
    may: list[list[int]]
    sure: list[list[int]]
    unchecked: list[str]
    visits: int = 0
    example: list[int] = field(default_factory=list)


def analyse(table: DecisionTable) -> Analysis:
    """Return what is wrong with a table, at most 50 findings of it."""
    grid = _grid(table)
    found = list(islice(_once(chain(cell_findings(table), _findings(grid))), MAX_FINDINGS))
    return Analysis(tuple(found), tuple(grid.unchecked), grid.visits <= _MAX_VISITS)


def _once(findings: Iterator[Finding]) -> Iterator[Finding]:
    """Leave out that a rule never fires where that, or why, has been said already."""
    told: set[str] = set()
    for finding in findings:
        if finding.kind != "unreachable" or not told.intersection(finding.rule_ids):
            yield finding
        if finding.kind in {"type", "unreachable"}:
            told.update(finding.rule_ids)


def _findings(grid: _Grid) -> Iterator[Finding]:
    policy = grid.table.hit_policy
    yield from _never(grid)
    if policy in {HitPolicy.UNIQUE, HitPolicy.ANY}:
        yield from _overlaps(grid)
    if policy is HitPolicy.FIRST:
        yield from _unreachable(grid)
    if grid.table.gives_list:
        yield from _duplicates(grid)
    has_default = any(output.default for output in grid.table.outputs)
    if not has_default and not grid.table.gives_list and grid.table.aggregation is None:
        yield from _gaps(grid)


def _grid(table: DecisionTable) -> _Grid:
    grid = _Grid(table, [], [], [], [])
    for column, head in enumerate(table.inputs):
        atoms = cut(table, column)
        if atoms is None:
            grid.unchecked.append(head.label)
            _add_unchecked(grid, column)
        else:
            _add_column(grid, column, atoms)
    return grid


def _add_unchecked(grid: _Grid, column: int) -> None:
    """One atom: any rule may match it, only those with ``-`` surely do."""
    everything = (1 << len(grid.table.rules)) - 1
    sure = _mask(not rule.tests[column].tree.tests for rule in grid.table.rules)
    grid.atoms.append((Atom("…"),))
    grid.may.append([everything])
    grid.sure.append([sure])


def _add_column(grid: _Grid, column: int, atoms: tuple[Atom, ...]) -> None:
    masks = [
        _mask(rule.tests[column].evaluate(atom.value, {}) is True for rule in grid.table.rules)
        for atom in atoms
    ]
    grid.atoms.append(atoms)
    grid.may.append(masks)
    grid.sure.append(masks)


def _mask(bits: Iterator[bool]) -> int:
    return sum(1 << index for index, bit in enumerate(bits) if bit)


def _gaps(grid: _Grid) -> Iterator[Finding]:
    everything = (1 << len(grid.table.rules)) - 1
    for example in _uncovered(grid, grid.may, everything, None):
        yield _finding(grid, "gap", "没有规则适用于这种情形", (), example)


def _uncovered(
    grid: _Grid, masks: list[list[int]], rules: int, within: Rule | None
) -> Iterator[list[int]]:
    """Yield combinations of atoms that no rule of the mask covers, ``within`` one rule's area."""
    area = 1 << (within.number - 1) if within is not None else None
    covered: set[tuple[int, int]] = set()

    def walk(column: int, left: int, chosen: list[int]) -> Iterator[list[int]]:
        grid.visits += 1
        if grid.visits > _MAX_VISITS:
            return
        if left == 0 and _can_finish(grid, column, area):
            yield [*chosen, *([0] * (len(masks) - column))]
            return
        if column == len(masks) or (column, left) in covered:
            return
        empty = True
        for mask, atom in _groups(masks[column], grid.may[column], area):
            for example in walk(column + 1, left & mask, [*chosen, atom]):
                empty = False
                yield example
        if empty:
            covered.add((column, left))

    yield from walk(0, rules, [])


def _can_finish(grid: _Grid, column: int, area: int | None) -> bool:
    return area is None or all(any(m & area for m in masks) for masks in grid.may[column:])


def _groups(masks: list[int], may: list[int], area: int | None) -> Iterator[tuple[int, int]]:
    """Yield each different mask once, with the first atom that has it."""
    seen: set[int] = set()
    for atom, mask in enumerate(masks):
        if mask not in seen and (area is None or may[atom] & area):
            seen.add(mask)
            yield mask, atom


def _overlaps(grid: _Grid) -> Iterator[Finding]:
    rules = grid.table.rules
    areas = [[_area(masks, rule) for masks in grid.sure] for rule in rules]
    for index, first in enumerate(rules):
        for second in rules[index + 1 :]:
            grid.visits += 1
            shared = [a & b for a, b in zip(areas[index], areas[second.number - 1], strict=True)]
            if all(shared) and not _agree(grid.table, first, second):
                example = [(area & -area).bit_length() - 1 for area in shared]
                ids = (first.id, second.id)
                yield _finding(grid, "overlap", "两条规则同时适用于这种情形", ids, example)


def _area(masks: list[int], rule: Rule) -> int:
    bit = 1 << (rule.number - 1)
    return _mask(bool(mask & bit) for mask in masks)


def _agree(table: DecisionTable, first: Rule, second: Rule) -> bool:
    """Under ANY rules may overlap when their outputs are written alike."""
    return table.hit_policy is HitPolicy.ANY and all(
        mine.source == yours.source
        for mine, yours in zip(first.results, second.results, strict=True)
    )


def _unreachable(grid: _Grid) -> Iterator[Finding]:
    for rule in grid.table.rules:
        earlier = (1 << (rule.number - 1)) - 1
        reachable = next(_uncovered(grid, grid.sure, earlier, rule), None)
        if reachable is None and grid.visits <= _MAX_VISITS:
            why = "这条规则永远不会命中,前面的规则已覆盖"
            yield _finding(grid, "unreachable", why, (rule.id,), [])


def _never(grid: _Grid) -> Iterator[Finding]:
    """Yield each rule one of whose cells no value satisfies."""
    for rule in grid.table.rules:
        bit = 1 << (rule.number - 1)
        for column, masks in enumerate(grid.may):
            if not any(mask & bit for mask in masks):
                label = grid.table.inputs[column].label
                text = f"第 {rule.number} 行永远不会命中,“{label}”的条件没有值能满足"
                yield Finding("unreachable", text, (rule.id,), {})
                break


def _duplicates(grid: _Grid) -> Iterator[Finding]:
    """Yield each rule that another, which says the same, already covers."""
    rules = grid.table.rules
    areas = [[_area(masks, rule) for masks in grid.sure] for rule in rules]
    written = [tuple(cell.source for cell in rule.results) for rule in rules]
    for index, rule in enumerate(rules):
        for other in rules:
            grid.visits += 1
            if other is rule or written[index] != written[other.number - 1]:
                continue
            if _covers(grid, areas, other, rule) and (
                rule.number > other.number or not _covers(grid, areas, rule, other)
            ):
                text = f"第 {rule.number} 行多余,第 {other.number} 行已得出同样的结果"
                yield Finding("duplicate", text, (other.id, rule.id), {})
                break


def _covers(grid: _Grid, areas: list[list[int]], wide: Rule, narrow: Rule) -> bool:
    """Tell whether wherever ``narrow`` fires ``wide`` fires too; of formulas, only if alike."""
    for column in range(len(grid.atoms)):
        left, right = areas[wide.number - 1][column], areas[narrow.number - 1][column]
        is_formula = grid.table.inputs[column].label in grid.unchecked
        if is_formula and not left:
            if wide.tests[column].source != narrow.tests[column].source:
                return False
        elif right & ~left:
            return False
    return True


def _finding(
    grid: _Grid, kind: str, message_zh: str, rule_ids: tuple[str, ...], example: list[int]
) -> Finding:
    chosen = [column[index] for column, index in zip(grid.atoms, example, strict=False)]
    labels = [head.label for head in grid.table.inputs]
    row = {label: _shown(atom) for label, atom in zip(labels, chosen, strict=False)}
    fractional = any(atom.fractional for atom in chosen)
    return Finding(kind, message_zh, rule_ids, row, fractional)


def _shown(atom: Atom) -> str:
    return str(atom.value) if atom.value == "…" else literal(atom.value)
