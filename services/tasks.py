"""Working on a task short of completing it: reading, claiming, drafting."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services import audit, case_pages, case_parts, cases, duties, materials, policies, procedures
from services.actors import Actor, StandIn
from services.cases.environment import CaseWorld
from services.db.models import Case, Draft, File, Task, TaskStatus
from services.errors import ConflictError, TaskTakenError, TooLargeError
from services.handling import pending
from services.lookup import get_task, lock_case, read_case
from services.runtime import Runtime
from workflows import feel

MAX_DRAFT_BYTES = 400_000
Answers = dict[str, Any]
_EVERYWHERE = frozenset({"case", "profile", "legal_basis"})


@dataclass(frozen=True, slots=True)
class TakenUp:
    """A draft as it is taken up again: what the step only reads is as the case holds it now."""

    answers: Answers
    version: int
    saved_at: datetime


def visible(session: Session, actor: Actor, task_id: UUID) -> tuple[Task, Case]:
    """Return a task and its case to somebody who sees the case. Raises NotFoundError."""
    task = get_task(session, task_id)
    case = session.get_one(Case, task.case_id)
    policies.see_task(session, actor, case, task)
    return task, case


def page(session: Session, runtime: Runtime, actor: Actor, task_id: UUID) -> dict[str, Any]:
    """Return what the task page needs: the form, its context, the draft, whether one may act.

    ``context`` holds only what the form's own conditions name, no more of the case document.
    """
    task, case = visible(session, actor, task_id)
    case = read_case(session, case.id)
    ready = procedures.ready(session, case.bundle_hash)
    form = ready.form_of(task)
    stand_in, verdict = duties.capacity(session, actor, task)
    context: dict[str, Any] = {}
    prefill: dict[str, Any] = {}
    draft = session.get(Draft, (task.id, actor.person_id))
    typed = draft.answers if draft else None
    may_prepare = duties.prepare(session, actor, task).is_allowed
    if task.status is TaskStatus.OPEN and may_prepare:
        world = CaseWorld(session, runtime, case, ready, actor)
        scope = cases.form_scope(world, task)
        context = _named(form.definition, scope)
        prefill = form.prefilled(scope, world.context)
        typed = typed and form.resumed(typed, scope, world.context)
        context |= {"profile": ready.opened.profile, "task": feel.to_json(scope["task"])}
    return {
        "task": task,
        "case": case_pages.shown(session, actor, case),
        "form": form.definition,
        "context": context,
        "prefill": prefill,
        "draft": draft and TakenUp(typed or {}, draft.version, draft.saved_at),
        "files": _files(session, actor, case, typed or {}, prefill),
        "clauses": case_parts.task_clauses(session, case, task),
        "may_act": verdict.is_allowed and task.status is TaskStatus.OPEN,
        "may_prepare": may_prepare and task.status is TaskStatus.OPEN,
        "reason": verdict.reason,
        "on_behalf_of": stand_in.principal_name if stand_in else None,
    }


def _files(
    session: Session, actor: Actor, case: Case, typed: Answers, prefill: Answers
) -> list[File]:
    """Return the files that the page names: one's own uploads, and those that it shows to be read."""
    found = [*materials.in_draft(session, actor, typed)]
    found += materials.handed_in(session, case, prefill)
    return list({file.id: file for file in found}.values())


def _named(definition: Mapping[str, Any], scope: Mapping[str, Any]) -> Answers:
    """Return what the conditions of a form read of the case, no other part of the same answers."""
    found: Answers = {}
    for root, *rest in sorted(set(_paths(definition["components"]))):
        if root in _EVERYWHERE or root not in scope:
            continue
        value = scope[root]
        if not rest or not isinstance(value, Mapping):
            found[root] = feel.to_json(value)
        elif rest[0] in value and isinstance(part := found.setdefault(root, {}), dict):
            part.setdefault(rest[0], feel.to_json(value[rest[0]]))
    return found


