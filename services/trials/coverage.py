"""What was passed: nodes, flows between them, and rows of decision tables."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import select

from services.db.engine import reading
from services.db.models import AuditEntry
from services.trials.sandboxes import Sandbox
from workflows import dmn
from workflows.bundles import Opened

Covered = dict[str, list[str]]
KINDS = ("nodes", "flows", "rows")


def of(sandbox: Sandbox) -> Covered:
    """Return the ids of all nodes, flows and rows (``decision/rule``) that a sandbox has passed."""
    opened = sandbox.stage.ready.opened
    with reading(sandbox.runtime.sessions) as session:
        rows = session.execute(
            select(AuditEntry.case_id, AuditEntry.payload).order_by(
                AuditEntry.case_id, AuditEntry.seq
            )
        ).all()
    passed: dict[Any, list[list[str]]] = {}
    fired: dict[str, None] = {}
    for case_id, payload in rows:
        passed.setdefault(case_id, []).extend((payload or {}).get("passed", ()))
        fired |= {
            f"{decision}/{rule}": None for decision, rule, _row in (payload or {}).get("rules", ())
        }
    nodes = {each[0]: None for every in passed.values() for each in every if each[1] == "e"}
    flows = {flow: None for every in passed.values() for flow in _flows(opened, every)}
    return {"nodes": list(nodes), "flows": list(flows), "rows": list(fired)}


def _flows(opened: Opened, passed: Iterable[list[str]]) -> Iterator[str]:
    """Yield the flows taken: a node is entered by the flow whose source was left last."""
    sources: dict[str, list[tuple[str, str]]] = {}
    for process in opened.processes.values():
        for flow in process.flows.values():
            sources.setdefault(flow.target, []).append((flow.source, flow.id))
    left: dict[str, int] = {}
    for number, (node, event, *_item) in enumerate(passed):
        if event != "e":
            left[node] = number
            continue
        known = [(left[source], flow) for source, flow in sources.get(node, ()) if source in left]
        if known:
            yield max(known)[1]


def merged(every: Iterable[Mapping[str, Iterable[str]]]) -> Covered:
    """Return what any of several has passed."""
    found: dict[str, dict[str, None]] = {kind: {} for kind in KINDS}
    for each in every:
        for kind in KINDS:
            found[kind] |= dict.fromkeys(each.get(kind, ()))
    return {kind: list(ids) for kind, ids in found.items()}


def page(opened: Opened, by_trial: Covered, by_scenarios: Covered) -> dict[str, Any]:
    """Return how much of a draft is covered: its diagrams, and each row of its tables."""
    diagrams = list(_diagrams(opened))
    tables = list(_tables(opened, set(by_trial["rows"]), set(by_scenarios["rows"])))
    nodes = {node for each in diagrams for node in each["nodes"]}
    flows = {flow for each in diagrams for flow in each["flows"]}
    rows = {row["key"] for table in tables for row in table["rows"]}
    parts = {"nodes": nodes, "flows": flows, "rows": rows}
    counts = [
        {
            "kind": kind,
            "total": len(parts[kind]),
            "by_trial": len(parts[kind] & set(by_trial[kind])),
            "by_scenarios": len(parts[kind] & set(by_scenarios[kind])),
        }
        for kind in KINDS
    ]
    return {
        "counts": counts,
        "trial": by_trial,
        "scenarios": by_scenarios,
        "diagrams": diagrams,
        "tables": tables,
    }


def _diagrams(opened: Opened) -> Iterator[dict[str, Any]]:
    for path, diagram in opened.diagrams.items():
        processes = diagram.processes.values()
        yield {
            "path": path,
            "nodes": [node for process in processes for node in process.nodes],
            "flows": [flow for process in processes for flow in process.flows],
        }


def _tables(opened: Opened, trial: set[str], scenarios: set[str]) -> Iterator[dict[str, Any]]:
    for name, model in opened.decisions.items():
        logic = model.find(name).logic
        if isinstance(logic, dmn.DecisionTable):
            rows = [
                _row(name, number, rule, trial, scenarios)
                for number, rule in enumerate(logic.rules, 1)
            ]
            yield {"decision": name, "name": model.find(name).name, "rows": rows}


def _row(name: str, number: int, rule: Any, trial: set[str], scenarios: set[str]) -> dict[str, Any]:
    key = f"{name}/{rule.id}"
    return {
        "key": key,
        "number": number,
        "note": rule.note or "",
        "by_trial": key in trial,
        "by_scenarios": key in scenarios,
    }
