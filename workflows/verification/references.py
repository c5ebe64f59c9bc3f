"""Layer 1, references: forms, roles, decisions, operations, processes, clauses that exist."""

import re
from difflib import get_close_matches

from workflows import feel
from workflows.diagrams import Node
from workflows.feel.ast import ContextLiteral, ListLiteral, Literal
from workflows.feel.ast import Node as Tree
from workflows.verification.findings import Finding, Severity
from workflows.verification.subjects import Findings, Subject, is_unfilled, label

_ACTIVITY_CODE = re.compile(r"A-[A-Z0-9-]+")
_TAKES_INPUTS = frozenset({"serviceTask", "businessRuleTask", "callActivity", "startEvent"})


def check(subject: Subject) -> Findings:
    """Check what the nodes of every process refer to."""
    if subject.procedure_id not in subject.processes:
        text = f"流程包里没有流程“{subject.procedure_id}”"
        yield subject.found(Severity.ERROR, "structure.process", "", subject.procedure_id, text)
    yield from _drawn_twice(subject)
    for node in subject.nodes():
        if node.kind == "userTask":
            yield from _user_task(subject, node)
        elif node.kind == "serviceTask":
            yield from _operation(subject, node)
        elif node.kind == "businessRuleTask":
            yield from _decision(subject, node)
        elif node.kind == "callActivity":
            yield from _call(subject, node)
        elif node.form:
            yield from _form(subject, node)
            yield from _role(subject, node)
        yield from _inputs(subject, node)
        yield from _law(subject, node)
        yield from _separation(subject, node)


def _drawn_twice(subject: Subject) -> Findings:
    for path, diagram in subject.diagrams.items():
        for process_id in diagram.processes:
            if (other := subject.file_of[process_id]) != path:
                text = f"流程“{process_id}”在 {other} 里已经画过，编号不能重复"
                yield Finding(Severity.ERROR, "structure.process-twice", path, process_id, text)


def _user_task(subject: Subject, node: Node) -> Findings:
    yield from _form(subject, node)
    if not node.role:
        text = f"{label(node)}没有办理角色，请填写角色或放进有角色的泳道"
        yield subject.error("structure.no-role", node, text)
    yield from _role(subject, node)


def _role(subject: Subject, node: Node) -> Findings:
    """Check who does a task, or who may send a message that asks for a form."""
    role = node.role or "="
    if not role.startswith("=") and role not in subject.roles:
        text = f"角色“{role}”不在本辖区的角色之内{_near(role, subject.roles)}"
        yield subject.error("structure.role-unknown", node, text)


def _form(subject: Subject, node: Node) -> Findings:
    if not node.form:
        yield subject.error("structure.no-form", node, f"{label(node)}没有表单")
        return
    form_id = subject.resolve(node.form)
    is_computed = node.form.startswith("=") and not _is_parameter(node.form)
    if form_id not in subject.forms and not is_computed:
        named = form_id or node.form
        text = f"没有表单“{named}”{_near(named, subject.forms)}"
        yield subject.error("structure.form-unknown", node, text)


def _is_parameter(text: str) -> bool:
    return text.removeprefix("=").strip().startswith("profile.")


def _operation(subject: Subject, node: Node) -> Findings:
    operation = subject.operations.get(node.operation or "")
    if operation is None:
        name = node.operation or ""
        text = f"没有名为“{name}”的操作{_near(name, subject.operations)}"
        yield subject.error(
            "structure.operation-unknown", node, text if name else f"{label(node)}没有操作"
        )
        return
    for problem in operation.problems(node.inputs):
        yield subject.error("structure.operation-input", node, problem)
    for name, source in node.inputs.items():
        wanted, given = operation.inputs.get(name, "any").rstrip("?"), _type_of(source)
        if given is not None and not _fits(given, wanted):
            text = f"操作“{node.operation}”的输入“{name}”应为 {wanted}，这里写的是 {given}"
            yield subject.error("structure.operation-type", node, text)


def _fits(given: str, wanted: str) -> bool:
    return wanted in {given, "any"} or (wanted == "date" and given == "string")


