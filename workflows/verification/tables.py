"""Layer 5, decision tables: situations no rule decides or several do, rows without effect, cells.

Also decisions of which nobody has said yet how they are made.
"""

from collections.abc import Iterator
from typing import Final

from workflows import dmn
from workflows.dmn import analysis
from workflows.verification.findings import Finding, Severity
from workflows.verification.subjects import Findings, Subject

_ERRORS: Final = frozenset({"type", "value"})  # such a cell can only be a slip


def check(subject: Subject) -> Findings:
    """Check every decision of the bundle."""
    for path, model in subject.models.items():
        for owner_id, table in model.tables:
            yield from _table(path, owner_id, model.name_of(owner_id), table)
        for element_id, name in model.unknown_types:
            text = f"没有名为“{name}”的类型"
            yield Finding(Severity.ERROR, "tables.unknown-type", path, element_id, text)
        for decision in model.decisions.values():
            yield from _decision(path, model, decision)


def _decision(path: str, model: dmn.Model, decision: dmn.Decision) -> Iterator[Finding]:
    if decision.logic is None:
        text = f"决策“{decision.name}”没有写明如何作出"
        yield Finding(Severity.ERROR, "tables.no-logic", path, decision.id, text)
    for name in sorted(decision.functions() - model.names_for(decision)):
        text = f"决策“{decision.name}”调用了“{name}”，但没有这个函数，或者没有画出对它的依赖"
        yield Finding(Severity.ERROR, "tables.unknown-function", path, decision.id, text)


def _table(path: str, owner_id: str, name: str, table: dmn.DecisionTable) -> Iterator[Finding]:
    analysed = analysis.analyse(table)
    name = f"决策表“{name}”"
    for found in analysed.findings:
        element_id = found.rule_ids[-1] if found.rule_ids else owner_id
        example = tuple(f"{label} = {value}" for label, value in found.example.items())
        text = f"{name}：{found.message_zh}"
        yield Finding(_severity(found), f"tables.{found.kind}", path, element_id, text, example)
    if analysed.unchecked and not table.gives_list:
        columns = "、".join(f"“{label}”" for label in analysed.unchecked)
        text = f"{name}的{columns}列含有公式，这几列的缺漏和重叠没有检查，请人工核对"
        yield Finding(Severity.INFO, "tables.unchecked", path, owner_id, text)
    if not analysed.is_complete:
        text = f"{name}过大，没有检查完全部情形"
        yield Finding(Severity.INFO, "tables.incomplete", path, owner_id, text)


def _severity(found: analysis.Finding) -> Severity:
    if found.is_fractional:
        return Severity.INFO
    return Severity.ERROR if found.kind in _ERRORS else Severity.WARNING
