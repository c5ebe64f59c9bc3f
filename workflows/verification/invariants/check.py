"""The findings of invariants on a procedure, each with what it rests on and the path there."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workflows import feel
from workflows.verification.findings import Finding, Severity
from workflows.verification.invariants import actors, durations, sets, waivers
from workflows.verification.invariants.guards import judge_guards
from workflows.verification.invariants.monitors import Monitor, monitor_of
from workflows.verification.invariants.rows import Row, broken, rows_for
from workflows.verification.invariants.scene import Scene
from workflows.verification.invariants.walking import Walk
from workflows.verification.subjects import Findings, Subject

_WRONG = (KeyError, TypeError, ValueError, AttributeError, feel.FeelError)
Judged = tuple[list[Finding], bool]


@dataclass
class Coverage:
    """What was found, and which invariants only running cases can judge, in whole or in part."""

    findings: list[Finding] = field(default_factory=list)
    at_run_time: list[str] = field(default_factory=list)


def check(subject: Subject, invariants: Any) -> Findings:
    """Judge a procedure by its invariants on every path. For diagrams that are sound."""
    yield from coverage(subject, invariants).findings


def coverage(subject: Subject, invariants: Any) -> Coverage:
    """Return what is broken, and what is left for running cases to judge. Never raises."""
    found = Coverage()
    rows = list(rows_for(invariants, subject.procedure_id))
    readable = [row for row in rows if _is_readable(subject, row, found)]
    scene = Scene(subject, tuple(m for _, m in _monitors(readable)), _conditions(readable))
    if scene.root is None or scene.root.start is None:
        return found
    for row, monitor in _monitors(readable):
        found.findings.extend(_walked(scene, row, monitor))
    for row in readable:
        _judged(scene, row, found)
    return found


def _is_readable(subject: Subject, row: Row, found: Coverage) -> bool:
    try:
        monitor = monitor_of(row)
        if not str(row["id"]).strip():
            raise ValueError(row)
        if monitor is not None:
            [monitor.matters(node) for node in subject.nodes()]
    except _WRONG:
        found.findings.append(_malformed(row))
        return False
    return True


def _malformed(row: Row) -> Finding:
    name = str(row.get("id"))
    text = f"不变式“{name}”写得不完整，无法检查"
    return Finding(Severity.ERROR, "invariants.malformed", "invariants.yaml", name, text)


def _monitors(rows: list[Row]) -> list[tuple[Row, Monitor]]:
    return [(row, monitor) for row in rows if (monitor := monitor_of(row)) is not None]


def _conditions(rows: list[Row]) -> dict[str, dict[str, str]]:
    """Return code -> the conditions under which a step must not begin, by the invariant's id."""
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        if row.get("pattern") == "NEVER" and "when" in row and isinstance(row["codes"], list):
            for code in row["codes"]:
                found.setdefault(str(code), {})[str(row["id"])] = str(row["when"])
    return found


def _walked(scene: Scene, row: Row, monitor: Monitor) -> Iterator[Finding]:
    """Yield where an invariant breaks first; alone, if there are too many ways for all together."""
    walk = Walk(scene, monitor)
    first = next(walk.broken(), None)
    if first is None and not (walk.is_whole and scene.is_whole) and len(scene.monitors) > 1:
        scene = Scene(scene.subject, (monitor,), {}, scene.formulas, scene.budget)
        walk = Walk(scene, monitor)
        first = next(walk.broken(), None)
    if first is not None:
        yield broken(scene.subject, row, first.node, path=first.path)
    elif not (walk.is_whole and scene.is_whole):
        yield _bound(scene.subject, row)


def _bound(subject: Subject, row: Row) -> Finding:
    text = f"路径太多，不变式 {row['id']} 只查了其中一部分；没有查出问题不等于没有问题"
    name = subject.procedure_id
    return subject.found(Severity.WARNING, "invariants.bound", name, name, text)


def _judged(scene: Scene, row: Row, found: Coverage) -> None:
    """Judge what paths do not tell; note what the diagrams do not tell either."""
    judge = _JUDGES.get(str(row.get("pattern")))
    try:
        findings, is_decided = judge(scene, row) if judge is not None else ([], False)
    except _WRONG:
        found.findings.append(_malformed(row))
        return
    found.findings.extend(findings)
    if not is_decided:
        found.at_run_time.append(str(row["id"]))


def _never(scene: Scene, row: Row) -> Judged:
    if "when" not in row:
        return [], True
    by_item = waivers.judge(scene, row)
    return by_item if by_item is not None else judge_guards(scene, row)


def _by_path(_scene: Scene, row: Row) -> Judged:
    return [], monitor_of(row) is not None


_JUDGES: Mapping[str, Callable[[Scene, Row], Judged]] = {
    "PREC": _by_path,
    "ORDER": _by_path,
    "RESP": _by_path,
    "UNIQ": _by_path,
    "NEVER": _never,
    "DUR": lambda scene, row: durations.judge(scene.subject, row),
    "ACTOR": lambda scene, row: actors.judge(scene.subject, row),
    "ALL": sets.judge,
}
