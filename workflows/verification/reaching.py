"""What may still come in a case, over all the processes it runs, from where its tokens are."""

from collections.abc import Collection

from workflows.diagrams import Process
from workflows.verification.graphs import Arrows, control, exit_of, writing
from workflows.verification.subjects import Subject

Place = tuple[str, str]  # a process and a node of it


class Reach:
    """What may still come from where the tokens are; ``strictly``: after them."""

    def __init__(self, subject: Subject, live: frozenset[Place]) -> None:
        self.subject = subject
        self.strictly: set[Place] = set()
        for process_id in {process_id for process_id, _node in live}:
            self._walk(process_id, {node for process, node in live if process == process_id})
        self.all = self.strictly | live

    def _walk(self, process_id: str, tokens: set[str]) -> None:
        process = self.subject.processes[process_id]
        arrows = _arrows(process)
        starts = {after for token in tokens for after in _next(arrows, process, token)}
        for node_id in arrows.reach(starts):
            node = process.nodes.get(node_id)
            if node is None or (process_id, node_id) in self.strictly:
                continue
            self.strictly.add((process_id, node_id))
            if node.called in self.subject.processes:
                self._whole(node.called or "")

    def _whole(self, process_id: str) -> None:
        process = self.subject.processes[process_id]
        places = {(process_id, node_id) for node_id in process.nodes}
        if not places <= self.strictly:
            self.strictly |= places
            for called in process.calls():
                if called in self.subject.processes:
                    self._whole(called)


def _next(arrows: Arrows, process: Process, token: str) -> Collection[str]:
    """Return what comes after a token's node; a subprocess under way is left, not entered anew."""
    if process.nodes[token].kind == "subProcess":
        return [exit_of(token), *(n.id for n in process.nodes.values() if n.attached_to == token)]
    return arrows.after.get(token, ())


def _arrows(process: Process) -> Arrows:
    found = Arrows()
    for arrows in (control(process), writing(process)):
        for source, targets in arrows.after.items():
            for target in targets:
                found.add(source, target)
    return found