def _type_of(source: str) -> str | None:
    """Return the type of an input where it is plain to see; None where it is computed."""
    if not source.startswith("="):
        return "string"
    try:
        tree = feel.parse(source[1:]).tree
    except feel.FeelError:
        return None  # reported as a syntax error
    return _literal_type(tree)


def _literal_type(tree: Tree) -> str | None:
    if isinstance(tree, ListLiteral):
        return "list"
    if isinstance(tree, ContextLiteral):
        return "object"
    if not isinstance(tree, Literal) or tree.value is None:
        return None
    if isinstance(tree.value, bool):
        return "boolean"
    return "string" if isinstance(tree.value, str) else "number"


def _decision(subject: Subject, node: Node) -> Findings:
    name = subject.resolve(node.decision)
    if name is None:
        text = f"{label(node)}没有决策表" if not node.decision else f"没有参数“{node.decision}”"
        yield subject.error("structure.decision-unknown", node, text)
    elif name not in subject.decisions:
        text = f"没有决策表“{name}”{_near(name, subject.decisions)}"
        yield subject.error("structure.decision-unknown", node, text)


def _call(subject: Subject, node: Node) -> Findings:
    if node.called not in subject.processes:
        name = node.called or ""
        text = f"没有流程“{name}”{_near(name, subject.processes)}"
        text = text if name else f"{label(node)}没有指明调用哪个流程"
        yield subject.error("structure.process-unknown", node, text)
    elif _comes_back(subject, node):
        text = f"流程“{node.called}”最终又调用了自己"
        yield subject.error("structure.recursion", node, text)


def _comes_back(subject: Subject, node: Node) -> bool:
    seen, waiting = set[str](), [node.called or ""]
    while waiting:
        here = waiting.pop()
        if here == node.process_id:
            return True
        if here in subject.processes and here not in seen:
            seen.add(here)
            waiting.extend(subject.processes[here].calls())
    return False


def _inputs(subject: Subject, node: Node) -> Findings:
    throws = node.event is not None and node.event.kind == "message"
    if node.inputs and not (node.kind in _TAKES_INPUTS or throws):
        yield subject.warning("structure.inputs-ignored", node, f"{label(node)}的输入不起作用")
    for name in (name for name, text in node.inputs.items() if is_unfilled(text)):
        text = f"{label(node)}的输入“{name}”还没有填写"
        yield subject.error("structure.input-unfilled", node, text)
    if node.inputs and node.kind == "callActivity" and not (node.data_key or node.loop):
        text = f"{label(node)}没有数据键，输入不会写入，请填写数据键"
        yield subject.error("structure.inputs-lost", node, text)


def _law(subject: Subject, node: Node) -> Findings:
    for clause in node.clauses:
        if clause not in subject.clauses:
            text = f"条款清单里没有“{clause}”{_near(clause, subject.clauses)}"
            yield subject.error("structure.clause-unknown", node, text)
    if node.activity_code and not _ACTIVITY_CODE.fullmatch(node.activity_code):
        text = f"活动代码“{node.activity_code}”应为 A- 加大写字母、数字或连字符"
        yield subject.error("structure.activity-code", node, text)
    for assumption in node.assumptions:
        if assumption not in subject.assumptions:
            text = f"系统假定登记册里没有“{assumption}”"
            yield subject.error("structure.assumption-unknown", node, text)


def _separation(subject: Subject, node: Node) -> Findings:
    known = {n.id for n in subject.nodes()} | {n.activity_code for n in subject.nodes()}
    unknown = [name for name in node.separate_from if name not in known]
    if "/shared/" in subject.file_of.get(node.process_id, "") and len(unknown) < len(
        node.separate_from
    ):
        return  # a step shared by jurisdictions names what any of them may have
    for name in unknown:
        text = f"职责分离所指的“{name}”在本流程包里没有，这项限制不起作用"
        yield subject.warning("structure.separation-unknown", node, text)


def _near(name: str, known: object) -> str:
    """Return a hint at the closest name there is, if any is close."""
    names = [str(each) for each in known] if hasattr(known, "__iter__") else []
    found = get_close_matches(name, names, n=1)
    return f"，是否指“{found[0]}”？" if found else ""
