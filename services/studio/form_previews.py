"""A form of a draft as somebody would see it at one of its steps, with invented answers.

The same code as in a case: the rights of the step, and who may read what others have answered.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import forms
from services import checking, policies
from services.errors import InvalidError, NotFoundError
from services.studio.checks import Material
from workflows import feel
from workflows.bundles.bundle import PROCEDURE_FILE
from workflows.diagrams import Node
from workflows.nesting import ContradictionError, nested
from workflows.verification import Subject

Row = dict[str, Any]
READERS = (policies.APPLICANT, policies.OFFICIAL, policies.EXPERT)
FILLS, READS, SEES_NOTHING, UNREADABLE = MODES = ("fill", "read", "nothing", "unreadable")
_HELD = "answered before"  # a data key of no draft
_ASKING = frozenset({"userTask", "startEvent", "intermediateCatchEvent", "boundaryEvent"})


def shown(given: Material, path: str, step: str | None, reader: str, today: date) -> Row:
    """Return what a reader sees of a form at a step: to fill in, to read, or nothing.

    Without a step it is the form itself. Asks nothing of the database: what is typed now is
    given, saved or not. ``problems`` say why a form cannot be read. Raises NotFoundError,
    InvalidError (the step does not ask this form).
    """
    data = given.bundle.files.get(path)
    if data is None or not path.startswith("forms/"):
        raise NotFoundError(f"草稿里没有表单“{path}”")
    subject = checking.subject(given.bundle)
    page: Row = {"mode": UNREADABLE, "form": None, "context": {}, "answers": {}, "files": {}}
    try:
        form = forms.compiled(data)
    except forms.FormDefinitionError as error:
        problems = [{"place": each.path, "text": each.message} for each in error.problems]
        return page | {"steps": [], "problems": problems}
    nodes = {node.id: node for node in subject.nodes() if _asks(subject, node, form.id)}
    if step is not None and step not in nodes:
        raise InvalidError("这个环节不用这份表单", {"step": ["请选择使用这份表单的环节"]})
    node = nodes[step] if step is not None else None
    labels = {each.path: each.label for each in form.fields}
    page |= {"problems": [], "steps": [_step(subject, each, labels) for each in nodes.values()]}
    try:
        profile = _profile(subject)
    except ContradictionError as error:
        return page | {"problems": [{"place": PROCEDURE_FILE, "text": f"参数有误：{error}"}]}
    return page | _Preview(form, node, profile, today).seen(_doer(subject, node), reader)


def _asks(subject: Subject, node: Node, form_id: str) -> bool:
    return node.kind in _ASKING and subject.resolve(node.form) == form_id


def _step(subject: Subject, node: Node, labels: Mapping[str, str]) -> Row:
    rights = [
        {"field": path, "label": labels.get(path, path), "access": word}
        for path, word in node.access.items()
    ]
    return {
        "id": node.id,
        "name": node.name or node.id,
        "doer": _doer(subject, node),
        "file": subject.file_of.get(node.process_id, ""),
        "rights": rights,
    }


def _doer(subject: Subject, node: Node | None) -> str | None:
    """Return what kind of person a step is for; None where that shows in a case only."""
    role = node.role if node is not None else None
    how = subject.roles.get(role or "")
    if role == policies.EXPERT:
        return policies.EXPERT
    if not isinstance(how, Mapping):
        return None
    if {"agency", "of"} & set(how):
        return policies.OFFICIAL
    return policies.APPLICANT if how.get("bind") == "starter" else None


def _profile(subject: Subject) -> Row:
    entries = subject.profile.items()
    return nested({key: e.get("value") if isinstance(e, Mapping) else None for key, e in entries})


class _Preview:
    """One form with answers that nobody has given."""

    def __init__(
        self, form: forms.CompiledForm, node: Node | None, profile: Row, today: date
    ) -> None:
        self._today, self._scope = today, {"profile": profile}
        whole = self._sample(form)
        self._files = dict(whole.files)
        self._scope |= {_HELD: whole.answers}
        self._form = form.for_step(node.access, [_HELD]) if node is not None else form

    def seen(self, doer: str | None, reader: str) -> Row:
        """Return the mode, and of the form no more than that reader is sent."""
        given = {
            "form": dict(self._form.definition),
            "context": {"profile": self._scope["profile"]},
        }
        if doer in (None, reader):
            begun = self._form.prefilled(self._scope)
            return given | {"mode": FILLS, "answers": begun, "files": self._named(begun)}
        audience = self._form.definition["liancheng"].get("audience") or []
        if not policies.reads(audience, reader, doer, is_starter=reader == policies.APPLICANT):
            return {"mode": SEES_NOTHING}
        answers = self._sample(self._form).answers
        return given | {"mode": READS, "answers": answers, "files": self._named(answers)}

    def _named(self, answers: Row) -> Row:
        ids = self._form.file_ids(answers)
        return {each: self._files[each] for each in ids if each in self._files}

    def _sample(self, form: forms.CompiledForm) -> forms.Sample:
        try:
            return forms.sample(form, self._scope, feel.DEFAULT, self._today)
        except feel.FeelError:  # an expression reads what only a case has
            return forms.Sample()
