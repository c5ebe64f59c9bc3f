"""The rows of invariants.yaml, and the findings that a broken one makes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from workflows.diagrams import Node
from workflows.verification.findings import Finding, Severity
from workflows.verification.subjects import Subject, label

Row = Mapping[str, Any]
BROKEN = "invariants.broken"


def rows_for(rows: Any, procedure_id: str) -> Iterator[Row]:
    """Yield the rows that hold for a procedure, of what a file says."""
    for row in rows if isinstance(rows, list) else ():
        wanted = row.get("procedures") if isinstance(row, Mapping) else ()
        if wanted is None or (isinstance(wanted, list) and procedure_id in wanted):
            yield row


def broken(
    subject: Subject, row: Row, node: Node, reason: str = "", path: Sequence[str] = ()
) -> Finding:
    """Return the finding that an invariant does not hold at a node; ``reason`` says more."""
    basis = row.get("article") or row.get("assumption")
    where = f"（{basis}）" if basis else ""
    more = f"。{reason}" if reason else ""
    text = f"{label(node)}违反不变式 {row['id']}{where}：{row.get('text', '')}{more}"
    found = subject.found(Severity.ERROR, BROKEN, node.process_id, node.id, text, path)
    return replace(found, article=str(row.get("article") or ""))


def meant(subject: Subject, code: str) -> Iterator[Node]:
    """Yield the nodes of a procedure with an activity code, or without one and with that id."""
    for node in subject.nodes():
        if node.process_id in subject.used and code in {node.activity_code, node.id}:
            yield node


def texts_of(given: Any) -> Iterable[str]:
    """Return a list as texts; nothing if it is no list."""
    return [str(each) for each in given] if isinstance(given, list) else []
