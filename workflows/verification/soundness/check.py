"""The findings of soundness, level by level, in words."""

from workflows.diagrams import Node
from workflows.verification.findings import Finding, Severity
from workflows.verification.soundness.exploring import MOST_STATES, Exploration, Problem, explore
from workflows.verification.soundness.levels import Level, levels_of
from workflows.verification.soundness.tokens import COMPLETED
from workflows.verification.subjects import Findings, Subject, label

_COMPLETES = frozenset({COMPLETED})
_WORDS = {
    "stuck": "办件可能永远停在{where}：它所等待的分支走不到这里",
    "endless": "走到{where}之后，办件只能来回反复，走不到任何结束",
    "doubled": "同一处可能同时有两份在执行（并行的分支没有汇合就接到了一起），{where}会重复办理",
    "dead": "没有任何一条路径会经过{where}",
}


def check(subject: Subject) -> Findings:
    """Explore every level of every process. For diagrams whose structure is in order."""
    explorer = _Explorer(subject)
    for process in subject.processes.values():
        for level in levels_of(process):
            found = explorer.explored(level)
            for problem in found.problems:
                yield _finding(subject, level, problem)
            if not found.is_whole:
                text = (
                    f"并行的组合超过 {MOST_STATES} 种，只查了其中一部分；没有查出问题不等于没有问题"
                )
                yield subject.found(Severity.WARNING, "soundness.bound", process.id, level.id, text)


def _finding(subject: Subject, level: Level, problem: Problem) -> Finding:
    flow = level.process.flows.get(problem.element_id)
    node = level.nodes.get(flow.target if flow is not None else problem.element_id)
    where = label(node) if node is not None else f"“{problem.element_id}”"
    element = node.id if node is not None else problem.element_id
    text = _WORDS[problem.kind].format(where=where)
    rule = f"soundness.{problem.kind}"
    return subject.found(Severity.ERROR, rule, level.process.id, element, text, problem.path)


class _Explorer:
    """Explores each level once; what contains or calls another asks how that can end."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._levels: dict[tuple[str, str], Level] = {
            (process.id, level.id): level
            for process in subject.processes.values()
            for level in levels_of(process)
        }
        self._found: dict[tuple[str, str], Exploration] = {}
        self._under_way: set[tuple[str, str]] = set()

    def explored(self, level: Level) -> Exploration:
        """Return what exploring a level finds."""
        key = (level.process.id, level.id)
        if key not in self._found:
            self._under_way.add(key)
            self._found[key] = explore(level, self._ends)
            self._under_way.discard(key)
        return self._found[key]

    def _ends(self, node: Node) -> frozenset[str]:
        """Return how an activity can end; one that never can is told where it is drawn."""
        key = self._inside(node)
        if key not in self._levels or key in self._under_way:
            return _COMPLETES
        return frozenset(self.explored(self._levels[key]).ends) or _COMPLETES

    def _inside(self, node: Node) -> tuple[str, str]:
        if node.kind == "callActivity":
            called = self._subject.resolve(node.called) or ""
            return called, called
        return node.process_id, node.id