def _paths(value: Any) -> Iterator[tuple[str, ...]]:
    """Yield the names and paths that the components' expressions read in the browser."""
    if isinstance(value, str) and value.startswith("="):
        try:
            yield from feel.parse(value[1:]).names()
        except feel.FeelSyntaxError:
            return
    elif isinstance(value, list):
        for inner in value:
            yield from _paths(inner)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key != "properties":  # of ours: looked at here only
                yield from _paths(inner)


def claim(session: Session, runtime: Runtime, actor: Actor, task_id: UUID) -> Task:
    """Take a task for oneself; taking it again changes nothing.

    Raises NotAllowedError, TaskTakenError.
    """
    case = lock_case(session, get_task(session, task_id).case_id)
    task = get_task(session, task_id)
    policies.see_task(session, actor, case, task)
    if task.status is not TaskStatus.OPEN:
        raise TaskTakenError("这项任务已经结束")
    stand_in, verdict = duties.capacity(session, actor, task)
    if not verdict.is_allowed and task.claimed_by not in (None, actor.person_id):
        raise TaskTakenError("这项任务已由他人签收")
    verdict.require()
    if task.claimed_by != actor.person_id:
        task.claimed_by = actor.person_id
        _note(session, runtime, actor, case, task, "task.claimed", stand_in)
    return task


def release(session: Session, runtime: Runtime, actor: Actor, task_id: UUID) -> Task:
    """Give a claimed task back to its role.

    Raises ConflictError unless one holds it, and while somebody prepares or is asked about it.
    """
    case = lock_case(session, get_task(session, task_id).case_id)
    task = get_task(session, task_id)
    policies.see_task(session, actor, case, task)
    if task.claimed_by != actor.person_id or task.status is not TaskStatus.OPEN:
        raise ConflictError("这项任务不在您名下")
    pending.refuse_while_delegated(session, task)
    pending.refuse_while_asked(session, task)
    task.claimed_by = None
    _note(session, runtime, actor, case, task, "task.released")
    return task


def _note(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    case: Case,
    task: Task,
    what: str,
    stand_in: StandIn | None = None,
) -> None:
    audit.append(
        session,
        case,
        at=runtime.now(case),
        actor=actor.key,
        party_id=task.party_id,
        what=what,
        payload={"task": str(task.id), "node": task.node_id} | audit.on_behalf(stand_in),
    )


def refuse_oversized(answers: dict[str, Any]) -> None:
    """Raise TooLargeError for answers that no draft may hold."""
    if len(json.dumps(answers, ensure_ascii=False).encode()) > MAX_DRAFT_BYTES:
        raise TooLargeError(f"草稿超过 {MAX_DRAFT_BYTES // 1000} KB，请精简文字或改为上传附件")


def save_draft(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    task_id: UUID,
    answers: dict[str, Any],
    expected_version: int | None,
) -> Draft:
    """Keep what is typed so far, unchecked. A stale save never overwrites a newer one.

    Raises NotAllowedError, TaskTakenError, ConflictError (the draft was saved elsewhere),
    TooLargeError.
    """
    refuse_oversized(answers)
    task, case = visible(session, actor, task_id)
    if task.status is not TaskStatus.OPEN:
        raise TaskTakenError("这项任务已经结束，草稿未保存")
    duties.prepare(session, actor, task).require()
    draft = session.get(Draft, (task.id, actor.person_id), with_for_update=True)
    if draft is None:
        draft = Draft(task_id=task.id, person_id=actor.person_id)
        session.add(draft)
    elif expected_version is not None and draft.version != expected_version:
        raise ConflictError("草稿已在别处保存过更新的内容", "DRAFT_STALE", version=draft.version)
    form = procedures.ready(session, case.bundle_hash).form_of(task)
    draft.answers, draft.saved_at = form.typed(answers), runtime.now(case)
    session.flush()
    return draft
