"""What verification finds: one sentence about one element of one file."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad it is. An error stands between a draft and its publication."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """``rule`` is a stable id such as ``structure.unreachable``; ``message`` a Chinese sentence.

    ``file`` is a path inside the bundle. ``example`` are lines of a case that shows it: elements
    of a path, or the inputs of a decision table. ``article`` is what it rests on, as people cite it.
    """

    severity: Severity
    rule: str
    file: str
    element_id: str
    message: str
    example: tuple[str, ...] = ()
    article: str = ""


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return each finding once: the worst first, of these what breaks the law, then by file."""
    return tuple(
        sorted(
            set(findings),
            key=lambda f: (_RANKS[f.severity], _law(f), f.file, f.element_id, f.rule, f.message),
        )
    )


def _law(finding: Finding) -> int:
    """Return the place of what breaks an article, then of what breaks another invariant."""
    if finding.rule != "invariants.broken":
        return 2
    return 0 if finding.article else 1
