"""Makes an edit and asks the check what it says."""

from dataclasses import dataclass

from tests.workflows.verification.mutants.breaking import Mutant
from tests.workflows.verification.mutants.edits import CannotEdit, Draft
from tests.workflows.verification.mutants.judging import judge, shipped
from workflows.bundles import Bundle
from workflows.diagrams import read_diagram
from workflows.verification import Finding


@dataclass(frozen=True)
class Result:
    """``fits``: the edit can be made at all. ``named``: what the errors name, the first first."""

    mutant: Mutant
    fits: bool
    named: tuple[str, ...] = ()
    first: str = ""
    bundle: Bundle | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def is_refused(self) -> bool:
        return bool(self.named)

    @property
    def is_named_first(self) -> bool:
        return bool(self.named) and self.named[0] in self.mutant.clauses


def fits(mutant: Mutant) -> bool:
    """Tell whether an edit can be made in the diagram it is meant for."""
    try:
        mutant.edit(Draft(shipped()[mutant.procedure]))
    except CannotEdit:
        return False
    return True


def tried(mutant: Mutant) -> Result:
    draft = Draft(shipped()[mutant.procedure])
    try:
        mutant.edit(draft)
    except CannotEdit:
        return Result(mutant, fits=False)
    bundle = draft.done()
    verdict = judge(bundle)
    first = verdict.errors[0].message[:90] if verdict.errors else ""
    return Result(mutant, True, tuple(verdict.named), first, bundle, verdict.errors)


def is_a_way(bundle: Bundle, path: tuple[str, ...]) -> bool:
    """Tell whether each element of a path follows from one passed before it, read off the files."""
    follows = _follows(bundle)
    passed: set[str] = set()
    for element in path:
        if passed and not any(element in follows.get(each, ()) for each in passed):
            return False
        passed.add(element)
    return bool(passed)


def _follows(bundle: Bundle) -> dict[str, set[str]]:
    """Return element -> what may come next: along a flow, into a call, out of it, by an event."""
    processes = {
        process.id: process
        for data in bundle.under("bpmn").values()
        for process in read_diagram(data).processes.values()
    }
    found: dict[str, set[str]] = {}
    for process in processes.values():
        starts = {n.path: n.id for n in process.nodes.values() if n.kind == "startEvent"}
        for flow in process.flows.values():
            found.setdefault(flow.source, set()).add(flow.target)
        for node in process.nodes.values():
            after = found.setdefault(node.id, set())
            if node.attached_to:
                found.setdefault(node.attached_to, set()).add(node.id)
            if node.kind == "subProcess" and (*node.path, node.id) in starts:
                after.add(starts[*node.path, node.id])
            if node.called in processes:
                called = processes[node.called].nodes.values()
                after |= {n.id for n in called if n.kind == "startEvent" and not n.path}
            if node.is_event_subprocess:
                for other in process.nodes.values():
                    found.setdefault(other.id, set()).add(node.id)
    return found
