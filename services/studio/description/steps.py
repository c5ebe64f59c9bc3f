"""The steps of a procedure: who does what, within which limit, on which ground."""

from collections.abc import Iterator, Mapping

from services.service_tasks.catalogue import CATALOGUE
from services.studio import changes, clause_matrix, diagram_changes
from services.studio.description.blocks import Block, heading, rows_block, settings_of, title_of
from workflows.bundles import Bundle
from workflows.diagrams import Diagram, Due, Node, Process
from workflows.merging import names_in

_QUIET = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"})


def steps_of(bundle: Bundle, diagrams: Mapping[str, Diagram]) -> Iterator[Block]:
    """Yield the steps of each process in the order in which the flows come to them."""
    words = _Words(bundle, diagrams)
    yield heading("三、办理步骤")
    for path, diagram in diagrams.items():
        for process in diagram.processes.values():
            rows = [_step(n, each, words) for n, each in enumerate(_walk(process), 1)]
            if rows:
                yield heading(process.name or title_of(diagram, path), 2)
                columns = ["序", "步骤", "由谁办理", "填写或操作", "期限", "依据"]
                yield rows_block(columns, rows, [2, 8, 6, 8, 7, 6])


def roles_of(bundle: Bundle, diagrams: Mapping[str, Diagram]) -> dict[str, str]:
    """Return by role what the lane is called in which its steps stand; the first diagram wins."""
    found: dict[str, str] = {}
    for path, diagram in diagrams.items():
        names = names_in(path, bundle.files[path])
        for process in diagram.processes.values():
            for node in process.nodes.values():
                if node.role and node.lane and node.lane in names:
                    found.setdefault(node.role, names[node.lane])
    return found


class _Words:
    """What things are called in this procedure."""

    def __init__(self, bundle: Bundle, diagrams: Mapping[str, Diagram]) -> None:
        self.labels = dict(changes.labels_of(bundle.files))
        rows = clause_matrix.clauses(bundle)
        self.articles = {str(row["id"]): str(row.get("article") or row["id"]) for row in rows}
        things = dict(clause_matrix.things(bundle)).items()
        self.things = {key: t.name for key, t in things if t.kind in ("form", "decision")}
        self.profile = (settings_of(bundle).get("procedure") or {}).get("profile") or {}
        processes = [p for diagram in diagrams.values() for p in diagram.processes.items()]
        found = [names_in(path, bundle.files[path]).items() for path in diagrams]
        self.lanes = {key: name for names in found for key, name in names}
        self.processes = {key: process.name or key for key, process in processes}

    def does(self, node: Node) -> str:
        """Return what is filled in, done or asked."""
        if node.operation:
            known = CATALOGUE.get(node.operation)
            return known.label if known else node.operation
        name = node.form or node.decision or ""
        if node.called:
            return f"见“{self.processes.get(node.called, node.called)}”"
        asked = self.things.get(name, "" if name.startswith("=") else name)
        return f"{asked}{self._rights(node)}"

    def _rights(self, node: Node) -> str:
        """Return what the step may not change of its form, in brackets."""
        called = self.labels.get(node.form or "", {})
        found = [
            f"{diagram_changes.ACCESS.get(word, word)}：{called.get(path, path)}"
            for path, word in node.access.items()
        ]
        return f"（{'；'.join(found)}）" if found else ""

    def due(self, due: Due | None) -> str:
        """Return a limit; of a parameter its value."""
        if due is None:
            return ""
        entry = self.profile.get(due.amount.removeprefix("=profile."))
        if entry is None:
            return diagram_changes.due_of(due)
        return f"{changes.amount_of({'unit': due.unit, **entry})}（{due.basis}）"


def _walk(process: Process) -> Iterator[Node]:
    """Yield the steps in the order in which the flows come to them."""
    seen: dict[str, None] = {}
    waiting = [n.id for n in process.nodes.values() if n.kind == "startEvent"]
    waiting += [n.id for n in process.nodes.values() if n.attached_to]
    while waiting:
        node_id = waiting.pop(0)
        if node_id not in seen:
            seen[node_id] = None
            waiting += [flow.target for flow in process.outgoing(node_id)]
    for node_id in [*seen, *(key for key in process.nodes if key not in seen)]:
        node = process.nodes.get(node_id)
        if node is not None and node.kind not in _QUIET and (node.name or node.operation):
            yield node


def _step(number: int, node: Node, words: _Words) -> list[str]:
    who = words.lanes.get(node.lane or "") or node.role or ""
    laws = [words.articles.get(clause, clause) for clause in node.clauses] + list(node.assumptions)
    return [
        str(number),
        f"{node.name or node.id}（{diagram_changes.kind_of(node)}）",
        "系统" if node.operation or node.decision else who,
        words.does(node),
        words.due(node.due),
        "、".join(dict.fromkeys(laws)),
    ]
