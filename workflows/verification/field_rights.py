"""Layer 1, 字段权限: what a step may only read has been written, what it hides is asked elsewhere."""

from collections.abc import Iterator
from difflib import get_close_matches

from workflows.diagrams import Node
from workflows.verification.documents import Documents, written_key
from workflows.verification.findings import Finding
from workflows.verification.scopes import Scopes
from workflows.verification.shapes import Names, Shape
from workflows.verification.subjects import Findings, Form, FormField, Subject, label

READONLY, HIDDEN = "readonly", "hidden"
_ASKING = frozenset({"userTask", "startEvent"})


def check(subject: Subject) -> Findings:
    """Check the rights of every step on the fields of its form."""
    scopes = Scopes(subject, Documents(subject))
    for node in subject.nodes():
        if not node.access:
            continue
        form = subject.forms.get(subject.resolve(node.form) or "")
        if node.kind != "userTask" or form is None:
            text = f"{label(node)}的字段权限不起作用：只有表单固定的办理任务才能设字段权限"
            yield subject.warning("fields.ignored", node, text)
            continue
        yield from _words(subject, node, form)
        yield from _Step(subject, scopes, node, form).findings()


def _words(subject: Subject, node: Node, form: Form) -> Findings:
    known = {each.path for each in form.fields}
    for path, word in node.access.items():
        if path not in known:
            near = get_close_matches(path, sorted(known), n=1)
            hint = f"，是否指“{near[0]}”？" if near else ""
            text = f"{label(node)}的字段权限所指的“{path}”不在它的表单里{hint}"
            yield subject.error("fields.unknown", node, text)
        if word not in (READONLY, HIDDEN):
            text = (
                f"{label(node)}的字段“{path}”的权限“{word}”应为 readonly（只读）或 hidden（隐藏）"
            )
            yield subject.error("fields.access", node, text)


class _Step:
    """One step with rights on the fields of its form."""

    def __init__(self, subject: Subject, scopes: Scopes, node: Node, form: Form) -> None:
        self.subject, self.node, self.form = subject, node, form
        self.shown = {each.path: each for each in form.for_step(node.access).fields}
        self._names: Names = scopes.at(node, inside=True)

    def findings(self) -> Findings:
        """Yield what the step reads that nobody writes, and what it hides that nobody asks."""
        for each in self.form.fields:
            if each.is_readonly:
                continue
            here = self.shown.get(each.path)
            if here is None and each.is_required and not any(self._asking(each)):
                text = f"{label(self.node)}隐藏了必填的“{each.label}”，而没有别的环节填写它"
                yield self.subject.error("fields.required-hidden", self.node, text)
            elif here is not None and self._is_first_held(here) and not self._is_written(each):
                yield self._never(each)
        for message in self.form.for_step(self.node.access).unasked:
            text = f"{label(self.node)}不核对表单的这条规则，因为隐藏了它所看的字段：“{message}”"
            yield self.subject.warning("fields.rule-unasked", self.node, text)

    def _is_first_held(self, here: FormField) -> bool:
        """Tell whether a field is only read by itself, not with what is around it."""
        around = self.shown.get(here.path.rpartition(".")[0].removesuffix("[]"))
        return here.is_held and not (around is not None and around.is_held)

    def _is_required(self, each: FormField) -> bool:
        inner = (f for f in self.form.fields if f.path.startswith(f"{each.path}."))
        return each.is_required or any(f.is_required for f in inner if "[]" not in f.path)

    def _never(self, each: FormField) -> Finding:
        known = f"{label(self.node)}的“{each.label}”只读，而此前没有环节填写它"
        if self._is_required(each):
            text = f"{known}，这一必填项永远是空的：请改为可编辑"
            return self.subject.error("fields.required-never-written", self.node, text)
        return self.subject.warning("fields.never-written", self.node, f"{known}，永远是空的")

    def _is_written(self, each: FormField) -> bool:
        root = each.path.split(".")[0].removesuffix("[]")
        is_begun = any(f.is_prefilled for f in self.form.fields if f.path == root)
        return is_begun or any(
            _has(self._names.get(written_key(other) or other.data_key or other.id), each.path)
            for other in self._asking(each)
            if other.loop is None  # of many answers none is the one that the case holds
        )

    def _asking(self, each: FormField) -> Iterator[Node]:
        """Yield the other steps with the same form that may write a field."""
        form_id = self.subject.resolve(self.node.form)
        for other in self.subject.nodes():
            if other is self.node or other.kind not in _ASKING:
                continue
            if self.subject.resolve(other.form) != form_id:
                continue
            form = self.subject.form_of(other)
            if any(f.path == each.path and not f.is_held for f in (form.fields if form else ())):
                yield other


def _has(shape: Shape | None, path: str) -> bool:
    for part in path.replace("[]", "").split("."):
        shape = shape.part(part) if shape is not None else None
    return shape is not None
