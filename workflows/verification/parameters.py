"""Layer 1, parameters: each has a basis, and none is below what it may be at least."""

from collections.abc import Mapping
from typing import Any

from workflows.verification.findings import Severity
from workflows.verification.subjects import Findings, Subject


def check(subject: Subject) -> Findings:
    """Check the profile of a procedure."""
    for key, entry in subject.profile.items():
        if not isinstance(entry, Mapping):
            yield _found(subject, key, "profile.malformed", "须写明值（value）和依据")
            continue
        if not (entry.get("article") or entry.get("assumption")):
            yield _found(subject, key, "profile.no-basis", "没有依据，请写明条文或系统假定编号")
        assumption = entry.get("assumption")
        if assumption and str(assumption) not in subject.assumptions:
            text = f"的依据“{assumption}”不在系统假定登记册里"
            yield _found(subject, key, "profile.basis-unknown", text)
        if _is_below(entry):
            text = f"不能小于 {entry['minimum']}"
            yield _found(subject, key, "profile.below-minimum", text)


def _is_below(entry: Mapping[str, Any]) -> bool:
    minimum, value = entry.get("minimum"), entry.get("value")
    if minimum is None:
        return False
    if not all(isinstance(n, (int, float)) and not isinstance(n, bool) for n in (value, minimum)):
        return True
    return bool(value < minimum)


def _found(subject: Subject, key: str, rule: str, text: str) -> Any:
    message = f"参数“{key}”{text}"
    return subject.found(Severity.ERROR, rule, subject.procedure_id, key, message)
