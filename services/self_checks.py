"""自查: what is missing and which rules answers would break, before they are handed in.

Checks the answers against the form, then evaluates the decision tables that the diagrams apply
after it, on the case document as it would be. Nothing is kept.
"""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from forms import CompiledForm, FormInvalidError
from services import cases, duties, legal_bases, procedures, tasks
from services.actors import Actor
from services.cases.environment import CaseWorld
from services.cases.starting import who_may_start
from services.db.models import Case, TaskStatus
from services.errors import InvalidError, TaskTakenError, TooLargeError
from services.lookup import read_case
from services.next_steps import place_of
from services.rule_trials import Document, Trial
from services.runtime import Runtime
from services.tasks import MAX_DRAFT_BYTES
from workflows import engine, feel
from workflows.bundles import Ahead
from workflows.diagrams import Node


def of_task(
    session: Session, runtime: Runtime, actor: Actor, task_id: UUID, answers: Document
) -> dict[str, Any]:
    """Check answers to an open task that the actor may do.

    Raises NotFoundError, NotAllowedError, TaskTakenError, TooLargeError.
    """
    _require_small(answers)
    task, case = tasks.visible(session, actor, task_id)
    if task.status is not TaskStatus.OPEN:
        raise TaskTakenError("这项任务已经结束")
    duties.do_task(session, actor, task).require()
    case = read_case(session, case.id)
    ready = procedures.ready(session, case.bundle_hash)
    world = CaseWorld(session, runtime, case, ready, actor)
    form = ready.form_of(task)
    clean, errors = _checked(form, answers, cases.form_scope(world, task), world.context)
    place = place_of(world, task)
    trial = Trial(world, form, _with_answers(world, task.id, place.node, clean))
    trial.answers_at(place)
    return _report(form, errors, trial.rules(place))


def of_start(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    *,
    procedure_id: str,
    party_id: UUID,
    answers: Document,
) -> dict[str, Any]:
    """Check the first form of a case that the actor may start for a party.

    Raises NotFoundError, NotAllowedError, InvalidError (there is no first form), TooLargeError.
    """
    _require_small(answers)
    procedure = procedures.get(session, procedure_id)
    ready = procedures.ready(session, procedure.bundle_hash)
    who_may_start(session, ready, actor, party_id)
    form_id, place = ready.start_form(), Ahead(ready.opened).start(procedure_id)
    if form_id is None or place is None:
        raise InvalidError("此事项发起时不需填写表单")
    case = _imagined(session, runtime, procedure, party_id)
    world = CaseWorld(session, runtime, case, ready, actor)
    form = ready.form(form_id)
    clean, errors = _checked(form, answers, world.facts, world.context)
    trial = Trial(world, form, {ready.start_key() or "start": clean})
    trial.answers_at(place)
    return _report(form, errors, trial.rules(place))


def _imagined(session: Session, runtime: Runtime, procedure: Any, party_id: UUID) -> Case:
    """Return a case that is never stored."""
    return Case(
        id=UUID(int=0),
        number="",
        procedure_id=procedure.id,
        jurisdiction=procedure.jurisdiction,
        bundle_hash=procedure.bundle_hash,
        basis_id=legal_bases.current(session, procedure.jurisdiction).id,
        starter_party_id=party_id,
        started_at=runtime.clock.now(),
        is_rehearsal=False,
        clock_offset_seconds=0,
        document={},
        state="DRAFT",
    )


def _require_small(answers: Document) -> None:
    if len(json.dumps(answers, ensure_ascii=False).encode()) > MAX_DRAFT_BYTES:
        raise TooLargeError(f"内容超过 {MAX_DRAFT_BYTES // 1000} KB，请精简文字或改为上传附件")


def _checked(
    form: CompiledForm, answers: Document, scope: Mapping[str, Any], context: feel.Context
) -> tuple[Document, dict[str, list[str]]]:
    """Return the clean answers; where the form refuses them, as they are, and what is wrong."""
    try:
        return form.check(answers, scope, context), {}
    except FormInvalidError as refusal:
        return answers, refusal.fields


def _with_answers(world: CaseWorld, task_id: UUID, node: Node, clean: Document) -> Document:
    """Return a copy of the case document as it would be."""
    document: Document = deepcopy(world.case.document)
    frames = engine.frames_of(
        world.ready.opened.program,
        world.environment(),
        world.case.engine_state or b"",
        world.case.document,
        task_id,
    )
    here: Any = document
    for key, item_key in frames:
        here = here.setdefault(key, {} if item_key is None else [])
        if item_key is not None:
            here = next((e for e in here if e.get("key") == item_key), {"key": item_key})
    here[node.data_key or node.id] = clean
    return document


def _report(
    form: CompiledForm, errors: dict[str, list[str]], rules: Iterator[dict[str, Any]]
) -> dict[str, Any]:
    listed = list(rules)
    return {
        "is_ready": not errors and all(rule["status"] != "failed" for rule in listed),
        "errors": errors,
        "missing": [_problem(form, path, texts) for path, texts in errors.items()],
        "rules": listed,
    }


def _problem(form: CompiledForm, path: str, texts: list[str]) -> dict[str, Any]:
    """Return a problem of the form with the label of its field and the article behind it."""
    known = {each.path: each for each in form.fields}
    labels, plain = [], ""
    for part in path.split("."):
        if part.isdigit():
            plain += "[]"
            labels.append(f"第 {int(part) + 1} 行")
        else:
            plain = f"{plain}.{part}" if plain else part
            labels += [known[plain].label] if plain in known else []
    spec = known.get(plain)
    return {
        "field": path,
        "label": " › ".join(labels) if labels else None,
        "article": spec.article if spec else None,
        "assumption": spec.assumption if spec else None,
        "messages": texts,
    }
