"""ACTOR: who may do a step, by its lane, and from whom they must differ."""

from workflows.diagrams import Node
from workflows.verification.findings import Finding
from workflows.verification.invariants.rows import Row, broken, meant, texts_of
from workflows.verification.subjects import Subject

_ALONE = frozenset({"serviceTask", "businessRuleTask", "scriptTask"})


def judge(subject: Subject, row: Row) -> tuple[list[Finding], bool]:
    """Return what is wrong with those who do a step; False if only running cases can tell."""
    found: list[Finding] = []
    is_decided = True
    for node in meant(subject, str(row["code"])):
        if node.kind in _ALONE:
            found.append(broken(subject, row, node, "这一步须由人办理，不能由系统代办"))
        elif node.kind == "userTask":
            is_decided &= _is_known(subject, node, row)
            found.extend(_task(subject, row, node))
    return found, is_decided


def _is_known(subject: Subject, node: Node, row: Row) -> bool:
    return "roles" not in row or subject.resolve(node.role) is not None


def _task(subject: Subject, row: Row, node: Node) -> list[Finding]:
    roles, role = list(texts_of(row.get("roles"))), subject.resolve(node.role)
    found = []
    if roles and role is not None and role not in roles:
        reason = f"现由“{role}”办理，须由 {'、'.join(roles)} 办理"
        found.append(broken(subject, row, node, reason))
    apart = {name for each in node.separate_from for name in _names(subject, each)}
    missing = [each for each in texts_of(row.get("distinct_from")) if each not in apart]
    if missing:
        reason = f"须设为与 {'、'.join(missing)} 的办理人分离"
        found.append(broken(subject, row, node, reason))
    return found


def _names(subject: Subject, name: str) -> set[str]:
    """Return the code and the ids by which a step may be named."""
    nodes = list(meant(subject, name))
    return {name}.union(*({n.id, n.activity_code or n.id} for n in nodes if n.kind == "userTask"))
