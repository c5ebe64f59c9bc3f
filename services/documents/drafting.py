"""Working papers: what a task would issue with the answers typed so far. Never numbered or kept."""

from collections import ChainMap
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from forms import limits
from forms.printing import print_form, shown
from services import cases, duties, procedures, tasks
from services.actors import Actor
from services.cases.environment import CaseWorld
from services.db.models import Party, Task, TaskStatus
from services.documents import issuing, scopes
from services.errors import ConflictError, InvalidError, NotFoundError
from services.lookup import read_case
from services.runtime import Runtime
from workflows import feel
from workflows.documents import Filling, Template

DRAFT_MARK = "草稿"


def world_at(
    session: Session, runtime: Runtime, actor: Actor, task_id: UUID
) -> tuple[CaseWorld, Task, Mapping[str, Any]]:
    """Return the case's world, an open task of the actor's, and the names seen there.

    Raises NotFoundError, NotAllowedError (not theirs to do), ConflictError (it has ended).
    """
    task, case = tasks.visible(session, actor, task_id)
    duties.do_task(session, actor, task).require()
    if task.status is not TaskStatus.OPEN:
        raise ConflictError("这项任务已经结束", "TASK_CLOSED")
    case = read_case(session, case.id)
    world = CaseWorld(session, runtime, case, procedures.ready(session, case.bundle_hash), actor)
    inner = cases.form_scope(world, task)
    given = {**scopes.of_case(world, case.document), "agency": _agency(session, task)}
    issued = {"number": None, "on": world.today.isoformat()}
    names = {**given, "issued": issued, "public_url": runtime.settings.public_url.rstrip("/")}
    return world, task, ChainMap(names, world.facts, inner)  # type: ignore[arg-type]


def _agency(session: Session, task: Task) -> dict[str, Any]:
    return scopes.as_names(session.get(Party, task.party_id) if task.party_id else None)


def paper(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    task_id: UUID,
    answers: dict[str, Any],
    template_id: str | None,
) -> dict[str, Any]:
    """Return the content of a working paper, marked 草稿 and without a number.

    Without a template named: the first one that these answers would issue, else the plain form.
    Raises NotFoundError, NotAllowedError, ConflictError, InvalidError.
    """
    world, task, names = world_at(session, runtime, actor, task_id)
    answers = dict(limits.guard(answers))
    form = world.ready.form_of(task)
    answers = form.resumed(answers, cases.form_scope(world, task), world.context)
    given = {"answers": answers, "shown": shown(form, answers)}
    scope = ChainMap(given, names)  # type: ignore[arg-type]
    attached = issuing.file_names(world, _ids(answers))

    def printed(leave_out: frozenset[str]) -> list[dict[str, Any]]:
        name_of = lambda each: attached.get(each, "附件")  # noqa: E731 - one expression
        return print_form(form, answers, name_of=name_of, leave_out=leave_out, is_draft=True)

    marks = [DRAFT_MARK, issuing.REHEARSAL_MARK] if world.case.is_rehearsal else [DRAFT_MARK]
    try:
        template = _chosen(world, task, scope, template_id)
        if template is None:
            return _content(form.title, marks, printed(frozenset()))
        filling = Filling(template, scope, world.context, printed)
        return _content(filling.text(template.title), marks, filling.blocks())
    except feel.FeelError as error:
        raise InvalidError("填写的内容还不足以生成文书", {"answers": [str(error)]}) from error


def _content(title: str, marks: list[str], blocks: list[dict[str, Any]]) -> dict[str, Any]:
    return {"title": title, "number": None, "marks": marks, "blocks": blocks}


def _chosen(
    world: CaseWorld, task: Task, scope: Mapping[str, Any], template_id: str | None
) -> Template | None:
    here = {task.activity_code, task.node_id} - {None}
    found = [t for t in world.ready.opened.templates.values() if t.on in here]
    if template_id is not None:
        named = next((t for t in found if t.id == template_id), None)
        if named is None:
            raise NotFoundError("这项任务没有这种文书")
        return named
    return next((t for t in found if Filling(t, scope, world.context).applies()), None)


def _ids(value: Any) -> list[str]:
    """Return the texts in unchecked answers that are ids of something."""
    if isinstance(value, Mapping):
        return [each for inner in value.values() for each in _ids(inner)]
    if isinstance(value, list):
        return [each for inner in value for each in _ids(inner)]
    return [value] if isinstance(value, str) and _is_id(value) else []


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
