"""Layer 5, decision tables: situations that no rule, or more than one rule, decides."""

from collections.abc import Iterator

from workflows import dmn
from workflows.dmn import analysis
from workflows.verification.findings import Finding, Severity
from workflows.verification.subjects import Findings, Subject


def check(subject: Subject) -> Findings:
    """Check every decision table of the bundle."""
    for path, model in subject.models.items():
        for decision in model.decisions.values():
            if isinstance(decision.logic, dmn.DecisionTable):
                yield from _table(path, decision, decision.logic)


def _table(path: str, decision: dmn.Decision, table: dmn.DecisionTable) -> Iterator[Finding]:
    analysed = analysis.analyse(table)
    name = f"决策表“{decision.name or decision.id}”"
    for found in analysed.findings:
        severity = Severity.INFO if found.is_fractional else Severity.WARNING
        element_id = found.rule_ids[-1] if found.rule_ids else decision.id
        example = tuple(f"{label} = {value}" for label, value in found.example.items())
        text = f"{name}：{found.message_zh}"
        yield Finding(severity, f"tables.{found.kind}", path, element_id, text, example)
    if not analysed.is_complete:
        text = f"{name}过大，没有检查完全部情形"
        yield Finding(Severity.INFO, "tables.incomplete", path, decision.id, text)
